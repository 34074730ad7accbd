"""The rules that place leads in the API, and their life against the database."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from leadbridge.demo.organisation import Cast
from leads.routing.models import RoutingVersion, Turn
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import submitted
from tests.leads.routing.rules import publish, to_emea

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(cast: Cast, now: datetime) -> Api:
    return Api(cast.max, now)


def test_a_program_drafts_tries_publishes_and_goes_back(
    api: Api, cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    before = list(Turn.objects.values_list("last_id", "people"))
    content = to_emea(method="weights", members={"dora": {"weight": 5}})
    answer = api.post("routing/", {"content": content, "note": "Dora more."})
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert_problem(api.post("routing/", {}), 409, "already_drafted")
    tried = api.post("routing/2/try/", {"lead": lead.ref}).json()
    assert (tried["holder"], tried["team"]) == ("dora", "emea")
    assert tried["routing"]["teams"][0]["people"][1]["weight"] == 5
    tried = api.post("routing/2/try/", {"facts": {"country": "FR"}}).json()
    assert tried["holder"] == "dora"
    done = api.post("routing/2/replay/", {"leads": 10}).json()
    assert (done["leads"], done["unplaced"]) == (1, 0)
    assert done["differ"][0]["would_get"] == "Dora Novak"
    assert list(Turn.objects.values_list("last_id", "people")) == before
    published = api.post("routing/2/publish/").json()
    assert (published["state"], published["published_by"]) == ("published", "max")
    again = api.post("routing/1/restore/").json()
    assert (again["version"], again["restores"], again["state"]) == (3, 1, "published")
    states = [one["state"] for one in api.get("routing/").json()["results"]]
    assert states == ["published", "retired", "retired"]


def test_who_does_not_publish_reads_and_tries_only(api: Api, cast: Cast, now: datetime) -> None:
    api.post("routing/", {"content": to_emea()})
    sam = Api(cast.sam, now)
    assert [one["version"] for one in sam.get("routing/").json()["results"]] == [1]
    assert_problem(sam.get("routing/2/"), 404, "not_found")
    assert_problem(sam.post("routing/2/publish/"), 404, "not_found")
    assert_problem(sam.post("routing/", {}), 403, "forbidden")
    assert_problem(sam.post("routing/1/replay/", {}), 403, "forbidden")
    assert sam.post("routing/1/try/", {"facts": {"country": "DE"}}).status_code == 200
    assert RoutingVersion.objects.get(state="published").version == 1


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ({"rules": [{"name": "A", "team": "nowhere"}]}, "rule 1, team"),
        ({"rules": [{"name": "A", "team": "marketing"}]}, "rule 1, team"),
        ({"rules": [{"name": "A", "team": "emea", "person": "nora"}]}, "rule 1, person"),
        ({"rules": [], "teams": {"emea": {"members": {"nora": {}}}}}, "team emea, nora"),
        ({"rules": [], "teams": {"emea": {"away": "team"}}}, "team emea, away_team"),
        ({"rules": [], "teams": {"emea": {"away": "next"}}}, "team emea, away"),
        ({"rules": [], "teams": {"emea": {"method": "luck"}}}, "team emea, method"),
        ({"rules": [{"name": "A", "team": "emea", "conditions": [{"field": "size"}]}]},
         "rule 1, condition 1"),
        ({"rules": [], "surprise": 1}, "rules"),
        ([], "rules"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused_with_their_place(
    api: Api, content: object, where: str
) -> None:
    answer = api.post("routing/", {"content": content})
    assert_problem(answer, 400, "invalid_rules", where)
    assert not RoutingVersion.objects.filter(state="draft").exists()


def test_a_draft_is_edited_and_dropped_and_what_was_published_never(
    api: Api, cast: Cast, now: datetime
) -> None:
    api.post("routing/", {"content": to_emea()})
    client = api.client
    body = {"content": to_emea(method="load"), "note": "By load."}
    answer = client.put("/api/v1/routing/2/", body, content_type="application/json")
    assert answer.json()["content"]["teams"]["emea"]["method"] == "load"
    answer = client.put("/api/v1/routing/1/", body, content_type="application/json")
    assert_problem(answer, 409, "not_allowed")
    assert client.delete("/api/v1/routing/2/").status_code == 204
    assert_problem(client.delete("/api/v1/routing/1/"), 409, "not_allowed")
    assert RoutingVersion.objects.count() == 1


def test_the_database_keeps_what_was_published_and_one_in_force(cast: Cast, now: datetime) -> None:
    second = publish(cast.max, now, to_emea())
    changes: tuple[dict[str, Any], ...] = (
        {"content": {}}, {"version": 9}, {"note": "x"}, {"published_by": cast.olu},
        {"state": "draft", "published_at": None},
    )  # fmt: skip
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            RoutingVersion.objects.filter(pk=second.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RoutingVersion.objects.filter(pk=second.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        RoutingVersion.objects.create(version=9, state="published", published_at=now)
    assert RoutingVersion.objects.get(state="published").content == second.content
