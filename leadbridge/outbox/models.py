"""One message to one receiver, and the pace at which a receiver gets mails of many."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery

__all__ = ["Message", "Pace", "Webhook", "WebhookDelivery"]


class Message(models.Model):
    """What is to be said to whom. `next_try_at` None: nothing more to do with it.

    While a worker sends, `next_try_at` lies a lease ahead: if the worker dies, the message comes up
    again by itself, with the same Message-ID, by which mail servers drop the repetition. `bundle`
    is the message by whose key the mail is named that it leaves in; it stays, as the proof.
    """

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    bundle = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="outbox_message_waiting",
                fields=["next_try_at", "id"],
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(
                name="outbox_message_of_receiver",
                fields=["recipient", "next_try_at"],
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(
                name="outbox_message_failed",
                fields=["failed_at", "id"],
                condition=Q(failed_at__isnull=False),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # `unique=True` would make a second index, for patterns that nobody asks for.
            models.UniqueConstraint(name="outbox_message_once", fields=["key"]),
            models.CheckConstraint(
                name="outbox_message_ended_once", condition=Q(sent_at=None) | Q(failed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Pace(models.Model):
    """When a receiver may get the next bundled mail: the brake on a storm after downtime. The
    worker that sends one holds the receiver for the length of its lease."""

    recipient = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.recipient_id} from {self.free_at:%H:%M:%S} on"
