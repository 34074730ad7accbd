"""Where the time of a lead went: every instant from its capture to its end booked to exactly one
part, so that the parts sum to the whole. Pure.

Whoever holds the lead is booked with their own working hours; the hours in which they do not work
are nobody's. A pause is booked as one, night and day alike. What no link of custody covers is ours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sla.calendars.arithmetic import BusinessCalendar, Pause, joined, working_time

NOTHING = timedelta(0)
SECOND = timedelta(seconds=1)


class Part(StrEnum):
    """Whose the time was, in the order in which it is shown."""

    SYSTEM = "system"
    MARKETING = "marketing"
    POOL = "pool"
    PERSON = "person"
    PAUSED = "paused"
    CLOSED = "closed"


ORDER = list(Part)
# Time in which somebody could have acted: what the buyer waited in working time.
ACTIVE = frozenset({Part.MARKETING, Part.POOL, Part.PERSON})


@dataclass(frozen=True)
class Turn:
    """Whose turn it was from when to when, and by which hours; without any, all hours count."""

    since: datetime
    until: datetime
    part: Part
    who: str
    calendar: BusinessCalendar | None


@dataclass(frozen=True)
class Entry:
    """Time booked to one part; `who` is empty where it is nobody's."""

    part: Part
    who: str
    time: timedelta


def book(
    start: datetime, end: datetime, turns: Iterable[Turn], pauses: Sequence[Pause] = ()
) -> list[Entry]:
    """The time from `start` to `end` by part and holder, exact to the microsecond; nothing is
    listed that took no time. Turns come in order; where two overlap, the earlier one counts."""
    booked: dict[tuple[Part, str], timedelta] = {}
    for entry in _entries(start, end, turns, joined(pauses)):
        name = entry.part, entry.who
        booked[name] = booked.get(name, NOTHING) + entry.time
    entries = [Entry(part, who, time) for (part, who), time in booked.items() if time]
    return sorted(entries, key=lambda entry: ORDER.index(entry.part))


def _entries(
    start: datetime, end: datetime, turns: Iterable[Turn], pauses: Sequence[Pause]
) -> Iterator[Entry]:
    reached = start
    for turn in turns:
        begin, finish = max(turn.since, reached), min(turn.until, end)
        if begin < finish:
            yield Entry(Part.SYSTEM, "", begin - reached)
            yield from _of_turn(turn, begin, finish, pauses)
            reached = finish
    yield Entry(Part.SYSTEM, "", max(end - reached, NOTHING))


def _of_turn(
    turn: Turn, begin: datetime, end: datetime, pauses: Sequence[Pause]
) -> Iterator[Entry]:
    still = sum(
        (min(to, end) - max(from_, begin) for from_, to in pauses if from_ < end and to > begin),
        NOTHING,
    )
    whole = end - begin - still
    worked = working_time(turn.calendar, begin, end, pauses) if turn.calendar else whole
    yield Entry(turn.part, turn.who, worked)
    yield Entry(Part.PAUSED, "", still)
    yield Entry(Part.CLOSED, "", whole - worked)


def whole_seconds(entries: Sequence[Entry]) -> list[int]:
    """The entries in whole seconds that sum to the whole seconds of their sum: fractions are
    carried from one to the next."""
    seconds, before = [], 0
    reached = NOTHING
    for entry in entries:
        reached += entry.time
        seconds.append(reached // SECOND - before)
        before = reached // SECOND
    return seconds


def active_time(entries: Iterable[Entry]) -> timedelta:
    """The part of it in which somebody could have acted."""
    return sum((entry.time for entry in entries if entry.part in ACTIVE), NOTHING)
