"""How the answers to open questions could still turn out.

Criteria on the same field share their answer: nobody has both 20 to 200 and over 1,000 people. So
their possible outcomes are worked out together, by trying one value out of every range that the
criteria tell apart. A criterion that looks inside a text is taken to be free of the others, which
can only make the verdict more careful, never wrong. So is one that looks at several fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from leads.definition.criteria import Criterion
from leads.definition.facts import FREE_MAIL, asked_field, derive_facts
from leads.definition.operators import OPERATORS, bounds, rank, texts

Outcomes = tuple[bool, ...]

_WHOLE = frozenset({"employees"})
_NOT_NEGATIVE = frozenset({"employees", "value"})
_UNNAMED = "\u2205 none of these"


def groups_of(criteria: Iterable[Criterion]) -> list[list[Criterion]]:
    """Open criteria in groups that depend on one answer each."""
    groups: dict[str, list[Criterion]] = {}
    for criterion in criteria:
        key = asked_field(criterion.field)
        if _is_free(criterion):
            key = f"{key}\0{criterion.id}"
        elif key.startswith("attributes."):
            key = f"{key}\0{criterion.conditions[0].type}"
        groups.setdefault(key, []).append(criterion)
    return list(groups.values())


def _is_free(criterion: Criterion) -> bool:
    return bool(criterion.also) or OPERATORS[criterion.operator].free


def possible_outcomes(group: Sequence[Criterion], *, today: date) -> set[Outcomes]:
    """Every combination of met and not met that some answer gives, in the order of the group."""
    first, name = group[0], asked_field(group[0].field)
    if _is_free(first):
        return {(True,), (False,)}
    nothing = tuple(criterion.kind == "barrier" for criterion in group)
    if first.conditions[0].type == "any":
        return {nothing, tuple(criterion.kind != "barrier" for criterion in group)}
    found = (_outcome(group, {name: answer}, today) for answer in _answers(name, group, today))
    outcomes = {one for one in found if one is not None}
    # "There is none" is an answer too, where the question is whether there is one.
    return outcomes | {nothing} if any(one.operator == "known" for one in group) else outcomes


def _outcome(
    group: Sequence[Criterion], answer: Mapping[str, object], today: date
) -> Outcomes | None:
    """What an answer makes of each criterion, or None where it could not be read at all."""
    facts = derive_facts(answer) if "email" in answer else answer
    met = [one.met_by(facts, today=today) for one in group]
    known = tuple(one for one in met if one is not None)
    return known if len(known) == len(group) else None


def _answers(name: str, group: Sequence[Criterion], today: date) -> list[object]:
    if name == "email":
        return _emails(group)
    kind = group[0].conditions[0].type
    if kind == "boolean":
        return [True, False]
    if kind in ("text", "choice"):
        return [_UNNAMED, *(text for criterion in group for text in texts(criterion.value))]
    ranks = _ranks(name, group, today, step=kind == "date" or name in _WHOLE)
    if kind == "date":
        return [date.fromordinal(int(one)) for one in ranks if 1 <= one <= date.max.toordinal()]
    return [one for one in ranks if one >= 0 or name not in _NOT_NEGATIVE]


def _ranks(name: str, group: Sequence[Criterion], today: date, *, step: bool) -> list[Decimal]:
    """One number on each bound, between each two, and beyond the outermost."""
    edges = {Decimal(0), *(edge for criterion in group for edge in _edges(criterion, today))}
    if step:
        whole = {edge.to_integral_value() for edge in edges}
        return sorted({one + shift for one in whole for shift in (-1, 0, 1)})
    ordered = sorted(edges)
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    return [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]


def _edges(criterion: Criterion, today: date) -> list[Decimal]:
    named = bounds(criterion.value)
    if criterion.operator == "in_last_days":
        return [rank(today), rank(today) - named[0]]
    if criterion.operator == "in_next_days":
        return [rank(today), rank(today) + named[0]]
    return list(named)


def _emails(group: Sequence[Criterion]) -> list[object]:
    """Addresses at every domain named, at an unnamed company, and at an unnamed free provider."""
    named = {text for criterion in group for text in texts(criterion.value)}
    company = next(name for n in range(1000) if (name := f"company{n}.example") not in named)
    free = [name for name in sorted(FREE_MAIL) if name not in named][:1]
    domains = [*(text for text in named if "@" not in text), company, *free]
    return [*(text for text in named if "@" in text), *(f"someone@{one}" for one in domains)]
