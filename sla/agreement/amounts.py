"""How long a promise is: business time, business days or calendar days; never just "a day"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import shown


class Unit(StrEnum):
    """Seconds, minutes and hours are business time; a business day is one full open day."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    BUSINESS_DAYS = "bd"
    CALENDAR_DAYS = "cd"


_SECONDS: Mapping[Unit, int] = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600}
_NAMES: Mapping[Unit, str] = {
    Unit.SECONDS: "working second",
    Unit.MINUTES: "working minute",
    Unit.HOURS: "working hour",
    Unit.BUSINESS_DAYS: "business day",
    Unit.CALENDAR_DAYS: "calendar day",
}
# About two years of working hours, or of days.
_LARGEST: Mapping[Unit, int] = {
    Unit.SECONDS: 15_000_000,
    Unit.MINUTES: 250_000,
    Unit.HOURS: 4_000,
    Unit.BUSINESS_DAYS: 520,
    Unit.CALENDAR_DAYS: 730,
}
_WRITTEN = re.compile(r"([0-9]{1,9}) ?([a-z]{1,9})")


@dataclass(frozen=True, slots=True)
class Amount:
    """A positive length of time in one unit."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.value <= _LARGEST[self.unit]:
            raise DomainError(
                "invalid_amount",
                f"{shown(self.value)} {_NAMES[self.unit]}s is out of range; "
                f"use 1 to {_LARGEST[self.unit]}.",
            )

    def __str__(self) -> str:
        return format_amount(self)

    @property
    def business_seconds(self) -> int | None:
        """The amount in seconds of business time, or None for days, which need a calendar."""
        seconds = _SECONDS.get(self.unit)
        return None if seconds is None else self.value * seconds

    @property
    def in_words(self) -> str:
        """As it is said: “4 working hours”, “1 business day”."""
        return f"{self.value} {_NAMES[self.unit]}{'' if self.value == 1 else 's'}"


def parse_amount(text: object) -> Amount:
    """Reads "90s", "60m", "8h", "2bd" or "3cd"; raises `DomainError` `invalid_amount`."""
    written = _WRITTEN.fullmatch(text.strip()) if isinstance(text, str) else None
    if written is None:
        _refuse(text, "write a whole number and a unit, as 60m, 8h, 2bd or 3cd")
    value, unit = int(written[1]), written[2]
    if unit in ("d", "day", "days"):
        _refuse(text, f"choose {value}bd for business days or {value}cd for calendar days")
    if unit not in _UNITS:
        _refuse(text, "the unit is one of s, m, h, bd and cd")
    return Amount(value, _UNITS[unit])


def read_amount(raw: object, where: str) -> Amount:
    """An amount at a named place of a document, so that a refusal tells where it stands."""
    try:
        return parse_amount(raw)
    except DomainError as error:
        raise DomainError(error.code, f"{where}: {error.message}", field=where) from error


def format_amount(amount: Amount) -> str:
    """The amount as `parse_amount` reads it."""
    return f"{amount.value}{amount.unit}"


_UNITS: Mapping[str, Unit] = {unit.value: unit for unit in Unit}


def _refuse(text: object, cure: str) -> NoReturn:
    raise DomainError("invalid_amount", f"{shown(text)} is no amount of time: {cure}.")
