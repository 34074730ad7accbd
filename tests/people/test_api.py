"""People, teams and keys in the API."""

from datetime import datetime

import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.api import TeamAnswer, UserAnswer
from leadbridge.people.models import ApiKey
from tests.api import Api, assert_problem


def test_everybody_may_read_who_is_here(cast: Cast, now: datetime) -> None:
    api = Api(cast.nora, now, scope="read")
    people = api.get("people/").json()
    assert (people["next"], people["previous"], len(people["results"])) == (None, None, 8)
    assert all(set(row) == set(UserAnswer().fields) for row in people["results"])
    sam = next(row for row in people["results"] if row["username"] == "sam")
    assert (sam["name"], sam["role"], sam["teams"]) == ("Sam Okafor", "seller", ["emea"])
    teams = api.get("teams/").json()["results"]
    assert all(set(row) == set(TeamAnswer().fields) for row in teams)
    emea = next(row for row in teams if row["slug"] == "emea")
    assert (emea["manager"], sorted(emea["members"])) == ("max", ["dora", "sam"])


def test_a_long_list_of_people_goes_on_page_by_page(cast: Cast, now: datetime) -> None:
    api = Api(cast.mia, now)
    names: list[str] = []
    answer = api.get("people/", page_size="3").json()
    while True:
        names += [row["username"] for row in answer["results"]]
        if answer["next"] is None:
            break
        answer = api.get(answer["next"]).json()
    assert sorted(names) == sorted(["mia", "ana", "sam", "dora", "max", "nora", "lena", "olu"])


def test_a_key_that_was_revoked_or_whose_owner_left_opens_nothing(
    cast: Cast, now: datetime
) -> None:
    api = Api(cast.sam, now)
    assert api.get("leads/").status_code == 200
    ApiKey.objects.update(revoked_at=now)
    assert_problem(api.get("leads/"), 401, "not_authenticated")
    api = Api(cast.sam, now)
    cast.sam.is_active = False
    cast.sam.save()
    assert_problem(api.get("leads/"), 401, "not_authenticated")


def test_what_is_not_there_is_a_problem_too(cast: Cast, now: datetime) -> None:
    api = Api(cast.mia, now)
    assert_problem(api.send("people/", b"{}"), 405, "method_not_allowed")
    with time_machine.travel(now, tick=False):
        answer = api.client.get("/api/v1/leads/", headers={"Accept": "text/html"})
    assert_problem(answer, 406, "not_acceptable")
    assert Client().get("/api/v1/nothing/").status_code == 404
