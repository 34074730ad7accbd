"""Campaigns as people read them: what each brought and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum

from leadbridge.kernel.time import local
from leadbridge.people.models import User
from leads.campaigns.brought import brought_by
from leads.campaigns.models import Campaign, CampaignCost
from leads.campaigns.words import key_of


@dataclass(frozen=True)
class Line:
    """One campaign of a list. `leads` and `cost` are None for whoever reads no figures; `each` is
    the cost of a lead, None without leads: never infinite."""

    campaign: Campaign
    state: str
    tone: str
    leads: int | None
    cost: Decimal | None

    @property
    def each(self) -> Decimal | None:
        """What one lead cost."""
        if not self.leads or self.cost is None:
            return None
        return (self.cost / self.leads).quantize(Decimal("0.01"))


def campaigns_found(words: str = "") -> QuerySet[Campaign]:
    """Those whose name holds the words; the latest to start first, undated ones last."""
    found = Campaign.objects.select_related("marketer")
    return found.filter(name_key__contains=key_of(words)) if words else found


def lines_of(campaigns: Sequence[Campaign], *, now: datetime, figures: bool) -> list[Line]:
    """The lines of these campaigns; a few queries however many there are."""
    today = local(now, settings.TIME_ZONE).date()
    leads, costs = (brought_by(now), _costs(campaigns)) if figures else ({}, {})
    return [
        Line(
            campaign,
            *state_of(campaign, today),
            leads=leads.get(campaign.pk, 0) if figures else None,
            cost=costs.get(campaign.pk, Decimal(0)) if figures else None,
        )
        for campaign in campaigns
    ]


def _costs(campaigns: Sequence[Campaign]) -> dict[int, Decimal]:
    ids = [campaign.pk for campaign in campaigns]
    costs = CampaignCost.objects.filter(campaign__in=ids).order_by().values_list("campaign")
    return dict(costs.annotate(sum=Sum("amount")))


def state_of(campaign: Campaign, today: date) -> tuple[str, str]:
    """Where it stands on a day, in a word, with the tone of its tag."""
    if campaign.ends_on and campaign.ends_on < today:
        return "Over", ""
    if campaign.launched_at is not None:
        return "Running", "ok"
    if campaign.starts_on and campaign.starts_on > today:
        return "Planned", ""
    return "Not launched", "risk" if campaign.starts_on else ""


def may_answer_for() -> QuerySet[User]:
    """Who may be a campaign's marketer."""
    return User.objects.filter(is_active=True, role__in=("marketer", "marketing_head")).order_by(
        "first_name", "last_name", "pk"
    )
