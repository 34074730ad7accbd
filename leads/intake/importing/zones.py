"""The time zones that somebody may choose from."""

from functools import cache
from zoneinfo import available_timezones

_AREAS = (
    "Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@cache
def zones() -> list[str]:
    """UTC, then places by name; names that only machines use are left out."""
    return ["UTC", *sorted(one for one in available_timezones() if one.split("/")[0] in _AREAS)]
