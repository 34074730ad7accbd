"""Campaigns, what they cost, their read-outs, and the rules by which arrivals count for them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from leadbridge.people.models import User


class Campaign(models.Model):
    """Something that marketing runs to win leads. A lead points to it by `campaign_row`."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SEARCH = "search", "Search ads"
        SOCIAL = "social", "Social ads"
        CONTENT = "content", "Content and website"
        EVENT = "event", "Event"
        WEBINAR = "webinar", "Webinar"
        PARTNER = "partner", "Partner"
        REFERRAL = "referral", "Referral"
        MAIL = "mail", "Letters"
        OUTBOUND = "outbound", "Outbound"
        OTHER = "other", "Other"

    name = models.CharField(max_length=100)
    # The name as it is compared; see `words.key_of`.
    name_key = models.CharField(max_length=300, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    launched_at = models.DateTimeField(null=True)
    marketer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="campaigns", db_index=False
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name_key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_campaign_forward",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="leads_campaign_named", condition=~Q(name_key="")),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignCost(models.Model):
    """Money spent on a campaign, on the day it counts for."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="costs")
    on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    what = models.CharField(max_length=100, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="leads_cost_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.on}"


class Readout(models.Model):
    """What both sides owe a campaign once it is out: to read its first hour, and say so. It freezes
    by when; whether it is late follows from these instants alone.

    Its ladder is short: `reminded_at`, `told_at` and `raised_at` say when a step was taken, never
    how late it is. `next_at` is the step to come, None once there is none; a signature of both
    sides leaves none.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="readout")
    started_at = models.DateTimeField()
    at_risk_at = models.DateTimeField()
    due_at = models.DateTimeField()
    raise_at = models.DateTimeField(null=True)  # None: begun before there was this step
    marketing_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    marketing_at = models.DateTimeField(null=True)
    marketing_words = models.CharField(max_length=300, blank=True)
    sales_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sales_at = models.DateTimeField(null=True)
    sales_words = models.CharField(max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_readout_forward",
                condition=Q(at_risk_at__gte=F("started_at"))
                & Q(due_at__gte=F("at_risk_at"))
                & (Q(raise_at=None) | Q(raise_at__gte=F("due_at"))),
            ),
            models.CheckConstraint(
                name="leads_readout_marketing_signed",
                condition=Q(marketing_by=None, marketing_at=None)
                | Q(marketing_by__isnull=False, marketing_at__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_readout_sales_signed",
                condition=Q(sales_by=None, sales_at=None)
                | Q(sales_by__isnull=False, sales_at__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_readout_two_people",
                condition=Q(marketing_by=None) | Q(sales_by=None) | ~Q(marketing_by=F("sales_by")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Holds only what waits for a step: the worker asks every few seconds.
            models.Index(
                name="leads_readout_to_sweep",
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
            ),
            models.Index(name="leads_readout_by_due", fields=["due_at"]),
        ]

    def __str__(self) -> str:
        return f"read-out of {self.campaign_id}"


class CampaignRule(models.Model):
    """Arrivals that say all of this count for a campaign, come from a source, or both. Blank asks
    nothing; a star at the end stands for any end. Kept as it is compared (`words.key_of`)."""

    utm_source = models.CharField(max_length=300, blank=True)
    utm_medium = models.CharField(max_length=300, blank=True)
    utm_campaign = models.CharField(max_length=300, blank=True)
    said_campaign = models.CharField(max_length=300, blank=True)
    said_source = models.CharField(max_length=300, blank=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, null=True, related_name="rules"
    )
    source = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="leads_campaignrule_once",
                fields=[
                    "utm_source", "utm_medium", "utm_campaign", "said_campaign", "said_source",
                ],
            ),
            models.CheckConstraint(
                name="leads_campaignrule_asks",
                condition=~Q(
                    utm_source="", utm_medium="", utm_campaign="", said_campaign="", said_source=""
                ),
            ),
            models.CheckConstraint(
                name="leads_campaignrule_answers",
                condition=Q(campaign__isnull=False) | ~Q(source=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"rule {self.pk}"
