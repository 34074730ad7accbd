"""How dates in a column may be written. Nothing is taken for granted: where values can be read in
more than one way, the person says which."""

from collections.abc import Iterable, Sequence
from datetime import datetime

# What people and programs write, and how it is called on the page.
FORMATS: dict[str, str] = {
    "": "2026-11-23 (year first, ISO 8601)",
    "%d.%m.%Y": "23.11.2026",
    "%d.%m.%Y %H:%M": "23.11.2026 14:05",
    "%d.%m.%Y %H:%M:%S": "23.11.2026 14:05:00",
    "%d/%m/%Y": "23/11/2026 (day first)",
    "%m/%d/%Y": "11/23/2026 (month first)",
    "%d/%m/%Y %H:%M": "23/11/2026 14:05 (day first)",
    "%m/%d/%Y %H:%M": "11/23/2026 14:05 (month first)",
    "%d/%m/%Y %H:%M:%S": "23/11/2026 14:05:00 (day first)",
    "%m/%d/%Y %H:%M:%S": "11/23/2026 14:05:00 (month first)",
    "%m/%d/%Y %I:%M %p": "11/23/2026 2:05 PM (month first)",
    "%d/%m/%Y %I:%M %p": "23/11/2026 2:05 PM (day first)",
    "%d-%m-%Y": "23-11-2026 (day first)",
    "%m-%d-%Y": "11-23-2026 (month first)",
    "%d-%m-%Y %H:%M": "23-11-2026 14:05 (day first)",
    "%m-%d-%Y %H:%M": "11-23-2026 14:05 (month first)",
    "%Y/%m/%d": "2026/11/23",
    "%Y/%m/%d %H:%M:%S": "2026/11/23 14:05:00",
    "%b %d, %Y": "Nov 23, 2026",
    "%d %b %Y": "23 Nov 2026",
    "%d %b %Y %H:%M": "23 Nov 2026 14:05",
}


def fitting_formats(values: Iterable[str]) -> list[str]:
    """The formats in which all of these can be read; none where nothing is filled."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return []
    return [form for form in FORMATS if all(_reads(value, form) for value in filled)]


def needs_zone(values: Iterable[str], form: str) -> bool:
    """Whether any of these says a time of day without saying where."""
    return any(_is_naive(value.strip(), form) for value in values if value.strip())


def only_format(values: Sequence[str]) -> str | None:
    """The one format in which all of these can be read; None where it is open, or none does."""
    fitting = fitting_formats(values)
    return fitting[0] if len(fitting) == 1 else None


def _reads(value: str, form: str) -> bool:
    return _parsed(value, form) is not None


def _is_naive(value: str, form: str) -> bool:
    found = _parsed(value, form)
    return found is not None and found.tzinfo is None


def _parsed(value: str, form: str) -> datetime | None:
    try:
        if form:
            return datetime.strptime(value, form)  # noqa: DTZ007  # whether it has a zone is asked
        return datetime.fromisoformat(value)
    except ValueError:
        return None
