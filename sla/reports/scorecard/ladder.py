"""What a lead cost on each rung, from captured to won: pure arithmetic (DOMAIN M-6).

Cost of a rung is the cost of the campaign ÷ the leads of the same cohort that reached the rung;
where none did, it is nothing that could be told: never infinite.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

CENT = Decimal("0.01")
RIPE_DAYS = {"opportunities": 30, "won": 90}


class Rung(StrEnum):
    """How far a lead came; each is a part of the one before, as a rule."""

    LEADS = "leads"
    QUALIFIED = "qualified"
    ACCEPTED = "accepted"
    OPPORTUNITIES = "opportunities"
    WON = "won"


@dataclass(frozen=True)
class Ladder:
    """A cohort: how many reached each rung, what it cost and what the won ones brought.

    `young`: of the leads, how many are too young for a rung to be judged by (see RIPE_DAYS).
    """

    leads: int = 0
    qualified: int = 0
    accepted: int = 0
    opportunities: int = 0
    won: int = 0
    revenue: Decimal = Decimal(0)
    cost: Fraction = Fraction(0)
    young: tuple[int, int] = (0, 0)

    def count(self, rung: Rung) -> int:
        """How many reached a rung."""
        return int(getattr(self, rung.value))

    def each(self, rung: Rung) -> Decimal | None:
        """What one on this rung cost; None where there is none, or no cost is known."""
        count = self.count(rung)
        return cents(self.cost / count) if count and self.cost else None

    @property
    def spend(self) -> Decimal:
        """What all of it cost."""
        return cents(self.cost)

    @property
    def times(self) -> Decimal | None:
        """The return: revenue ÷ cost, None where no cost is known."""
        if not self.cost:
            return None
        return (self.revenue / self.spend).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def is_young(self, rung: Rung) -> bool:
        """Have some of its leads not had the time yet to reach this rung?"""
        place = {Rung.OPPORTUNITIES: 0, Rung.WON: 1}.get(rung)
        return place is not None and self.young[place] > 0


def together(ladders: Sequence[Ladder]) -> Ladder:
    """Ladders of parts that do not overlap, as one."""
    return Ladder(
        sum(one.leads for one in ladders),
        sum(one.qualified for one in ladders),
        sum(one.accepted for one in ladders),
        sum(one.opportunities for one in ladders),
        sum(one.won for one in ladders),
        sum((one.revenue for one in ladders), Decimal(0)),
        sum((one.cost for one in ladders), Fraction(0)),
        (sum(one.young[0] for one in ladders), sum(one.young[1] for one in ladders)),
    )


def cents(amount: Fraction) -> Decimal:
    """An exact amount as it is paid."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Cell:
    """The leads of one campaign (its key; see `cohort`) that came from one source."""

    campaign: str
    source: str
    ladder: Ladder


def with_costs(
    cells: Iterable[Cell], costs: Mapping[str, Decimal], leads_of: Mapping[str, int]
) -> list[Cell]:
    """Each cell bears its share of its campaign's cost, lead by lead; `leads_of` are all leads of
    each campaign, also those that a filter leaves out."""
    each = {
        campaign: Fraction(cost) / whole
        for campaign, cost in costs.items()
        if (whole := leads_of.get(campaign, 0))
    }
    return [
        replace(cell, ladder=replace(cell.ladder, cost=each[cell.campaign] * cell.ladder.leads))
        if cell.campaign in each
        else cell
        for cell in cells
    ]
