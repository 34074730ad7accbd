"""What a definition must survive: fields that go, and texts made to hang."""

from datetime import datetime
from html import unescape
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast, put_into_force
from leads.definition.criteria import Definition
from leads.definition.fields import add_field, retire_field
from leads.definition.models import DefinitionVersion, OwnField
from leads.definition.starter import STARTER
from tests.api import Api, assert_problem
from tests.leads.routing.rules import publish, to_emea
from tests.pages import Browser

pytestmark = pytest.mark.django_db

HANGING = "(a+)+$"
GATE = {"id": "own_plant", "kind": "gate", "sentence": "Has a plant", "unknown": "ask"}


def asking(**test: object) -> dict[str, object]:
    """The house's definition with one gate more."""
    criteria = [*list(STARTER["criteria"]), {**GATE, **test}]  # type: ignore[call-overload]
    return Definition.from_content({**STARTER, "criteria": criteria}).content()


def plant(cast: Cast, now: datetime) -> None:
    add_field(actor=cast.olu, now=now, key="plant", label="Plant", type="text")


def test_a_field_that_a_routing_rule_needs_is_not_retired(cast: Cast, now: datetime) -> None:
    plant(cast, now)
    rule = {
        "name": "Own plants", "team": "emea",
        "conditions": [{"field": "attributes.plant", "operator": "known"}],
    }  # fmt: skip
    publish(cast.max, now, {**to_emea(), "rules": [rule]})
    told = "The rule “Own plants” of the routing v2 needs it."
    problem = assert_problem(Api(cast.olu, now).post("fields/plant/retire/"), 409, "in_use", "key")
    assert problem["detail"].startswith(told)
    olu = Browser(cast.olu, now)
    assert told in unescape(olu.post("/settings/fields/", 409, do="retire plant"))
    assert OwnField.objects.get(key="plant").retired_at is None
    publish(cast.max, now, to_emea())
    olu.post("/settings/fields/", do="retire plant")
    assert OwnField.objects.get(key="plant").retired_at == now


def test_a_field_that_somebody_takes_leads_by_is_not_retired(cast: Cast, now: datetime) -> None:
    plant(cast, now)
    takes = [{"field": "attributes.plant", "operator": "known"}]
    publish(cast.max, now, to_emea(members={"sam": {"takes": takes}}))
    problem = assert_problem(Api(cast.olu, now).post("fields/plant/retire/"), 409, "in_use", "key")
    assert problem["detail"].startswith("What sam takes in emea of the routing v2 needs it.")
    assert OwnField.objects.get(key="plant").retired_at is None


def test_a_definition_in_force_whose_field_vanished_says_so(cast: Cast, now: datetime) -> None:
    plant(cast, now)
    content = asking(field="attributes.plant", operator="known")
    version = put_into_force(DefinitionVersion, content, cast, now)
    mia, api = Browser(cast.mia, now), Api(cast.mia, now)
    assert "A field is gone" not in mia.get("/definition/")
    assert api.get(f"definitions/{version.pk}/").json()["vanished"] == []
    OwnField.objects.filter(key="plant").delete()
    page = unescape(mia.get("/definition/"))
    assert "A field is gone" in page
    assert "“Has a plant” asks for “plant”." in page
    told = api.get(f"definitions/{version.pk}/").json()["vanished"]
    assert told == ["“Has a plant” asks for “plant”."]
    judged = api.post(f"definitions/{version.pk}/check/", {"email": "a@x.example"})
    assert judged.status_code == 200
    outcomes = {one["id"]: one["outcome"] for one in judged.json()["criteria"]}
    assert outcomes["own_plant"] == "unknown"


def test_an_expression_that_would_hang_is_only_a_text_on_the_page_and_in_the_api(
    cast: Cast, now: datetime
) -> None:
    """Were it run as an expression, 4,000 letters would keep this test for ever."""
    test = {"field": "message", "operator": "contains", "value": [HANGING]}
    ana = Api(cast.ana, now)
    draft = ana.post("definitions/", {"content": asking(**test)}).json()
    met = {}
    for message in ("a" * 4_000 + "!", f"It says {HANGING} here"):
        answer = ana.post(f"definitions/{draft['id']}/check/", {"message": message})
        met[message[:2]] = {one["id"]: one["outcome"] for one in answer.json()["criteria"]}
    assert met["aa"]["own_plant"] == "not_met"
    assert met["It"]["own_plant"] == "met"
    browser, here = Browser(cast.ana, now), f"/definition/v{draft['version']}/"
    assert HANGING in unescape(browser.get(here))
    form = browser.form(f"{here}edit/")
    browser.post(f"{here}edit/", **{**form, "do": "save"})
    kept = DefinitionVersion.objects.get(pk=draft["id"]).content["criteria"][-1]
    assert (kept["operator"], kept["value"]) == ("contains", [HANGING])


def test_an_expression_is_no_operator(cast: Cast, now: datetime) -> None:
    ana, count = Api(cast.ana, now), DefinitionVersion.objects.count()
    content = asking(field="message", operator="known")
    criteria: Any = content["criteria"]
    odd = {**criteria[-1], "operator": "matches", "value": HANGING}
    content["criteria"] = [*criteria[:-1], odd]
    assert ana.post("definitions/", {"content": content}).status_code == 400
    assert DefinitionVersion.objects.count() == count


def test_a_retired_field_that_nothing_needs_is_only_gone_from_the_forms(
    cast: Cast, now: datetime
) -> None:
    plant(cast, now)
    retire_field(key="plant", actor=cast.olu, now=now)
    assert "A field is gone" not in Browser(cast.ana, now).get("/definition/")
