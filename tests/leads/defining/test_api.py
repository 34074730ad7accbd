"""Definitions and own fields over the API: their life, their refusals, and trying one out."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.definition.models import DefinitionVersion, OwnField
from leads.definition.starter import STARTER
from tests.api import Api, assert_problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, now: datetime) -> Api:
    return Api(cast.ana, now)


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Api:
    return Api(cast.max, now)


def changed(value: int = 150) -> dict[str, Any]:
    content: dict[str, Any] = deepcopy(STARTER)
    content["criteria"][1] |= {"value": value, "sentence": f"Company has {value} people or more"}
    return content


def proposed(ana: Api) -> dict[str, Any]:
    draft = ana.post("definitions/", {"content": changed(), "note": "Too many small ones"}).json()
    answer = ana.post(f"definitions/{draft['id']}/propose/")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_both_heads_sign_one_text_into_force(
    ana: Api, max_: Api, cast: Cast, now: datetime
) -> None:
    version = proposed(ana)
    told = max_.get(f"definitions/{version['id']}/").json()
    assert told["changes"][1] == {
        "part": "Criteria",
        "sentence": "“Company has 150 people or more”: number of people is at least 150, "
        "instead of number of people is at least 20",
    }
    assert "sign" in told["actions"]
    for api in (ana, max_):
        answer = api.post(
            f"definitions/{version['id']}/sign/", {"content_hash": version["content_hash"]}
        )
        assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "active"
    listed = Api(cast.sam, now).get("definitions/", state="active,retired").json()["results"]
    assert [(one["version"], one["state"]) for one in listed] == [(2, "active"), (1, "retired")]
    triggers = Api(cast.sam, now).get(f"definitions/{version['id']}/").json()["triggers"]
    assert triggers[0] == {
        "name": "Day of review", "figure": "none agreed", "limit": "when it has come",
        "fires": False,
    }  # fmt: skip


def test_refusals_of_a_life_change_nothing(ana: Api, cast: Cast, now: datetime) -> None:
    seller, version = Api(cast.sam, now), proposed(ana)
    here = f"definitions/{version['id']}"
    signed = {"content_hash": version["content_hash"]}
    assert Client().post("/api/v1/definitions/").status_code == 401
    assert_problem(seller.post("definitions/", {}), 403, "forbidden")
    assert_problem(seller.post(f"{here}/sign/", signed), 403, "forbidden")
    assert_problem(seller.post("definitions/999/sign/", signed), 404, "not_found")
    assert_problem(ana.post(f"{here}/sign/", {"content_hash": "0" * 64}), 409, "changed")
    assert_problem(ana.post(f"{here}/propose/"), 409, "not_allowed")
    assert_problem(ana.post(f"{here}/confirm/", signed), 409, "not_allowed")
    holds = DefinitionVersion.objects.get(state="active").pk
    assert_problem(ana.post(f"definitions/{holds}/retire/"), 409, "not_allowed")
    assert ana.post(f"{here}/sign/", signed).status_code == 200
    assert_problem(ana.post(f"{here}/sign/", signed), 409, "already_decided")
    row = DefinitionVersion.objects.get(pk=version["id"])
    assert (row.state, row.sales_signed_by) == ("proposed", None)
    assert ana.post(f"{here}/retire/").json()["state"] == "retired"


def test_a_content_that_cannot_stand_is_refused_by_place(ana: Api) -> None:
    content = {**changed(), "thresholds": {"fit": 1000, "interest": 15}}
    problem = assert_problem(
        ana.post("definitions/", {"content": content}), 400, "invalid_definition", "thresholds, fit"
    )
    assert "lower it" in problem["detail"]
    content = {**changed(), "examples": [{"lead": "L-4711", "meets": True, "because": "So"}]}
    answer = ana.post("definitions/", {"content": content})
    assert_problem(answer, 400, "invalid_definition", "example 1, lead")
    assert DefinitionVersion.objects.count() == 1


def test_both_confirm_what_is_in_force(ana: Api, max_: Api) -> None:
    active = DefinitionVersion.objects.get(state="active")
    body = {"content_hash": active.content_hash, "review_on": "2027-02-01"}
    assert ana.post(f"definitions/{active.pk}/confirm/", body).status_code == 200
    told = max_.post(f"definitions/{active.pk}/confirm/", body).json()
    assert told["review_on"] == "2027-02-01"
    assert told["state"] == "active"


def test_a_leads_fields_are_tried_on_any_version(cast: Cast, now: datetime) -> None:
    seller, active = Api(cast.sam, now), DefinitionVersion.objects.get(state="active")
    lead = {"email": "kim@brandt.example", "employees": 240, "title": "Director", "request": "demo"}
    told = seller.post(f"definitions/{active.pk}/check/", lead).json()
    assert (told["verdict"], told["tier"]) == ("yes", 1)
    assert told["criteria"][1] == {
        "id": "size", "sentence": "Company has 20 people or more", "kind": "gate",
        "outcome": "met", "points": 0, "evidence": "Company has 240 people",
    }  # fmt: skip
    small = seller.post(f"definitions/{active.pk}/check/", {**lead, "employees": 5}).json()
    assert small["verdict"] == "no"
    open_ = seller.post(
        f"definitions/{active.pk}/check/", {"email": "a@b.example", "request": "demo"}
    )
    assert (open_.json()["verdict"], open_.json()["missing"]) == ("unknown", ["employees"])
    wrong = seller.post(f"definitions/{active.pk}/check/", {"employes": 5})
    assert_problem(wrong, 400, "invalid", "employes")
    assert_problem(seller.post("definitions/999/check/", lead), 404, "not_found")
    assert Client().post(f"/api/v1/definitions/{active.pk}/check/").status_code == 401


def test_comments_are_kept_with_the_version(ana: Api, cast: Cast, now: datetime) -> None:
    seller, version = Api(cast.sam, now), proposed(ana)
    here = f"definitions/{version['id']}/remarks/"
    assert seller.post(here, {"text": "Too high for the north"}).status_code == 201
    assert_problem(seller.post(here, {"text": " "}), 400, "invalid", "text")
    [said] = ana.get(here).json()["results"]
    assert (said["by"], said["text"]) == ("sam", "Too high for the north")
    active = DefinitionVersion.objects.get(state="active").pk
    assert_problem(seller.post(f"definitions/{active}/remarks/", {"text": "x"}), 409, "not_allowed")


def test_an_administrator_adds_fields_and_others_look_them_up(cast: Cast, now: datetime) -> None:
    olu, seller = Api(cast.olu, now), Api(cast.sam, now)
    body = {"key": "plant", "label": "Plant", "type": "choice", "choices": ["Own", "Rented"]}
    made = olu.post("fields/", body)
    assert made.status_code == 201, made.content
    assert made.json()["criterion_field"] == "attributes.plant"
    assert_problem(olu.post("fields/", body), 409, "already_known", "key")
    assert_problem(seller.post("fields/", {**body, "key": "other"}), 403, "forbidden")
    assert_problem(olu.post("fields/", {**body, "key": "Bad Key"}), 400, "invalid", "key")
    assert_problem(olu.post("fields/", {**body, "key": "email"}), 400, "invalid", "key")
    assert_problem(
        olu.post("fields/", {**body, "key": "x", "type": "blob"}), 400, "invalid", "type"
    )
    assert Client().get("/api/v1/fields/").status_code == 401
    [listed] = seller.get("fields/").json()["results"]
    assert (listed["key"], listed["retired_at"]) == ("plant", None)
    assert OwnField.objects.count() == 1


def test_a_field_that_the_text_in_force_needs_is_not_retired(
    cast: Cast, now: datetime, ana: Api, max_: Api
) -> None:
    olu = Api(cast.olu, now)
    olu.post("fields/", {"key": "budget", "label": "Budget", "type": "number"})
    olu.post("fields/", {"key": "spare", "label": "Spare", "type": "text"})
    content = changed()
    content["criteria"].append(
        {
            "id": "budget", "kind": "gate", "sentence": "Has a budget of 10 or more",
            "field": "attributes.budget", "operator": "at_least", "value": 10, "unknown": "ask",
        }
    )  # fmt: skip
    draft = ana.post("definitions/", {"content": content}).json()
    version = ana.post(f"definitions/{draft['id']}/propose/").json()
    for api in (ana, max_):
        api.post(f"definitions/{draft['id']}/sign/", {"content_hash": version["content_hash"]})
    problem = assert_problem(olu.post("fields/budget/retire/"), 409, "in_use", "key")
    assert "Propose a version without that criterion" in problem["detail"]
    assert OwnField.objects.get(key="budget").retired_at is None
    assert olu.post("fields/spare/retire/").json()["retired_at"] is not None
    assert olu.post("fields/spare/restore/").json()["retired_at"] is None
    assert_problem(Api(cast.sam, now).post("fields/spare/retire/"), 403, "forbidden")
    assert_problem(olu.post("fields/none/retire/"), 404, "not_found")
