"""Own fields of every type, under every operator that suits it: Python and PostgreSQL agree."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.text import Refused
from leads.definition.criteria import KINDS, UNKNOWN_RULES, Definition
from leads.definition.drafts import check_draft
from leads.definition.facts import FactType
from leads.definition.operators import OPERATORS
from leads.definition.own_fields import TYPES, FieldSpec
from leads.definition.words import OPERATOR_WORDS
from tests.leads.definition.test_compiled import BOUNDS, DAYS, NEEDLES, NOW, SCALARS, agree

CHOICES = ("Blue", "ÉCOLE", "Straße", "r&d", "İstanbul", "50%")
OWN = {
    spec.fact: spec
    for spec in (
        FieldSpec("note", "Note", "text"),
        FieldSpec("seats", "Seats", "number"),
        FieldSpec("colour", "Colour", "choice", CHOICES),
        FieldSpec("pilot", "Pilot", "boolean"),
        FieldSpec("begins", "Begins", "date"),
    )
}


def kept(raw: Mapping[str, object]) -> dict[str, object]:
    """What a lead keeps of what was said, as forms, imports and the API keep it."""
    found: dict[str, object] = {}
    for fact, told in raw.items():
        try:
            value = OWN[fact].read(told)
        except Refused:
            continue
        if value is not None:
            found[OWN[fact].key] = value
    return found


SAID: dict[FactType, st.SearchStrategy[Any]] = {
    "text": SCALARS,
    "number": SCALARS,
    "choice": st.sampled_from([*CHOICES, "blue", "école", "STRASSE", " R&D ", "Red"]),
    "boolean": st.sampled_from([True, False, "yes", "No", "TRUE", "maybe"]),
    "date": st.one_of(DAYS, SCALARS),
}
VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "text": {"text": NEEDLES, "texts": st.lists(NEEDLES, min_size=1, max_size=3)},
    "choice": {
        "text": st.sampled_from(CHOICES),
        "texts": st.lists(st.sampled_from(CHOICES), min_size=1, max_size=3),
    },
    "number": {"bound": BOUNDS, "range": st.tuples(BOUNDS, BOUNDS).map(sorted)},
    "date": {
        "bound": DAYS,
        "range": st.tuples(DAYS, DAYS).map(sorted),
        "days": st.integers(1, 20),
    },
    "boolean": {},
}


def suited(of: FactType) -> list[str]:
    return [name for name, operator in OPERATORS.items() if of in operator.reads]


@st.composite
def own_tests(draw: st.DrawFn) -> dict[str, Any]:
    """One test of one own field, with an operator that suits its type."""
    spec = draw(st.sampled_from(list(OWN.values())))
    operator = draw(st.sampled_from(suited(spec.type)))
    made: dict[str, Any] = {"field": spec.fact, "operator": operator}
    if OPERATORS[operator].shape != "nothing":
        made["value"] = draw(VALUES[spec.type][OPERATORS[operator].shape])
    return made


@st.composite
def drafts(draw: st.DrawFn) -> Definition:
    """A draft that may be proposed in a house with these fields."""
    criteria: dict[str, dict[str, Any]] = {}
    for number, test in enumerate(draw(st.lists(own_tests(), min_size=1, max_size=6))):
        kind = draw(st.sampled_from(KINDS))
        more: dict[str, Any] = {"also": draw(st.lists(own_tests(), max_size=1))}
        if kind in ("fit", "interest"):
            more["weight"] = draw(st.sampled_from([-20, 1, 10, 33]))
        if kind == "interest":
            more["half_life_days"] = draw(st.sampled_from([None, 1, 7]))
        twin = repr((kind, test, more["also"]))
        criteria[twin] = {
            "id": f"c{number}", "sentence": f"So {number}", "kind": kind,
            "unknown": draw(st.sampled_from(UNKNOWN_RULES)), **test, **more,
        }  # fmt: skip
    reach = [
        sum(max(one.get("weight", 0), 0) for one in criteria.values() if one["kind"] == axis)
        for axis in ("fit", "interest")
    ]
    fit, interest = (draw(st.integers(0, most)) for most in reach)
    definition = Definition.from_content({
        "criteria": list(criteria.values()),
        "thresholds": {"fit": fit, "interest": interest},
        "tiers": {"fit": [9], "interest": [5], "cells": [[1, 2], [2, 3]], "fast_track": 1},
    })  # fmt: skip
    check_draft(definition, OWN)
    return definition


LEADS = st.lists(
    st.tuples(
        st.fixed_dictionaries({}, optional={fact: SAID[OWN[fact].type] for fact in OWN}),
        st.integers(0, 40 * 86_400),
        st.integers(-30, 3),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck), derandomize=True)
@given(definition=drafts(), leads=LEADS)
def test_python_and_sql_judge_own_fields_alike(
    cast: Cast, definition: Definition, leads: list[tuple[dict[str, object], int, int]]
) -> None:
    agree(cast, definition, [
        ({"attributes": kept(said), "acted_at": NOW - timedelta(seconds=age)},
         NOW + timedelta(days=days))
        for said, age, days in leads
    ])  # fmt: skip


def test_every_type_and_every_operator_is_among_them() -> None:
    assert {spec.type for spec in OWN.values()} == set(TYPES)
    assert {name for spec in OWN.values() for name in suited(spec.type)} == set(OPERATORS)
    assert set(OPERATOR_WORDS) == set(OPERATORS)
    shapes = {OPERATORS[name].shape for name in OPERATORS} - {"nothing"}
    assert {shape for of in VALUES.values() for shape in of} == shapes


RULED = (("interest", "neutral"), ("gate", "ask"), ("barrier", "pass"), ("fast_track", "fail"))


def test_each_operator_judges_a_typed_value_alike(cast: Cast) -> None:
    """By hand, so that no operator is left to chance: a lead that meets it and one that does not,
    under every rule for what is not known."""
    cases: list[tuple[str, str, object, object, object]] = [
        ("note", "equals", "Head of IT", "head  of it", "head"),
        ("note", "one_of", ["a", "b"], "B", "c"),
        ("note", "none_of", ["a", "b"], "c", "A"),
        ("note", "contains", ["cloud"], "Multi-Cloud", "on site"),
        ("note", "has_word", ["vp"], "VP, sales", "vps"),
        ("note", "ends_with", [".edu"], "x.EDU", "x.edu.com"),
        ("note", "contains_none", ["cloud"], "on site", "Multi-Cloud"),
        ("note", "has_no_word", ["vp"], "vps", "VP, sales"),
        ("note", "ends_with_none", [".edu"], "x.edu.com", "x.EDU"),
        ("seats", "at_least", 7, 7, 6.99),
        ("seats", "at_most", 7, "7", 8),
        ("seats", "between", [5, 7], 5, 4),
        ("colour", "equals", "ÉCOLE", "école", "Blue"),
        ("pilot", "is_true", None, "yes", "no"),
        ("pilot", "is_false", None, False, True),
        ("begins", "at_least", "2026-05-12", "2026-05-12", "2026-05-11"),
        ("begins", "in_last_days", 3, "2026-05-09", "2026-05-13"),
        ("begins", "in_next_days", 3, "2026-05-15", "2026-05-11"),
        ("begins", "known", None, date(2026, 5, 12).isoformat(), None),
    ]
    assert {operator for _, operator, *_ in cases} == set(OPERATORS)
    for key, operator, value, good, bad in cases:
        test: dict[str, Any] = {"field": f"attributes.{key}", "operator": operator}
        test |= {} if value is None else {"value": value}
        definition = Definition.from_content({
            "criteria": [
                {"id": f"c_{rule}", "sentence": f"So, {rule}", "kind": kind, "unknown": rule,
                 **test, **({"weight": 7} if kind == "interest" else {})}
                for kind, rule in RULED
            ],
            "thresholds": {"fit": 0, "interest": 0},
            "tiers": {"fit": [], "interest": [], "cells": [[2]], "fast_track": 1},
        })  # fmt: skip
        fact = f"attributes.{key}"
        leads = [({"attributes": kept({fact: told})}, NOW) for told in (good, bad, None)]
        agree(cast, definition, leads)
        met = [
            definition.criteria[0].met_by(lead["attributes"] | named(lead), today=NOW.date())
            for lead, _ in leads
        ]
        assert met[:2] == [True, False if bad is not None else None], operator


def named(lead: Mapping[str, Any]) -> dict[str, object]:
    """The attributes by the names that criteria use."""
    return {f"attributes.{key}": value for key, value in lead["attributes"].items()}
