"""The past replayed: unchanged settings give what was recorded, changed ones what they would."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.actions import accept_lead
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead, resume_lead
from sla.agreement.models import Running
from sla.calendars.arithmetic import due
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.rebuild import run_rebuilds
from sla.clocks.sweep import sweep
from sla.edits.actions import save_edit
from sla.reports.attainment import score_of
from sla.reports.slices import Slice
from sla.reports.whatif.changes import Changes
from sla.reports.whatif.replay import COLUMNS, Ran, Replay
from sla.reports.whatif.running import replay_past
from tests.leads.handoff import scenes
from tests.sla.reports.conftest import TWENTY, Hand

DAYS = 12
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOTHING = Changes()


def replayed(changes: Changes, now: datetime, days: int = 30) -> dict[str, Any]:
    return replay_past(
        changes, since=now - days * DAY, until=now, team_ids=None, tell=lambda clocks, share: None
    )


def live(cast: Cast, now: datetime, seed: int) -> None:
    """Twelve days of leads, answers, pauses and edits of the calendar, all at random."""
    luck = random.Random(seed)
    leads: list[Lead] = []
    for hour in sorted(luck.sample(range(DAYS * 24), 30)):
        at = now - DAYS * DAY + hour * HOUR + timedelta(seconds=luck.randrange(3600))
        if len(leads) < 3 or luck.random() < 0.3:
            leads.append(scenes.submitted(cast, at))
            continue
        act, lead = luck.choice((answer, pause, resume, touch, edit)), luck.choice(leads)
        with suppress(DomainError), transaction.atomic():
            act(cast, lead, at, luck)
        sweep(now=at)
    sweep(now=now)


def answer(cast: Cast, lead: Lead, at: datetime, luck: random.Random) -> None:
    accept_lead(lead_id=lead.pk, actor=cast.sam, now=at)


def touch(cast: Cast, lead: Lead, at: datetime, luck: random.Random) -> None:
    scenes.touch(lead, cast.sam, at)


def pause(cast: Cast, lead: Lead, at: datetime, luck: random.Random) -> None:
    until = at + luck.randrange(1, 80) * HOUR
    pause_lead(lead_id=lead.pk, actor=cast.sam, now=at, code="asked_for_date", until=until)


def resume(cast: Cast, lead: Lead, at: datetime, luck: random.Random) -> None:
    resume_lead(lead_id=lead.pk, actor=cast.sam, now=at)


def edit(cast: Cast, lead: Lead, at: datetime, luck: random.Random) -> None:
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    assert calendar.current is not None
    opens, closes = f"{luck.randrange(6, 11):02d}:00", f"{luck.randrange(15, 23)}:30"
    week = {day: [[opens, closes]] for day in ("mon", "tue", "wed", "thu", "fri")}
    save_edit(
        calendar_id=calendar.pk, base=None, name=calendar.name,
        content={**calendar.current.content, "weekly": week},
        running=luck.choice((Running.MOVE, Running.KEEP)), actor=cast.olu, now=at,
    )  # fmt: skip
    run_rebuilds(now=at)


@pytest.mark.django_db
def test_unchanged_settings_reproduce_the_recorded_outcome_exactly(
    cast: Cast, now: datetime
) -> None:
    paused = moved = 0

    @settings(max_examples=8, deadline=None)
    @given(st.integers(0, 10**6))
    def prove(seed: int) -> None:
        nonlocal paused, moved
        point = transaction.savepoint()
        live(cast, now, seed)
        replay = Replay(NOTHING, calendar_of)
        rows = [Ran._make(row) for row in Clock.objects.values_list(*COLUMNS)]
        assert [replay.due_at(one) for one in rows] == [one.due_at for one in rows]
        result = replayed(NOTHING, now)
        score = score_of(Slice(now - 30 * DAY, now), now=now)
        told = {name: getattr(score, name) for name in result["recorded"]}
        assert result["recorded"] == result["imagined"] == told
        assert result["won"]["count"] == result["lost"]["count"] == 0
        paused += sum(bool(one.pauses) for one in rows)
        moved += len({one.calendar_id for one in rows}) > 1
        transaction.savepoint_rollback(point)
        calendar_of.cache_clear()  # versions of the history that is gone

    prove()
    assert paused and moved, "otherwise nothing of it was proved"


@pytest.mark.django_db
@pytest.mark.usefixtures("around_the_clock")
def test_other_targets_win_and_lose_breaches_that_are_named(hand: Hand, now: datetime) -> None:
    for age, answered in TWENTY:
        hand(age, answered)
    longer = replayed(Changes.from_content({"targets": {"accept": "10h"}}), now)
    accept = next(one for one in longer["by_kind"] if one["kind"] == "accept")
    assert accept["recorded"] == {"due": 15, "met": 8, "met_late": 2, "missed_open": 5}
    # Answered after nine hours: won. Twelve hours old and open: still missed.
    assert accept["imagined"] == {"due": 15, "met": 9, "met_late": 1, "missed_open": 5}
    assert longer["won"]["count"] == 1 and longer["lost"]["count"] == 0
    ((clock_id, lead_id),) = longer["won"]["clocks"]
    won = Clock.objects.get(pk=clock_id)
    assert (won.lead_id, won.stopped_at) == (lead_id, won.started_at + 9 * HOUR)

    shorter = replayed(Changes.from_content({"targets": {"accept": "4h"}}), now)
    accept = next(one for one in shorter["by_kind"] if one["kind"] == "accept")
    # Those of five and six hours' age are due by now as well; three answered in six to 7.5 hours.
    assert accept["imagined"] == {"due": 17, "met": 5, "met_late": 5, "missed_open": 7}
    assert shorter["lost"]["count"] == 3 + 2


@pytest.mark.django_db
@pytest.mark.usefixtures("around_the_clock")
def test_other_hours_are_those_the_arithmetic_counts_by(hand: Hand, now: datetime) -> None:
    lead = hand(60, 20)
    clock = Clock.objects.get(lead=lead, kind="accept")
    calendar_id = clock.calendar.calendar_id
    office = {"timezone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}
    changes = Changes.from_content({"calendars": {str(calendar_id): office}})
    replay = Replay(changes, lambda version: changes.calendars[calendar_id])
    row = Ran._make(Clock.objects.values_list(*COLUMNS).get(pk=clock.pk))
    expected = due(changes.calendars[calendar_id], clock.started_at, clock.target_seconds)
    assert replay.due_at(row) == expected > clock.due_at
    result = replayed(changes, now)
    assert [clock.pk, lead.pk] in [list(pair) for pair in result["won"]["clocks"]]


@pytest.mark.django_db
@pytest.mark.usefixtures("around_the_clock")
def test_staffed_hours_are_the_fewest_that_keep_the_promise(hand: Hand, now: datetime) -> None:
    hand(60, 1)
    found = replayed(NOTHING, now)["staffed"]
    assert found["sample"] == 3 and found["promised"] == 90
    assert found["hours"] is None, "a promise nobody answered is kept by no hours"
