"""Reading a calendar's JSON, and refusing what no calendar can be.

The shape is `{timezone, weekly: {mon: [["09:00", "17:00"]], ...}, holidays: ["2026-12-25"],
overrides: {"2026-12-24": [["09:00", "12:00"]]}}`. Holidays may carry names, as
`{"2026-12-25": "Christmas Day"}`, and so may an override, as `{"name": ..., "blocks": [...]}`.
`holidays` holds every date that is off, written out, so that what a version says never depends on
a list that others keep. Where those dates come from stands beside them: `public`, as
`{country: "DE", subdivision: "BE", off: ["2026-10-03"], years: [2025, 2029]}` with the holidays on
which people work all the same, and `closures`, the owner's own dates by name. Whatever else comes
in, of whatever JSON type, is a `DomainError` that names the field and the cure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import is_plain, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELDS = ("timezone", "weekly", "holidays", "overrides", "public", "closures", "name")
PUBLIC_FIELDS = ("country", "subdivision", "off", "years")
DAY_SECONDS = 86_400
# Generous for people, and small enough that no request can make a year expensive to expand.
MOST_BLOCKS = 24
MOST_DATES = 5_000
LONGEST_NAME = 200

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?|24:00(?::00)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")
LONGEST_REGION = 40
# The same rules under a second name, with leap seconds, or whatever this one machine is set to.
_NOT_PORTABLE = ("posix/", "right/", "localtime", "posixrules", "Factory")


class Block(NamedTuple):
    """Open hours `[open, close)` of one local date, in seconds of the wall clock after 00:00."""

    open: int
    close: int


class Holiday(NamedTuple):
    """A local date on which nothing counts. The name may be empty."""

    day: date
    name: str = ""


class Override(NamedTuple):
    """The blocks that one local date has in place of its weekday's. The name may be empty."""

    day: date
    blocks: tuple[Block, ...]
    name: str = ""


class Public(NamedTuple):
    """Whose public holidays are among the dates that are off, from which year to which.

    `off` are the holidays on which people work. No years: not written out yet.
    """

    country: str
    subdivision: str = ""
    off: tuple[date, ...] = ()
    first: int = 0
    last: int = 0


Week = tuple[tuple[Block, ...], ...]


def zone_of(name: object) -> ZoneInfo:
    """The zone of that IANA name; `invalid_timezone` where there is none."""
    if isinstance(name, str) and name and not name.startswith(_NOT_PORTABLE):
        try:
            return ZoneInfo(name)
        # Odd names fail in odd ways: KeyError (unknown), ValueError (path, null byte, not a
        # zone file), OSError (a folder, a name too long).
        except (KeyError, ValueError, OSError):
            pass
    raise DomainError(
        "invalid_timezone",
        f"timezone: {shown(name)} is no known zone. Give an IANA name such as Europe/Berlin.",
        field="timezone",
    )


def read_fields(content: object) -> Mapping[str, object]:
    """The content as an object with known fields only, so that a misspelt one is not ignored."""
    fields = _object(content, "calendar", "an object with timezone and weekly")
    for key in fields:
        if key not in FIELDS:
            cure = f"The fields are {', '.join(FIELDS)}."
            _refuse(shown(key), f"is no field of a calendar. {cure}")
    if "weekly" not in fields:
        _refuse("weekly", 'is missing. Give the open hours, as {"mon": [["09:00", "17:00"]]}.')
    return fields


def read_week(value: object) -> Week:
    """Seven tuples of blocks, Monday first; a weekday left out is closed."""
    days = _object(value, "weekly", 'an object, as {"mon": [["09:00", "17:00"]]}')
    for key in days:
        if key not in WEEKDAYS:
            _refuse("weekly", f"{shown(key)} is no weekday. Use {', '.join(WEEKDAYS)}.")
    return tuple(read_blocks(days.get(day, []), f"weekly.{day}") for day in WEEKDAYS)


def read_holidays(value: object, field: str = "holidays") -> tuple[Holiday, ...]:
    """Holidays by date, from a list of dates or an object of date to name."""
    if isinstance(value, list | tuple):
        value = dict.fromkeys((_date_text(item, field) for item in value), "")
    named = _object(value, field, "a list of dates or an object of date to name")
    if len(named) > MOST_DATES:
        _refuse(field, f"are more than {MOST_DATES}. Keep the years that matter.")
    return tuple(
        sorted(
            Holiday(read_date(day, field), read_name(name, f"{field}.{day}"))
            for day, name in named.items()
        )
    )


def read_public(value: object) -> Public | None:
    """Whose public holidays count; None where none do. `public.py` knows which there are."""
    if value is None:
        return None
    fields = _object(value, "public", 'an object, as {"country": "DE", "subdivision": "BE"}')
    for key in fields:
        if key not in PUBLIC_FIELDS:
            _refuse("public", f"{shown(key)} is not known. Use {', '.join(PUBLIC_FIELDS)}.")
    country, region = fields.get("country"), fields.get("subdivision") or ""
    if not isinstance(country, str) or not _COUNTRY.fullmatch(country):
        _refuse("public.country", f"{shown(country)} is no country. Use two letters, as DE.")
    if not isinstance(region, str) or len(region) > LONGEST_REGION or not is_plain(region):
        _refuse("public.subdivision", f"{shown(region)} is no region. Use a code, as BE.")
    off = tuple(day for day, _ in read_holidays(fields.get("off") or [], "public.off"))
    return Public(country, region, off, *_read_years(fields.get("years")))


