"""Whom we tell what, and what is still to be told."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from leadbridge.people.models import User

# What other programs can ask to be told; the names are those of the contract.
EVENTS = {
    "lead.captured": "A lead came in",
    "lead.submitted": "A lead was handed over to sales",
    "lead.accepted": "Sales accepted a lead",
    "lead.rejected": "Sales rejected a lead",
    "lead.touched": "Sales logged a follow-up",
    "lead.closed": "A lead ended",
    "clock.at_risk": "A promise is about to be missed",
    "clock.breached": "A promise was missed",
    "clock.escalated": "A missed promise moved the lead on, or was brought before the manager",
}
TEST = "webhook.test"


class Webhook(models.Model):
    """An address of another program.

    `rest_until`: until then no worker turns to it, because one is there, or it did not answer.
    `failing_since`: nothing was taken since then.
    After a change of the secret both sign for a day, `old_secret` until `old_until`.
    """

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=20))
    secret = models.CharField(max_length=100)
    old_secret = models.CharField(max_length=100, blank=True)
    old_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def secrets_at(self, now: datetime) -> list[str]:
        """What signs at an instant, the newest first."""
        old = self.old_until is not None and now < self.old_until
        return [self.secret, self.old_secret] if old else [self.secret]


class WebhookDelivery(models.Model):
    """One thing to tell to one address. `fact` is the row that it tells of, whose words are found
    when it leaves first: who was erased meanwhile is in no body.

    `next_try_at` None: nothing more to do; `parked_at`: given up, until somebody lets it try again
    or dismisses it (`dismissed_at`). `key` is its `webhook-id`, and `body` what was said under it,
    the same on every try; `about` is the lead that it names, for an erasure.
    """

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    key = models.UUIDField(db_default=RandomUUID(), editable=False)
    type = models.CharField(max_length=20)
    fact = models.BigIntegerField(null=True)
    body = models.TextField(blank=True, default="", db_default="")
    about = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    delivered_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="outbox_webhookdelivery_once", fields=["webhook", "type", "fact"]
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="outbox_webhook_waiting",
                fields=["webhook", "next_try_at", "id"],
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(
                name="outbox_webhook_parked",
                fields=["webhook", "id"],
                condition=Q(parked_at__isnull=False),
            ),
            models.Index(name="outbox_webhook_last", fields=["webhook", "-id"]),
            models.Index(
                name="outbox_webhook_about",
                fields=["about"],
                condition=Q(about__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} to {self.webhook}"
