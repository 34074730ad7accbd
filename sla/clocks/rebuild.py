# statements are put together from words of this file alone
"""Taking running clocks over to a newer version of their calendar: what it would do, and doing it.

A worker goes through the clocks in batches, each a transaction of its own: leads by id, then clocks
by id, everything recounted and written set-wise, and what the leads say is due next with it. A
clock that was taken over counts by the new version, so a run that died is simply gone on with, and
one that is repeated finds nothing to do. Ended clocks are never touched.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import HourSetter
from leadbridge.people.models import User
from leads.handoff.locks import lock_leads
from sla.calendars.actions import lock_calendar
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.queries import calendar_of, may_edit
from sla.clocks.kinds import KINDS
from sla.clocks.models import CalendarRebuild, Clock
from sla.clocks.moving import Moved, Standing, move
from sla.clocks.states import IS_RUNNING

log = logging.getLogger(__name__)

BATCH = 2_000
LOCK = 0x5EB1D  # the first half of the advisory lock; the second is the rebuild
COLUMNS = (
    "id", "lead_id", "calendar_id", "counted", "target_seconds", "at_risk_share", "started_at",
    "at_risk_at", "due_at", "pauses", "detected_at", "steps", "step_times", "next_at",
)  # fmt: skip
WHY_DROPPED = "An edit of the calendar moved it into the past."
WHY_NO_LONGER = "By an edit of the calendar it is late no longer."
ON_ITS_WAY = [name for name, kind in KINDS.items() if not kind.aside]
State = CalendarRebuild.State

# Steps and their times travel as text, because `unnest` would flatten arrays of arrays.
_WRITE = """
    WITH fresh AS (
        SELECT id, at_risk_at, due_from, due_at, detected_at, next_at, steps::text[] AS steps,
            step_times::timestamptz[] AS step_times
        FROM unnest(%(ids)s::bigint[], %(at_risk)s::timestamptz[], %(due_from)s::timestamptz[],
            %(due)s::timestamptz[], %(detected)s::timestamptz[], %(next)s::timestamptz[],
            %(steps)s::text[], %(step_times)s::text[])
            AS given (id, at_risk_at, due_from, due_at, detected_at, next_at, steps, step_times)
    ), written AS (
        UPDATE sla_clock AS clock SET calendar_id = %(version)s, at_risk_at = fresh.at_risk_at,
            due_at = fresh.due_at, detected_at = fresh.detected_at, next_at = fresh.next_at,
            breached_at = CASE WHEN fresh.detected_at IS NOT NULL THEN fresh.due_at END,
            steps = fresh.steps, step_times = fresh.step_times
        FROM fresh WHERE clock.id = fresh.id
    )
    INSERT INTO sla_clockmove (rebuild_id, clock_id, due_from, due_to, silent)
    SELECT %(rebuild)s, id, due_from, due_at, detected_at IS NOT NULL
    FROM fresh WHERE due_from <> due_at
"""
_DROP = """
    INSERT INTO sla_clockstep (clock_id, step, due_at, at, state, outcome)
    SELECT id, step, due_at, %(now)s, 'dropped', %(why)s
    FROM unnest(%(ids)s::bigint[], %(steps)s::text[], %(times)s::timestamptz[])
        AS dropped (id, step, due_at)
    ON CONFLICT (clock_id, step) DO NOTHING
"""
_CALL_BACK = """
    UPDATE sla_clockstep SET state = 'dropped', outcome = %(why)s
    WHERE clock_id = ANY(%(ids)s) AND state = 'pending'
"""
# As `engine.agenda_of` finds it for one lead.
_AGENDA = """
    UPDATE leads_lead AS lead SET next_kind = first.kind, next_started_at = first.started_at,
        next_at_risk_at = first.at_risk_at, next_due_at = first.due_at
    FROM (
        SELECT DISTINCT ON (lead_id) lead_id, kind, started_at, at_risk_at, due_at
        FROM sla_clock
        WHERE lead_id = ANY(%(leads)s) AND stopped_at IS NULL AND void_at IS NULL
            AND kind = ANY(%(kinds)s::text[])
        ORDER BY lead_id, due_at, array_position(%(kinds)s::text[], kind::text)
    ) AS first
    WHERE lead.id = first.lead_id
        AND (lead.next_kind, lead.next_started_at, lead.next_at_risk_at, lead.next_due_at)
        IS DISTINCT FROM (first.kind, first.started_at, first.at_risk_at, first.due_at)
"""


@dataclass
class Effect:
    """What an edit does to running clocks: how many count by the calendar, how many of them are
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


