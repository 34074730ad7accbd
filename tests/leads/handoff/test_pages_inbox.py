"""The inbox as each person meets it."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.inbox import PAGE
from leads.handoff.models import Lead
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import (
    HOUR,
    MINUTE,
    accepted,
    captured,
    pooled,
    rejected,
    submitted,
    working,
)
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db


def refs(html: str) -> list[str]:
    """The leads of a list, in its order."""
    return re.findall(r'data-ref="(L-\d+)"', html)


def get(client: Client, url: str = "/inbox/", **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def live_url(html: str) -> str:
    found = re.search(r'data-live-url="([^"]+)"', html)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/inbox/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/inbox/")


@pytest.mark.parametrize("name", ["mia", "ana", "olu"])
def test_who_does_not_sell_is_refused_in_words(cast: Cast, signed_in: SignedIn, name: str) -> None:
    answer = signed_in(getattr(cast, name)).get("/inbox/")
    assert answer.status_code == 403
    assert "The inbox belongs to sales" in answer.content.decode()


def test_an_empty_inbox_says_so(cast: Cast, signed_in: SignedIn) -> None:
    html = get(signed_in(cast.sam))
    assert "Nothing waits for you." in html
    assert "0 waiting" in html
    assert refs(html) == []


def test_sam_sees_his_own_and_the_pool_soonest_due_first(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    follow_up = working(cast, now)
    pool = pooled(cast, now - 30 * MINUTE)
    own = submitted(cast, now - 20 * MINUTE)
    submitted(cast, now, to=cast.dora)
    rejected(cast, now)
    captured(cast, now)

    html = get(signed_in(cast.sam))

    assert refs(html) == [pool.ref, own.ref, follow_up.ref]
    assert "3 waiting" in html
    assert "2 due within the hour" in html
    assert "7 of 10" in html
    assert "Fit 60 · Interest 0" in html
    assert f"/leads/{own.ref}/accept/" in html
    assert f"/leads/{own.ref}/reject/" in html
    assert f"/leads/{follow_up.ref}/touch/" in html
    assert f"/leads/{follow_up.ref}/accept/" not in html


def test_max_switches_between_his_own_his_teams_and_the_pools(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    pool = pooled(cast, now - 2 * HOUR)
    sams, doras = submitted(cast, now - HOUR), submitted(cast, now, to=cast.dora)
    browser = signed_in(cast.max)

    assert refs(get(browser)) == [pool.ref]
    assert refs(get(browser, "/inbox/?who=team")) == [pool.ref, sams.ref, doras.ref]
    assert refs(get(browser, "/inbox/?who=pool")) == [pool.ref]
    assert "Dora Novak" in get(browser, "/inbox/?who=team")


def test_a_seller_gets_no_team_by_asking_for_it(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    submitted(cast, now, to=cast.dora)
    assert refs(get(signed_in(cast.sam), "/inbox/?who=team")) == []


def test_a_lead_of_another_team_waits_for_nobody_here(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    submitted(cast, now)
    assert refs(get(signed_in(cast.nora))) == []


def test_each_tag_opens_exactly_what_it_counts(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    late = [submitted(cast, now - 2 * HOUR).ref for _ in range(2)]
    soon = submitted(cast, now - 10 * MINUTE).ref
    working(cast, now)
    browser = signed_in(cast.sam)

    html = get(browser)

    assert ("2 overdue" in html, "1 due within the hour" in html, "4 waiting" in html) == (
        True,
    ) * 3
    assert refs(get(browser, "/inbox/?show=overdue")) == late
    assert refs(get(browser, "/inbox/?show=soon")) == [soon]


@pytest.mark.parametrize(
    "words", ["nordwind", "AYDIN", "ines nordwind", "ines@nordwind.example", "ref"]
)
def test_sam_finds_a_lead_by_name_address_or_reference(
    cast: Cast, signed_in: SignedIn, now: datetime, words: str
) -> None:
    wanted = submitted(
        cast, now, company="Nordwind", last_name="Aydin", first_name="Ines",
        email="ines@nordwind.example",
    )  # fmt: skip
    submitted(cast, now)
    q = wanted.ref if words == "ref" else words
    assert refs(get(signed_in(cast.sam), f"/inbox/?q={q}")) == [wanted.ref]


def test_a_search_without_a_hit_says_so(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    submitted(cast, now)
    assert "Nobody found." in get(signed_in(cast.sam), "/inbox/?q=nobody")


def test_a_hostile_name_is_shown_as_it_is_written(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    submitted(cast, now, company="<script>alert(1)</script>", source='"><img src=x>')
    html = get(signed_in(cast.sam))
    assert "<script>alert" not in html
    assert "<img" not in html


def test_a_screen_that_is_up_to_date_gets_nothing(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    submitted(cast, now)
    browser = signed_in(cast.sam)
    ask = live_url(get(browser))

    assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204
    at_now.shift(5)
    assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204

    submitted(cast, now)
    answer = browser.get(ask, headers={"X-Live": "1"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert 'id="count-inbox" data-oob' in answer.content.decode()


def test_a_screen_hears_that_a_clock_ran_out(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    submitted(cast, now)
    browser = signed_in(cast.sam)
    ask = live_url(get(browser))
    at_now.shift(timedelta(hours=1, seconds=1))
    html = get(browser, ask, **{"X-Live": "1"})
    assert "1 overdue" in html
    assert re.search(r'id="count-inbox" data-oob>1<', html)


def test_page_and_fragment_are_not_mixed_up_by_a_cache(cast: Cast, signed_in: SignedIn) -> None:
    assert "HX-Request" in signed_in(cast.sam).get("/inbox/")["Vary"]


def test_a_long_list_has_pages(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    everything = [submitted(cast, now + i * MINUTE / 60) for i in range(PAGE + 2)]
    browser = signed_in(cast.sam)
    first, second = get(browser), get(browser, "/inbox/?page=2")
    assert refs(first) + refs(second) == [lead.ref for lead in everything]
    assert f"1 to {PAGE} of {PAGE + 2}" in first
    assert "page=2" in first


def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    browser = signed_in(cast.sam)
    get(browser)
    submitted(cast, now)
    pooled(cast, now)
    with recorded("inbox"):
        html = get(browser)
    for _ in range(5):
        accepted(cast, now)
    with recorded("inbox"):
        get(browser)
    assert refs(html)
    ask = live_url(get(browser))
    with recorded("inbox, live, nothing new"):
        assert browser.get(ask, headers={"X-Live": "1"}).status_code == 204


def test_nothing_is_written_by_looking(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = submitted(cast, now)
    before = Lead.objects.filter(pk=lead.pk).values().get()
    get(signed_in(cast.sam))
    assert Lead.objects.filter(pk=lead.pk).values().get() == before
