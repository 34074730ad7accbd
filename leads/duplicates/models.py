"""Pairs of people who look like the same, and what somebody said of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from leadbridge.people.models import User
from leads.handoff.models import Person


class Likeness(models.Model):
    """Two people who may be one. Asked while both have an open lead; what was answered holds for
    the pair, whatever leads come later. `why`: codes of `likeness.WORDS`."""

    class Answer(models.TextChoices):
        SAME = "same", "The same"
        DIFFERENT = "different", "Different people"

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    why = models.JSONField(default=list)
    found_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_likeness_once", fields=["one", "other"]),
            models.CheckConstraint(name="leads_likeness_ordered", condition=Q(one__lt=F("other"))),
            models.CheckConstraint(
                name="leads_likeness_answered",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="leads_likeness_open", fields=["id"], condition=Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class Lookout(models.Model):
    """How far leads were looked at, one row. `before`: how far at the run before the last one; each
    run begins there, so that what another transaction was still writing is looked at too."""

    seen = models.BigIntegerField(default=0)
    before = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="leads_lookout_single", condition=Q(pk=1)),
        ]

    def __str__(self) -> str:
        return f"up to {self.seen}"
