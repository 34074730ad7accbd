"""One message to one receiver."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """What is to be said to whom. `next_try_at` None: nothing more to do with it.

    While a worker sends, `next_try_at` lies a lease ahead: if the worker dies, the message comes up
    again by itself, with the same Message-ID, by which mail servers drop the repetition.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=30)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
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
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="outbox_message_ended_once", condition=Q(sent_at=None) | Q(failed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.key
