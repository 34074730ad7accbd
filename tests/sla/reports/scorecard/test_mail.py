"""The weekly mail: once a week to each head, with what the page says."""

from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from sla.reports.scorecard.mail import KIND, render_week, write_weekly
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
