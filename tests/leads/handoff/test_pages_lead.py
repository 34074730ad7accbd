"""The page of one lead: its story, its clocks, its reasons."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.corrections import undo_last
from leads.handoff.episodes import reopen_lead
from leads.handoff.stages import LABELS, Stage
from sla.clocks.sweep import sweep
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import SCENES, disqualified, rejected, submitted, touch, working
from tests.leads.handoff.test_pages_inbox import get, live_url
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in(cast: Cast, client: Client, now: datetime) -> None:
    lead = submitted(cast, now)
    assert client.get(f"/leads/{lead.ref}/").status_code == 302


@pytest.mark.parametrize(
    "ref", ["L-999999999", "L-", "nonsense", "L-1%00", "L-99999999999999999999"]
)
def test_what_does_not_exist_is_not_found(cast: Cast, signed_in: SignedIn, ref: str) -> None:
    assert signed_in(cast.mia).get(f"/leads/{ref}/").status_code == 404


def test_a_seller_of_another_team_finds_nothing(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now)
    answer = signed_in(cast.nora).get(f"/leads/{lead.ref}/")
    assert answer.status_code == 404
    assert lead.company not in answer.content.decode()


@pytest.mark.parametrize("stage", list(Stage))
def test_everybody_concerned_reads_it_at_every_stage(
    cast: Cast, signed_in: SignedIn, now: datetime, stage: Stage
) -> None:
    lead = SCENES[stage](cast, now)
    concerned = [cast.mia, cast.ana, cast.max, cast.olu]
    if lead.submitted_at:
        concerned.append(cast.sam)  # who has held it once may always read on
    if lead.team == cast.emea:
        concerned.append(cast.dora)
    for person in concerned:
        assert LABELS[stage] in get(signed_in(person), f"/leads/{lead.ref}/"), person


def test_sam_reads_the_whole_story_newest_first(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = submitted(cast, now, message="We need it before October.")
    later = now + timedelta(hours=2)
    sweep(now=later)
    at_now.move_to(later)
    touch(lead, cast.sam, later, note="Called back.", quote="Send me an offer.")

    html = get(signed_in(cast.sam), f"/leads/{lead.ref}/")

    story = [
        "Call by Sam Okafor: we talked",
        "First touch was due 23 Nov 12:00",
        "Sam Okafor and Max Lind told by mail.",
        "Accept was due 23 Nov 12:00",
        "Handed to Sam Okafor",
        "Rule “Everywhere else”.",
        "Meets the qualified-lead definition v1",
        "Sent a form",
        "We need it before October.",
    ]
    places = [html.index(words) for words in story]
    assert places == sorted(places)
    assert "Called back." in html
    assert "Send me an offer." in html
    assert "met 1 h 00 late" in html


def test_why_it_qualifies_who_it_is_and_who_had_it_stand_beside(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now, email="kim@brandt.example", consent_text="You may call me.")
    html = get(signed_in(cast.sam), f"/leads/{lead.ref}/")
    for words in (
        "v1, meets the definition",
        "Company has 200 people or more",
        "Company has 240 people",
        "mailto:kim@brandt.example",
        "You may call me.",
        "Who has had it",
        "First touch",
    ):
        assert words in html


def test_only_what_one_may_do_is_offered(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = submitted(cast, now)
    offers = {}
    for who in ("sam", "dora", "max", "mia"):
        html = get(signed_in(getattr(cast, who)), f"/leads/{lead.ref}/")
        names = ("accept", "reject", "touch", "reassign", "undo")
        offers[who] = {name for name in names if f"/leads/{lead.ref}/{name}/" in html}
    assert offers == {
        "sam": {"accept", "reject", "touch"},
        "dora": set(),
        "max": {"accept", "reject", "reassign"},
        "mia": {"undo"},
    }


def test_undo_and_reopening_are_told(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    undone = rejected(cast, now)
    undo_last(lead_id=undone.pk, actor=cast.sam, now=now)
    assert "Sam Okafor took back: reject" in get(signed_in(cast.sam), f"/leads/{undone.ref}/")

    old = disqualified(cast, now)
    fresh = reopen_lead(lead_id=old.pk, actor=cast.max, now=now, cause="They called.")
    assert f"/leads/{old.ref}/" in get(signed_in(cast.max), f"/leads/{fresh.ref}/")


def test_an_open_page_hears_of_a_breach_and_of_nothing_else(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = submitted(cast, now)
    browser = signed_in(cast.max)
    ask = live_url(get(browser, f"/leads/{lead.ref}/"))
    assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204
    sweep(now=now + timedelta(hours=2))
    answer = browser.get(ask, headers={"X-Live": "1"})
    assert answer.status_code == 200
    assert "Accept was due" in answer.content.decode()
    assert answer["X-Swept-At"] == "2026-11-23T12:00:00Z"


def test_a_long_story_costs_what_a_short_one_costs(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = working(cast, now)
    browser = signed_in(cast.sam)
    get(browser, f"/leads/{lead.ref}/")
    with recorded("lead"):
        get(browser, f"/leads/{lead.ref}/")
    for _ in range(4):
        touch(lead, cast.sam, now, quote="Call me next week.")
    with recorded("lead"):
        ask = live_url(get(browser, f"/leads/{lead.ref}/"))
    with recorded("lead, live, nothing new"):
        assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204
