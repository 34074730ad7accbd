"""The leads behind a number of a campaign: all of it, or what its first hour brought."""

from datetime import datetime

from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leads.campaigns.first_hour import HOUR, readout_of
from leads.campaigns.models import Campaign
from leads.handoff.models import Event, Lead
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.stages import Action, Stage

ALL = "all"
ACTS = {
    "handed_over": (Action.SUBMIT,),
    "decided": (Action.ACCEPT, Action.REJECT),
    "rejected": (Action.REJECT,),
}
PARTS = {
    ALL: "Leads",
    "came_in": "Came in within the first hour",
    "hand_raises": "Hand-raises of the first hour",
    "handed_over": "Handed over within the first hour",
    "decided": "Decided by sales within the first hour",
    "rejected": "Rejected within the first hour",
}


def leads_behind(campaign: Campaign, part: str) -> LeadQuerySet:
    """Each lead once, the latest first; DomainError `not_found` for a part that is none, or one of
    the first hour of a campaign that is not out."""
    readout = None if part == ALL else readout_of(campaign)
    if part not in PARTS or (part != ALL and readout is None):
        raise DomainError("not_found", "There is no such list; its figure may be gone.", status=404)
    found = Lead.objects.filter(campaign_row=campaign)
    if readout is None:
        found = found.exclude(stage=Stage.MERGED)  # they count with the lead that they became
    else:
        found = found.filter(_in_first_hour(part, readout.started_at))
    return found.select_related("person").order_by("-captured_at", "-pk")


def _in_first_hour(part: str, since: datetime) -> Q:
    if part in ACTS:
        acts = Event.objects.filter(action__in=ACTS[part], at__gte=since, at__lt=since + HOUR)
        return Q(pk__in=acts.values("lead"))
    came = Q(captured_at__gte=since, captured_at__lt=since + HOUR)
    return came & ~Q(request="") if part == "hand_raises" else came
