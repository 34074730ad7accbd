"""What the first hour of a campaign brought: what both sides read before they sign; and which
read-outs wait for whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from leadbridge.people.access import readout_side, signing_side
from leadbridge.people.models import Side, User
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readouts import UNSIGNED, signature
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action

HOUR = timedelta(hours=1)
MOST_OPEN = 20


@dataclass(frozen=True)
class FirstHour:
    """Leads of the campaign, each counted once per figure, from the launch to an hour after it.
    `decided`: accepted or rejected by sales."""

    came_in: int
    hand_raises: int
    handed_over: int
    decided: int
    rejected: int


def first_hour(campaign: Campaign, since: datetime) -> FirstHour:
    """The figures of the hour from `since` on; two queries."""
    until = since + HOUR
    leads = Lead.objects.filter(
        campaign_row=campaign, captured_at__gte=since, captured_at__lt=until
    ).order_by()
    arrived = leads.aggregate(all=Count("pk"), raised=Count("pk", filter=~Q(request="")))
    told = (Action.SUBMIT, Action.ACCEPT, Action.REJECT)
    within = Event.objects.filter(action__in=told, at__gte=since, at__lt=until)
    acts = within.filter(lead__campaign_row=campaign)
    done = acts.order_by().aggregate(
        over=_leads(Action.SUBMIT),
        decided=_leads(Action.ACCEPT, Action.REJECT),
        rejected=_leads(Action.REJECT),
    )
    return FirstHour(
        arrived["all"], arrived["raised"], done["over"], done["decided"], done["rejected"]
    )


def _leads(*actions: Action) -> Count:
    return Count("lead", distinct=True, filter=Q(action__in=actions))


def readout_of(campaign: Campaign) -> Readout | None:
    """The read-out with who signed it; None where the campaign is not out, or went out before
    read-outs were kept."""
    rows = Readout.objects.select_related("marketing_by", "sales_by")
    return rows.filter(campaign=campaign).first()


def open_readouts(user: User) -> list[Readout]:
    """What somebody owes of the read-outs that are not over, the soonest due first: a marketer
    those of their own campaigns until it is signed for marketing, a head all until both sides did.
    Others owe none."""
    rows = Readout.objects.filter(UNSIGNED)
    rows = rows.select_related("campaign__marketer", "marketing_by", "sales_by")
    if signing_side(user) is None:
        if readout_side(user) is not Side.MARKETING:
            return []
        rows = rows.filter(campaign__marketer=user, marketing_by=None)
    return list(rows.order_by("due_at", "pk")[:MOST_OPEN])


def may_sign(readout: Readout, user: User) -> Side | None:
    """The side for which this person can sign now; None where they cannot, or where it was done."""
    side = readout_side(user)
    if side is None or any(signature(readout, one)[0] == user for one in Side):
        return None
    return side if signature(readout, side)[0] is None else None
