# statements are put together from words of this file alone
"""Taking running clocks over to a newer version of their calendar or of the agreement, or beginning
them anew after an outage.

A worker goes through the clocks in batches, each a transaction of its own: leads by id, then clocks
by id, everything recounted and written set-wise, and what the leads say is due next with it. A
clock that was taken over counts by the new version, so a run that died is simply gone on with, and
one that is repeated finds nothing to do. Ended clocks are never touched.
"""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import inf

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import HourSetter
from leadbridge.people.models import User
from leads.handoff.locks import lock_leads
from sla.agreement.models import AgreementVersion, Running
from sla.agreement.queries import agreement_version
from sla.agreement.targets import Agreement
from sla.calendars.actions import lock_calendar
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of, may_edit
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock, Outage, Rebuild
from sla.clocks.moving import Moved, Standing
from sla.clocks.outage import begin_anew
from sla.clocks.recounting import COLUMNS, ByAgreement, ByCalendar, Effect, Recount, running_by

log = logging.getLogger(__name__)

BATCH = 2_000
LOCK = 0x5EB1D  # the first half of the advisory lock; the second is the rebuild
WHY_DROPPED = "An edit of the {} moved it into the past."
WHY_NO_LONGER = "By an edit of the {} it is late no longer."
ON_ITS_WAY = [name for name, kind in KINDS.items() if not kind.aside]
State = Rebuild.State

