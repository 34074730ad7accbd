"""Hours and dates as people type them, read forgivingly and written back in one clear form.

`9-12, 14:00 – 18` is `09:00–12:00, 14:00–18:00`; midnight as a closing time is 24:00. What is read
here is judged by `content.py` like any other input, so nothing slips in by being typed.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import NoReturn

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import shown
from sla.calendars.content import MOST_DATES, Block, Holiday, Override, block_text

Pairs = list[list[str]]

CLOSED = frozenset({"", "closed", "off", "free", "none", "no", "-", "–", "—"})
ALL_DAY = frozenset({"all day", "always", "24h", "24 h", "24 hours", "round the clock"})
MOST_DAYS = 366
LONGEST_TEXT = 40_000

_TIME = r"(?:[0-9]{4}|[0-9]{1,2}(?:[:.h][0-9]{2}){0,2}|noon|midnight)(?:\s*(?:am|pm|h|uhr)\b)?"
_TO = r"\s*(?:-|–|—|−|to|until|till)\s*"
_BLOCK = re.compile(rf"({_TIME}){_TO}({_TIME})", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,|;|/|&|\+|\band\b)\s*", re.IGNORECASE)
_PARTS = re.compile(
    r"(?:([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?:[:.]([0-9]{2}))?|([0-9]{2})([0-9]{2}))"
    r"\s*(am|pm|h|uhr)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATES = (
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), "ymd"),
    (re.compile(r"([0-9]{1,2})[./]\s?([0-9]{1,2})[./]\s?([0-9]{4})"), "dmy"),
    (re.compile(rf"([0-9]{{1,2}})\.?\s+{_MONTH}\.?,?\s+([0-9]{{4}})", re.IGNORECASE), "dmy"),
    (re.compile(rf"{_MONTH}\.?\s+([0-9]{{1,2}}),?\s+([0-9]{{4}})", re.IGNORECASE), "mdy"),
)
_RANGE = re.compile(r"\s*(?:–|—|-|\.\.\.?|…|to|until|till)\s*", re.IGNORECASE)


def read_hours(text: str, field: str) -> Pairs:
    """Blocks of a day out of typed text; DomainError `invalid_schedule` that names `field`."""
    words = " ".join(text.casefold().split()).rstrip(".")
    if words in CLOSED:
        return []
    if words in ALL_DAY:
        return [["00:00", "24:00"]]
    blocks, left = _leading_blocks(words)
    if left or not blocks:
        _refuse(
            field, f"{shown(left or text)} is not understood. Write 09:00–12:00, 14:00–18:00, "
            "or closed.",
        )  # fmt: skip
    return blocks


def write_hours(blocks: Iterable[Block]) -> str:
    """The inverse of `read_hours`."""
    return ", ".join(block_text(block) for block in blocks) or "closed"


def read_closures(text: str, field: str = "closures") -> dict[str, str]:
    """One date or one stretch of dates a line, each with a name or without; date to name."""
    found: dict[str, str] = {}
    for number, line in _lines(text, field):
        where = f"{field}, line {number}"
        first, rest = _leading_date(line, field, where)
        last = first
        if (link := _RANGE.match(rest)) and _starts_with_date(rest[link.end() :]):
            last, rest = _leading_date(rest[link.end() :], field, where)
        days = (last - first).days
        if not 0 <= days < MOST_DAYS:
            _refuse(field, f"{first} to {last} is backward or longer than a year.", where)
        for ahead in range(days + 1):
            found[(first + timedelta(days=ahead)).isoformat()] = _name_of(rest)
    return found


def write_closures(closures: Iterable[Holiday]) -> str:
    """The inverse of `read_closures`; days in a row under one name become one line."""

    def stretch_of(place: tuple[int, Holiday]) -> tuple[int, str]:
        return place[1].day.toordinal() - place[0], place[1].name

    lines = []
    for _, group in groupby(enumerate(closures), key=stretch_of):
        days = [closure for _, closure in group]
        stretch = f"{days[0].day} to {days[-1].day}" if len(days) > 1 else f"{days[0].day}"
        lines.append(f"{stretch} {days[0].name}".rstrip())
    return "\n".join(lines)


def read_special_days(text: str, field: str = "overrides") -> dict[str, object]:
    """One date a line with its hours (or “closed”) and a name or none; as `overrides` are kept."""
    found: dict[str, object] = {}
    for number, line in _lines(text, field):
        where = f"{field}, line {number}"
        day, rest = _leading_date(line, field, where)
        if day.isoformat() in found:
            _refuse(field, f"{day} stands there twice. Keep one line.", where)
        rest = rest.lstrip(" :,\t")
        closed = re.match(r"(?:closed|off)\b", rest, re.IGNORECASE)
        whole = re.match(r"(?:all day|24 ?h(?:ours)?|always)\b", rest, re.IGNORECASE)
        blocks: Pairs = [["00:00", "24:00"]] if whole else []
        if known := closed or whole:
            name = rest[known.end() :]
        else:
            blocks, name = _leading_blocks(rest)
            if not blocks:
                _refuse(
                    field, f"after {day} come its hours, as 09:00–12:00, or the word closed; "
                    f"{shown(rest)} is neither.", where,
                )  # fmt: skip
        name = _name_of(name)
        found[day.isoformat()] = {"name": name, "blocks": blocks} if name else blocks
    return found


def write_special_days(overrides: Iterable[Override]) -> str:
    """The inverse of `read_special_days`."""
    lines = (f"{day} {write_hours(blocks)} {name}".rstrip() for day, blocks, name in overrides)
    return "\n".join(lines)


def _lines(text: str, field: str) -> list[tuple[int, str]]:
    if len(text) > LONGEST_TEXT:
        _refuse(field, f"is longer than {LONGEST_TEXT:,} characters. Keep the years that matter.")
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    found = [(number, line.lstrip("•*·- ")) for number, line in lines if line]
    if len(found) > MOST_DATES:
        _refuse(field, f"has more than {MOST_DATES} lines. Keep the years that matter.")
    return found


def _leading_blocks(text: str) -> tuple[Pairs, str]:
    """The blocks a text begins with, and what follows them."""
    blocks: Pairs = []
    at = 0
    while match := _BLOCK.match(text, at):
        blocks.append(_block(match[1], match[2]))
        at = match.end()
        between = _BETWEEN.match(text, at) or re.compile(r"\s+").match(text, at)
        if between is None or not _BLOCK.match(text, between.end()):
            break
        at = between.end()
    return blocks, text[at:].strip()


def _block(opens: str, closes: str) -> list[str]:
    close_half = _half_of(closes)
    open_half = _half_of(opens)
    if close_half == "pm" and not open_half and _hour(opens) < _hour(closes) < 12:
        open_half = "pm"  # "1 to 5 pm"
    opening, closing = _time_text(opens, open_half), _time_text(closes, close_half)
    return [opening, "24:00" if closing == "00:00" else closing]


def _half_of(time: str) -> str:
    match = re.search(r"(am|pm)$", time.casefold())
    return match[1] if match else ""


def _hour(time: str) -> int:
    match = _PARTS.fullmatch(time)
    return int(match[1] or match[4]) if match else 12


def _time_text(time: str, half: str) -> str:
    """`HH:MM` of a typed time; an impossible one stays impossible, for `content.py` to refuse."""
    words = time.casefold()
    if words in ("noon", "midnight"):
        return "12:00" if words == "noon" else "00:00"
    match = _PARTS.fullmatch(time)
    assert match is not None, "the block matched, so its times do"
    hour, minute, second = int(match[1] or match[4]), match[2] or match[5] or "00", match[3]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    text = f"{hour:02d}:{minute}"
    return f"{text}:{second}" if second and second != "00" else text


def _starts_with_date(text: str) -> bool:
    return any(pattern.match(text) for pattern, _ in _DATES)


def _leading_date(text: str, field: str, where: str) -> tuple[date, str]:
    for pattern, order in _DATES:
        match = pattern.match(text)
        if match is None:
            continue
        parts = dict(zip(order, match.groups(), strict=True))
        month = parts["m"][:3].casefold()
        number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
        try:
            return date(int(parts["y"]), number, int(parts["d"])), text[match.end() :]
        except ValueError:
            _refuse(field, f"{shown(match[0])} is not in the calendar. Use a real date.", where)
    _refuse(field, f"{shown(text)} begins with no date. Write it as 2026-12-24.", where)


def _name_of(text: str) -> str:
    return text.strip(" \t:,;–—-")


def _refuse(field: str, what: str, where: str = "") -> NoReturn:
    raise DomainError("invalid_schedule", f"{where or field}: {what}", field=field)
