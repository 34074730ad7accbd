"""Show the arithmetic: which hours counted towards a due time, and why the others did not.

It walks the local dates one by one and never looks at the tables that `arithmetic` bisects, so the
tests can hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar, Pause, due, in_utc, joined, working_time
from sla.calendars.content import DAY_SECONDS, Block, block_text
from sla.calendars.timeline import NOTHING, SECOND, Stretch, local_days, stretches_between

# More than anybody reads; they keep a single request from asking for a century of lines.
MOST_STEPS = 20_000
LONGEST_SHOWN = timedelta(days=10 * 366)
LONGEST_BREAK = 3 * 3600
LONGEST_NIGHT = 16 * 3600

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic: the instants `[from_, to)` in UTC.

    `counted_seconds` are whole: the parts of seconds at the edges are carried from step to step, so
    that the sum over all steps is exactly the target.
    """

    from_: datetime
    to: datetime
    counted_seconds: int
    why: str


@dataclass(frozen=True)
class _Piece:
    """Instants of one kind. Closed pieces have causes, and join into one whatever their causes."""

    start: datetime
    end: datetime
    counts: bool
    what: str
    causes: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        return f"{self.what}: {', '.join(self.causes)}" if self.causes else self.what


@dataclass(frozen=True)
class _Part:
    """A part of a local date, in seconds of its wall clock."""

    start: int
    end: int
    counts: bool
    what: str
    cause: str = ""


def explain_due(
    calendar: BusinessCalendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()
) -> list[Step]:
    """The steps from `start` to the due time, without a gap; the last one ends at it.

    A target of nothing in working time is one step of no length. Refuses what `due` refuses.
    """
    end = due(calendar, start, seconds, pauses)
    start = in_utc(start)
    if end == start:
        return [Step(start, end, 0, "Nothing to count")]
    return _steps(calendar, start, end, pauses)


