"""Why a clock is due when it is: its arithmetic, by the calendar version and pauses it keeps."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, WEEKDAYS, duration_words
from sla.calendars.arithmetic import Pause, read_pauses
from sla.calendars.explain import Step, explain_elapsed
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock

HOUR, MINUTE = 3600, 60
SHORT_PARTS = 4  # as many as a mail or a line has room for
WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Line:
    """One step of the arithmetic, with what has been counted up to its end."""

    step: Step
    total_seconds: int


def pauses_of(clock: Clock) -> list[Pause]:
    """The pauses that a clock keeps, in order."""
    return read_pauses(clock.pauses)


def explain_clock(clock: Clock) -> list[Line]:
    """The steps from start to due, without a gap; the last total is the target. A date that was
    promised or agreed stays where it is, so a pause takes nothing from what lies before it.

    DomainError `invalid_amount` for one that takes more steps than anybody reads.
    """
    calendar, pauses = calendar_of(clock.calendar_id), pauses_of(clock) if clock.counted else []
    steps = explain_elapsed(calendar, clock.started_at, clock.due_at, pauses)
    totals = accumulate(step.counted_seconds for step in steps)
    return [Line(step, total) for step, total in zip(steps, totals, strict=True)]


def short_words(clock: Clock, zone: str) -> str:
    """The same in one line, on the wall clock of the calendar: "8 working hours by Team EMEA: Mon
    14:00–17:30 3 h 30 · Tue 09:00–13:30 4 h 30". Its zone is named where the reader has another."""
    calendar = calendar_of(clock.calendar_id)
    dated = clock.due_at - clock.started_at > WEEK
    parts = [
        _part(line.step, calendar.zone.key, dated=dated)
        for line in explain_clock(clock)
        if line.step.counted_seconds
    ]
    left = len(parts) - SHORT_PARTS
    if left > 1:
        parts = [*parts[: SHORT_PARTS - 1], f"{left + 1} more, the last:", parts[-1]]
    named = calendar.name
    if calendar.zone.key != zone:
        named += f" ({calendar.zone.key})"
    counted = " · ".join(parts).replace(": · ", ": ") or "nothing to count"
    return f"{working_words(clock.target_seconds)} by {named}: {counted}"


def _part(step: Step, zone: str, *, dated: bool) -> str:
    begin, end = local(step.from_, zone), local(step.to, zone)
    day = WEEKDAYS[begin.weekday()]
    if dated:
        day += f" {begin.day} {MONTHS[begin.month - 1]}"
    closes = "24:00" if end.date() > begin.date() and f"{end:%H:%M}" == "00:00" else f"{end:%H:%M}"
    return f"{day} {begin:%H:%M}–{closes} {duration_words(step.counted_seconds)}"


def working_words(seconds: int) -> str:
    """A length of working time, exact to the minute: "8 working hours", "45 working minutes",
    "3 h 30 of working time"."""
    hours, rest = divmod(seconds, HOUR)
    if seconds < HOUR:
        minutes = seconds // MINUTE
        return f"{minutes} working minute{'' if minutes == 1 else 's'}"
    if rest < MINUTE:
        return f"{hours:,} working hour{'' if hours == 1 else 's'}"
    return f"{hours:,} h {rest // MINUTE:02d} of working time"
