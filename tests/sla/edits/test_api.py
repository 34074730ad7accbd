"""Calendars in the API: lists, making and editing, a year, and what an edit would do."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import Clock, Rebuild
from tests.api import ROOT, Api, assert_problem
from tests.leads.handoff.scenes import captured
from tests.query_counts import recorded

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS: dict[str, Any] = {"timezone": "Europe/Berlin", "weekly": WEEK}


def put(api: Api, path: str, body: object) -> Any:
    with time_machine.travel(api.now, tick=False):
        return api.client.put(ROOT + path, json.dumps(body), content_type="application/json")


def whole() -> Calendar:
    return Calendar.objects.select_related("current").get(organisation=True)


@pytest.mark.parametrize(
    "path", ["calendars/", "calendars/1/", "calendars/1/year/", "calendars/1/preview-edit/"]
)
def test_without_a_key_nothing_is_answered(cast: Cast, path: str) -> None:
    assert_problem(Client().get(ROOT + path), 401, "not_authenticated")


def test_everybody_reads_the_hours_of_teams_and_their_own(cast: Cast, now: datetime) -> None:
    sam, dora = Api(cast.sam, now), Api(cast.dora, now)
    made = sam.post("calendars/", {"person": "sam", "calendar": HOURS})
    assert made.status_code == 201, made.content
    assert made.json()["person"] == "sam" and made.json()["version"] == 1
    assert made.json()["may_edit"] is True
    rows = sam.get("calendars/").json()["results"]
    assert {row["team"] for row in rows if row["team"]} == {"emea", "americas"}
    assert [row["may_edit"] for row in rows if row["organisation"]] == [False]
    assert any(row["person"] == "sam" for row in rows)
    assert not any(row["person"] for row in dora.get("calendars/").json()["results"])
    assert_problem(dora.get(f"calendars/{made.json()['id']}/"), 404, "not_found")


def test_who_may_not_set_hours_is_refused_and_nothing_changes(cast: Cast, now: datetime) -> None:
    sam, path = Api(cast.sam, now), f"calendars/{whole().pk}/"
    before = CalendarVersion.objects.count()
    assert_problem(put(sam, path, {"calendar": HOURS}), 403, "forbidden")
    assert_problem(sam.post(f"{path}preview-edit/", {"calendar": HOURS}), 403, "forbidden")
    assert_problem(sam.post("calendars/", {"person": "dora", "calendar": HOURS}), 403, "forbidden")
    assert_problem(sam.post("calendars/", {"team": "emea", "calendar": HOURS}), 403, "forbidden")
    assert CalendarVersion.objects.count() == before
    assert_problem(put(sam, "calendars/999999/", {"calendar": HOURS}), 404, "not_found")


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({**HOURS, "weekly": {}}, "no_working_time", "calendar"),
        ({**HOURS, "weekly": {"mon": [["17:00", "09:00"]]}}, "invalid_schedule", "weekly.mon"),
        ({**HOURS, "timezone": "Europe/Atlantis"}, "invalid_timezone", "timezone"),
        ({**HOURS, "public": {"country": "XX"}}, "invalid_schedule", "public.country"),
        ({**HOURS, "closures": {"soon": "x"}}, "invalid_schedule", "closures"),
        ({**HOURS, "holiday": []}, "invalid_schedule", "“holiday”"),
        ([1, 2], "invalid_schedule", "calendar"),
        ("always", "invalid_schedule", "calendar"),
    ],
)
def test_what_is_no_calendar_is_refused_by_code_and_field(
    cast: Cast, now: datetime, content: object, code: str, field: str
) -> None:
    olu, before = Api(cast.olu, now), whole().current_id
    path = f"calendars/{whole().pk}/"
    assert_problem(put(olu, path, {"calendar": content}), 400, code, field)
    assert_problem(olu.post(f"{path}preview-edit/", {"calendar": content}), 400, code, field)
    made = olu.post("calendars/", {"person": "sam", "calendar": content})
    assert_problem(made, 400, code, field)
    assert whole().current_id == before
    assert not Calendar.objects.filter(user=cast.sam).exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "calendar"),
        ({"calendar": HOURS, "running": "both"}, "running"),
        ({"calendar": HOURS, "running": True}, "running"),
        ({"calendar": HOURS, "version": "x"}, "version"),
        ({"calendar": HOURS, "runing": "move"}, "runing"),
        ({"calendar": HOURS, "name": "x" * 101}, "name"),
    ],
)
def test_a_body_with_a_fault_is_refused_at_its_field(
    cast: Cast, now: datetime, body: object, field: str
) -> None:
    before = whole().current_id
    answer = put(Api(cast.olu, now), f"calendars/{whole().pk}/", body)
    assert_problem(answer, 400, "invalid", field)
    assert whole().current_id == before


def test_an_owner_has_one_calendar(cast: Cast, now: datetime) -> None:
    olu = Api(cast.olu, now)
    for body in ({"team": "emea"}, {}):
        assert_problem(olu.post("calendars/", {**body, "calendar": HOURS}), 409, "calendar_exists")
    for body, field in (({"team": "x"}, "team"), ({"person": "x"}, "person"),
                        ({"team": "emea", "person": "sam"}, "person")):  # fmt: skip
        assert_problem(olu.post("calendars/", {**body, "calendar": HOURS}), 400, "invalid", field)


def test_an_edit_is_previewed_and_then_moves_running_clocks(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    olu, path = Api(cast.olu, now), f"calendars/{whole().pk}/"
    later = {**HOURS, "weekly": {day: [["16:00", "17:00"]] for day in WEEK}}
    seen = olu.post(f"{path}preview-edit/", {"calendar": later}).json()
    assert (seen["counting"], seen["moved"], seen["turned_late"], seen["stuck"]) == (1, 1, 0, 0)
    assert "Mon 09:00–17:30 → 16:00–17:00" in seen["changes"]
    assert whole().current is not None and whole().current.number == 1  # type: ignore[union-attr]
    kept = put(olu, path, {"calendar": later}).json()
    assert (kept["version"], kept["rebuild"]) == (2, None)
    moved = put(olu, path, {"calendar": {**later, "timezone": "UTC"}, "running": "move"}).json()
    assert (moved["version"], moved["rebuild"]["state"]) == (3, "waiting")
    assert moved["rebuild"]["total"] == Rebuild.objects.get().total == 1
    assert Clock.objects.get().calendar_id != whole().current_id


def test_an_edit_of_another_version_than_stands_is_refused(cast: Cast, now: datetime) -> None:
    olu, path = Api(cast.olu, now), f"calendars/{whole().pk}/"
    assert put(olu, path, {"calendar": HOURS, "version": 1}).status_code == 200
    other = {**HOURS, "timezone": "UTC"}
    refused = assert_problem(
        put(olu, path, {"calendar": other, "version": 1}), 409, "calendar_changed"
    )
    assert refused["version"] == 2
    assert whole().current is not None and whole().current.number == 2  # type: ignore[union-attr]


def test_what_was_read_can_be_written_back_unchanged(cast: Cast, now: datetime) -> None:
    olu, path = Api(cast.olu, now), f"calendars/{whole().pk}/"
    read = olu.get(path).json()
    assert read["calendar"]["public"]["years"] == [2025, 2029]
    written = put(olu, path, {"calendar": read["calendar"], "running": "move"}).json()
    assert (written["version"], written["rebuild"]) == (1, None)


def test_hours_that_strand_running_clocks_are_refused(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    olu, path = Api(cast.olu, now), f"calendars/{whole().pk}/"
    once = {**HOURS, "weekly": {}, "overrides": {"2026-01-05": [["09:00", "10:00"]]}}
    assert olu.post(f"{path}preview-edit/", {"calendar": once}).json()["stuck"] == 1
    refused = put(olu, path, {"calendar": once, "running": "move"})
    assert_problem(refused, 400, "no_working_time", "calendar")
    assert not Rebuild.objects.exists()
    assert whole().current is not None and whole().current.number == 1  # type: ignore[union-attr]


def test_a_year_is_every_date_in_words(cast: Cast, now: datetime) -> None:
    sam, path = Api(cast.sam, now), f"calendars/{whole().pk}/year/"
    answer = sam.get(path, year="2028").json()
    assert answer["year"] == 2028 and len(answer["days"]) == 366
    days = {day["date"]: day for day in answer["days"]}
    assert days["2028-12-25"] == {
        "date": "2028-12-25", "kind": "holiday", "blocks": [], "name": "Christmas Day",
    }  # fmt: skip
    assert days["2028-12-27"]["blocks"] == [["09:00", "17:30"]]
    assert sam.get(path).json()["year"] == 2026
    for wrong in ("1", "99999", "soon", "-2026"):
        assert_problem(sam.get(path, year=wrong), 400, "invalid", "year")


def test_the_cost_of_the_list_does_not_grow_with_it(cast: Cast, now: datetime) -> None:
    olu = Api(cast.olu, now)
    with recorded("api calendars"):
        olu.get("calendars/")
    for name in ("sam", "dora", "nora"):
        olu.post("calendars/", {"person": name, "calendar": HOURS})
    with recorded("api calendars"):
        olu.get("calendars/")


def test_the_same_post_twice_makes_one_calendar(cast: Cast, now: datetime) -> None:
    sam, body = Api(cast.sam, now + timedelta(hours=1)), {"person": "sam", "calendar": HOURS}
    first = sam.post("calendars/", body, key="mine")
    again = sam.post("calendars/", body, key="mine")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert Calendar.objects.filter(user=cast.sam).count() == 1
