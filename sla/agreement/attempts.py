"""Persistence: how often, on how many days and by how many ways a lead is to be tried.

The times are counted from the first touch, attempt 2 first: so a slow first touch moves the rest
along and buys nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from leadbridge.kernel.reading import Reader, shown
from sla.agreement.amounts import Amount, Unit, format_amount, read_amount
from sla.agreement.starter import HOUSE_ATTEMPTS

TIERS = (1, 2, 3)
MOST_ATTEMPTS = 20
MOST_CHANNELS = 3  # as many as a touch can have (leads.work.models.Channel)

_READER = Reader("invalid_agreement")


@dataclass(frozen=True, slots=True)
class AttemptPlan:
    """When attempt 2, 3, … is due, and over how many channels and days they are spread."""

    on: tuple[Amount, ...]
    channels: int
    days: int

    @property
    def count(self) -> int:
        """All attempts, the first touch among them."""
        return len(self.on) + 1

    def content(self) -> dict[str, object]:
        on = [format_amount(amount) for amount in self.on]
        return {"on": on, "channels": self.channels, "days": self.days}


def read_attempts(raw: object) -> Mapping[int, AttemptPlan]:
    """A plan for each tier; one that is not named is the house's.

    Raises `DomainError` `invalid_agreement` or `invalid_amount`.
    """
    given = _READER.mapping(raw, "attempts", keys=tuple(map(str, TIERS)))
    return {
        tier: _read_plan(given.get(str(tier), HOUSE_ATTEMPTS[str(tier)]), f"attempts, tier {tier}")
        for tier in TIERS
    }


def is_shorter(target: Amount, last: Amount) -> bool:
    """Does a target end before the last agreed attempt? Hours against days, and business days
    against calendar days, cannot be told without a calendar, so they are no contradiction."""
    if target.business_seconds is not None and last.business_seconds is not None:
        return target.business_seconds < last.business_seconds
    return target.unit is last.unit and target.value < last.value


def _read_plan(raw: object, where: str) -> AttemptPlan:
    keys = ("on", "channels", "days")
    body = _READER.mapping(raw, where, keys=keys, needs=keys)
    on = _read_times(body["on"], f"{where}, on")
    count = len(on) + 1
    widest = min(count, MOST_CHANNELS)
    return AttemptPlan(
        on,
        _READER.whole(body["channels"], f"{where}, channels", low=1, high=widest),
        _READER.whole(body["days"], f"{where}, days", low=1, high=count),
    )


def _read_times(raw: object, where: str) -> tuple[Amount, ...]:
    listed = _READER.items(raw, where, least=0, most=MOST_ATTEMPTS - 1)
    times = tuple(
        read_amount(one, f"{where}, attempt {number}") for number, one in enumerate(listed, 2)
    )
    if {Unit.BUSINESS_DAYS, Unit.CALENDAR_DAYS} <= {amount.unit for amount in times}:
        _READER.refuse(where, "use business days (bd) or calendar days (cd), not both.")
    for number, (earlier, later) in enumerate(pairwise(times), 3):
        if _order(later) <= _order(earlier):
            _READER.refuse(
                f"{where}, attempt {number}",
                f"{shown(str(later))} must be later than {shown(str(earlier))}; "
                "hours come before days.",
            )
    return times


def _order(amount: Amount) -> tuple[bool, int]:
    seconds = amount.business_seconds
    return seconds is None, amount.value if seconds is None else seconds


HOUSE = read_attempts(HOUSE_ATTEMPTS)
