"""The time ledger of one lead, read from its custody, its stages and its pauses.

Hours are those of the calendars as they stand today: what a clock was judged by it keeps itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import F, Min

from leads.handoff.models import Custody, Lead
from leads.handoff.pauses import pauses_of
from leads.handoff.stages import MARKETING_STAGES, Stage
from sla.clocks.hours import Rota
from sla.reports.time_ledger import Entry, Part, Turn, active_time, book


@dataclass(frozen=True)
class Wait:
    """The buyer's wait, from their act to the first touch; `until` None: nobody ever got in touch.
    Nothing restarts it: no other holder, no undo, no second handover."""

    since: datetime
    until: datetime | None
    wall: timedelta
    working: timedelta
    running: bool


@dataclass(frozen=True)
class LeadTime:
    """Where the time of a lead went. `entries` sum exactly to `end - start`; `names` of those who
    had it, who are told apart by user name or the team's slug."""

    start: datetime
    end: datetime
    running: bool
    entries: tuple[Entry, ...]
    names: dict[tuple[Part, str], str]
    wait: Wait


def time_of(lead: Lead, *, now: datetime) -> LeadTime:
    """The ledger of a lead from its capture to its end, or to `now`. Five queries."""
    start, running = lead.captured_at, lead.closed_at is None
    end = max(lead.closed_at or now, start)
    links = list(lead.custody.select_related("holder", "team").order_by("since", "pk"))
    turns = list(_turns(lead, links, end))
    pauses = [(one.since, one.until) for one in pauses_of(lead.pk)]
    return LeadTime(
        start=start,
        end=end,
        running=running,
        entries=tuple(book(start, end, turns, pauses)),
        names={(part, _key(link)): _name(link) for link in links for part in Part},
        wait=_wait(lead, start, end, turns),
    )


def _wait(lead: Lead, start: datetime, end: datetime, turns: Sequence[Turn]) -> Wait:
    """Pauses do not shorten it: the buyer waits through them."""
    touched: datetime | None = lead.touches.aggregate(first=Min("at"))["first"]
    until = max(touched, start) if touched else None
    to = until or end
    return Wait(
        since=start,
        until=until,
        wall=to - start,
        working=active_time(book(start, to, turns)),
        running=until is None and lead.closed_at is None,
    )


def _turns(lead: Lead, links: Sequence[Custody], end: datetime) -> Iterator[Turn]:
    """Each link of custody, cut where the lead changed between the sides."""
    rota = Rota((link.holder_id, link.team_id) for link in links)
    sides = _sides(lead, end)
    for link in links:
        until = link.until or end
        for since, to, marketing in sides:
            begin, finish = max(link.since, since), min(until, to)
            if begin < finish:
                calendar = rota.calendar_of(link.holder_id, link.team_id)
                yield Turn(begin, finish, _part(link, marketing=marketing), _key(link), calendar)


def _sides(lead: Lead, end: datetime) -> list[tuple[datetime, datetime, bool]]:
    """From when to when the lead stood with marketing (True) and with sales."""
    moves = lead.events.exclude(from_stage=F("to_stage")).order_by("at", "pk")
    changes = list(moves.values_list("at", "to_stage"))
    instants = [lead.captured_at, *(at for at, _ in changes), end]
    stages = [Stage.CAPTURED, *(Stage(stage) for _, stage in changes)]
    return [
        (since, until, stage in MARKETING_STAGES)
        for (since, until), stage in zip(pairwise(instants), stages, strict=True)
    ]


def _part(link: Custody, *, marketing: bool) -> Part:
    if marketing:
        return Part.MARKETING
    return Part.PERSON if link.holder_id else Part.POOL


def _key(link: Custody) -> str:
    return link.holder.username if link.holder else link.team.slug


def _name(link: Custody) -> str:
    return str(link.holder) if link.holder else f"Pool of {link.team}"
