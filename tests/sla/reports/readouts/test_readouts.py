"""Read-outs are counted like any other promise, open exactly their campaigns, and wait on the pages
of those who owe them."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from leadbridge.demo.organisation import Cast
from leads.campaigns.actions import launch_campaign, make_campaign
from leads.campaigns.models import Campaign
from leads.campaigns.readouts import sign_readout
from sla.reports.attainment import Score
from sla.reports.readouts.counting import ReadoutPart, readout_counts, readout_score, readouts_in
from tests.api import Api, assert_problem
from tests.pages import Browser

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def launched(cast: Cast, name: str, at: datetime) -> Campaign:
    made = make_campaign(actor=cast.mia, now=at, name=name, channel="email")
    return launch_campaign(campaign_id=made.pk, actor=cast.mia, now=at)


def signed(cast: Cast, campaign: Campaign, marketing: datetime, sales: datetime) -> None:
    sign_readout(campaign_id=campaign.pk, actor=cast.mia, now=marketing)
    sign_readout(campaign_id=campaign.pk, actor=cast.max, now=sales)


@pytest.fixture
def scene(cast: Cast, now: datetime) -> datetime:
    """Launched at ten: one signed at the due instant, one a minute late by one side, one by nobody,
    one by marketing alone; one half an hour ago. The instant at which to look."""
    in_time, late, _, half = (
        launched(cast, name, now) for name in ("In time", "Late", "No", "Half")
    )
    due = now + 60 * MINUTE
    signed(cast, in_time, now + MINUTE, due)
    signed(cast, late, due + MINUTE, now + MINUTE)
    sign_readout(campaign_id=half.pk, actor=cast.mia, now=now)
    launched(cast, "Young", now + 100 * MINUTE)
    return now + 130 * MINUTE


def test_they_are_counted_by_their_due_instant(cast: Cast, scene: datetime, now: datetime) -> None:
    assert readout_score(now, scene + DAY, scene) == Score(4, 1, 1, 2)
    assert readout_score(scene, scene + DAY, scene) == Score()
    counts = readout_counts(now, scene + DAY, scene)
    assert counts[ReadoutPart.AHEAD] == 1
    assert readout_score(now, scene + DAY, now + 60 * MINUTE).due == 2  # signed ones, none due yet


def test_each_part_is_exactly_its_campaigns(cast: Cast, scene: datetime, now: datetime) -> None:
    end = scene + DAY
    names = {
        part: set(readouts_in(now, end, part, scene).values_list("campaign__name", flat=True))
        for part in ReadoutPart
    }
    assert names[ReadoutPart.MET] == {"In time"} and names[ReadoutPart.MET_LATE] == {"Late"}
    assert names[ReadoutPart.MISSED_OPEN] == {"No", "Half"} and names[ReadoutPart.AHEAD] == {
        "Young"
    }
    counts = readout_counts(now, end, scene)
    assert {part: len(found) for part, found in names.items()} == counts


def test_the_scorecard_names_them_for_both_sides_and_opens_them(
    cast: Cast, scene: datetime
) -> None:
    browser = Browser(cast.max, scene)
    page = browser.get("/scorecard/")
    assert page.count("Read-out of a campaign within 60 working minutes") == 2
    whole, part = (
        re.search(rf'href="(/sla/readouts/[^"]*part={name}[^"]*)">(\d+)</a>', page)
        for name in ("due", "met")
    )
    assert whole and part and (part[2], whole[2]) == ("1", "4")
    listed = browser.get(whole[1].replace("&amp;", "&"))
    names = "In time", "Late", "No", "Half", "Young"
    assert [f">{name}<" in listed for name in names] == [True, True, True, True, False]
    assert browser.get(part[1].replace("&amp;", "&")).count("/#readout") == 1
    assert "Read-out of a campaign" not in browser.get("/scorecard/?team=emea")


def test_the_list_is_a_file_too_and_refuses_what_it_does_not_know(
    cast: Cast, scene: datetime
) -> None:
    browser = Browser(cast.ana, scene)
    to = (scene + DAY).date()
    with time_machine.travel(scene, tick=False):
        answer = browser.client.get(f"/sla/readouts/?format=csv&part=missed_open&to={to}")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3 and "overdue" in lines[1]
    browser.get("/sla/readouts/?part=nothing", 404)
    assert "No read-out is counted here" in browser.get(
        "/sla/readouts/?from=2020-01-01&to=2020-02-01"
    )
    Browser(cast.sam, scene).get("/sla/readouts/", 403)


def test_a_program_reads_the_figure(cast: Cast, scene: datetime) -> None:
    answer = Api(cast.max, scene).get("reports/readouts/", days="30").json()
    assert [answer[name] for name in ("due", "met", "met_late", "missed_open")] == [4, 1, 1, 2]
    assert (answer["attainment"], answer["reason"]) == (None, "fewer than 10 fell due")
    assert {one["name"]: one["state"] for one in answer["campaigns"]} == {
        "Young": "on_track", "In time": "met", "Late": "met_late", "No": "overdue",
        "Half": "overdue",
    }  # fmt: skip
    assert_problem(
        Api(cast.max, scene).get("reports/readouts/", team="emea"), 400, "invalid", "team"
    )
    assert_problem(Api(cast.sam, scene).get("reports/readouts/"), 403, "forbidden")


def test_attainment_answers_for_them_as_for_any_other_kind(cast: Cast, scene: datetime) -> None:
    api = Api(cast.max, scene)
    answer = api.get("reports/attainment/", kind="readout").json()
    by = answer.pop("by")
    assert answer == {
        "due": 4, "met": 1, "met_late": 1, "missed_open": 2, "attainment": None, "interval": None,
        "reason": "fewer than 10 fell due", "relieved": 0, "relieved_met": 0,
    }  # fmt: skip
    assert [(one["key"], one["due"], one["met"]) for one in by] == [("readout", 4, 1)]
    weeks = api.get("reports/attainment/", kind="readout", by="week").json()["by"]
    assert [(one["due"], one["met_late"]) for one in weeks] == [(4, 1)]
    assert_problem(
        api.get("reports/attainment/", kind="readout", by="team", team="emea", days="0", colour=""),
        400, "invalid", "by", "team", "days", "colour",
    )  # fmt: skip
    assert_problem(
        Api(cast.sam, scene).get("reports/attainment/", kind="readout"), 403, "forbidden"
    )


def test_what_is_owed_waits_on_the_pages_of_who_owes_it_soonest_first(
    cast: Cast, scene: datetime
) -> None:
    mine = Browser(cast.mia, scene).get("/handoffs/")
    assert [mine.find(f">{name}<") for name in ("Half", "Late", "In time")] == [-1] * 3
    assert 0 < mine.find(">No<") < mine.find(">Young<")
    assert mine.count("Read and sign") == 2
    heads = Browser(cast.max, scene).get("/sla/")
    assert 0 < heads.find(">No<") < heads.find(">Young<") and ">Half<" in heads
    assert "Read-outs of campaigns" in Browser(cast.ana, scene).get("/handoffs/")
    assert "Read-outs of campaigns" not in Browser(cast.sam, scene).get("/handoffs/")
