"""A criterion in the words people use: its rule, its weight, its rule for what is not known."""

from datetime import date
from decimal import Decimal

from leads.definition.conditions import Condition
from leads.definition.criteria import Criterion, Kind, TierGrid, Unknown
from leads.definition.facts import field_named
from leads.definition.operators import Scalar, Value

KIND_NAMES: dict[Kind, str] = {
    "gate": "Gate",
    "barrier": "Barrier",
    "fast_track": "Fast-track",
    "fit": "Fit",
    "interest": "Interest",
}
KIND_MEANINGS: dict[Kind, str] = {
    "gate": "must hold",
    "barrier": "must not be found",
    "fast_track": "qualifies at once, where every gate holds",
    "fit": "points for who they are",
    "interest": "points for what they did",
}
UNKNOWN_WORDS: dict[Unknown, str] = {
    "fail": "counts as not met",
    "pass": "counts as met",
    "neutral": "is left out",
    "ask": "is asked of a person",
}
OPERATOR_WORDS = {
    "equals": "is",
    "one_of": "is one of",
    "none_of": "is none of",
    "contains": "contains",
    "has_word": "has the word",
    "ends_with": "ends with",
    "contains_none": "contains none of",
    "has_no_word": "has none of the words",
    "ends_with_none": "ends with none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "between": "is between",
    "is_true": "is yes",
    "is_false": "is no",
    "in_last_days": "is in the last days",
    "in_next_days": "is in the next days",
    "known": "is known",
}


def label_of(field: str) -> str:
    """What a field is called."""
    found = field_named(field)
    return found.label if found else field


def rule_words(criterion: Criterion) -> str:
    """The test behind a criterion: “number of people is at least 20 and country is DE”."""
    return " and ".join(map(test_words, criterion.conditions))


def test_words(condition: Condition) -> str:
    """One test of one field, of a criterion or of a routing rule."""
    label, value = label_of(condition.field), condition.value
    if condition.operator in ("in_last_days", "in_next_days"):
        which = "last" if condition.operator == "in_last_days" else "next"
        return f"{label} is in the {which} {value_words(value)} days"
    said = f"{label} {OPERATOR_WORDS[condition.operator]}"
    if value is None:
        return said
    joiner = " and " if condition.operator == "between" else ", "
    return f"{said} {value_words(value, joiner)}"


def value_words(value: Value, joiner: str = ", ") -> str:
    """The values that a criterion names."""
    several = value if isinstance(value, tuple) else (value,)
    return joiner.join(_said(one) for one in several if one is not None)


def _said(one: Scalar) -> str:
    if isinstance(one, Decimal):
        return f"{int(one):,}" if one == one.to_integral_value() else f"{one.normalize():f}"
    return f"{one.day} {one:%B %Y}" if isinstance(one, date) else one


def sentence_for(criterion: Criterion) -> str:
    """A sentence to begin with, where nobody has written a better one; a barrier says the demand,
    its test finds the offender."""
    words = rule_words(criterion)
    if criterion.kind == "barrier":
        words = f"not: {words}"
    return (words[:1].upper() + words[1:])[:200]


def weight_words(criterion: Criterion) -> str:
    """What a criterion weighs: “must”, “must not”, “enough alone”, “+20”."""
    fixed = {"gate": "must", "barrier": "must not", "fast_track": "enough alone"}
    if criterion.kind in fixed:
        return fixed[criterion.kind]
    sign = "+" if criterion.weight > 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(criterion.weight)}"


def decay_words(criterion: Criterion) -> str:
    """How points fade: “halves every 30 days”; blank where they do not."""
    days = criterion.half_life_days
    if days is None:
        return ""
    return f"halves every {days} days" if days > 1 else "halves every day"


def unknown_words(criterion: Criterion) -> str:
    """What is done where the fact is not known."""
    return f"not known: {UNKNOWN_WORDS[criterion.unknown]}"


def bounds_words(cuts: tuple[int, ...]) -> list[str]:
    """The rows or columns of the grid, from the most to the least: “50 and more”, “30 to 49”."""
    names = [
        f"{cut} and more" if not n else f"{cut} to {cuts[n - 1] - 1}" for n, cut in enumerate(cuts)
    ]
    return [*names, f"below {cuts[-1]}" if cuts else "any"]


def cell_words(grid: TierGrid) -> dict[str, int]:
    """Every cell of the grid by what leads there."""
    return {
        f"fit {fit}, interest {interest}": grid.cells[row][column]
        for row, fit in enumerate(bounds_words(grid.fit))
        for column, interest in enumerate(bounds_words(grid.interest))
    }
