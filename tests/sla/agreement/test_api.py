"""Agreements in the API: the whole life, and every refusal leaves things as they were."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client

from leadbridge.celery import app
from leadbridge.demo.organisation import Cast
from leadbridge.people.document_calls import DocumentAnswer
from leadbridge.people.models import User
from sla.agreement.api import AgreementDetail
from sla.agreement.models import AgreementVersion
from sla.agreement.tasks import keep
from tests.api import ROOT, Api, assert_problem
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db


class Caller(Api):
    """One who edits as well."""

    def edit(self, method: str, path: str, body: object = None) -> Any:
        with time_machine.travel(self.now, tick=False):
            return self.client.generic(
                method, ROOT + path, json.dumps(body or {}), "application/json"
            )


@pytest.fixture
def ana(cast: Cast, now: datetime) -> Caller:
    return Caller(cast.ana, now)


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Caller:
    return Caller(cast.max, now)


def draft(api: Api, **content: object) -> dict[str, Any]:
    """A draft in which these parts are another."""
    active: Any = AgreementVersion.objects.get(state="active").content
    answer = api.post("agreements/", {"content": {**active, **(content or {"hops": 5})}})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def proposed(api: Api, **body: object) -> dict[str, Any]:
    answer = api.post(f"agreements/{draft(api)['id']}/propose/", body)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def unchanged(call: Callable[[], Any]) -> Any:
    """The answer to a call that leaves every version as it was."""
    before = list(AgreementVersion.objects.order_by("pk").values())
    answer = call()
    assert list(AgreementVersion.objects.order_by("pk").values()) == before
    return answer


def test_an_agreement_lives_its_whole_life(ana: Caller, max_: Caller) -> None:
    began = draft(ana, hops=5)
    path = f"agreements/{began['id']}/"
    assert (began["state"], began["version"], began["content_hash"]) == ("draft", 2, "")
    assert began["actions"] == ["edit", "propose", "discard"]
    edited = ana.edit("PATCH", path, {"content": {"absence": "reoffer"}, "note": "Less waiting"})
    assert edited.status_code == 200
    assert (edited.json()["content"]["hops"], edited.json()["note"]) == (5, "Less waiting")
    assert [change["part"] for change in edited.json()["changes"]] == ["Ladder", "Absence"]
    laid = ana.post(f"{path}propose/").json()
    assert (laid["state"], laid["proposed_by"]) == ("proposed", "ana")
    assert max_.get(path).json()["actions"] == ["sign", "withdraw", "retire"]
    once = max_.post(f"{path}sign/", {"content_hash": laid["content_hash"]}).json()
    assert once["signatures"] == {
        "marketing": None,
        "sales": {"by": "max", "at": "2026-11-23T10:00:00Z"},
    }
    done = ana.post(f"{path}sign/", {"content_hash": laid["content_hash"]}).json()
    assert (done["state"], done["effective_from"]) == ("active", "2026-11-23T10:00:00Z")
    assert done["actions"] == ["confirm"]
    states = [row["state"] for row in ana.get("agreements/").json()["results"]]
    assert states == ["active", "retired"]


def test_answers_have_the_fields_of_the_schema(ana: Caller) -> None:
    document = proposed(ana)
    row = ana.get("agreements/").json()["results"][0]
    assert set(row) == set(DocumentAnswer().fields)
    with recorded("api agreement"):
        one = ana.get(f"agreements/{document['id']}/").json()
    assert set(one) == set(AgreementDetail().fields)
    with recorded("api agreements"):
        ana.get("agreements/")


def test_the_list_narrows_by_state_and_hides_drafts(ana: Caller, cast: Cast, now: datetime) -> None:
    began = draft(ana)
    sam = Caller(cast.sam, now, scope="read")
    assert [row["version"] for row in ana.get("agreements/").json()["results"]] == [2, 1]
    assert [row["version"] for row in sam.get("agreements/").json()["results"]] == [1]
    found = ana.get("agreements/", state="draft,retired").json()["results"]
    assert [row["id"] for row in found] == [began["id"]]
    assert_problem(ana.get("agreements/", state="signd"), 400, "invalid", "state")
    assert_problem(sam.get(f"agreements/{began['id']}/"), 404, "not_found")
    for number in ("99999", "x", "-1", "9" * 30):
        assert_problem(ana.get(f"agreements/{number}/"), 404, "not_found")


def test_without_a_key_nothing_is_told_or_done(ana: Caller, client: Client) -> None:
    document = proposed(ana)
    for path in ("agreements/", f"agreements/{document['id']}/"):
        assert_problem(client.get(ROOT + path), 401, "not_authenticated")
    for name in ("propose", "sign", "withdraw", "retire", "confirm"):
        path = f"{ROOT}agreements/{document['id']}/{name}/"
        answer = unchanged(partial(client.post, path))
        assert_problem(answer, 401, "not_authenticated")


def test_a_key_that_may_only_read_signs_nothing(ana: Caller, cast: Cast, now: datetime) -> None:
    document = proposed(ana)
    reader = Api(cast.max, now, scope="read")
    body = {"content_hash": document["content_hash"]}
    answer = unchanged(lambda: reader.post(f"agreements/{document['id']}/sign/", body))
    assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize("name", ["mia", "sam", "olu"])
def test_who_heads_no_side_signs_nothing(name: str, ana: Caller, cast: Cast, now: datetime) -> None:
    document = proposed(ana)
    api = Caller(getattr(cast, name), now)
    active = AgreementVersion.objects.get(state="active")
    calls = {
        f"agreements/{document['id']}/sign/": {"content_hash": document["content_hash"]},
        f"agreements/{document['id']}/retire/": {},
        f"agreements/{active.pk}/confirm/": {"content_hash": active.content_hash},
    }
    if name != "olu":  # an administrator drafts for the heads
        calls |= {"agreements/": {}, f"agreements/{document['id']}/withdraw/": {}}
    for path, body in calls.items():
        answer = unchanged(partial(api.post, path, body))
        assert_problem(answer, 403, "forbidden")


def test_a_version_is_signed_as_read_once_and_by_two(ana: Caller, max_: Caller) -> None:
    document = proposed(ana)
    path = f"agreements/{document['id']}/sign/"
    body = {"content_hash": document["content_hash"]}
    assert_problem(unchanged(lambda: ana.post(path)), 400, "invalid", "content_hash")
    wrong = unchanged(lambda: ana.post(path, {"content_hash": "0" * 64}))
    told = assert_problem(wrong, 409, "changed")
    assert told["content_hash"] == document["content_hash"]
    assert ana.post(path, body).status_code == 200
    told = assert_problem(unchanged(lambda: ana.post(path, body)), 409, "already_decided")
    assert (told["by"], told["at"]) == ("Ana Costa", "2026-11-23T10:00:00Z")
    User.objects.filter(username="ana").update(role="sales_head")
    assert_problem(unchanged(lambda: ana.post(path, body)), 409, "same_signer")
    assert max_.post(path, body).json()["state"] == "active"
    assert_problem(unchanged(lambda: max_.post(path, body)), 409, "not_allowed")


def test_a_signature_repeated_with_its_key_is_given_once(ana: Caller) -> None:
    document = proposed(ana)
    path, body = f"agreements/{document['id']}/sign/", {"content_hash": document["content_hash"]}
    first = ana.post(path, body, key="once")
    assert ana.post(path, body, key="once").json() == first.json()


def test_only_a_draft_is_edited(ana: Caller) -> None:
    document = proposed(ana)
    path = f"agreements/{document['id']}/"
    for method in ("PUT", "PATCH", "DELETE"):
        answer = unchanged(partial(ana.edit, method, path, {"content": {}}))
        assert_problem(answer, 409, "not_allowed")
    assert ana.post(f"{path}withdraw/").json()["state"] == "draft"
    put = ana.edit("PUT", path, {"content": {"hops": 1}})
    assert (put.json()["content"]["hops"], put.json()["content"]["absence"]) == (1, "cover")
    assert put.json()["content"]["exceptions"] == []
    assert ana.edit("DELETE", path).status_code == 204
    assert_problem(ana.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ({"hops": "many"}, "invalid_agreement", "hops"),
        ({"defaults": {"accept": "1d"}}, "invalid_amount", "defaults, accept, amount"),
        ({"ladder": [{"steps": []}]}, "invalid_agreement", "ladder, rule 1, steps"),
        ({"nonsense": 1}, "invalid_agreement", "agreement"),
        ([], "invalid_agreement", "agreement"),
    ],
)
def test_bad_content_is_refused_by_its_place(
    content: object, code: str, place: str, ana: Caller
) -> None:
    answer = unchanged(lambda: ana.post("agreements/", {"content": content}))
    assert_problem(answer, 400, code, place)
    began = draft(ana)
    path = f"agreements/{began['id']}/"
    answer = unchanged(lambda: ana.edit("PATCH", path, {"content": content}))
    assert_problem(answer, 400, code, place)


def test_a_body_holds_nothing_that_is_not_asked_for(ana: Caller) -> None:
    answer = unchanged(lambda: ana.post("agreements/", {"contents": {}}))
    assert_problem(answer, 400, "invalid", "contents")
    began = draft(ana)
    bad = {"effective_from": "tomorrow"}
    answer = unchanged(lambda: ana.post(f"agreements/{began['id']}/propose/", bad))
    assert_problem(answer, 400, "invalid", "effective_from")


def test_one_at_a_time_and_never_without_signers(ana: Caller, max_: Caller) -> None:
    document = proposed(ana)
    second = draft(max_, hops=7)
    path = f"agreements/{second['id']}/propose/"
    assert_problem(unchanged(lambda: max_.post(path)), 409, "not_allowed")
    assert max_.post(f"agreements/{document['id']}/retire/").json()["state"] == "retired"
    User.objects.filter(username="ana").update(is_active=False)
    told = assert_problem(unchanged(lambda: max_.post(path)), 409, "no_signer")
    assert "head of marketing" in told["detail"]


def test_what_is_in_force_is_confirmed_but_not_retired(ana: Caller, max_: Caller) -> None:
    active = AgreementVersion.objects.get(state="active")
    path, body = f"agreements/{active.pk}/", {"content_hash": active.content_hash}
    assert_problem(unchanged(lambda: ana.post(f"{path}retire/")), 409, "not_allowed")
    half = ana.post(f"{path}confirm/", {**body, "review_on": "2027-03-01"}).json()
    assert (half["review_on"], half["confirmations"][0]["completed_at"]) == (None, None)
    assert_problem(ana.post(f"{path}confirm/", {**body, "review_on": "2027-03-01"}), 409,
                   "already_decided")  # fmt: skip
    assert_problem(max_.post(f"{path}confirm/", {**body, "review_on": "2027-05-01"}), 409,
                   "changed", "review_on")  # fmt: skip
    whole = max_.post(f"{path}confirm/", body).json()
    assert whole["review_on"] == "2027-03-01"
    assert whole["confirmations"][0]["signatures"]["marketing"]["by"] == "ana"
    began = draft(ana)
    answer = ana.post(f"agreements/{began['id']}/confirm/", body)
    assert_problem(answer, 409, "not_allowed")


def test_a_version_waits_for_its_day(ana: Caller, max_: Caller, now: datetime) -> None:
    day = (now + timedelta(days=3)).isoformat()
    document = proposed(ana, effective_from=day)
    body = {"content_hash": document["content_hash"]}
    for api in (ana, max_):
        answer = api.post(f"agreements/{document['id']}/sign/", body).json()
    assert (answer["state"], answer["effective_from"]) == ("signed", "2026-11-26T10:00:00Z")
    with time_machine.travel(now + timedelta(days=3, seconds=-1), tick=False):
        keep()
    assert AgreementVersion.objects.get(pk=document["id"]).state == "signed"
    with time_machine.travel(now + timedelta(days=3), tick=False):
        keep()
    found = ana.get(f"agreements/{document['id']}/").json()
    assert (found["state"], found["effective_from"]) == ("active", "2026-11-26T10:00:00Z")


def test_the_worker_is_ordered_to_keep_the_agreement_each_minute(settings: Any) -> None:
    order = settings.CELERY_BEAT_SCHEDULE["agreement"]
    assert (order["task"], order["schedule"]) == (keep.name, 60)
    assert order["task"] in app.tasks
