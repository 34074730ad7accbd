"""That somebody wants all kept days counted again, and how far a worker is with it."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, SmallIntegerField, Value, When

from leadbridge.kernel.runs import Run


class Recount(Run):
    """All kept days of all kinds, counted again from the youngest on and compared with the rows
    before and after. `place` is the kind of days that a worker is at, `before` the day down to
    which it has come; `differed` counts kept rows that were not what the rows say, `left` those
    that still were not afterwards, of which there are none in a sound database."""

    whole = models.PositiveIntegerField(default=0, help_text="How many days there are.")
    days = models.PositiveIntegerField(default=0, help_text="How many of them are counted again.")
    differed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    place = models.PositiveSmallIntegerField(default=0)
    before = models.DateField(null=True)

    class Meta:
        app_label = "sla"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_recount_state_known",
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="sla_recount_done_is_finished",
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["waiting", "running"], finished_at=None),
            ),
            models.UniqueConstraint(
                Case(
                    When(state__in=["waiting", "running"], then=Value(1)),
                    output_field=SmallIntegerField(),
                ),
                name="sla_recount_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"recount {self.pk}"
