"""A seller's own figures: theirs alone, and each opens what it counts."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.disputes import Dispute
from leads.handoff.models import Lead
from leads.work.actions import log_touch
from sla.reports.mine.promises import Ruled, middle_of, own_promises, own_slice, ruled_on
from sla.reports.scorecard.weeks import weeks_of
from tests.pages import Browser
from tests.sla.reports.conftest import HOUR, Hand


def held_by(lead: Lead) -> User:
    assert isinstance(lead.holder, User)
    return lead.holder


@pytest.mark.django_db
def test_a_seller_sees_only_their_own_promises(hand: Hand, cast: Cast, now: datetime) -> None:
    leads = [hand(60 + age, 1) for age in range(6)]
    for user in (cast.sam, cast.dora):
        slice_ = own_slice(user, now=now)
        weeks = weeks_of(slice_.start, slice_.end)
        found = {one.kind: one for one in own_promises(user, weeks, slice_, now)}
        assert len(weeks) == 8
        assert found["accept"].whole.due == sum(held_by(lead) == user for lead in leads)
        assert sum(week.due for week in found["accept"].weeks) == found["accept"].whole.due


@pytest.mark.django_db
def test_every_number_of_a_seller_opens_what_it_counts(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    for age in range(8):
        hand(60 + age, 1 if age % 2 else 20)
    browser = Browser(cast.sam, now)
    found = re.findall(r'<a class="figure" href="([^"]+)"[^>]*>([^<]+)</a>', browser.get("/mine/"))
    assert len(found) >= 4
    for url, text in found:
        listed = browser.get(unescape(url)).count("<tr data-ref=")
        kept = browser.get(unescape(url).replace("part=due", "part=met")).count("<tr data-ref=")
        assert text == f"{kept} of {listed}", url


@pytest.mark.django_db
def test_a_list_never_shows_the_clocks_of_somebody_else(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    leads = [hand(60 + age, 1) for age in range(4)]
    page = Browser(cast.sam, now).get("/mine/clocks/?part=due&kind=accept&holder=dora&team=emea")
    for lead in leads:
        assert (f'data-ref="{lead.ref}"' in page) == (held_by(lead) == cast.sam)


@pytest.mark.django_db
def test_a_next_step_gone_past_is_shown_to_who_let_it_drop(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    lead = hand(60, 1)
    holder, at = held_by(lead), now - 50 * HOUR
    more = {"channel": "call", "result": "talked", "next_at": at + timedelta(hours=5)}
    log_touch(lead_id=lead.pk, actor=holder, now=at, **more)  # type: ignore[arg-type]  # fields
    page = Browser(holder, now).get("/mine/")
    assert "/mine/clocks/?part=overdue&amp;kind=next_step" in page
    assert lead.name in page
    other = cast.dora if holder == cast.sam else cast.sam
    assert "You have let nobody drop." in Browser(other, now).get("/mine/")


def test_a_median_of_two_would_be_somebodys_own_figure() -> None:
    assert middle_of([90.0, 70.0, None]) == (None, 2)
    assert middle_of([90.0, 70.0, 80.0]) == (80.0, 3)


def test_what_waits_for_a_ruling_is_not_counted_as_ruled() -> None:
    outcomes = ["upheld", "upheld", "overturned", "split", ""]
    assert ruled_on([Dispute(outcome=one) for one in outcomes]) == Ruled(2, 4, 1)


@pytest.mark.django_db
def test_who_makes_no_promise_of_sales_has_no_such_page(cast: Cast, now: datetime) -> None:
    for url in ("/mine/", "/mine/clocks/"):
        Browser(cast.mia, now).get(url, 403)


@pytest.mark.django_db
def test_a_seller_takes_their_figures_along_as_a_file(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    for age in range(4):
        hand(60 + age, 1)
    browser = Browser(cast.sam, now)
    answer = browser.client.get("/mine/?format=csv")
    lines = b"".join(answer).decode().splitlines()
    assert lines[0].endswith("week,promise,due,met,met_late,missed_open,agreed")
    assert len(lines) > 8