def explain_elapsed(
    calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> list[Step]:
    """The steps from `start` to `end`, without a gap; none if `end <= start`.

    Their sum is the elapsed time in whole seconds. Refuses what `elapsed` refuses, and more than
    ten years.
    """
    start, end = in_utc(start), in_utc(end)
    if end - start > LONGEST_SHOWN:
        raise DomainError("invalid_amount", "Ask for the steps of ten years at most.", field="end")
    working_time(calendar, start, end, pauses)
    return _steps(calendar, start, end, pauses)


def _steps(
    calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause]
) -> list[Step]:
    pieces = _merged(_paused(_pieces(calendar, start, end), joined(pauses)))
    changes = clock_changes(calendar, start, end)
    steps: list[Step] = []
    counted = NOTHING
    for piece in pieces:
        before = counted // SECOND
        if piece.counts:
            counted += piece.end - piece.start
        notes = (note for at, note in changes if piece.start <= at < piece.end)
        why = " ".join((piece.why, *notes))
        steps.append(Step(piece.start, piece.end, counted // SECOND - before, why))
        if len(steps) > MOST_STEPS:
            raise DomainError("invalid_amount", f"That takes more than {MOST_STEPS} steps to show.")
    return steps


def _pieces(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[_Piece]:
    """Every instant of `[start, end)`, in order, as its local date has it."""
    for stretch in stretches_between(calendar.zone, start, end):
        for day, midnight in local_days(stretch):
            for part in _parts(calendar, day):
                from_ = max(midnight + timedelta(0, part.start), stretch.start)
                to = min(midnight + timedelta(0, part.end), stretch.end)
                if from_ < to:
                    causes = (part.cause,) if part.cause else ()
                    yield _Piece(from_, to, part.counts, part.what, causes)


def _parts(calendar: BusinessCalendar, day: date) -> Iterator[_Part]:
    """A local date from midnight to midnight, cut into what is open and why the rest is not."""
    holiday = calendar.holidays_by_day.get(day)
    if holiday is not None:
        yield _Part(0, DAY_SECONDS, False, _named("Holiday", holiday.name))
        return
    override = calendar.overrides_by_day.get(day)
    aside = f" ({_named('override', override.name)})" if override else ""
    blocks = calendar.blocks_on(day)
    reached = 0
    for block in blocks:
        if reached < block.open:
            yield _closed_part(calendar, day, Block(reached, block.open))
        what = f"Working hours, {_day_text(day)} {block_text(block)}{aside}"
        yield _Part(block.open, block.close, True, what)
        reached = block.close
    if reached < DAY_SECONDS:
        yield _closed_part(calendar, day, Block(reached, DAY_SECONDS))


def _closed_part(calendar: BusinessCalendar, day: date, gap: Block) -> _Part:
    """Closed by an override only where the weekday would have been open, or there is no other."""
    override = calendar.overrides_by_day.get(day)
    usual = calendar.week[day.weekday()]
    if override and (
        not override.blocks or any(b.open < gap.close and gap.open < b.close for b in usual)
    ):
        return _Part(gap.open, gap.close, False, _named("Closed by override", override.name))
    return _Part(gap.open, gap.close, False, "Closed", _cause(calendar, day, gap))


def _cause(calendar: BusinessCalendar, day: date, gap: Block) -> str:
    if gap == (0, DAY_SECONDS):
        return "weekend" if _is_weekend(calendar, day) else f"no hours on {_DAYS[day.weekday()]}"
    length = gap.close - gap.open
    if gap.open == 0 or gap.close == DAY_SECONDS:
        return "night" if length < LONGEST_NIGHT else "outside hours"
    return "lunch or break" if length <= LONGEST_BREAK else "between shifts"


def _is_weekend(calendar: BusinessCalendar, day: date) -> bool:
    """Saturday and Sunday, and the Friday of a week that begins on Sunday."""
    return day.weekday() >= 5 or (day.weekday() == 4 and bool(calendar.week[6]))


def _paused(pieces: Iterable[_Piece], pauses: Sequence[Pause]) -> Iterator[_Piece]:
    """The pieces, with what a pause covers cut out of them and put in its place."""
    following = 0
    for piece in pieces:
        while following < len(pauses) and pauses[following][1] <= piece.start:
            following += 1
        reached = piece.start
        for begin, finish in pauses[following:]:
            if begin >= piece.end:
                break
            if reached < begin:
                yield replace(piece, start=reached, end=begin)
                reached = begin
            covered = min(finish, piece.end)
            yield _Piece(reached, covered, False, "Paused")
            reached = covered
        if reached < piece.end:
            yield replace(piece, start=reached)


def _merged(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Neighbours that say the same become one: night and weekend, both sides of a clock change."""
    last: _Piece | None = None
    for piece in pieces:
        if last and (last.what, last.counts) == (piece.what, piece.counts):
            causes = tuple(dict.fromkeys(last.causes + piece.causes))
            last = replace(last, end=piece.end, causes=causes)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def clock_changes(
    calendar: BusinessCalendar, start: datetime, end: datetime
) -> list[tuple[datetime, str]]:
    """When the wall clock was moved inside `(start, end)`, and how: "(clocks went back 1 h)"."""
    changes: list[tuple[datetime, str]] = []
    before: Stretch | None = None
    for stretch in stretches_between(calendar.zone, start, end):
        if before and before.offset != stretch.offset:
            moved = stretch.offset - before.offset
            way = "forward" if moved > NOTHING else "back"
            changes.append((stretch.start, f"(clocks went {way} {_length_text(abs(moved))})"))
        before = stretch
    return changes


def _length_text(length: timedelta) -> str:
    minutes, seconds = divmod(length // SECOND, 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "min"), (seconds, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def _day_text(day: date) -> str:
    """`Tue 24 Nov`, whatever the locale of the machine."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def _named(what: str, name: str) -> str:
    return f"{what}: {name}" if name else what
