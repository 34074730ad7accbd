"""Many acts in one call: each for itself, each once."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Event, Lead
from leads.intake import bulk
from leads.intake.actions import take_in
from leads.intake.quarantine.models import Quarantined
from tests.api import Api, assert_problem

KIM = {"email": "kim@brandt.example", "source": "fair", "company": "Brandt", "country": "DE"}


def acts(number: int) -> list[dict[str, Any]]:
    return [
        {**KIM, "email": f"kim{n}@brandt.example", "message": f"Act {n}"} for n in range(number)
    ]


def test_every_act_is_answered_and_a_bad_one_spoils_none(cast: Cast, now: datetime) -> None:
    told: list[Any] = [
        *acts(2), {"source": "fair"}, "nonsense", {**KIM, "emial": "x"}, acts(1)[0],
        {**KIM, "email": "last@brandt.example", "message": "a\u0000b"},
        {**KIM, "email": "end@brandt.example"},
    ]  # fmt: skip
    answer = Api(cast.mia, now).post("leads/bulk/", {"leads": told})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    statuses = [item["status"] for item in body["results"]]
    assert statuses == [201, 201, 400, 400, 400, 200, 400, 201]
    assert (body["created"], body["joined"], body["refused"]) == (3, 1, 4)
    assert [item["index"] for item in body["results"]] == list(range(8))
    assert body["results"][0]["ref"] == body["results"][5]["ref"]
    assert set(body["results"][2]["error"]["errors"]) == {"email"}
    assert "emial" in body["results"][4]["error"]["errors"]
    assert Lead.objects.count() == 3
    kept = {item["error"]["quarantined"] for item in body["results"] if item["error"]}
    assert len(kept) == Quarantined.objects.count() == 4


def test_the_same_call_again_answers_the_same_and_does_nothing(cast: Cast, now: datetime) -> None:
    api, told = Api(cast.mia, now), {"leads": [*acts(3), {"source": "fair"}]}
    first = api.post("leads/bulk/", told, key="k" * 255)
    events = Event.objects.count()
    assert api.post("leads/bulk/", told, key="k" * 255).json() == first.json()
    assert (Event.objects.count(), Quarantined.objects.get().times) == (events, 1)
    other = api.post("leads/bulk/", {"leads": acts(1)}, key="k" * 255)
    assert_problem(other, 409, "idempotency_conflict")
    assert api.post("leads/bulk/", told).json()["joined"] == 3


@pytest.mark.django_db(transaction=True)
def test_a_call_that_broke_off_is_finished_by_its_repetition(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, told = Api(cast.mia, now), {"leads": acts(5)}

    def breaks(**given: Any) -> Any:
        if given["packet"].email.startswith("kim3"):
            raise ConnectionError("as if the machine had been switched off")
        return take_in(**given)

    monkeypatch.setattr(bulk, "take_in", breaks)
    api.client.raise_request_exception = False
    assert api.post("leads/bulk/", told, key="k").status_code == 500
    assert Lead.objects.count() == 3
    monkeypatch.setattr(bulk, "take_in", take_in)
    body = api.post("leads/bulk/", told, key="k").json()
    assert (body["created"], body["joined"]) == (5, 0)
    assert Lead.objects.count() == 5
    assert not Event.objects.filter(action="join").exists()


@pytest.mark.parametrize(
    "told", [{}, {"leads": []}, {"leads": "x"}, [], {"leads": [KIM] * 1001}, {"leads": {}}]
)
def test_what_is_no_list_of_leads_is_refused_as_a_whole(
    cast: Cast, now: datetime, told: Any
) -> None:
    assert_problem(Api(cast.mia, now).post("leads/bulk/", told), 400, "invalid", "leads")
    assert not Lead.objects.exists()


def test_a_misspelt_field_beside_the_list_is_refused(cast: Cast, now: datetime) -> None:
    told = {"leads": acts(1), "idempotent": True}
    assert_problem(Api(cast.mia, now).post("leads/bulk/", told), 400, "invalid", "idempotent")
    assert not Lead.objects.exists()


def test_only_marketing_sends_many(cast: Cast, now: datetime) -> None:
    assert_problem(Api(cast.sam, now).post("leads/bulk/", {"leads": acts(1)}), 403, "forbidden")
    assert not Lead.objects.exists()


def test_two_megabytes_are_not_too_many(cast: Cast, now: datetime) -> None:
    told = {"leads": [{**act, "message": "m" * 9_000} for act in acts(230)][:230]}
    for act in told["leads"][2:]:
        act["source"] = ""
    answer = Api(cast.mia, now).post("leads/bulk/", told)
    assert (answer.json()["created"], answer.json()["refused"]) == (2, 228)