# Steps and their times travel as text, because `unnest` would flatten arrays of arrays.
_WRITE = """
    WITH fresh AS (
        SELECT id, started_at, target, share, counted, at_risk_at, due_from, due_at, detected_at,
            next_at, steps::text[] AS steps, step_times::timestamptz[] AS step_times,
            pauses::jsonb AS pauses
        FROM unnest(%(ids)s::bigint[], %(started)s::timestamptz[], %(target)s::int[],
            %(share)s::numeric[], %(counted)s::boolean[], %(at_risk)s::timestamptz[],
            %(due_from)s::timestamptz[], %(due)s::timestamptz[], %(detected)s::timestamptz[],
            %(next)s::timestamptz[], %(steps)s::text[], %(step_times)s::text[],
            %(pauses)s::text[])
            AS given (id, started_at, target, share, counted, at_risk_at, due_from, due_at,
                detected_at, next_at, steps, step_times, pauses)
    ), written AS (
        UPDATE sla_clock AS clock SET calendar_id = COALESCE(%(version)s, clock.calendar_id),
            agreement_id = COALESCE(%(agreement)s, clock.agreement_id),
            started_at = fresh.started_at, target_seconds = fresh.target,
            at_risk_share = fresh.share, counted = fresh.counted,
            at_risk_at = fresh.at_risk_at, due_at = fresh.due_at,
            detected_at = fresh.detected_at, next_at = fresh.next_at,
            breached_at = CASE WHEN fresh.detected_at IS NOT NULL THEN fresh.due_at END,
            steps = fresh.steps, step_times = fresh.step_times, pauses = fresh.pauses,
            paused_from = (fresh.pauses->-1->>0)::timestamptz,
            paused_until = (fresh.pauses->-1->>1)::timestamptz
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


def waiting_for_move(calendar: Calendar) -> int:
    """Running clocks that count by an older version than the one that stands."""
    return running_by(calendar.pk).exclude(calendar=calendar.current_id).count()


def start_rebuild(*, calendar_id: int, actor: User, now: datetime) -> Rebuild | None:
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
        _replace(Rebuild.objects.filter(calendar=calendar), now)
        before = older.aggregate(version=Max("calendar"))["version"]
        return Rebuild.objects.create(
            calendar=calendar, from_version_id=before, to_version=calendar.current, asked_by=actor,
            asked_at=now, total=total,
        )  # fmt: skip


def follow_agreement(version: AgreementVersion, now: datetime) -> None:
    """A version came into force: if it was signed to count for running clocks too, a worker takes
    them over. What an earlier version left undone ends with it either way, because nothing counts
    by that one any more."""
    _replace(Rebuild.objects.filter(agreement__isnull=False), now)
    if version.running != Running.MOVE:
        return
    total = ByAgreement(version.pk, Agreement.from_content(version.content)).older().count()
    if total:
        assert version.proposed_by is not None, "nothing is signed that nobody proposed"
        Rebuild.objects.create(
            agreement=version, asked_by=version.proposed_by, asked_at=now, total=total
        )


def _replace(rebuilds: QuerySet[Rebuild], now: datetime) -> None:
    """What was asked for before is gone on with by what is asked for now."""
    rebuilds.filter(state__in=Rebuild.OPEN).update(state=State.REPLACED, finished_at=now)


def run_rebuilds(*, now: datetime, batch: int = BATCH, seconds: float = inf) -> int:
    """Do every rebuild that waits or was left unfinished; how many clocks were taken over.

    After so many `seconds` it begins no further batch.
    """
    waiting = Rebuild.objects.filter(state__in=Rebuild.OPEN).order_by("pk")
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
    return Rebuild.objects.filter(state__in=Rebuild.OPEN).exists()


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
        if rebuild.outage is not None:
            return _begin_anew(rebuild, rebuild.outage, now, batch)
        recount = _recount(rebuild)
        ids = _next_ids(recount.older(), rebuild.last_clock, batch)
        if not ids and rebuild.last_clock:
            # Once more from the first: a clock may have started by the old version meanwhile.
            rebuild.last_clock = 0
            ids = _next_ids(recount.older(), 0, batch)
        if not ids:
            return None
        effect = _take_over(ids, recount, rebuild, now)
        _note(rebuild, effect, last=ids[-1][0], now=now)
        return effect.counting


def _begin_anew(rebuild: Rebuild, outage: Outage, now: datetime, batch: int) -> int | None:
    """The next clocks after an outage; what began anew is not due in it any more."""
    begun = begin_anew(outage, now=now, batch=batch)
    if not begun:
        return None
    _note(rebuild, Effect(counting=begun, moved=begun), last=0, now=now)
    return begun


def _open_rebuild(rebuild_id: int) -> Rebuild | None:
    return (
        Rebuild.objects.select_for_update(no_key=True)
        .filter(pk=rebuild_id, state__in=Rebuild.OPEN)
        .first()
    )


def _recount(rebuild: Rebuild) -> Recount:
    """What was edited: the calendar, or the agreement."""
    if rebuild.agreement_id is not None:
        version = agreement_version(rebuild.agreement_id)
        return ByAgreement(version.version_id, version.agreement)
    assert rebuild.calendar_id is not None, "a rebuild is of one thing"
    assert rebuild.to_version_id is not None, "with its version"
    hours = calendar_of(rebuild.to_version_id)
    return ByCalendar(rebuild.calendar_id, hours, rebuild.to_version_id)


def _next_ids(older: QuerySet[Clock], after: int, batch: int) -> list[tuple[int, int]]:
    """Clock and lead of the next clocks, not locked yet: leads are locked before them."""
    following = older.filter(pk__gt=after).order_by("pk")
    return list(following.values_list("pk", "lead_id")[:batch])


def _take_over(
    ids: Sequence[tuple[int, int]], recount: Recount, rebuild: Rebuild, now: datetime
) -> Effect:
    """Lock, read afresh, recount, write. What ended or was taken over meanwhile is left alone."""
    lock_leads({lead_id for _, lead_id in ids})
    rows = (
        recount.older()
        .select_for_update(no_key=True)
        .filter(pk__in=[clock_id for clock_id, _ in ids])
        .order_by("pk")
    )
    clocks = [Standing(*row) for row in rows.values_list(*COLUMNS)]
    judge, effect = recount.judge(clocks, now), Effect()
    moved = [judge(clock) for clock in clocks]
    for one in moved:
        effect.add(one)
    _write(moved, rebuild, now)
    return effect


def _write(moved: Sequence[Moved], rebuild: Rebuild, now: datetime) -> None:
    """A batch of clocks, the steps they lose, and what their leads say is due next."""
    edited = "agreement" if rebuild.agreement_id else "calendar"
    dropped = [(one.clock.id, step, at) for one in moved for step, at in one.dropped]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {
            "version": rebuild.to_version_id,
            "agreement": rebuild.agreement_id,
            "rebuild": rebuild.pk,
            "ids": [one.clock.id for one in moved],
            "started": [one.span.started_at for one in moved],
            "target": [one.span.target_seconds for one in moved],
            "share": [one.at_risk_share for one in moved],
            "counted": [one.span.counted for one in moved],
            "pauses": [json.dumps(one.pauses) for one in moved],
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
            "why": WHY_DROPPED.format(edited),
            "ids": [clock_id for clock_id, _, _ in dropped],
            "steps": [step for _, step, _ in dropped],
            "times": [at for _, _, at in dropped],
        })  # fmt: skip
        on_time = [one.clock.id for one in moved if one.late_no_longer]
        cursor.execute(_CALL_BACK, {"ids": on_time, "why": WHY_NO_LONGER.format(edited)})
        leads = [one.clock.lead_id for one in moved]
        cursor.execute(_AGENDA, {"leads": leads, "kinds": ON_ITS_WAY})


def array_text(parts: Sequence[str]) -> str:
    """An array as PostgreSQL writes it; steps and instants hold nothing that needs quoting."""
    return "{" + ",".join(parts) + "}"


def _note(rebuild: Rebuild, effect: Effect, *, last: int, now: datetime) -> None:
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
    rebuild_id: int, state: Rebuild.State, now: datetime, began: float, error: str = ""
) -> None:
    """Write down the end, unless a later edit replaced the rebuild."""
    at = now + timedelta(seconds=time.monotonic() - began)
    Rebuild.objects.filter(pk=rebuild_id, state__in=Rebuild.OPEN).update(
        state=state, finished_at=at, error=error[:500]
    )
