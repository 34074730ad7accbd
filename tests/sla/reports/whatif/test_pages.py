"""What-if on its pages and in the API: who may, what is shown, and that a killed run repeats."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team
from sla.calendars.models import Calendar
from sla.clocks.models import Clock
from sla.reports.whatif.actions import PATIENCE, ask_whatif, run_whatif, waiting_whatifs
from sla.reports.whatif.models import WhatIf
from tests.api import Api, assert_problem
from tests.pages import Browser
from tests.sla.reports.conftest import TWENTY, Hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("around_the_clock")]
LONGER = {"targets": {"accept": "10h"}}


@pytest.fixture
def twenty(hand: Hand) -> None:
    for age, answered in TWENTY:
        hand(age, answered)


@pytest.mark.usefixtures("twenty")
def test_a_head_asks_in_words_and_reads_what_would_have_been(cast: Cast, now: datetime) -> None:
    max_ = Browser(cast.max, now)
    assert "Nothing was replayed yet." in max_.get("/sla/whatif/")
    before = list(Clock.objects.order_by("pk").values())
    url = max_.post("/sla/whatif/", 302, **{"target-accept": "10h", "days": "30", "people": "2"})
    asked = WhatIf.objects.get()
    assert url == f"/sla/whatif/{asked.pk}/"
    assert "Waits for a worker" in max_.get(url)
    assert run_whatif(whatif_id=asked.pk, now=now)
    page = max_.get(url)
    assert "If behaviour had not changed" in page
    assert "Accept: 10 hours" in page
    assert "Breaches won back: 1" in page and "Breaches added: 0" in page
    won = asked_again(asked).result["won"]["clocks"][0][0]
    assert f'href="/clocks/{won}/"' in page
    assert "For each of 2" in page
    assert list(Clock.objects.order_by("pk").values()) == before, "nothing real is touched"


def test_hours_typed_for_a_calendar_take_the_place_of_its_own(cast: Cast, now: datetime) -> None:
    house = Calendar.objects.get(organisation=True)
    Browser(cast.max, now).post("/sla/whatif/", 302, **{f"week-{house.pk}": "8-20", "days": "7"})
    hours = WhatIf.objects.get().changes["calendars"][str(house.pk)]
    assert hours["weekly"]["mon"] == [["08:00", "20:00"]]
    assert "sat" not in hours["weekly"]


@pytest.mark.parametrize(
    "typed",
    [
        {"target-accept": "soon", "days": "30"},
        {"days": "0"},
        {"days": "many"},
        {"promised": "101", "days": "30"},
        {"people": "-1", "days": "30"},
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_begun(
    cast: Cast, now: datetime, typed: dict[str, str]
) -> None:
    page = Browser(cast.max, now).post("/sla/whatif/", 400, **typed)
    assert "That was not possible" in page
    assert not WhatIf.objects.exists()


def test_a_seller_may_not_ask_nor_read(cast: Cast, now: datetime) -> None:
    asked = ask_whatif(content=LONGER, days=30, actor=cast.max, now=now)
    sam = Browser(cast.sam, now)
    sam.get("/sla/whatif/", 403)
    sam.post("/sla/whatif/", 403, days="30")
    sam.get(f"/sla/whatif/{asked.pk}/", 404)
    assert WhatIf.objects.count() == 1


@pytest.mark.usefixtures("twenty")
def test_a_run_that_was_killed_is_repeated_and_finds_the_same(cast: Cast, now: datetime) -> None:
    asked = ask_whatif(content=LONGER, days=30, actor=cast.max, now=now)
    whole = ask_whatif(content=LONGER, days=30, actor=cast.max, now=now)
    # As a worker leaves it that was killed half-way.
    WhatIf.objects.filter(pk=asked.pk).update(state="running", started_at=now, share=40)
    assert not run_whatif(whatif_id=asked.pk, now=now + PATIENCE / 2), "another worker has it"
    assert asked.pk in waiting_whatifs()
    assert run_whatif(whatif_id=asked.pk, now=now + PATIENCE + timedelta(seconds=1))
    assert run_whatif(whatif_id=whole.pk, now=now)
    repeated, once = asked_again(asked), asked_again(whole)
    assert repeated.state == "done" and repeated.result == once.result
    assert not run_whatif(whatif_id=asked.pk, now=now), "what is done stays"


@pytest.mark.usefixtures("twenty")
def test_a_program_asks_and_reads(cast: Cast, now: datetime) -> None:
    api = Api(cast.max, now)
    answer = api.post("reports/whatif/", {"days": 30, **LONGER})
    assert answer.status_code == 202 and answer.json()["result"] is None
    run_whatif(whatif_id=answer.json()["id"], now=now)
    read = api.get(f"reports/whatif/{answer.json()['id']}/").json()
    assert read["state"] == "done" and read["result"]["won"]["count"] == 1
    refused = api.post("reports/whatif/", {"targets": {"attempts": "1h"}})
    assert_problem(refused, 400, "invalid", "targets")
    assert WhatIf.objects.count() == 1


def test_a_manager_reads_the_own_teams_alone_and_only_while_they_manage_them(
    cast: Cast, now: datetime, hand: Hand
) -> None:
    ours, theirs = hand(30, 9, country="US"), hand(30, 9, country="DE")
    api = Api(cast.lena, now)
    asked = WhatIf.objects.get(pk=api.post("reports/whatif/", {"days": 30, **LONGER}).json()["id"])
    run_whatif(whatif_id=asked.pk, now=now)
    url = f"reports/whatif/{asked.pk}/"
    result = api.get(url).json()["result"]
    assert [team["team"] for team in result["by_team"]] == [ours.team.name]
    assert {lead for _, lead in result["won"]["clocks"]} == {ours.pk}
    # As a clock of a lead that another team has by now.
    kept = Clock.objects.get(lead=theirs, kind="accept")
    told = asked_again(asked).result
    told["won"]["clocks"].append([kept.pk, theirs.pk])
    WhatIf.objects.filter(pk=asked.pk).update(result=told)
    assert {lead for _, lead in api.get(url).json()["result"]["won"]["clocks"]} == {ours.pk}
    assert [kept.pk, theirs.pk] in Api(cast.max, now).get(url).json()["result"]["won"]["clocks"]
    Team.objects.filter(manager=cast.lena).update(manager=cast.max)
    Team.objects.filter(slug="emea").update(manager=cast.lena)
    assert_problem(api.get(url), 404, "not_found")


def test_hours_of_a_calendar_that_one_may_not_see_are_not_known(cast: Cast, now: datetime) -> None:
    office = {"timezone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}
    with pytest.raises(DomainError) as refused:
        ask_whatif(content={"calendars": {"999999": office}}, days=9, actor=cast.max, now=now)
    assert refused.value.status == 404
    assert not WhatIf.objects.exists()


def asked_again(asked: WhatIf) -> WhatIf:
    return WhatIf.objects.get(pk=asked.pk)
