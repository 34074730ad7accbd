"""The tables of the scorecard as files: numbers as they were counted, without words around them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from leadbridge.kernel.shares import Share
from sla.clocks.kinds import Side
from sla.reports.scorecard.card import Scorecard
from sla.reports.scorecard.cohort import Line
from sla.reports.scorecard.ladder import Ladder, Rung
from sla.reports.scorecard.promises import BOTH, Kept

Row = tuple[object, ...]
_SCORE = ("due", "met", "met_late", "missed_open", "attainment", "promised")


def weeks_table(card: Scorecard) -> Iterator[Row]:
    """A line for each week and side."""
    yield ("week", "side", *_SCORE, "changes")
    for place, week in enumerate(card.weeks):
        changes = "; ".join(one.words for one in card.changes if week.start <= one.at < week.end)
        for side in BOTH:
            kept = card.kept[side].weeks[place]
            score = kept.score
            counts = (score.due, score.met, score.met_late, score.missed_open)
            shares = (rounded(score.share), rounded(kept.promised))
            yield (week.key, side.value, *counts, *shares, changes)


def promises_table(kept: Kept) -> Iterator[Row]:
    """A line for each promise of one side."""
    yield ("promise", "agreed", "at_most", "kept", "counted", "share", "low", "high", "verdict")
    for one in kept.promises:
        verdict = {True: "kept", False: "broken", None: ""}[one.kept]
        edges = one.share.interval or (None, None)
        yield (one.words, rounded(one.agreed), "yes" if one.at_most else "", one.share.part,
               one.share.n, rounded(one.share.percent), *map(rounded, edges), verdict)  # fmt: skip


def ladder_table(lines: tuple[Line, ...], whole: Ladder) -> Iterator[Row]:
    """A line for each campaign or source, and one for all."""
    costs = [f"cost_per_{rung.value}" for rung in Rung]
    yield ("name", "spend", *Rung, *costs, "revenue", "return", "young_opportunities", "young_won")
    for line in (*lines, Line("", "All", whole)):
        ladder = line.ladder
        counts = [ladder.count(rung) for rung in Rung]
        each = [text_of(ladder.each(rung)) for rung in Rung]
        yield (line.name, ladder.spend, *counts, *each, ladder.revenue, text_of(ladder.times),
               *ladder.young)  # fmt: skip


def joint_table(card: Scorecard) -> Iterator[Row]:
    """The five figures."""
    whole = card.cohort.whole
    share = Share(whole.won, whole.leads)
    yield ("figure", "value", "n")
    yield ("activity", card.touches, "")
    yield ("leads", whole.leads, "")
    yield ("cost_per_lead", text_of(whole.each(Rung.LEADS)), whole.leads)
    yield ("conversions", rounded(share.percent), whole.leads)
    yield ("sales", whole.revenue, whole.won)


def tables_of(card: Scorecard) -> Mapping[str, Iterator[Row]]:
    """Every table by the name that an address asks for it with."""
    cohort = card.cohort
    return {
        "joint": joint_table(card),
        "weeks": weeks_table(card),
        "marketing": promises_table(card.kept[Side.MARKETING]),
        "sales": promises_table(card.kept[Side.SALES]),
        "campaigns": ladder_table(cohort.campaigns, cohort.whole),
        "sources": ladder_table(cohort.sources, cohort.whole),
    }


def rounded(number: float | None) -> object:
    """To a tenth, as the pages say it; empty where there is none."""
    return "" if number is None else round(number, 1)


def text_of(amount: Decimal | None) -> object:
    """An amount, empty where there is none to tell."""
    return "" if amount is None else amount
