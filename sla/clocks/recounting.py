"""Which running clocks an edit concerns, and what it makes of each: of a calendar, or of the
agreement. A rebuild writes it; `foreseeing` counts beforehand what it will come to.

An agreement concerns the clocks of what both sides once signed; those of a past that was read in
are judged by what they were read in with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db import connection
from django.db.models import F, Q, QuerySet

from leads.handoff.pauses import pauses_of_all
from leads.work.models import Touch
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import CalendarVersion
from sla.calendars.queries import calendar_of
from sla.clocks.kinds import KINDS, DueBy
from sla.clocks.models import OUTAGE, Clock
from sla.clocks.moving import Moved, Standing, move
from sla.clocks.reckoning import Grounds
from sla.clocks.renewal import Facts, renew
from sla.clocks.states import IS_RUNNING

COLUMNS = (
    "id", "lead_id", "calendar_id", "counted", "target_seconds", "at_risk_share", "started_at",
    "at_risk_at", "due_at", "pauses", "detected_at", "steps", "step_times", "next_at",
)  # fmt: skip
AFTER_TOUCH = tuple(n for n, k in KINDS.items() if k.due_by in (DueBy.PLAN, DueBy.PROMISE))
_NONE: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """A clock and its lead, as `_FACTS` reads them."""

    id: int
    lead_id: int
    kind: str
    tier: int | None
    number: int | None
    started_at: datetime
    started_by_id: int
    began: str
    source: str
    team: str
    park_until: datetime | None
    first_touch_at: datetime | None
    paused: bool
    climbed: Sequence[str] | None


# One statement for a whole chunk: asked for every running clock there is, so that it is not put
# together anew each time.
_FACTS = """
    SELECT clock.id, clock.lead_id, clock.kind, clock.tier, clock.number, clock.started_at,
        clock.started_by_id, began.action, lead.source, team.slug, lead.park_until,
        lead.first_touch_at,
        EXISTS (SELECT FROM leads_pause AS pause WHERE pause.lead_id = clock.lead_id),
        (SELECT array_agg(taken.step::text) FROM sla_clockstep AS taken
            WHERE taken.clock_id = clock.id)
    FROM unnest(%s::bigint[]) AS asked (id)
    JOIN sla_clock AS clock ON clock.id = asked.id
    JOIN leads_lead AS lead ON lead.id = clock.lead_id
    JOIN people_team AS team ON team.id = lead.team_id
    JOIN leads_event AS began ON began.id = clock.started_by_id
"""

Judge = Callable[[Standing], Moved]


@dataclass
class Effect:
    """What an edit does to running clocks: how many count by what was edited, how many of them are
    due at another instant, turn late, are late no longer; `stuck` can have no due time at all."""

    counting: int = 0
    moved: int = 0
    turned_late: int = 0
    late_no_longer: int = 0
    stuck: int = 0

    def add(self, moved: Moved) -> None:
        """Count one more clock."""
        self.counting += 1
        self.moved += moved.has_moved
        self.turned_late += moved.turned_late
        self.late_no_longer += moved.late_no_longer

    def add_stuck(self) -> None:
        """Count one that can have no due time."""
        self.counting += 1
        self.stuck += 1


class Recount(Protocol):
    """One edit: the running clocks it has not taken over, and what it makes of some of them."""

    def older(self) -> QuerySet[Clock]: ...
    def judge(self, clocks: Sequence[Standing], now: datetime) -> Judge: ...


@dataclass(frozen=True)
class ByCalendar:
    """The hours of a calendar as they are to be; `version_id` of them, once they are saved."""

    calendar_id: int
    hours: BusinessCalendar
    version_id: int | None = None

    def older(self) -> QuerySet[Clock]:
        """Running clocks that count by any other version of the calendar."""
        running = running_by(self.calendar_id)
        return running.exclude(calendar=self.version_id) if self.version_id else running

    def judge(self, clocks: Sequence[Standing], now: datetime) -> Judge:
        return lambda one: move(one, old=calendar_of(one.calendar_id), new=self.hours, now=now)


@dataclass(frozen=True)
class ByAgreement:
    """A version of the agreement, in force or to be."""

    version_id: int
    agreement: Agreement

    def older(self) -> QuerySet[Clock]:
        """Running clocks under any other version that both sides signed."""
        signed = AgreementVersion.objects.filter(
            marketing_signed_by__isnull=False, sales_signed_by__isnull=False
        ).exclude(pk=self.version_id)
        return Clock.objects.filter(
            IS_RUNNING, agreement__in=list(signed.values_list("pk", flat=True))
        )

    def judge(self, clocks: Sequence[Standing], now: datetime) -> Judge:
        facts = facts_of(clocks)

        def judged(one: Standing) -> Moved:
            hours = calendar_of(one.calendar_id)
            return renew(one, facts[one.id], agreement=self.agreement, calendar=hours, now=now)

        return judged


def running_by(calendar_id: int) -> QuerySet[Clock]:
    """Running clocks that count by any version of a calendar."""
    versions = CalendarVersion.objects.filter(calendar=calendar_id).values_list("pk", flat=True)
    return Clock.objects.filter(IS_RUNNING, calendar__in=list(versions))


def facts_of(clocks: Sequence[Standing]) -> dict[int, Facts]:
    """What an agreement asks of these clocks and their leads, in three queries at most."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [[clock.id for clock in clocks]])
        rows = [_Row(*row) for row in cursor.fetchall()]
    touches = _touches([row for row in rows if row.kind in AFTER_TOUCH])
    stood = {row.lead_id for row in rows if row.paused}
    paused = pauses_of_all(stood) if stood else {}
    climbing = {one.id for one in clocks if one.steps or one.is_told}
    return {
        row.id: Facts(
            kind=row.kind,
            tier=row.tier,
            source=row.source,
            team=row.team,
            grounds=_grounds(row, touches.get(row.id)),
            paused=paused.get(row.lead_id, ()),
            climbed=frozenset(row.climbed) if row.climbed else _NONE,
            climbs=row.id in climbing or bool(row.climbed),
            restarted=row.began == OUTAGE,
        )
        for row in rows
    }


def _touches(rows: Sequence[_Row]) -> dict[int, Touch]:
    """By clock, the touch it began with; after an undo that is the last one that counts."""
    if not rows:
        return {}
    found = Touch.objects.filter(
        Q(event__in=[row.started_by_id for row in rows])
        | Q(lead__in=[row.lead_id for row in rows], at=F("lead__last_touch_at"))
    )
    by_event, by_lead = {}, {}
    for touch in found:
        by_event[touch.event_id] = by_lead[touch.lead_id] = touch
    pairs = ((row.id, by_event.get(row.started_by_id) or by_lead.get(row.lead_id)) for row in rows)
    return {clock_id: touch for clock_id, touch in pairs if touch}


def _grounds(row: _Row, touch: Touch | None) -> Grounds:
    return grounds_of(
        row.started_at, row.number, row.first_touch_at, row.park_until,
        touch.at if touch else None, touch.next_at if touch else None,
    )  # fmt: skip


def grounds_of(
    started_at: datetime,
    number: int | None,
    first_touch_at: datetime | None,
    park_until: datetime | None,
    touched_at: datetime | None,
    promised_at: datetime | None,
) -> Grounds:
    """What a running clock is counted from; of a further attempt it is the attempt before it."""
    since = touched_at if number is not None and touched_at else started_at
    return Grounds(since, number, first_touch_at, promised_at, park_until)
