"""Attempts to reach a person, and what the two sides ask, rule and tell each other on the way."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from leadbridge.people.models import Side, User
from leads.handoff.models import Event, Lead


class Channel(models.TextChoices):
    """How somebody was addressed."""

    CALL = "call", "Call"
    MESSAGE = "message", "Message"
    MEETING = "meeting", "Meeting"


class Result(models.TextChoices):
    """What came of it."""

    TALKED = "talked", "We talked"
    REPLIED = "replied", "They replied"
    NO_ANSWER = "no_answer", "No answer"
    LEFT_MESSAGE = "left_message", "Left a message"
    SENT = "sent", "Sent"


# With these the person was reached: no further attempt is owed.
CONTACT = frozenset({Result.TALKED, Result.REPLIED})


class Touch(models.Model):
    """A human, individual, logged attempt. Automatic mail is none."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="touch")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="touches")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    channel = models.CharField(max_length=7, choices=Channel.choices)
    result = models.CharField(max_length=12, choices=Result.choices)
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_touch_channel_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(
                name="leads_touch_result_known", condition=Q(result__in=Result.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} on L-{self.lead_id}"


class Question(models.Model):
    """What sales asks of marketing on a lead. The words of both are remarks of the two events."""

    class Kind(models.TextChoices):
        QUESTION = "question", "A question"
        ASSET = "asset", "Something to send them"

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="questions")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="question")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    reply = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, related_name="answered", db_index=False
    )
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_question_kind_known", condition=Q(kind__in=["question", "asset"])
            ),
            models.CheckConstraint(
                name="leads_question_answer_whole",
                condition=Q(reply=None, answered_by=None, answered_at=None)
                | Q(
                    reply__isnull=False,
                    answered_by__isnull=False,
                    answered_at__gte=F("asked_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on L-{self.lead_id}"


class Verdict(models.TextChoices):
    """What a side rules on a disputed rejection."""

    UPHELD = "upheld", "Upheld: it does not meet the definition"
    OVERTURNED = "overturned", "Overturned: it meets the definition"


class Ruling(models.Model):
    """What one side ruled on one dispute: a precedent. Why is a remark of the event."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="rulings")
    dispute = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="rulings", db_index=False
    )
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="ruling")
    side = models.CharField(max_length=10, choices=Side.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_ruling_once_a_side", fields=["dispute", "side"]),
            models.CheckConstraint(
                name="leads_ruling_known",
                condition=Q(side__in=Side.values, verdict__in=Verdict.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.side} on L-{self.lead_id}"


class Debrief(models.Model):
    """What sales told of a deal that ended; the three answers are remarks of the event."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="debriefs")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="debrief")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Debrief of L-{self.lead_id}"
