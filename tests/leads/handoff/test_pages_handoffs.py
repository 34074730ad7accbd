"""What marketing reads of its leads, and sales beside it."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import dispute_lead, reject_lead
from leads.handoff.evidence import Evidence
from leads.handoff.stages import Stage
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import HOUR, SCENES, again, captured, rejected, submitted, working
from tests.leads.handoff.test_pages_inbox import get, live_url, refs
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db
PAGE_OF = "/handoffs/"


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(PAGE_OF).status_code == 302


def test_no_leads_yet_shows_the_way_to_the_first(cast: Cast, signed_in: SignedIn) -> None:
    html = get(signed_in(cast.mia), PAGE_OF)
    assert "No leads yet." in html
    assert "/handoffs/new/" in html


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.ERASED])
def test_mia_reads_of_each_lead_where_it_stands(
    cast: Cast, signed_in: SignedIn, now: datetime, stage: Stage
) -> None:
    lead = SCENES[stage](cast, now)
    assert lead.ref in refs(get(signed_in(cast.mia), PAGE_OF))


def test_an_erased_lead_is_listed_no_more(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = SCENES[Stage.ERASED](cast, now)
    assert lead.ref not in refs(get(signed_in(cast.mia), PAGE_OF))


def test_mia_reads_why_sales_said_no_and_may_act(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now)
    reject_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, reason="wrong_route", comment="Belongs to Oslo.",
        evidence=Evidence(to="nora"),
    )  # fmt: skip
    html = get(signed_in(cast.mia), PAGE_OF)
    assert f"Wrong territory, product or owner ({cast.nora}): Belongs to Oslo." in html
    assert "Rework" in html
    for name in ("hand-on", "submit", "nurture", "dispute", "disqualify"):
        assert f"/leads/{lead.ref}/{name}/" in html


def test_mia_reads_how_long_nobody_touched_it(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    submitted(cast, now)
    browser = signed_in(cast.mia)
    assert "Nobody has touched it" not in get(browser, PAGE_OF)
    at_now.shift(timedelta(hours=3))
    assert "Nobody has touched it for 3 working hours" in get(browser, PAGE_OF)
    at_now.shift(timedelta(days=1))  # Tuesday: 3.5 hours were left of Monday, and 5 have passed
    assert "Nobody has touched it for 11 working hours" in get(browser, PAGE_OF)


def test_sales_reads_along_and_gets_no_buttons(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    html = get(signed_in(cast.sam), PAGE_OF)
    assert lead.ref in refs(html)
    assert f"/leads/{lead.ref}/submit/" not in html
    assert "/handoffs/new/" not in html
    assert 'class="stats"' not in html


def test_what_is_disputed_is_not_disputed_again(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    dispute_lead(lead_id=lead.pk, actor=cast.mia, now=now, because="It meets every criterion.")
    html = get(signed_in(cast.mia), PAGE_OF)
    assert "Disputed" in html
    assert f"/leads/{lead.ref}/dispute/" not in html
    assert f"/leads/{lead.ref}/submit/" in html


def test_nora_reads_nothing_of_another_team(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    submitted(cast, now)
    assert refs(get(signed_in(cast.nora), PAGE_OF)) == []


def test_mia_sees_her_own_first_and_all_on_demand(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = captured(cast, now)
    type(lead).objects.filter(pk=lead.pk).update(marketer=cast.ana)
    own = captured(cast, now)
    browser = signed_in(cast.mia)
    assert refs(get(browser, PAGE_OF)) == [own.ref]
    assert set(refs(get(browser, PAGE_OF + "?who=all"))) == {own.ref, lead.ref}
    assert set(refs(get(signed_in(cast.ana), PAGE_OF))) == {own.ref, lead.ref}


GROUPS = {
    "new": {"captured"},
    "waiting": {"submitted"},
    "accepted": {"accepted", "working", "opportunity"},
    "said_no": {"rejected"},
    "parked": {"nurturing", "recycled"},
    "won": {"won"},
    "ended": {"lost", "disqualified"},
}


def test_each_filter_lists_its_stages(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    leads = [again(scene(cast, now)) for stage, scene in SCENES.items() if stage != Stage.MERGED]
    browser = signed_in(cast.mia)
    for show, stages in GROUPS.items():
        html = get(browser, f"{PAGE_OF}?show={show}")
        assert set(refs(html)) == {lead.ref for lead in leads if lead.stage in stages}, show


def test_what_is_overdue_is_counted_and_listed(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    late = submitted(cast, now - 3 * HOUR)
    working(cast, now)
    browser = signed_in(cast.mia)
    assert '<span>Overdue</span><b class="late">1</b>' in get(browser, PAGE_OF)
    assert refs(get(browser, PAGE_OF + "?show=overdue")) == [late.ref]


def test_a_screen_that_is_up_to_date_gets_nothing(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = submitted(cast, now)
    browser = signed_in(cast.mia)
    ask = live_url(get(browser, PAGE_OF))
    assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="no_consent")
    assert "Sales said no" in get(browser, ask, **{"X-Live": "1"})


def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    browser = signed_in(cast.mia)
    get(browser, PAGE_OF)
    for _ in range(2):
        submitted(cast, now)
        rejected(cast, now)
    with recorded("handoffs"):
        get(browser, PAGE_OF)
    for _ in range(4):
        working(cast, now)
        rejected(cast, now)
    with recorded("handoffs"):
        ask = live_url(get(browser, PAGE_OF))
    with recorded("handoffs, live, nothing new"):
        assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204
