"""A report over a long past is counted by a worker, and is the one that would be counted now."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leads.trials import reports
from leads.trials.known import Window
from leads.trials.models import DisagreementRun
from leads.trials.reports import (
    Report,
    count_report,
    read_report,
    run_report,
    waiting_reports,
)
from tests.leads.handoff.conftest import SignedIn, at_now, signed_in
from tests.leads.trials.test_disagreement import DAY, decisions

__all__ = ["at_now", "signed_in"]
HOUR = timedelta(hours=1)


@pytest.fixture
def long_past(cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Window:
    decisions(cast, now, number=300, hidden=True)
    monkeypatch.setattr(reports, "FEW", 100)
    return Window(now - 90 * DAY, now)


def work(now: datetime) -> None:
    for run_id in waiting_reports():
        assert run_report(run_id=run_id, now=now)


def test_a_kept_report_is_the_one_that_would_be_counted_now(
    long_past: Window, cast: Cast, now: datetime
) -> None:
    expected = count_report(long_past)
    assert expected.criteria and expected.found.splits
    asked = read_report(long_past, actor=cast.ana, now=now)
    assert isinstance(asked, DisagreementRun)
    assert read_report(long_past, actor=cast.max, now=now) == asked, "asked twice, counted once"
    work(now)
    assert read_report(long_past, actor=cast.ana, now=now) == expected
    assert not run_report(run_id=asked.pk, now=now)


def test_an_old_report_is_shown_while_it_is_counted_anew(
    long_past: Window, cast: Cast, now: datetime
) -> None:
    read_report(long_past, actor=cast.ana, now=now)
    work(now)
    later = now + 2 * HOUR
    shown = read_report(Window(later - 90 * DAY, later), actor=cast.ana, now=later)
    assert isinstance(shown, Report) and shown.window.until == now
    assert len(waiting_reports()) == 1
    work(later)
    shown = read_report(Window(later - 90 * DAY, later), actor=cast.ana, now=later)
    assert isinstance(shown, Report) and shown.window.until == later
    again = read_report(long_past, actor=cast.ana, now=later)
    assert isinstance(again, Report) and again.window.until == now, "files of a page fit the page"


def test_what_was_kept_of_another_definition_is_not_shown(
    long_past: Window, cast: Cast, now: datetime
) -> None:
    read_report(long_past, actor=cast.ana, now=now)
    work(now)
    DisagreementRun.objects.update(content_hash="f" * 64)
    assert isinstance(read_report(long_past, actor=cast.ana, now=now), DisagreementRun)


@pytest.mark.usefixtures("long_past")
def test_who_waits_for_a_report_is_told_when_it_is_counted(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.ana)
    assert "Being counted" in browser.get("/reports/disagreement/").content.decode()
    assert browser.get("/api/v1/reports/disagreement/").status_code == 409
    work(now)
    live = browser.get("/reports/disagreement/", headers={"X-Live": "1"}).content.decode()
    assert "It is counted" in live and "<html" not in live
    page = browser.get("/reports/disagreement/").content.decode()
    assert "300 decisions" in page and "until=" in page
    assert browser.get("/api/v1/reports/disagreement/").json()["decided"] == 300
