"""When leads come and when they are left lying: each cell opens what it counts."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.shares import Share
from sla.reports.arrivals import hour_text, is_hour
from sla.reports.hours.heat import heat_of
from sla.reports.hours.screen import late_shade
from sla.reports.rollups.checking import differences
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.keeping_handed import keep_handed
from sla.reports.rollups.models import HourDue, HourHanded
from sla.reports.slices import Part, Slice, clocks_in
from tests.pages import Browser
from tests.sla.reports.conftest import Hand


@pytest.fixture
def month(hand: Hand, now: datetime) -> Slice:
    """At 11:00 in Berlin on the Monday before the clocks went back and on one after; the second
    was answered late. One came on a Sunday, where it is Saturday still in New York."""
    for at, answered in (
        (datetime(2026, 10, 19, 9, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 16, 10, 0, tzinfo=UTC), 20),
        (datetime(2026, 11, 14, 23, 30, tzinfo=UTC), None),
    ):
        hand((now - at) / timedelta(hours=1), answered)
    return Slice(now - timedelta(days=60), now)


@pytest.mark.django_db
def test_a_lead_stands_in_the_hour_of_the_house(month: Slice, now: datetime) -> None:
    heat = heat_of(month, now=now)
    assert heat.arrived == {(1, 11): 2, (7, 0): 1}
    assert heat.late == {(1, 11): Share(1, 2), (7, 0): Share(1, 1)}
    assert heat.late_of(None, None) == Share(2, 3)
    assert heat.busy == list(range(12))
    for (day, hour), count in heat.arrived.items():
        listed = Slice(month.start, month.end, hour=hour_text(day, hour))
        assert clocks_in(listed, Part.SUBMITTED, now).count() == count


@pytest.mark.django_db
def test_every_cell_opens_what_it_counts(month: Slice, cast: Cast, now: datetime) -> None:
    browser = Browser(cast.max, now)
    page = browser.get("/sla/hours/?days=60")
    found = re.findall(r'<a class="figure" href="([^"]+)">([\d,]+)</a>', page)
    assert len(found) >= 12
    for url, number in {(unescape(url), number) for url, number in found}:
        assert f"<h2>{number} clock" in browser.get(url), url
    browser.get("/sla/clocks/?hour=8-25", 400)
    Browser(cast.sam, now).get("/sla/hours/", 403)
    lines = b"".join(browser.client.get("/sla/hours/?format=csv")).decode().splitlines()
    assert len(lines) == 1 + 7 * 24


@pytest.mark.django_db
def test_an_hour_without_leads_gets_words(cast: Cast, now: datetime) -> None:
    assert "Nothing was handed over in this time." in Browser(cast.max, now).get("/sla/hours/")


def test_few_are_not_shaded() -> None:
    assert [late_shade(share) for share in (None, 0.0, 4.0, 5.0, 100.0)] == [0, 0, 1, 2, 5]
    assert late_shade(Share(9, 9).percent) == 0
    assert [text for text in ("1-09", "-09", "7-", "8-01", "1-24", "109") if is_hour(text)] == [
        "1-09", "-09", "7-",
    ]  # fmt: skip


@pytest.mark.django_db
def test_kept_hours_are_those_of_the_rows_and_a_wrong_one_is_found(
    month: Slice, cast: Cast, now: datetime
) -> None:
    told = heat_of(month, now=now)
    keep_days(now=now, most=400)
    for _ in range(3):
        keep_handed(now=now)
    assert heat_of(month, now=now) == told
    of_team = replace(month, team_ids=frozenset({cast.emea.pk}))
    assert heat_of(of_team, now=now) == told
    assert differences(now=now)[1] == 0
    HourDue.objects.filter(kind="accept", arrived="1-11").update(missed=0)
    HourHanded.objects.filter(arrived="7-00").update(handed=2)
    assert differences(now=now)[1] == 4, "the wrong rows and the right ones"
    wrong = heat_of(month, now=now)
    assert (wrong.late_of(1, 11).part, wrong.arrived[7, 0]) == (0, 2), "they are what is read"
