"""What changes between two definitions, said so that nothing that is signed goes unsaid."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.definition.criteria import Definition
from leads.definition.difference import changes, grouped
from leads.definition.paper import paper_of
from leads.definition.starter import STARTER

BEFORE = Definition.from_content(STARTER)
CRITERIA: Any = STARTER["criteria"]
INDUSTRY: dict[str, Any] = next(one for one in CRITERIA if one["id"] == "industry")
TRIAL: dict[str, Any] = next(one for one in CRITERIA if one["id"] == "trial")


def with_criterion(name: str, **parts: object) -> dict[str, Any]:
    """The starter with one criterion changed."""
    content: dict[str, Any] = deepcopy(STARTER)
    for one in content["criteria"]:
        if one["id"] == name:
            one.update(parts)
    return content


def told(content: dict[str, Any]) -> list[str]:
    return [one.sentence for one in changes(BEFORE, Definition.from_content(content))]


AND_A_PHONE = (
    "“Company has 20 people or more”: number of people is at least 20 and phone number is known, "
    "instead of number of people is at least 20"
)


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (
            with_criterion("size", value=150, sentence="Company has 150 people or more"),
            [
                "“Company has 20 people or more” is said as “Company has 150 people or more” now",
                (
                    "“Company has 150 people or more”: number of people is at least 150, "
                    "instead of number of people is at least 20"
                ),
            ],
        ),
        (
            with_criterion("size", unknown="fail"),
            [
                (
                    "“Company has 20 people or more”: where it is not known, it counts as not met; "
                    "before, it is asked of a person"
                )
            ],
        ),
        (
            with_criterion("industry", weight=-5),
            ["“Industry is manufacturing or logistics”: −5 points instead of +20"],
        ),
        (
            with_criterion("trial", half_life_days=7),
            ["“Asked for a trial”: halves every 7 days instead of halves every 30 days"],
        ),
        (
            {**STARTER, "thresholds": {"fit": 40, "interest": 15}},
            ["Fit has to reach 40 points instead of 30"],
        ),
        (
            {**STARTER, "criteria": CRITERIA[:-1]},
            ["No longer counted for interest: Came by an event, a referral or a partner"],
        ),
        (
            {**STARTER, "criteria": [*CRITERIA[1:], CRITERIA[0]]},
            ["The criteria are listed in another order"],
        ),
        (
            {**STARTER, "review_on": "2027-02-01"},
            ["Both look at it again on 1 February 2027"],
        ),
        (
            with_criterion("size", also=[{"field": "phone", "operator": "known"}]),
            [AND_A_PHONE],
        ),
        (
            {**STARTER, "expected": {"opportunity": 30}},
            ["Both expect 30 % of the accepted to become opportunities"],
        ),
        (
            {**STARTER, "examples": [{"lead": "l-7", "meets": False, "because": "A student"}]},
            ["Example L-7 does not meet it: A student"],
        ),
    ],
)
def test_a_change_is_said_in_plain_sentences(content: Any, sentences: list[str]) -> None:
    assert told(content) == sentences


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "sentence": st.sampled_from(["One", "Two"]),
        "unknown": st.sampled_from(["fail", "pass", "neutral", "ask"]),
        "weight": st.sampled_from([5, -5, 20]),
        "value": st.sampled_from([["steel"], ["steel", "wood"], ["wood, steel"]]),
        "also": st.sampled_from(
            [
                [],
                [{"field": "free_email", "operator": "known"}],
                [
                    {"field": "free_email", "operator": "known"},
                    {"field": "phone", "operator": "known"},
                ],
            ]
        ),
    },
)
CONTENTS = st.builds(
    lambda changed, order, fit, grid, examples, review, expected: {
        "criteria": [{**INDUSTRY, **changed}, TRIAL, CRITERIA[0]][::order],
        "thresholds": {"fit": fit, "interest": 0},
        "tiers": {"fit": [grid], "interest": [], "cells": [[1], [grid]], "fast_track": 1},
        **({"examples": examples} if examples else {}),
        **({"review_on": review} if review else {}),
        **({"expected": expected} if expected else {}),
    },
    PARTS,
    st.sampled_from([1, -1]),
    st.sampled_from([0, 5]),
    st.sampled_from([2, 3]),
    st.lists(
        st.fixed_dictionaries(
            {
                "lead": st.sampled_from(["L-1", "L-2"]),
                "meets": st.booleans(),
                "because": st.sampled_from(["So", "Or so"]),
            }
        ),
        max_size=2,
        unique_by=lambda one: str(one["lead"]),
    ),
    st.sampled_from([None, "2027-01-01", "2027-02-01"]),
    st.sampled_from([{}, {"accepted": 80}, {"accepted": 80, "opportunity": 20}]),
)


def definition_of(content: Any) -> Definition | None:
    weights = [one["weight"] for one in content["criteria"] if one["kind"] == "fit"]
    if content["thresholds"]["fit"] > max(0, *weights):
        return None
    return Definition.from_content(content)


@settings(deadline=None)
@given(CONTENTS, CONTENTS)
def test_two_definitions_that_differ_never_read_alike(one: Any, other: Any) -> None:
    before, after = definition_of(one), definition_of(other)
    if before is None or after is None:
        return
    found = changes(before, after)
    assert (found == []) == (before == after)
    assert len(set(found)) == len(found)
    assert sum(len(said) for _, said in grouped(found)) == len(found)


def test_what_an_unchanged_text_is_signed_by_stays_the_same() -> None:
    assert Definition.from_content(STARTER).content() == STARTER
    assert changes(BEFORE, BEFORE) == []


def test_the_page_marks_what_is_new_and_what_was_otherwise() -> None:
    content = with_criterion("size", value=150)
    content["criteria"].append({**INDUSTRY, "id": "steel", "sentence": "Is in steel"})
    content["criteria"][-1]["value"] = ["steel"]
    paper = paper_of(Definition.from_content(content), BEFORE)
    lines = {line.id: line for block in paper.blocks for line in block.lines}
    assert lines["size"].was == "was: number of people is at least 20"
    assert lines["steel"].was == "new"
    assert lines["reachable"].was == ""
    assert paper.grid.rows[1] == ("30 to 49", (2, 3, 3))
    assert "a fast-track holds, or fit reaches 30 and interest reaches 15" in paper.qualifies