def running_by(calendar_id: int) -> QuerySet[Clock]:
    """Running clocks that count by any version of a calendar."""
    versions = CalendarVersion.objects.filter(calendar=calendar_id).values_list("pk", flat=True)
    return Clock.objects.filter(IS_RUNNING, calendar__in=list(versions))


def preview_edit(*, calendar_id: int, content: object, now: datetime) -> Effect:
    """What moving the running clocks to this content would do. Nothing is written."""
    new = BusinessCalendar.from_content(content)
    effect = Effect()
    rows = running_by(calendar_id).values_list(*COLUMNS).iterator(chunk_size=5_000)
    for row in rows:
        clock = Standing(*row)
        try:
            effect.add(move(clock, old=calendar_of(clock.calendar_id), new=new, now=now))
        except DomainError:
            effect.counting += 1
            effect.stuck += 1
    return effect


def waiting_for_move(calendar: Calendar) -> int:
    """Running clocks that count by an older version than the one that stands."""
    return running_by(calendar.pk).exclude(calendar=calendar.current_id).count()


def start_rebuild(*, calendar_id: int, actor: User, now: datetime) -> CalendarRebuild | None:
    """Ask for all running clocks to be taken over to the version that stands; None: all are.

    An unfinished rebuild of the same calendar is replaced: what it has done stays, and this one
    goes on from there. DomainError `forbidden` (403).
    """
    with transaction.atomic():
        calendar = lock_calendar(calendar_id)
        if not may_edit(HourSetter(actor), calendar):
            raise DomainError("forbidden", "You may not change these hours.", status=403)
        older = running_by(calendar.pk).exclude(calendar=calendar.current_id)
        total = older.count()
        if not total or calendar.current is None:
            return None
        CalendarRebuild.objects.filter(calendar=calendar, state__in=CalendarRebuild.OPEN).update(
            state=State.REPLACED, finished_at=now
        )
        before = older.aggregate(version=Max("calendar"))["version"]
        return CalendarRebuild.objects.create(
            calendar=calendar, from_version_id=before, to_version=calendar.current, asked_by=actor,
            asked_at=now, total=total,
        )  # fmt: skip


def run_rebuilds(*, now: datetime, batch: int = BATCH, seconds: float = inf) -> int:
    """Do every rebuild that waits or was left unfinished; how many clocks were taken over.

    After so many `seconds` it begins no further batch.
    """
    waiting = CalendarRebuild.objects.filter(state__in=CalendarRebuild.OPEN).order_by("pk")
    began, taken = time.monotonic(), 0
    for number in list(waiting.values_list("pk", flat=True)):
        left = seconds - (time.monotonic() - began)
        taken += run_rebuild(rebuild_id=number, now=now, batch=batch, seconds=left)
    return taken


def run_rebuild(*, rebuild_id: int, now: datetime, batch: int = BATCH, seconds: float = inf) -> int:
    """Do one rebuild to its end, unless another worker is at it; how many clocks it took over.

    A refusal (a calendar that never opens again) ends it as failed, with its words. Whatever else
    is raised, or the end of its `seconds`, leaves it unfinished, to be gone on with.
    """
    began, taken = time.monotonic(), 0
    with _alone(rebuild_id) as alone:
        while alone and time.monotonic() - began < seconds:
            try:
                done = _take_batch(rebuild_id, now, batch)
            except DomainError as refusal:
                log.exception("rebuild %s cannot be done", rebuild_id)
                _finish(rebuild_id, State.FAILED, now, began, error=refusal.message)
                break
            if done is None:
                _finish(rebuild_id, State.DONE, now, began)
                break
            taken += done
    return taken


def is_unfinished() -> bool:
    """Is there a rebuild to be done, or to be gone on with?"""
    return CalendarRebuild.objects.filter(state__in=CalendarRebuild.OPEN).exists()


