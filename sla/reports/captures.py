"""The leads that came in in a period, and the attempts to reach people that were made in it.

A cohort by capture: a lead counts where and when it came in, whatever became of it since; merged
ones are out, because the lead they were merged into is in. A figure is a query set of this file
counted, and the list it opens is the same query set.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage
from sla.reports.rollups.days import begins
from sla.reports.scorecard.ladder import RIPE_DAYS, Rung
from sla.reports.slices import Slice

NONE = "none"  # the key of leads that name no campaign
SAID = "said:"  # and the beginning of that of a name that marketing does not keep
RUNGS: dict[Rung, Q] = {
    Rung.LEADS: Q(),
    Rung.QUALIFIED: Q(submitted_at__isnull=False),
    Rung.ACCEPTED: Q(accepted_at__isnull=False),
    Rung.OPPORTUNITIES: Q(qualified_at__isnull=False),
    Rung.WON: Q(stage=Stage.WON),
}


def leads_on(slice_: Slice, rung: Rung, campaign: str = "") -> QuerySet[Lead]:
    """The leads of a period that reached a rung; `campaign` is a key."""
    within = came_within(slice_.start, slice_.end)
    found = Lead.objects.filter(within, _narrowed(slice_), RUNGS[rung])
    return found.filter(_of_campaign(campaign)) if campaign else found


def touches_in(slice_: Slice) -> QuerySet[Event]:
    """Every attempt to reach somebody that was logged in a period."""
    within = Q(action=Action.TOUCH, at__gte=slice_.start, at__lt=slice_.end)
    found = Event.objects.filter(within)
    if slice_.holder_id is not None:
        found = found.filter(actor_id=slice_.holder_id or None)
    return found.filter(_narrowed(slice_, "lead__", holder=False))


def came_within(start: datetime, end: datetime) -> Q:
    """Captured in a period, and not merged into another since."""
    return Q(captured_at__gte=start, captured_at__lt=end) & ~Q(stage=Stage.MERGED)


def ripe_days(now: datetime) -> dict[str, date]:
    """For each rung that takes its time, the first day of leads that are too young to be judged by
    it: whole days, where the organisation is."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return {rung: today - timedelta(days=days) for rung, days in RIPE_DAYS.items()}


def young_q(since: date) -> Q:
    """Captured on that day or later."""
    return Q(captured_at__gte=begins(since, ZoneInfo(settings.TIME_ZONE)))


def campaign_key(campaign: int | None, said: str) -> str:
    """By what leads of one campaign are told: its number, or the name that was said."""
    if campaign is not None:
        return str(campaign)
    return f"{SAID}{said}" if said else NONE


def _narrowed(slice_: Slice, lead: str = "", *, holder: bool = True) -> Q:
    found = Q()
    if slice_.team_ids is not None:
        found &= Q(**{f"{lead}team__in": sorted(slice_.team_ids)})
    if slice_.source:
        found &= Q(**{f"{lead}source": slice_.source})
    if holder and slice_.holder_id is not None:
        found &= Q(**{f"{lead}holder": slice_.holder_id or None})
    return found


def _of_campaign(key: str) -> Q:
    if key.isascii() and key.isdigit() and len(key) <= 18:
        return Q(campaign_row=int(key))
    if key == NONE:
        return Q(campaign_row=None, campaign="")
    return Q(campaign_row=None, campaign=key.removeprefix(SAID))
