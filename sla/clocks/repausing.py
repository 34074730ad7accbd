"""What the pauses of a lead do to its clocks: promises of working time stand still while they last.

What was due when a pause began stays due, and a date that was promised stays where it was.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from leads.handoff.changes import Change, PausedTime
from leads.handoff.pauses import pauses_of
from sla.agreement.queries import agreement_version
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import Pause, joined
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.moving import Standing, as_written, move

COLUMNS = (
    "pauses", "paused_from", "paused_until", "at_risk_at", "due_at", "steps", "step_times",
    "next_at",
)  # fmt: skip


def pauses_at_start(
    change: Change, kind: str, since: datetime, agreement: Agreement
) -> list[Pause]:
    """The pauses that a clock of this kind, counted from `since`, starts under.

    No query where there can be none. What is counted from an instant that is gone, as the next
    attempt is from the first one, passes over pauses that have ended meanwhile: the same that a
    later pause would count when it reckons the clock again.
    """
    now_paused = (change.lead.paused_until or since) > since
    if change.pauses is None and since >= change.now and not now_paused:
        return []
    known = pauses_of(change.lead.pk) if change.pauses is None else change.pauses
    return stopped_by(known, kind, agreement)


def repause(clocks: Sequence[Clock], pauses: Iterable[PausedTime], now: datetime) -> list[Clock]:
    """Reckon running clocks again under the pauses of their lead as they now stand, in memory;
    those that changed."""
    known = tuple(pauses)
    return [clock for clock in clocks if _repause(clock, known, now)]


def _repause(clock: Clock, known: Sequence[PausedTime], now: datetime) -> bool:
    pauses = stopped_by(known, clock.kind, agreement_version(clock.agreement_id).agreement)
    if not clock.counted or clock.due_at < now or as_written(pauses) == clock.pauses:
        return False
    calendar = calendar_of(clock.calendar_id)
    moved = move(Standing.of(clock), old=calendar, new=calendar, now=now, pauses=pauses)
    keep_pauses(clock, pauses)
    clock.at_risk_at, clock.due_at = moved.at_risk_at, moved.due_at
    clock.steps, clock.step_times = list(moved.steps), list(moved.step_times)
    clock.next_at = moved.next_at
    return True


def keep_pauses(clock: Clock, pauses: Sequence[Pause]) -> None:
    """Note on a clock, in memory, under which pauses it is reckoned."""
    clock.pauses = as_written(pauses)
    clock.paused_from, clock.paused_until = pauses[-1] if pauses else (None, None)


def stopped_by(pauses: Iterable[PausedTime], kind: str, agreement: Agreement) -> list[Pause]:
    """Those that stop a kind under an agreement, in order, with what overlaps as one. A pause that
    the agreement does not name stops what was agreed when it was made."""
    agreed = {rule.code: rule.kinds for rule in agreement.pauses}
    return joined(
        (one.since, one.until) for one in pauses if kind in agreed.get(one.code, one.kinds)
    )
