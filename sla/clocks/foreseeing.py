"""What an edit would do to every running clock that it concerns: counted, and nothing is written.

A preview asks only by when each clock would be due, of the same functions as the rebuild that
writes it, and reads only the columns that this follows from, one clock after the other, so that it
takes seconds and little memory however many run. What needs more (a lead that was paused, a promise
after an undo, hours without an open weekday) is judged in full, as the rebuild does it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)  # fmt: skip

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team
from leads.handoff.pauses import Pause
from sla.agreement.attempts import AttemptPlan
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement, Target
from sla.calendars.arithmetic import BusinessCalendar, due, read_pauses
from sla.calendars.queries import calendar_of
from sla.clocks.kinds import KINDS, Kind
from sla.clocks.models import OUTAGE, Clock, Outage
from sla.clocks.moving import Standing
from sla.clocks.reckoning import reckon_due
from sla.clocks.recounting import (
    AFTER_TOUCH,
    COLUMNS,
    ByAgreement,
    ByCalendar,
    Effect,
    Recount,
    grounds_of,
)
from sla.clocks.renewal import stays

CHUNK = 2_000


class _Due(NamedTuple):
    """By when one clock is due, and by when it would be; None: only a full look can tell."""

    id: int
    was: datetime
    at: datetime | None


def preview_edit(*, calendar_id: int, content: object, now: datetime) -> Effect:
    """What moving the running clocks to this content would do."""
    recount = ByCalendar(calendar_id, BusinessCalendar.from_content(content))
    return _count(recount, _by_hours(recount.older(), recount.hours), now)


def preview_agreement(*, version: AgreementVersion, now: datetime) -> Effect:
    """What this version would do to running clocks if it came into force now and counted for
    them."""
    recount = ByAgreement(version.pk, Agreement.from_content(version.content))
    return _count(recount, _by_terms(recount.older(), recount.agreement), now)


def _count(recount: Recount, found: Iterator[_Due], now: datetime) -> Effect:
    effect = Effect()
    left: list[int] = []
    for clock_id, was, at in found:
        if at is None:
            left.append(clock_id)
            if len(left) == CHUNK:
                _judge(recount, left, effect, now)
                left = []
            continue
        effect.counting += 1
        if at != was:
            effect.moved += 1
            effect.turned_late += at < now <= was
            effect.late_no_longer += was < now <= at
    _judge(recount, left, effect, now)
    return effect


def _judge(recount: Recount, ids: Sequence[int], effect: Effect, now: datetime) -> None:
    """Count these in full."""
    if not ids:
        return
    rows = recount.older().filter(pk__in=ids).values_list(*COLUMNS)
    clocks = [Standing(*row) for row in rows]
    judge = recount.judge(clocks, now)
    for clock in clocks:
        try:
            effect.add(judge(clock))
        except DomainError:
            effect.add_stuck()


def _by_hours(clocks: QuerySet[Clock], hours: BusinessCalendar) -> Iterator[_Due]:
    # Most clocks have no pause, and nothing is read out of JSON for them.
    pauses = Case(When(paused_from__isnull=False, then=F("pauses")), output_field=JSONField())
    columns = "pk", "counted", "started_at", "target_seconds", "due_at"
    rows = clocks.values_list(*columns, pauses).iterator(chunk_size=CHUNK)
    always = any(hours.week)  # if not, one of its steps may find no time where it finds some
    for clock_id, counted, start, seconds, was, paused in rows:
        at = was if always and not counted else None
        if always and counted:
            at = _due_or_none(hours, start, seconds, paused)
        yield _Due(clock_id, was, at)


def _due_or_none(
    hours: BusinessCalendar, start: datetime, seconds: int, paused: Sequence[Sequence[str]] | None
) -> datetime | None:
    try:
        return due(hours, start, seconds, read_pauses(paused) if paused else ())
    except DomainError:
        return None


_OF_CLOCK = (
    "pk", "kind", "tier", "number", "calendar_id", "started_at", "due_at", "lead__source",
    "lead__team_id", "lead__park_until", "lead__first_touch_at",
)  # fmt: skip
_OF_TOUCH = "started_by__touch__at", "started_by__touch__next_at"
_NOTHING = (Value(None, DateTimeField()),) * len(_OF_TOUCH)


class _Row(NamedTuple):
    """A clock and its lead, with the touch that it began with."""

    id: int
    kind: str
    tier: int | None
    number: int | None
    calendar_id: int
    started_at: datetime
    due_at: datetime
    source: str
    team_id: int
    park_until: datetime | None
    first_touch_at: datetime | None
    paused: bool
    began: str
    touched_at: datetime | None
    promised_at: datetime | None


def _by_terms(clocks: QuerySet[Clock], agreement: Agreement) -> Iterator[_Due]:
    known = _Known(agreement)
    paused = Exists(Pause.objects.filter(lead=OuterRef("lead")))
    # Acts and touches are read for those alone that are counted from them.
    began = F("started_by__action") if Outage.objects.exists() else Value("")
    touched = Q(kind__in=AFTER_TOUCH)
    for some, touch in ((clocks.filter(touched), _OF_TOUCH), (clocks.exclude(touched), _NOTHING)):
        rows = some.values_list(*_OF_CLOCK, paused, began, *touch).iterator(chunk_size=CHUNK)
        for row in map(_Row._make, rows):
            yield _Due(row.id, row.due_at, known.due_of(row))


@dataclass
class _Known:
    """What an agreement has for clocks that are alike, found once for all of them: the promise by
    kind, tier, source and team; the hours by their version."""

    agreement: Agreement
    _terms: dict[object, tuple[Kind, Target, AttemptPlan]] = field(default_factory=dict)
    _hours: dict[int, BusinessCalendar | None] = field(default_factory=dict)
    _teams: dict[int, str] = field(
        default_factory=lambda: dict(Team.objects.values_list("pk", "slug"))
    )

    def due_of(self, row: _Row) -> datetime | None:
        """By when it would be due; None where only a full look can tell."""
        hours = self._hours_of(row.calendar_id)
        if hours is None or row.paused or (row.touched_at is None and row.kind in AFTER_TOUCH):
            return None
        kind, target, plan = self._terms_of(row)
        if stays(kind, row.number, plan, restarted=row.began == OUTAGE):
            return row.due_at
        grounds = grounds_of(
            row.started_at, row.number, row.first_touch_at, row.park_until, row.touched_at,
            row.promised_at,
        )  # fmt: skip
        try:
            return reckon_due(kind, grounds, target=target, plan=plan, calendar=hours, pauses=())
        except DomainError:
            return None

    def _terms_of(self, row: _Row) -> tuple[Kind, Target, AttemptPlan]:
        key = row.kind, row.tier, row.source, row.team_id
        if key not in self._terms:
            target = self.agreement.target_for(
                kind=row.kind, tier=row.tier, source=row.source, team=self._teams[row.team_id]
            )
            plan = self.agreement.attempts_for(row.tier)
            self._terms[key] = KINDS[row.kind], target, plan
        return self._terms[key]

    def _hours_of(self, version_id: int) -> BusinessCalendar | None:
        """None where no weekday is open: then one of its steps may find no time."""
        if version_id not in self._hours:
            hours = calendar_of(version_id)
            self._hours[version_id] = hours if any(hours.week) else None
        return self._hours[version_id]
