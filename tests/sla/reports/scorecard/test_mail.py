"""The weekly mail: once a week to each head, with what the page says."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import read_card
from sla.reports.scorecard.card import scorecard_of
from sla.reports.scorecard.mail import KIND, render_week, write_weekly
from sla.reports.scorecard.promises import BOTH
from sla.reports.scorecard.screen import SHORT
from tests.pages import Browser
from tests.sla.reports.conftest import Hand

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_each_head_is_written_to_once_a_week(cast: Cast) -> None:
    assert write_weekly(now=MONDAY) == 2
    assert write_weekly(now=MONDAY + timedelta(days=3)) == 0
    told = Message.objects.filter(kind=KIND)
    assert set(told.values_list("recipient", flat=True)) == {cast.ana.pk, cast.max.pk}
    assert write_weekly(now=MONDAY + timedelta(days=7)) == 2


@pytest.mark.django_db
def test_nobody_is_written_to_before_the_week_has_begun(cast: Cast) -> None:
    assert write_weekly(now=MONDAY.replace(hour=3)) == 0
    assert not Message.objects.filter(kind=KIND).exists()


@pytest.mark.django_db
def test_a_head_who_left_gets_none(cast: Cast) -> None:
    cast.ana.is_active = False
    cast.ana.save(update_fields=["is_active"])
    assert write_weekly(now=MONDAY) == 1


@pytest.mark.django_db
def test_the_letter_tells_the_week_that_is_over(hand: Hand, cast: Cast, now: datetime) -> None:
    for age in range(30, 42):
        hand(age, 1)
    write_weekly(now=now)
    message = Message.objects.filter(kind=KIND).first()
    assert message is not None
    letter = render_week(message)
    assert letter.subject.startswith("Scorecard: marketing ")
    assert "12 leads came in" in letter.body
    assert "Cost per lead – (no cost entered)" in letter.body
    assert letter.body.rstrip().endswith("/scorecard/")


@pytest.mark.django_db
def test_the_letter_says_what_the_page_of_that_week_says(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    for age in range(60, 92):
        hand(age, 1 if age % 4 else 20)
    write_weekly(now=now)
    message = Message.objects.filter(kind=KIND).first()
    assert message is not None
    body = render_week(message).body
    page = Browser(cast.max, now).get(f"/scorecard/?{urlencode(WEEK)}")
    rows = {unescape(name): unescape(re.sub(r"<[^>]+>", " ", cells)) for name, cells in ROW(page)}
    week = read_card(WEEK, scope_of(cast.max), now=now).exact
    kept = scorecard_of(week, now=now).kept
    promises = [one for side in BOTH for one in kept[side].promises]
    shown = {one.words: SHORT.get(one.name, one.words) for one in promises}
    lines = [line.removeprefix("- ") for line in body.splitlines() if line.startswith("- ")]
    assert len(lines) >= 4
    for line in lines:
        name, _, said = line.partition(": ")
        told = " ".join(rows[shown[name]].split())
        figures = re.match(r"([\d.]+ %)?.*?(\d+)(?:, agreed (. \d+ %))?(?:: (kept|broken))?$", said)
        assert figures, line
        for figure in filter(None, (figures[1], f"of {figures[2]}", figures[3], figures[4])):
            assert figure in told, (line, told)
    came_in = re.search(r"<span>Leads</span><b[^>]*>([\d,]+)<", page)
    assert came_in and f"{came_in[1]} leads came in" in body
    assert all(side in body for side in ("Marketing kept", "Sales kept"))
    assert "of 1 of 1" not in body


WEEK = {"from": "2026-11-16", "to": "2026-11-23"}
ROW = re.compile(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', re.DOTALL).findall
