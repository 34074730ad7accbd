"""Attainment week by week: what is drawn is what is counted, and each cell opens it."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast, put_into_force
from sla.agreement.models import AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.reports.attainment import Score
from sla.reports.groups import By
from sla.reports.rollups.keeping import keep_days
from sla.reports.scope import scope_of
from sla.reports.slices import Slice
from sla.reports.weekly.asking import read_trend
from sla.reports.weekly.trend import TREND_BY, recent, trend_of
from tests.pages import Browser
from tests.sla.reports.conftest import HOUR, Hand

WEEK = 7 * 24


@pytest.fixture
def scene(hand: Hand) -> None:
    """Ten in time and two late a week ago, three that nobody answered two weeks ago."""
    for number in range(12):
        hand(WEEK + number, 1 if number < 10 else 20)
    for number in range(3):
        hand(2 * WEEK + number, source="web")


@pytest.mark.django_db
def test_a_manager_reads_each_week_beside_what_was_promised_then(
    scene: None, cast: Cast, now: datetime
) -> None:
    trend = trend_of(recent(Slice(now, now, kind="accept"), now=now), now=now, by=By.SOURCE)
    assert len(trend.weeks) == 12
    assert trend.whole.weeks[-3:] == (Score(3, 0, 0, 3), Score(12, 10, 2, 0), Score())
    assert trend.promised[-2:] == (85.0, None)
    assert [(line.key, line.whole.due) for line in trend.lines] == [("fair", 12), ("web", 3)]


@pytest.mark.django_db
@pytest.mark.parametrize("by", TREND_BY)
def test_the_groups_of_each_week_add_up_to_it_kept_or_not(
    scene: None, now: datetime, by: By
) -> None:
    slice_ = recent(Slice(now, now), now=now)
    before = trend_of(slice_, now=now, by=by)
    for place, score in enumerate(before.whole.weeks):
        assert sum(line.weeks[place].due for line in before.lines) == score.due
        assert sum(line.weeks[place].met for line in before.lines) == score.met
    keep_days(now=now + timedelta(days=2), most=100)
    assert trend_of(slice_, now=now, by=by) == before


@pytest.mark.django_db
def test_every_cell_of_the_weeks_opens_what_it_counts(
    scene: None, cast: Cast, now: datetime
) -> None:
    browser = Browser(cast.max, now)
    for url in ("/sla/trend/?kind=accept", "/sla/trend/?by=tier", "/sla/trend/?by=holder"):
        found = re.findall(
            r'<a class="figure" href="([^"]+)"[^>]*>[^<]+</a>\s*'
            r'(?:<span class="muted small">n (\d+)|</td>)',
            browser.get(url),
        )
        counted = [(unescape(link), int(n)) for link, n in found if n]
        assert counted
        for link, n in counted:
            assert f"<h2>{n} clock" in browser.get(link), link


@pytest.mark.django_db
def test_a_change_of_agreement_or_hours_is_marked_in_its_week(cast: Cast, now: datetime) -> None:
    at = now - timedelta(days=10)
    content = AgreementVersion.objects.get(state="active").content
    put_into_force(AgreementVersion, content, cast, at)
    calendar = Calendar.objects.get(organisation=True)
    hours = CalendarVersion.objects.filter(calendar=calendar).latest("number").content
    for number, actor, when in ((7, cast.max, at), (8, None, at), (9, cast.max, now + HOUR)):
        CalendarVersion.objects.create(
            calendar=calendar, number=number, content=hours, created_at=when, made_by=actor
        )
    marks = [one.words for one in trend_of(recent(Slice(now, now), now=now), now=now).changes]
    assert [words.split(" v")[0] for words in marks] == ["agreement", "hours of Organisation"]
    assert marks[1].endswith(" v7")


@pytest.mark.django_db
def test_who_may_not_read_figures_reads_no_weeks(cast: Cast, now: datetime) -> None:
    Browser(cast.sam, now).get("/sla/trend/", 403)
    Browser(cast.max, now).get("/sla/trend/?by=colour", 400)
    Browser(cast.max, now).get("/sla/trend/?tier=9", 400)
    asked, by = read_trend({}, scope_of(cast.lena), now=now)
    assert (by, asked.exact.slice.team_ids) == (By.TEAM, frozenset({cast.americas.pk}))


@pytest.mark.django_db
def test_the_weeks_are_a_file(scene: None, cast: Cast, now: datetime) -> None:
    browser = Browser(cast.max, now)
    answer = browser.client.get("/sla/trend/?format=csv&by=source")
    lines = b"".join(answer).decode().splitlines()
    assert lines[0].endswith("group,week,due,met,met_late,missed_open,promised")
    assert any(line.startswith("web,") for line in lines)
