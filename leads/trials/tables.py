"""The tables of a backtest and of the disagreement report as files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leads.trials.disagreement import Disagreement, Split
from leads.trials.disagreement import Part as Side
from leads.trials.own_criteria import OwnCriterion

Row = Sequence[object]
BACKTEST = {
    "outcomes": "What became of them",
    "criteria": "What each criterion does",
    "weeks": "Week by week",
}
DISAGREEMENT = {
    "criteria": "The criteria in force",
    "splits": "What sales seems to go by",
    "outcomes": "Verdict and outcome",
}
_ANSWERS = ("yes", "no", "unknown")
_OF_A_CRITERION = (
    "id", "sentence", "kind", "met", "not_met", "unknown", "keeps_out", "keeps_out_won",
    "lets_in", "lets_in_won",
)  # fmt: skip


def backtest_tables(result: Mapping[str, Any]) -> Mapping[str, Iterator[Row]]:
    """Every table of a backtest by the name that an address asks for it with."""
    return {
        "outcomes": _outcomes(result["outcomes"]),
        "criteria": _criteria(result["criteria"]),
        "weeks": _weeks(result["weeks"]["each"]),
    }


def disagreement_tables(
    found: Disagreement, criteria: Sequence[OwnCriterion], splits: Sequence[Split]
) -> Mapping[str, Iterator[Row]]:
    """Every table of the disagreement report; `splits` are those that the page shows."""
    return {
        "criteria": _own_criteria(criteria),
        "splits": _splits(splits),
        "outcomes": _cells(found),
    }


def _outcomes(lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    yield ("outcome", "reason", "leads", *(f"draft_{one}" for one in _ANSWERS),
           *(f"in_force_{one}" for one in _ANSWERS), "value")  # fmt: skip
    for one in lines:
        before = one["in_force"] or dict.fromkeys(_ANSWERS, "")
        answers = [side[answer] for side in (one["draft"], before) for answer in _ANSWERS]
        yield (one["outcome"], one["reason"], one["leads"], *answers, one["value"])


def _criteria(lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    yield _OF_A_CRITERION
    for one in lines:
        yield [one[name] for name in _OF_A_CRITERION]


def _weeks(lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    yield ("week_from", "handed_over", "in_force", "draft")
    for one in lines:
        yield (one["from"], one["handed_over"], one.get("in_force", ""), one["draft"])


def _own_criteria(criteria: Sequence[OwnCriterion]) -> Iterator[Row]:
    yield ("id", "sentence", "refused_where_met", "decided_where_met", "refused_where_not_met",
           "decided_where_not_met", "refused_where_unknown", "decided_where_unknown",
           "differ_by_at_least", "goes_by")  # fmt: skip
    for one in criteria:
        better = one.better.sentence if one.better else ""
        yield (one.id, one.sentence, *_counts(one.met, one.missed, one.unknown),
               round(100 * one.weight), better)  # fmt: skip


def _splits(splits: Sequence[Split]) -> Iterator[Row]:
    yield ("test", "refused_where_so", "decided_where_so", "refused_where_not_so",
           "decided_where_not_so", "differ_by_at_least")  # fmt: skip
    for one in splits:
        yield (one.sentence, *_counts(one.met, one.missed), round(100 * one.weight))


def _counts(*sides: Side) -> list[int]:
    return [count for side in sides for count in (side.refused, side.decided)]


def _cells(found: Disagreement) -> Iterator[Row]:
    yield ("verdict", "outcome", "leads")
    yield from found.cells