def _read_years(value: object) -> tuple[int, int]:
    if value is None:
        return 0, 0
    if isinstance(value, list | tuple) and len(value) == 2:
        first, last = value
        if type(first) is int and type(last) is int and 1900 <= first <= last <= 2100:
            return first, last
    _refuse("public.years", "must be the first and the last year, as [2025, 2029].")


def read_overrides(value: object) -> tuple[Override, ...]:
    """Overrides by date, from an object of date to blocks, or to `{name, blocks}`."""
    days = _object(value, "overrides", "an object of date to blocks")
    if len(days) > MOST_DATES:
        _refuse("overrides", f"are more than {MOST_DATES}. Keep the years that matter.")
    return tuple(sorted(_read_override(day, given) for day, given in days.items()))


def _read_override(key: object, given: object) -> Override:
    day = read_date(key, "overrides")
    field = f"overrides.{day}"
    if not isinstance(given, Mapping):
        return Override(day, read_blocks(given, field))
    if set(given) - {"name", "blocks"} or "blocks" not in given:
        _refuse(field, 'must be a list of blocks, or {"name": ..., "blocks": [...]}.')
    return Override(day, read_blocks(given["blocks"], field), read_name(given.get("name"), field))


def read_blocks(value: object, field: str) -> tuple[Block, ...]:
    """The blocks of one date in order; refused if backward, empty or overlapping."""
    if not isinstance(value, list | tuple):
        _refuse(field, 'must be a list of blocks, as [["09:00", "17:00"]]; [] is closed.')
    if len(value) > MOST_BLOCKS:
        _refuse(field, f"has more than {MOST_BLOCKS} blocks. Join some.")
    blocks = sorted(_read_block(pair, field) for pair in value)
    for earlier, later in pairwise(blocks):
        if later.open < earlier.close:
            cure = "Join the two or shorten one."
            _refuse(field, f"{block_text(earlier)} overlaps {block_text(later)}. {cure}")
    return tuple(blocks)


def _read_block(pair: object, field: str) -> Block:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        _refuse(
            field, f'{shown(pair)} is no block. Give opening and closing, as ["09:00", "17:00"].'
        )
    block = Block(_seconds_of_day(pair[0], field), _seconds_of_day(pair[1], field))
    if block.open >= block.close:
        cure = "Close later than you open; split a night shift at 24:00."
        _refuse(field, f"{block_text(block)} is backward or empty. {cure}")
    return block


def _seconds_of_day(value: object, field: str) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        _refuse(field, f"{shown(value)} is no time of day. Use HH:MM from 00:00 to 24:00.")
    if match[1] is None:
        return DAY_SECONDS
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def read_date(value: object, field: str) -> date:
    """A local date from `YYYY-MM-DD`, and from nothing looser."""
    text = _date_text(value, field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        _refuse(field, f"{shown(value)} is not in the calendar. Use a real date.")


def _date_text(value: object, field: str) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        _refuse(field, f"{shown(value)} is no date. Use YYYY-MM-DD.")
    return value


def read_name(value: object, field: str) -> str:
    """A name for people; none is the empty one."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not is_plain(value):
        _refuse(field, f"the name must be plain text of at most {LONGEST_NAME} characters.")
    return value.strip()


def clock_text(seconds: int) -> str:
    """Seconds of the day as `HH:MM`, with the seconds only where there are any."""
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def block_text(block: Block) -> str:
    """A block as people write it: `09:00–17:00`."""
    return f"{clock_text(block.open)}–{clock_text(block.close)}"


def write_blocks(blocks: tuple[Block, ...]) -> list[list[str]]:
    """The inverse of `read_blocks`."""
    return [[clock_text(block.open), clock_text(block.close)] for block in blocks]


def write_holidays(holidays: tuple[Holiday, ...]) -> object:
    """The inverse of `read_holidays`: a list where no holiday has a name."""
    if any(holiday.name for holiday in holidays):
        return {holiday.day.isoformat(): holiday.name for holiday in holidays}
    return [holiday.day.isoformat() for holiday in holidays]


def write_public(public: Public) -> dict[str, object]:
    """The inverse of `read_public`."""
    written: dict[str, object] = {"country": public.country, "subdivision": public.subdivision}
    written["off"] = [day.isoformat() for day in public.off]
    if public.last:
        written["years"] = [public.first, public.last]
    return written


def write_overrides(overrides: tuple[Override, ...]) -> dict[str, object]:
    """The inverse of `read_overrides`."""
    written: dict[str, object] = {}
    for day, blocks, name in overrides:
        pairs = write_blocks(blocks)
        written[day.isoformat()] = {"name": name, "blocks": pairs} if name else pairs
    return written


def _object(value: object, field: str, expected: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        _refuse(field, f"must be {expected}.")
    return value


def _refuse(field: str, what: str) -> NoReturn:
    raise DomainError("invalid_schedule", f"{field}: {what}", field=field)
