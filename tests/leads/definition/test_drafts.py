"""What may not be written into a draft: each refusal names the place and the cure."""

from copy import deepcopy
from typing import Any

import pytest

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.text import Refused
from leads.definition.criteria import Definition
from leads.definition.drafts import check_draft
from leads.definition.own_fields import FieldSpec
from leads.definition.starter import STARTER

BUDGET = FieldSpec("budget", "Budget", "number")
PLANT = FieldSpec("plant", "Plant", "choice", ("Own plant", "Rented"))
OWN = {one.fact: one for one in (BUDGET, PLANT)}


def adding(**parts: object) -> Definition:
    content: dict[str, Any] = deepcopy(STARTER)
    criterion = {
        "id": "own", "kind": "gate", "sentence": "A new demand", "field": "attributes.budget",
        "operator": "at_least", "value": 10, "unknown": "ask", **parts,
    }  # fmt: skip
    content["criteria"].append({key: part for key, part in criterion.items() if part is not None})
    return Definition.from_content(content)


def test_a_criterion_on_a_field_of_ones_own_is_taken() -> None:
    check_draft(adding(), OWN)
    check_draft(adding(field="attributes.plant", operator="one_of", value=["own PLANT"]), OWN)


@pytest.mark.parametrize(
    ("parts", "place", "cure"),
    [
        ({"field": "attributes.gone"}, "criterion own, field", "there is no such field"),
        ({"operator": "is_true", "value": None}, "criterion own, operator", "use at_least"),
        (
            {"field": "attributes.plant", "operator": "one_of", "value": ["leased"]},
            "criterion own, value",
            "never occurs; use Own plant, Rented",
        ),
        (
            {"field": "employees", "value": 20},
            "criterion own, id",
            "it tests just what size tests",
        ),
        (
            {"sentence": "company has 20 people or MORE"},
            "criterion own, sentence",
            "size says the same",
        ),
    ],
)
def test_what_makes_no_sense_today_is_refused(parts: Any, place: str, cure: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_draft(adding(**parts), OWN)
    assert caught.value.field == place
    assert cure in caught.value.message


def test_points_nobody_can_reach_are_refused_beside_a_fast_track_too() -> None:
    content = {**STARTER, "thresholds": {"fit": 61, "interest": 15}}
    with pytest.raises(DomainError, match="all fit criteria together give 60"):
        check_draft(Definition.from_content(content), {})
    check_draft(Definition.from_content({**STARTER, "thresholds": {"fit": 60, "interest": 50}}), {})


@pytest.mark.parametrize(
    ("spec", "raw", "kept"),
    [
        (BUDGET, " 12.50 ", 12.5),
        (BUDGET, 250, 250),
        (BUDGET, "", None),
        (PLANT, "own  plant", "Own plant"),
        (FieldSpec("eu", "In the EU", "boolean"), "Yes", True),
        (FieldSpec("since", "Since", "date"), "2026-05-31", "2026-05-31"),
        (FieldSpec("crm", "Their CRM", "text"), " home made ", "home made"),
    ],
)
def test_a_value_is_kept_as_its_type(spec: FieldSpec, raw: object, kept: object) -> None:
    assert spec.read(raw) == kept


@pytest.mark.parametrize(
    ("spec", "raw", "cure"),
    [
        (BUDGET, "a lot", "Give a number"),
        (BUDGET, float("nan"), "Give a number"),
        (PLANT, "leased", "Choose one of: Own plant, Rented"),
        (FieldSpec("eu", "In the EU", "boolean"), "maybe", "Say yes or no"),
        (FieldSpec("since", "Since", "date"), "31.5.2026", "Give a day"),
        (FieldSpec("crm", "Their CRM", "text"), "x" * 501, "At most 500"),
    ],
)
def test_a_value_of_another_type_is_refused(spec: FieldSpec, raw: object, cure: str) -> None:
    with pytest.raises(Refused, match=cure):
        spec.read(raw)
