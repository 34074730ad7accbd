"""Marketing's promises in numbers, and what relieves either side of its own."""

from dataclasses import dataclass, fields
from decimal import Decimal

from leadbridge.kernel.reading import Reader, shown
from sla.agreement.starter import HOUSE_MARKETING, HOUSE_RELIEF

MEASURES = ("leads", "value")
MOST_PER_MONTH = 1_000_000_000
MOST_PER_DAY = 1_000_000

_READER = Reader("invalid_agreement")


@dataclass(frozen=True, slots=True)
class Volume:
    """So many leads, or leads of so much value, each month; never further than `tolerance` from
    an even pace: a burst in the first week wastes leads, one in the last leaves sellers idle."""

    measure: str
    per_month: int
    tolerance: Decimal

    def content(self) -> dict[str, object]:
        return {
            "measure": self.measure,
            "per_month": self.per_month,
            "tolerance": float(self.tolerance),
        }


@dataclass(frozen=True, slots=True)
class MarketingPromises:
    """Shares of the leads handed over; None where nothing is promised.

    At least: `conformity` pass every gate, `acceptance` are accepted, `completeness` of the
    optional fields are filled. At most: `duplicates`, `overrides`; with `cap_refuses` nobody goes
    beyond the latter, without it they are told.
    """

    volume: Volume | None
    conformity: Decimal | None
    acceptance: Decimal | None
    completeness: Decimal | None
    duplicates: Decimal | None
    overrides: Decimal | None
    cap_refuses: bool = False

    def content(self) -> dict[str, object]:
        shares = {name: getattr(self, name) for name in SHARES}
        return {
            "volume": self.volume.content() if self.volume else None,
            **{name: None if share is None else float(share) for name, share in shares.items()},
            # Left out where it is off, so that what was signed before there was a switch stays.
            **({"cap_refuses": True} if self.cap_refuses else {}),
        }


_NO_SHARES = ("volume", "cap_refuses")
SHARES = tuple(field.name for field in fields(MarketingPromises) if field.name not in _NO_SHARES)


@dataclass(frozen=True, slots=True)
class Surge:
    """More than `per_day` × `factor` leads for a team on one day: the excess gets tier 3."""

    per_day: int
    factor: Decimal

    def content(self) -> dict[str, object]:
        return {"per_day": self.per_day, "factor": float(self.factor)}


@dataclass(frozen=True, slots=True)
class Relief:
    """`late`: a lead that sales touched late does not count against marketing's conversion.
    `non_conforming`: one that fails a gate without an override carries no duty for sales."""

    surge: Surge | None
    late: bool
    non_conforming: bool

    def content(self) -> dict[str, object]:
        surge = self.surge.content() if self.surge else None
        return {"surge": surge, "late": self.late, "non_conforming": self.non_conforming}


def read_marketing(raw: object) -> MarketingPromises:
    """Marketing's promises; one that is not named is the house's, null promises nothing."""
    given = _READER.mapping(raw, "marketing", keys=(*_NO_SHARES, *SHARES))
    body = {**HOUSE_MARKETING, **given}
    volume, refuses = body["volume"], given.get("cap_refuses", False)
    refuses = _read_flag(refuses, "marketing, cap_refuses")
    shares = {name: _read_optional(body[name], f"marketing, {name}") for name in SHARES}
    if refuses and shares["overrides"] is None:
        _READER.refuse("marketing, overrides", "say at which share overrides are refused.")
    return MarketingPromises(
        volume=None if volume is None else _read_volume(volume), **shares, cap_refuses=refuses
    )


def read_relief(raw: object) -> Relief:
    """The relief clauses; one that is not named is the house's."""
    given = _READER.mapping(raw, "relief", keys=tuple(HOUSE_RELIEF))
    body = {**HOUSE_RELIEF, **given}
    surge = body["surge"]
    return Relief(
        None if surge is None else _read_surge(surge),
        _read_flag(body["late"], "relief, late"),
        _read_flag(body["non_conforming"], "relief, non_conforming"),
    )


def _read_volume(raw: object) -> Volume:
    where = "marketing, volume"
    keys = ("measure", "per_month", "tolerance")
    body = _READER.mapping(raw, where, keys=keys, needs=("measure", "per_month"))
    return Volume(
        _READER.choice(body["measure"], f"{where}, measure", of=MEASURES),
        _READER.whole(body["per_month"], f"{where}, per_month", low=1, high=MOST_PER_MONTH),
        read_share(body.get("tolerance", 0.2), f"{where}, tolerance"),
    )


def _read_surge(raw: object) -> Surge:
    where = "relief, surge"
    body = _READER.mapping(raw, where, keys=("per_day", "factor"), needs=("per_day",))
    factor = _READER.number(body.get("factor", 1.5), f"{where}, factor", low=1, high=10)
    if factor != round(factor, 2):
        _READER.refuse(f"{where}, factor", "use at most 2 decimals, as 1.5.")
    per_day = _READER.whole(body["per_day"], f"{where}, per_day", low=1, high=MOST_PER_DAY)
    return Surge(per_day, factor)


def _read_flag(raw: object, where: str) -> bool:
    if not isinstance(raw, bool):
        _READER.refuse(where, f"expected true or false, got {shown(raw)}.")
    return raw


def _read_optional(raw: object, where: str) -> Decimal | None:
    return None if raw is None else read_share(raw, where)


def read_share(raw: object, where: str) -> Decimal:
    """A share above 0 and up to 1: 0.75, not 75."""
    share = _READER.number(raw, where, low=0, high=1)
    if share == 0 or share != round(share, 4):
        _READER.refuse(where, f"expected a share as 0.75 with up to 4 decimals, got {shown(raw)}.")
    return share


HOUSE_PROMISES = read_marketing(HOUSE_MARKETING)
HOUSE_CLAUSES = read_relief(HOUSE_RELIEF)
