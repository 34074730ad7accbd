"""Where the time of a lead went, in words and as one bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS
from sla.reports.lead_time import LeadTime, Wait
from sla.reports.time_ledger import SECOND, Entry, Part

NAMES = {
    Part.SYSTEM: ("LeadBridge", "before it was with anybody"),
    Part.MARKETING: ("", "marketing"),
    Part.POOL: ("", "nobody had taken it"),
    Part.PERSON: ("", "sales"),
    Part.PAUSED: ("Paused", "an agreed pause"),
    Part.CLOSED: ("Closed hours", "outside the holder's working hours"),
}


@dataclass(frozen=True)
class Piece:
    """One part of the bar, in percent of its width."""

    start: float
    share: float
    tone: str


@dataclass(frozen=True)
class Row:
    """One part in words; `tone` is that of its piece of the bar."""

    name: str
    note: str
    words: str
    share: str
    tone: str


@dataclass(frozen=True)
class Spent:
    """What the page of a lead shows."""

    total: str
    label: str
    parts: tuple[Piece, ...]
    rows: tuple[Row, ...]
    wait: str


def spent_words(time: LeadTime, zone: str) -> Spent:
    """The ledger of a lead for somebody who reads times in `zone`."""
    whole = time.end - time.start
    rows = tuple(_row(entry, time, whole) for entry in time.entries)
    return Spent(
        total=f"{hours_words(whole)}{' so far' if time.running else ''}",
        label=", ".join(f"{row.name} {row.words}" for row in rows),
        parts=tuple(_pieces(time.entries, whole)),
        rows=rows,
        wait=wait_words(time.wait, zone),
    )


def _row(entry: Entry, time: LeadTime, whole: timedelta) -> Row:
    name, note = NAMES[entry.part]
    share = entry.time / whole * 100
    return Row(
        name=name or time.names.get((entry.part, entry.who), entry.who),
        note=note,
        words=hours_words(entry.time),
        share="under 1 %" if share < 1 else f"{share:.0f} %",
        tone=entry.part.value,
    )


def _pieces(entries: Sequence[Entry], whole: timedelta) -> list[Piece]:
    pieces, reached = [], timedelta(0)
    for entry in entries:
        start, share = reached / whole * 100, entry.time / whole * 100
        pieces.append(Piece(round(start, 2), round(share, 2), entry.part.value))
        reached += entry.time
    return pieces


def wait_words(wait: Wait, zone: str) -> str:
    """How long the buyer waited for the first touch, on the wall clock and in working time."""
    wall, working = hours_words(wait.wall), f"{hours_words(wait.working)} of it in working hours"
    if wait.until:
        return f"{wall} until somebody got in touch on {_moment(wait.until, zone)}: {working}"
    if wait.running:
        return f"{wall} and still waiting for somebody to get in touch: {working}"
    return f"{wall} until it ended, and nobody got in touch: {working}"


def hours_words(length: timedelta) -> str:
    """A length in hours, however long: of working time a day says nothing without whose."""
    seconds = length // SECOND
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours:,} h {minutes:02d}" if hours else f"{minutes} min"


def _moment(instant: datetime, zone: str) -> str:
    there = local(instant, zone)
    return f"{there.day} {MONTHS[there.month - 1]} at {there:%H:%M}"
