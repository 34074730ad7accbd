"""The campaigns by which the leads of the demo came, with what they cost and a few rules."""

from datetime import datetime, timedelta
from decimal import Decimal

from leadbridge.demo.organisation import Cast
from leads.campaigns.actions import add_cost, add_rule, launch_campaign, make_campaign
from leads.campaigns.models import Campaign
from leads.campaigns.readouts import sign_readout

# name, channel, days before the end it starts and ends (None: goes on), costs
CAMPAIGNS: tuple[tuple[str, str, int, int | None, tuple[tuple[int, int, str], ...]], ...] = (
    ("Spring launch", "search", 30, None, ((28, 2400, "Ads, first half"), (14, 2900, "Ads"))),
    ("Pricing page", "content", 90, None, ((60, 600, "Copywriter"),)),
    ("Webinar on planning", "webinar", 25, 11, ((25, 350, "Platform"), (18, 900, "Speaker"))),
    ("Trade fair", "event", 20, 17, ((40, 5200, "Stand"), (17, 1340, "Travel"))),
    ("Monthly letter", "email", 120, None, ((30, 120, "Sending"), (1, 120, "Sending"))),
    ("Autumn roadshow", "event", -20, -24, ()),
)


def run_campaigns(cast: Cast, *, now: datetime) -> None:
    """Make them as they would have been made: before their leads came."""
    for name, channel, begun, ended, costs in CAMPAIGNS:
        start = now - timedelta(days=begun)
        campaign = make_campaign(
            actor=cast.mia,
            now=min(start, now) - timedelta(days=5),
            name=name,
            channel=channel,
            starts_on=start.date(),
            ends_on=None if ended is None else (now - timedelta(days=ended)).date(),
            marketer=cast.ana if channel == "event" else cast.mia,
        )
        if start < now:
            launch_campaign(campaign_id=campaign.pk, actor=cast.mia, now=start)
            _read_out(campaign, cast)
        for days, amount, what in costs:
            at = now - timedelta(days=days)
            add_cost(
                campaign_id=campaign.pk, actor=cast.mia, now=at, on=at.date(),
                amount=Decimal(amount), what=what,
            )  # fmt: skip
    _launch_just_now(cast, now)
    spring = Campaign.objects.get(name="Spring launch")
    asks = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring*"}
    add_rule(actor=cast.mia, asks=asks, campaign_id=spring.pk, source="search ads")
    add_rule(actor=cast.mia, asks={"utm_medium": "email"}, source="newsletter")


def _launch_just_now(cast: Cast, now: datetime) -> None:
    """One whose read-out waits for both sides."""
    campaign = make_campaign(
        actor=cast.mia, now=now - timedelta(days=5), name="Customer stories", channel="social",
        starts_on=now.date(), marketer=cast.mia,
    )  # fmt: skip
    launch_campaign(campaign_id=campaign.pk, actor=cast.mia, now=now - timedelta(minutes=20))


def _read_out(campaign: Campaign, cast: Cast) -> None:
    """Both sides read how it began, before the agreed time was over."""
    due_at = campaign.readout.due_at
    early = due_at - timedelta(minutes=25)
    sign_readout(campaign_id=campaign.pk, actor=campaign.marketer, now=early, words="Go on.")
    sign_readout(campaign_id=campaign.pk, actor=cast.max, now=due_at - timedelta(minutes=9))
