"""An administrator has all kept figures counted again: once at a time, while pages go on, and the
page says what was found."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from sla.reports.proving import prove
from sla.reports.rollups import recounting
from sla.reports.rollups.checking import STORES, differences
from sla.reports.rollups.models import DueCount, StaleHour
from sla.reports.rollups.recount_models import Recount
from sla.reports.rollups.recounting import ask_recount, go_on
from sla.reports.rollups.rounds import keep
from tests.leads.handoff import scenes
from tests.pages import Browser

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BUTTON = "Count all again"


@pytest.fixture
def later(cast: Cast, now: datetime) -> datetime:
    """Three leads of a week ago, all days of it kept; the instant at which somebody looks."""
    for day in range(3):
        scenes.submitted(cast, now + day * DAY)
    then = now + 9 * DAY
    for store, _ in STORES:
        keep(store, now=then)
    return then


def days_kept() -> int:
    return sum(store.kept.days._default_manager.count() for store, _ in STORES)


def test_every_day_is_counted_again_and_was_as_it_was_kept(cast: Cast, later: datetime) -> None:
    before = days_kept()
    assert before
    olu = Browser(cast.olu, later)
    assert BUTTON in olu.get("/status/")
    assert olu.post("/status/figures/") == "/status/#kept"
    page = olu.get("/status/")
    assert "A worker is asked to count them again" in page and BUTTON not in page
    assert go_on(now=later, seconds=60) is False
    page = olu.get("/status/")
    assert f"{before} days counted again" in page and "every one said what the leads say" in page
    assert BUTTON in page and "Olu Adeyemi" in page
    assert days_kept() == before
    assert differences(now=later) == (before, 0)


def test_a_day_that_said_something_else_is_told_and_put_right(cast: Cast, later: datetime) -> None:
    DueCount.objects.filter(grain="team", due=1, met=0).update(due=2, missed_open=2, met_late=0)
    StaleHour.objects.all().delete()
    wrong = differences(now=later)[1]
    assert wrong
    ask_recount(actor=cast.olu, now=later)
    go_on(now=later, seconds=60)
    done = Recount.objects.get()
    assert (done.differed, done.left, done.share) == (wrong, 0, 100)
    assert differences(now=later)[1] == 0
    page = Browser(cast.olu, later).get("/status/")
    assert "said something else, and are right now" in page


def test_a_run_that_was_killed_goes_on_where_it_was(
    cast: Cast, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "BATCH", 1)
    ask_recount(actor=cast.olu, now=later)
    assert go_on(now=later, seconds=0) is True, "one day at a time, and more to do"
    page = Browser(cast.max, later).get("/status/")
    half = Recount.objects.get()
    assert 0 < half.days < half.whole
    assert f"{half.days} of {half.whole} days counted again" in page and BUTTON not in page
    assert go_on(now=later, seconds=60) is False
    assert Recount.objects.get().days == half.whole


def test_only_one_at_a_time_and_only_for_an_administrator(cast: Cast, later: datetime) -> None:
    Browser(cast.max, later).post("/status/figures/", 403)
    assert BUTTON not in Browser(cast.max, later).get("/status/")
    assert not Recount.objects.exists()
    ask_recount(actor=cast.olu, now=later)
    with pytest.raises(DomainError, match="already"):
        ask_recount(actor=cast.olu, now=later)
    assert Browser(cast.olu, later).post("/status/figures/") == "/status/#kept"
    assert Recount.objects.count() == 1
    assert go_on(now=later, seconds=60) is False
    ask_recount(actor=cast.olu, now=later)


def test_what_failed_is_said_and_can_be_asked_for_again(cast: Cast, later: datetime) -> None:
    ask_recount(actor=cast.olu, now=later)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_took RENAME TO sla_taken")
    go_on(now=later, seconds=60)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_taken RENAME TO sla_took")
    assert Recount.objects.get().state == "failed"
    page = Browser(cast.olu, later).get("/status/")
    assert "The database could not do it." in page and BUTTON in page
    assert "The figures could not be counted again." in page
    ask_recount(actor=cast.olu, now=later)


def test_the_page_says_when_every_lead_was_last_proved(cast: Cast, later: datetime) -> None:
    assert "not proved yet" in Browser(cast.ana, later).get("/status/")
    prove(now=later)
    assert "all accounted for, proved" in Browser(cast.ana, later).get("/status/")
