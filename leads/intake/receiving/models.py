"""Addresses for other programs, what was delivered to them, and what has arrived by each."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from leadbridge.people.models import User


class Endpoint(models.Model):
    """One address, known by its token; its marketer answers for the leads it brings."""

    provider = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    token = models.CharField(max_length=64, unique=True)
    secret = models.CharField(max_length=200, blank=True)
    marketer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=100)
    campaign = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Taken in"
    ASIDE = "aside", "In quarantine"
    NOTHING = "nothing", "Nothing to take"
    REFUSED = "refused", "Signature does not fit"
    FAILED = "failed", "Failed"


AGAIN = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.ASIDE)


class Delivery(models.Model):
    """What was sent, as it came, before anybody looked at it. Kept; the same again is counted."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    fingerprint = models.CharField(max_length=64)
    raw = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict)
    url = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    note = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_delivery_once", fields=["endpoint", "fingerprint"]),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="leads_delivery_waiting", fields=["id"], condition=Q(state="waiting")
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="delivery_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk} to {self.endpoint_id}"


class Arrived(models.Model):
    """One person out of a delivery, once: the same in another delivery makes nothing twice. Either
    the lead it made or joined, or where it waits in the quarantine."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="arrived")
    key = models.CharField(max_length=64)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="arrived")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, null=True, related_name="+")
    aside = models.ForeignKey(
        "leads.Quarantined", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_arrived_once", fields=["endpoint", "key"]),
        ]

    def __str__(self) -> str:
        return f"Arrived with delivery {self.delivery_id}"
