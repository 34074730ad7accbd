"""What is asked of a definition before it may be written, proposed or signed. Pure.

Reading a version says whether it is sound in itself; this says whether it is wise today: its
fields exist, nothing is said twice, and what it asks for can be reached.
"""

from collections.abc import Mapping
from typing import NoReturn

from leadbridge.kernel.errors import DomainError
from leads.definition.conditions import Condition
from leads.definition.criteria import Criterion, Definition
from leads.definition.operators import OPERATORS, fits, fold, texts
from leads.definition.own_fields import TYPES, FieldSpec


def check_draft(definition: Definition, own: Mapping[str, FieldSpec]) -> None:
    """DomainError `invalid_definition` naming the place and the cure. `own`: by fact name."""
    seen: dict[tuple[object, ...], Criterion] = {}
    for criterion in definition.criteria:
        for number, condition in enumerate(criterion.conditions):
            if condition.field.startswith("attributes."):
                place = f"criterion {criterion.id}" + (f", also {number}" if number else "")
                _check_own(condition, own, place)
        key = (criterion.kind, *criterion.conditions)
        if key in seen:
            twin = seen[key]
            place = f"criterion {criterion.id}, id"
            _refuse(place, f"it tests just what {twin.id} tests; remove one of them.")
        seen[key] = criterion
    _check_sentences(definition)
    _check_reach(definition)


def _check_own(condition: Condition, own: Mapping[str, FieldSpec], place: str) -> None:
    spec = own.get(condition.field)
    if spec is None:
        named = ", ".join(sorted(own)) or "none yet"
        _refuse(
            f"{place}, field",
            f"there is no such field (own fields: {named}). Choose another, or an administrator "
            "adds it at /settings/fields/.",
        )
    operator, value = condition.operator, condition.value
    if operator != "known" and not fits(operator, value, spec.type):
        suitable = [name for name, test in OPERATORS.items() if spec.type in test.reads]
        _refuse(
            f"{place}, operator",
            f"{operator} with this value does not suit {spec.label} "
            f"({TYPES[spec.type].lower()}); use {', '.join(suitable)}.",
        )
    known = {fold(one) for one in spec.choices}
    for text in texts(value) if known else ():
        if text not in known:
            never = f"“{text}” never occurs; use {', '.join(spec.choices)}."
            _refuse(f"{place}, value", never)


def _check_sentences(definition: Definition) -> None:
    said: dict[str, str] = {}
    for criterion in definition.criteria:
        text = fold(criterion.sentence)
        if text in said:
            place = f"criterion {criterion.id}, sentence"
            _refuse(place, f"{said[text]} says the same; say it otherwise.")
        said[text] = criterion.id


def _check_reach(definition: Definition) -> None:
    """Points that nobody can reach would leave only the fast-track, unseen."""
    for axis, needed in (("fit", definition.fit), ("interest", definition.interest)):
        given = [one.weight for one in definition.criteria if one.kind == axis]
        most = sum(max(weight, 0) for weight in given)
        if given and needed > most:
            place = f"thresholds, {axis}"
            raise DomainError(
                "invalid_definition",
                f"{place}: {needed} cannot be reached, all {axis} criteria together give {most}; "
                "lower it.",
                field=place,
                data={"where": place},
            )


def _refuse(place: str, cure: str) -> NoReturn:
    raise DomainError("invalid_definition", f"{place}: {cure}", field=place, data={"where": place})
