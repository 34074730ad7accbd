"""Attempts to reach a person."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leadbridge.people.models import User
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
