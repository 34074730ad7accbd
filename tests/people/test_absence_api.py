"""Absences and leaving in the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import record_absence
from leadbridge.people.api import AbsenceAnswer, UserAnswer
from leadbridge.people.models import Absence, Departure, User
from leads.handoff.stages import Stage
from sla.staff.api import DepartureAnswer, LeavingAnswer
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import again, at_stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK: dict[str, Any] = {"starts_at": "2026-11-23T10:00:00Z", "ends_at": "2026-11-29T23:00:00Z"}


def test_somebody_tells_that_they_are_away_and_all_may_read_it(cast: Cast, now: datetime) -> None:
    answer = Api(cast.dora, now).post("absences/", {**WEEK, "cover": "sam"})
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == set(AbsenceAnswer().fields)
    assert (told["person"], told["cover"], told["made_by"]) == ("dora", "sam", "dora")
    assert (told["ends_at"], told["cancelled_at"]) == ("2026-11-29T23:00:00Z", None)
    api = Api(cast.nora, now, scope="read")
    [row] = api.get("absences/", person="dora").json()["results"]
    assert row == told
    assert api.get("absences/", at="2026-11-29T23:00:00Z").json()["results"] == []
    people = {row["username"]: row for row in api.get("people/").json()["results"]}
    assert set(people["dora"]) == set(UserAnswer().fields)
    assert people["dora"]["absent_until"] == "2026-11-29T23:00:00Z"
    assert (people["dora"]["cover"], people["dora"]["is_active"]) == ("sam", True)
    assert (people["sam"]["absent_until"], people["sam"]["cover"]) == (None, None)


def test_what_cannot_be_told_is_refused_and_nothing_is_kept(cast: Cast, now: datetime) -> None:
    api = Api(cast.dora, now)
    for body, field in (
        ({**WEEK, "cover": "nobody"}, "cover"),
        ({**WEEK, "cover": "mia"}, "cover"),
        ({**WEEK, "person": "nobody"}, "person"),
        ({**WEEK, "ends_at": WEEK["starts_at"]}, "ends_at"),
        ({**WEEK, "ends_at": "2026-11-29"}, "ends_at"),
        ({"starts_at": WEEK["starts_at"]}, "ends_at"),
        ({**WEEK, "covers": "sam"}, "covers"),
    ):
        assert_problem(api.post("absences/", body), 400, "invalid", field)
    assert_problem(api.post("absences/", {**WEEK, "person": "sam"}), 403, "forbidden")
    assert_problem(api.get("absences/", at="monday"), 400, "invalid", "at")
    assert Absence.objects.count() == 0
    assert api.post("absences/", WEEK).status_code == 201
    assert_problem(api.post("absences/", WEEK), 409, "overlaps", "starts_at")
    assert Absence.objects.count() == 1


def test_a_repeated_call_tells_it_once(cast: Cast, now: datetime) -> None:
    api = Api(cast.dora, now)
    first, second = (api.post("absences/", WEEK, key="k1") for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())
    assert Absence.objects.count() == 1


def test_an_absence_is_cancelled_by_who_may_and_once(cast: Cast, now: datetime) -> None:
    absence = record_absence(
        user=cast.dora, actor=cast.dora, now=now, starts_at=now, ends_at=now + DAY
    )
    path = f"absences/{absence.pk}/cancel/"
    assert_problem(Api(cast.sam, now).post(path), 403, "forbidden")
    assert_problem(Api(cast.max, now, scope="read").post(path), 403, "forbidden")
    for number in ("999999", "x"):
        assert_problem(Api(cast.max, now).post(f"absences/{number}/cancel/"), 404, "not_found")
    absence.refresh_from_db()
    assert absence.cancelled_at is None
    answer = Api(cast.max, now).post(path)
    assert (answer.status_code, answer.json()["cancelled_at"]) == (200, "2026-11-23T10:00:00Z")
    assert_problem(Api(cast.max, now).post(path), 409, "already_decided")


def test_without_a_key_nothing_is_told(cast: Cast, now: datetime, client: Any) -> None:
    for path in ("absences/", "people/sam/leaving/"):
        assert_problem(client.get(f"/api/v1/{path}"), 401, "not_authenticated")
    for path in ("absences/", "absences/1/cancel/", "people/sam/deactivate/"):
        answer = client.post(f"/api/v1/{path}", "{}", content_type="application/json")
        assert_problem(answer, 401, "not_authenticated")
    assert (Absence.objects.count(), Departure.objects.count()) == (0, 0)


def test_an_administrator_reads_what_would_happen_and_does_it(cast: Cast, now: datetime) -> None:
    leads = [at_stage(cast, stage, now) for stage in (Stage.SUBMITTED, Stage.WORKING)]
    api = Api(cast.olu, now)
    preview = api.get("people/sam/leaving/").json()
    assert set(preview) == set(LeavingAnswer().fields)
    assert preview["groups"] == [
        {"stage": "submitted", "leads": 1, "goes_to": "EMEA, the one who is here"},
        {"stage": "working", "leads": 1, "goes_to": "EMEA, the one who is here"},
    ]
    assert (preview["leads"], preview["first"], preview["successor"]) == (2, [], None)
    assert preview["clocks"] > 2
    assert again(leads[0]).holder == cast.sam
    told = api.post("people/sam/deactivate/").json()
    assert set(told) == set(DepartureAnswer().fields)
    assert (told["leads"], told["remaining"], told["done_at"]) == (2, 0, "2026-11-23T10:00:00Z")
    assert [again(lead).holder for lead in leads] == [cast.dora, cast.dora]
    people = {row["username"]: row for row in api.get("people/").json()["results"]}
    assert (people["sam"]["active"], people["sam"]["is_active"]) == (False, False)
    assert_problem(api.post("people/sam/deactivate/"), 409, "already_decided")


def test_leaving_is_for_administrators_and_has_conditions(cast: Cast, now: datetime) -> None:
    for who in (cast.max, cast.sam, cast.ana):
        assert_problem(Api(who, now).get("people/sam/leaving/"), 403, "forbidden")
        assert_problem(Api(who, now).post("people/sam/deactivate/"), 403, "forbidden")
    api = Api(cast.olu, now)
    assert_problem(api.get("people/nobody/leaving/"), 404, "not_found")
    assert_problem(api.post("people/nobody/deactivate/"), 404, "not_found")
    told = {"successor": "nobody"}
    assert_problem(api.post("people/mia/deactivate/", told), 400, "invalid", "successor")
    assert_problem(
        api.post("people/mia/deactivate/", {"successor": "sam"}), 400, "invalid", "successor"
    )
    problem = assert_problem(api.post("people/max/deactivate/"), 409, "not_allowed")
    assert problem["first"] == [
        "They are the last head of sales: give somebody else that role first.",
        "They manage EMEA: give the team another manager first.",
    ]
    assert Departure.objects.count() == 0


def test_a_lead_given_by_hand_to_who_is_away_names_the_cover(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.ACCEPTED, now)
    record_absence(
        user=cast.dora, actor=cast.dora, now=now, starts_at=now, ends_at=now + DAY, cover=cast.max
    )
    body = {"to": "dora", "cause": "hers"}
    problem = assert_problem(
        Api(cast.max, now).post(f"leads/{lead.ref}/reassign/", body), 409, "absent", "to"
    )
    assert (problem["cover"], again(lead).holder) == ("max", cast.sam)


def test_nothing_is_given_to_who_has_left(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.ACCEPTED, now)
    User.objects.filter(pk=cast.dora.pk).update(is_active=False)
    for name in ("dora", str(cast.dora.pk)):
        answer = Api(cast.max, now).post(
            f"leads/{lead.ref}/reassign/", {"to": name, "cause": "hers"}
        )
        problem = assert_problem(answer, 400, "invalid", "to")
        assert "Dora Novak has left" in problem["errors"]["to"][0]
    assert again(lead).holder == cast.sam
