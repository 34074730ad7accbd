"""Reading a definition: what is written comes back, and what is wrong is named with its cure."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from leads.definition.criteria import Definition
from leads.definition.starter import STARTER

GATE: dict[str, Any] = {
    "id": "size",
    "kind": "gate",
    "sentence": "Company has 20 people or more",
    "field": "employees",
    "operator": "at_least",
    "value": 20,
    "unknown": "ask",
}


def content_with(**changes: object) -> dict[str, Any]:
    """A sound definition of one gate, changed; a value of `...` takes the key away."""
    gate = {key: part for key, part in {**GATE, **changes}.items() if part is not ...}
    return {
        "criteria": [gate],
        "thresholds": {"fit": 0, "interest": 0},
        "tiers": {"fit": [], "interest": [], "cells": [[2]], "fast_track": 1},
    }


def refusal(content: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        Definition.from_content(content)
    assert caught.value.code == "invalid_definition"
    caught.value.message.encode()
    return caught.value


def test_the_starter_comes_back_as_it_was_written() -> None:
    stored = json.loads(json.dumps(STARTER))
    assert Definition.from_content(stored).content() == STARTER


def test_the_starter_has_ten_criteria_of_all_five_kinds() -> None:
    criteria = Definition.from_content(STARTER).criteria
    assert len(criteria) == 10
    assert {one.kind for one in criteria} == {"gate", "barrier", "fast_track", "fit", "interest"}


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("title", "contains", ["head", "(.*)+$"]),
        ("email_domain", "ends_with", [".edu", ".ac.uk"]),
        ("value", "between", [0.5, 1e11]),
        ("attributes.start", "at_least", "2026-05-31"),
        ("attributes.start", "between", ["2026-05-31", "2026-06-30"]),
        ("attributes.budget", "at_most", 12.25),
        ("attributes.has_team", "is_true", ...),
        ("phone", "known", ...),
    ],
)
def test_every_shape_of_test_comes_back(field: str, operator: str, value: object) -> None:
    content = content_with(field=field, operator=operator, value=value)
    read = Definition.from_content(json.loads(json.dumps(content)))
    assert read.content() == content
    assert Definition.from_content(read.content()) == read


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"unknown": ...}, "criterion 1: “unknown” is missing"),
        ({"unknown": "maybe"}, "criterion size, unknown: expected one of fail, pass, neutral, ask"),
        ({"kind": "must"}, "criterion size, kind: expected one of gate"),
        ({"operator": "matches"}, "criterion size, operator: expected one of"),
        ({"operator": "contains", "value": ["2"]}, "number of people, which is a number; use at_l"),
        ({"value": float("nan")}, "criterion size, value: expected a number"),
        ({"value": 10**400}, "got a very large number"),
        ({"value": True}, "got true"),
        ({"value": ["20"]}, "got a list"),
        ({"value": "2026-01-01"}, "does not suit number of people"),
        ({"operator": "between", "value": [30, 20]}, "the lower one first"),
        ({"operator": "between", "value": [30, "2026-01-01"]}, "two numbers or two days"),
        ({"operator": "known", "value": 3}, "known takes no value; remove 3"),
        ({"weight": 10}, "a gate has no weight"),
        ({"kind": "fit"}, "criterion size, weight: expected a whole number"),
        ({"kind": "fit", "weight": 0}, "a weight of 0 changes nothing"),
        ({"half_life_days": 10}, "only interest decays"),
        ({"wieght": 10}, "“wieght” is not known here"),
        ({"field": "emploees"}, "criterion size, field: no such field"),
        ({"field": "attributes.a.b"}, "no such field"),
        ({"field": "attributes.{0.__class__}"}, "no such field"),
        ({"sentence": "Nul\0"}, "criterion size, sentence: remove line breaks and invisible"),
        ({"sentence": "\u202eesrever"}, "remove line breaks and invisible"),
        ({"sentence": "\ud800"}, "remove line breaks and invisible"),
        ({"sentence": "   "}, "criterion size, sentence: expected a text"),
        ({"sentence": "x" * 201}, "at most 200 characters, got 201"),
        ({"id": "Size!"}, "use small letters, digits and _"),
        ({"id": None}, "criterion 1, id: expected a text, got nothing"),
        ({"field": "request", "operator": "one_of", "value": ["demoo"]}, "“demoo” never occurs"),
    ],
)
def test_a_malformed_criterion_is_named_with_its_cure(changes: dict[str, Any], cure: str) -> None:
    assert cure in refusal(content_with(**changes)).message


def test_two_criteria_with_one_id_are_refused() -> None:
    content = content_with()
    content["criteria"] *= 2
    assert "criterion size: this id is used twice" in refusal(content).message


def test_a_threshold_nobody_can_reach_is_refused() -> None:
    content = content_with()
    content["thresholds"]["fit"] = 10
    assert "10 cannot be reached" in refusal(content).message


def test_a_grid_that_rewards_less_fit_is_refused() -> None:
    content = content_with()
    content["tiers"] = {"fit": [10], "interest": [], "cells": [[3], [2]], "fast_track": 1}
    assert "tiers, cells, row 2, column 1" in refusal(content).message


@pytest.mark.parametrize("content", [None, [], "x", 1, {}, {"criteria": []}, {1: 2}])
def test_what_is_no_definition_at_all_is_refused(content: object) -> None:
    refusal(content)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([10**2000, "\0", "\ud800", "(a+)+$", "known", "employees"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a JSON value."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    inner = [(node, key) for key in keys]
    return inner + [
        place for key in keys if isinstance(node[key], dict | list) for place in places(node[key])
    ]


@settings(deadline=None, max_examples=300)
@given(st.data(), JSON)
def test_hostile_content_is_refused_or_read_and_never_raises_otherwise(
    data: st.DataObject, poison: object
) -> None:
    content = copy.deepcopy(STARTER)
    node, key = data.draw(st.sampled_from(places(content)))
    node[key] = poison
    try:
        read = Definition.from_content(content)
    except DomainError as error:
        assert error.code == "invalid_definition"
        error.message.encode()
    else:
        assert Definition.from_content(read.content()) == read
