"""People, teams and keys in the API."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.api import TeamAnswer, UserAnswer
from leadbridge.people.models import ApiKey, Team, User
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
    assert_problem(api.send("people/sam/leaving/", b"{}"), 405, "method_not_allowed")
    with time_machine.travel(now, tick=False):
        answer = api.client.get("/api/v1/leads/", headers={"Accept": "text/html"})
    assert_problem(answer, 406, "not_acceptable")
    assert Client().get("/api/v1/nothing/").status_code == 404


FINN = {
    "username": "finn", "first_name": "Finn", "last_name": "Berg", "email": "finn@example.org",
    "role": "seller", "team": "emea", "time_zone": "Europe/Oslo",
}  # fmt: skip


def test_an_administrator_makes_people_and_teams(cast: Cast, now: datetime) -> None:
    olu = Api(cast.olu, now)
    made = olu.post("people/", FINN)
    assert made.status_code == 201 and set(made.json()) == set(UserAnswer().fields)
    assert (made.json()["name"], made.json()["teams"]) == ("Finn Berg", ["emea"])
    finn = User.objects.get(username="finn")
    assert (finn.email, finn.time_zone) == ("finn@example.org", "Europe/Oslo")
    assert not finn.has_usable_password()
    team = olu.post("teams/", {"name": "Nordics", "side": "sales", "manager": "finn"})
    assert team.status_code == 201 and set(team.json()) == set(TeamAnswer().fields)
    assert (team.json()["slug"], team.json()["manager"]) == ("nordics", "finn")
    assert Team.objects.get(slug="nordics").manager == finn


def test_nobody_else_makes_people_or_teams(cast: Cast, now: datetime) -> None:
    team = {"name": "Nordics", "side": "sales", "manager": "sam"}
    for user in (cast.max, cast.mia):
        assert_problem(Api(user, now).post("people/", FINN), 403, "forbidden")
        assert_problem(Api(user, now).post("teams/", team), 403, "forbidden")
    assert not User.objects.filter(username="finn").exists()
    assert not Team.objects.filter(slug="nordics").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "sam"}, "username"),
        ({"username": "teams"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"role": "pilot"}, "role"),
        ({"team": "nowhere"}, "team"),
        ({"team": "marketing"}, "user"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_who_cannot_be_is_refused_with_the_field(
    cast: Cast, now: datetime, changed: dict[str, str], field: str
) -> None:
    before = User.objects.count()
    answer = Api(cast.olu, now).post("people/", {**FINN, **changed})
    assert_problem(answer, 400, "invalid", field)
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "EMEA"}, "name"),
        ({"name": "!!"}, "name"),
        ({"side": "both"}, "side"),
        ({"manager": "nobody"}, "manager"),
        ({"manager": "mia"}, "manager"),
    ],
)
def test_a_team_that_cannot_be_is_refused_with_the_field(
    cast: Cast, now: datetime, changed: dict[str, str], field: str
) -> None:
    before = Team.objects.count()
    body = {"name": "Nordics", "side": "sales", "manager": "sam", **changed}
    assert_problem(Api(cast.olu, now).post("teams/", body), 400, "invalid", field)
    assert Team.objects.count() == before