@contextmanager
def _alone(rebuild_id: int) -> Iterator[bool]:
    """Hold the rebuild for this worker; False where another holds it. A worker that dies lets go
    with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, rebuild_id])
        [held] = cursor.fetchone()
        try:
            yield held
        finally:
            if held:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, rebuild_id])


def _take_batch(rebuild_id: int, now: datetime, batch: int) -> int | None:
    """Take over the next clocks; None when there is nothing left to do, or nothing wanted."""
    with transaction.atomic():
        rebuild = _open_rebuild(rebuild_id)
        if rebuild is None:
            return None
        older = running_by(rebuild.calendar_id).exclude(calendar=rebuild.to_version_id)
        ids = _next_ids(older, rebuild.last_clock, batch)
        if not ids and rebuild.last_clock:
            # Once more from the first: a clock may have started by the old version meanwhile.
            rebuild.last_clock = 0
            ids = _next_ids(older, 0, batch)
        if not ids:
            return None
        effect = _take_over(ids, rebuild, now)
        _note(rebuild, effect, last=ids[-1][0], now=now)
        return effect.counting


def _open_rebuild(rebuild_id: int) -> CalendarRebuild | None:
    return (
        CalendarRebuild.objects.select_for_update(no_key=True)
        .filter(pk=rebuild_id, state__in=CalendarRebuild.OPEN)
        .first()
    )


def _next_ids(older: QuerySet[Clock], after: int, batch: int) -> list[tuple[int, int]]:
    """Clock and lead of the next clocks, not locked yet: leads are locked before them."""
    following = older.filter(pk__gt=after).order_by("pk")
    return list(following.values_list("pk", "lead_id")[:batch])


def _take_over(ids: Sequence[tuple[int, int]], rebuild: CalendarRebuild, now: datetime) -> Effect:
    """Lock, read afresh, recount, write. What ended or was taken over meanwhile is left alone."""
    lock_leads({lead_id for _, lead_id in ids})
    clocks = (
        Clock.objects.select_for_update(no_key=True)
        .filter(IS_RUNNING, pk__in=[clock_id for clock_id, _ in ids])
        .exclude(calendar=rebuild.to_version_id)
        .order_by("pk")
    )
    new, effect, moved = calendar_of(rebuild.to_version_id), Effect(), []
    for row in clocks.values_list(*COLUMNS):
        clock = Standing(*row)
        after = move(clock, old=calendar_of(clock.calendar_id), new=new, now=now)
        effect.add(after)
        moved.append(after)
    _write(moved, rebuild, now)
    return effect


def _write(moved: Sequence[Moved], rebuild: CalendarRebuild, now: datetime) -> None:
    """A batch of clocks, the steps they lose, and what their leads say is due next."""
    dropped = [(one.clock.id, step, at) for one in moved for step, at in one.dropped]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {
            "version": rebuild.to_version_id,
            "rebuild": rebuild.pk,
            "ids": [one.clock.id for one in moved],
            "at_risk": [one.at_risk_at for one in moved],
            "due_from": [one.clock.due_at for one in moved],
            "due": [one.due_at for one in moved],
            "detected": [one.detected_at for one in moved],
            "next": [one.next_at for one in moved],
            "steps": [array_text(one.steps) for one in moved],
            "step_times": [
                array_text([at.isoformat() for at in one.step_times]) for one in moved
            ],
        })  # fmt: skip
        cursor.execute(_DROP, {
            "now": now,
            "why": WHY_DROPPED,
            "ids": [clock_id for clock_id, _, _ in dropped],
            "steps": [step for _, step, _ in dropped],
            "times": [at for _, _, at in dropped],
        })  # fmt: skip
        on_time = [one.clock.id for one in moved if one.late_no_longer]
        cursor.execute(_CALL_BACK, {"ids": on_time, "why": WHY_NO_LONGER})
        leads = [one.clock.lead_id for one in moved]
        cursor.execute(_AGENDA, {"leads": leads, "kinds": ON_ITS_WAY})


def array_text(parts: Sequence[str]) -> str:
    """An array as PostgreSQL writes it; steps and instants hold nothing that needs quoting."""
    return "{" + ",".join(parts) + "}"


def _note(rebuild: CalendarRebuild, effect: Effect, *, last: int, now: datetime) -> None:
    """How far the rebuild is, in the same transaction."""
    rebuild.state = State.RUNNING
    rebuild.started_at = rebuild.started_at or now
    rebuild.done += effect.counting
    rebuild.total = max(rebuild.total, rebuild.done)
    rebuild.moved += effect.moved
    rebuild.turned_late += effect.turned_late
    rebuild.late_no_longer += effect.late_no_longer
    rebuild.last_clock = last
    rebuild.save(
        update_fields=[
            "state", "started_at", "done", "total", "moved", "turned_late", "late_no_longer",
            "last_clock",
        ]
    )  # fmt: skip


def _finish(
    rebuild_id: int, state: CalendarRebuild.State, now: datetime, began: float, error: str = ""
) -> None:
    """Write down the end, unless a later edit replaced the rebuild."""
    at = now + timedelta(seconds=time.monotonic() - began)
    CalendarRebuild.objects.filter(pk=rebuild_id, state__in=CalendarRebuild.OPEN).update(
        state=state, finished_at=at, error=error[:500]
    )
