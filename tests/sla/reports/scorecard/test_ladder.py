"""The cost ladder: pure arithmetic, then over leads of campaigns."""

from decimal import Decimal
from fractions import Fraction

from sla.reports.scorecard.ladder import Cell, Ladder, Rung, together, with_costs

M6 = Ladder(300, 90, 72, 24, 6, Decimal(90_000), Fraction(12_000))


def test_each_rung_costs_what_was_spent_divided_by_those_who_reached_it() -> None:
    assert [M6.each(rung) for rung in Rung] == [
        Decimal("40.00"), Decimal("133.33"), Decimal("166.67"), Decimal("500.00"),
        Decimal("2000.00"),
    ]  # fmt: skip
    assert M6.times == Decimal("7.5")


def test_nobody_on_a_rung_or_no_cost_is_nothing_to_tell() -> None:
    idle = Ladder(cost=Fraction(500))
    assert [idle.each(rung) for rung in Rung] == [None] * 5
    assert Ladder(leads=4).each(Rung.LEADS) is None
    assert Ladder(revenue=Decimal(9)).times is None


def test_a_cost_is_shared_out_lead_by_lead_and_none_of_it_is_lost() -> None:
    cells = [Cell("1", "fair", Ladder(leads=2)), Cell("1", "web", Ladder(leads=1))]
    paid = with_costs(cells, {"1": Decimal(100)}, {"1": 3})
    assert [cell.ladder.spend for cell in paid] == [Decimal("66.67"), Decimal("33.33")]
    whole = together([cell.ladder for cell in paid])
    assert whole.cost == 100
    assert whole.leads == 3


def test_what_a_filter_leaves_out_bears_its_share_all_the_same() -> None:
    [cell] = with_costs([Cell("1", "web", Ladder(leads=1))], {"1": Decimal(100)}, {"1": 4})
    assert cell.ladder.spend == Decimal("25.00")


def test_young_leads_mark_only_the_rungs_they_had_no_time_for() -> None:
    ladder = Ladder(leads=3, young=(0, 2))
    assert [ladder.is_young(rung) for rung in Rung] == [False, False, False, False, True]
