"""Every second of a lead is booked to exactly one part, and the buyer's wait never begins again."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast, hours
from leads.handoff.actions import (
    accept_lead,
    reassign_lead,
    reject_lead,
    submit_lead,
)
from leads.handoff.corrections import undo_last
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead
from leads.handoff.stages import Stage
from sla.calendars.actions import save_calendar
from sla.calendars.arithmetic import BusinessCalendar
from sla.reports.lead_time import time_of
from sla.reports.spent import hours_words, spent_words
from sla.reports.time_api import LeadTimeAnswer
from sla.reports.time_ledger import Entry, Part, Turn, active_time, book, whole_seconds
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes
from tests.sla.calendars.samples import counts_by_definition, random_content

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGIN = datetime(2026, 10, 23, 6, 0, tzinfo=UTC)  # the clocks of Berlin go back within two days
WHO = ((Part.MARKETING, "mia"), (Part.PERSON, "sam"), (Part.PERSON, "dora"), (Part.POOL, "emea"))
instants = st.integers(-300, 6000).map(lambda n: BEGIN + n * MINUTE)
spans = st.tuples(instants, instants).map(lambda pair: (min(pair), max(pair)))


@st.composite
def stories(draw: st.DrawFn) -> tuple[datetime, list[Turn], list[tuple[datetime, datetime]]]:
    """An end, turns with and without gaps and overlaps, and pauses of any kind."""
    random = Random(draw(st.integers(0, 10_000)))
    calendars: list[BusinessCalendar | None] = [
        BusinessCalendar.from_content(random_content(random, zone, date(2026, 10, 25)))
        for zone in ("Europe/Berlin", "America/New_York")
    ]
    turns = [
        Turn(since, until, *draw(st.sampled_from(WHO)), draw(st.sampled_from([*calendars, None])))
        for since, until in sorted(draw(st.lists(spans, max_size=6)))
    ]
    end = BEGIN + draw(st.integers(0, 6000)) * MINUTE
    return end, turns, draw(st.lists(spans, max_size=4))


@given(stories())
def test_the_parts_sum_to_the_whole_to_the_microsecond(
    story: tuple[datetime, list[Turn], list[tuple[datetime, datetime]]],
) -> None:
    end, turns, pauses = story
    odd = timedelta(microseconds=333_333)
    for shift in (timedelta(0), odd):
        entries = book(BEGIN + shift, max(end, BEGIN + shift), turns, pauses)
        whole = max(end, BEGIN + shift) - BEGIN - shift
        assert sum((entry.time for entry in entries), timedelta()) == whole
        assert all(entry.time > timedelta() for entry in entries)
        assert len({(entry.part, entry.who) for entry in entries}) == len(entries)
        assert sum(whole_seconds(entries)) == whole // timedelta(seconds=1)


def booked_by_definition(
    end: datetime, turns: list[Turn], pauses: list[tuple[datetime, datetime]]
) -> Counter[tuple[Part, str]]:
    """The rule itself, minute by minute."""
    minutes: Counter[tuple[Part, str]] = Counter()
    instant = BEGIN
    while instant < end:
        turn = next((turn for turn in turns if turn.since <= instant < turn.until), None)
        if turn is None:
            minutes[Part.SYSTEM, ""] += 1
        elif any(begin <= instant < finish for begin, finish in pauses):
            minutes[Part.PAUSED, ""] += 1
        elif turn.calendar and not counts_by_definition(turn.calendar, instant):
            minutes[Part.CLOSED, ""] += 1
        else:
            minutes[turn.part, turn.who] += 1
        instant += MINUTE
    return minutes


@given(stories())
def test_every_minute_is_booked_as_the_rule_says(
    story: tuple[datetime, list[Turn], list[tuple[datetime, datetime]]],
) -> None:
    end, turns, pauses = story
    end = min(end, BEGIN + 1500 * MINUTE)
    entries = book(BEGIN, end, turns, pauses)
    found = {(entry.part, entry.who): entry.time // MINUTE for entry in entries}
    assert found == dict(booked_by_definition(end, turns, pauses))


def parts(lead: Lead, now: datetime) -> dict[tuple[str, str], timedelta]:
    time = time_of(lead, now=now)
    assert sum((entry.time for entry in time.entries), timedelta()) == time.end - time.start
    return {(entry.part.value, entry.who): entry.time for entry in time.entries}


def test_a_story_is_told_by_whose_turn_it_was(cast: Cast, now: datetime) -> None:
    """Monday 11:00 in Berlin: marketing an hour, the pool two, Sam three, then a night."""
    lead = scenes.captured(cast, now, country="")
    lead = submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + HOUR)
    accept_lead(lead_id=lead.pk, actor=cast.sam, now=now + 3 * HOUR)
    lead = scenes.again(lead)
    assert parts(lead, now + 24 * HOUR) == {
        ("marketing", "mia"): HOUR,
        ("pool", "emea"): 2 * HOUR,
        ("person", "sam"): 5.5 * HOUR,  # Monday 14:00–17:30, Tuesday 09:00–11:00
        ("closed", ""): 15.5 * HOUR,
    }


def test_hours_are_those_of_whoever_holds_it(cast: Cast, now: datetime) -> None:
    night = hours("Europe/Berlin", "17:30", "24:00", {})
    save_calendar(name="Dora", content=night, now=now, user=cast.dora)
    lead = scenes.submitted(cast, now)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now + HOUR, to=cast.dora, cause="absence")
    assert parts(scenes.again(lead), now + 12 * HOUR) == {
        ("person", "sam"): HOUR,
        ("person", "dora"): 5.5 * HOUR,
        ("closed", ""): 5.5 * HOUR,
    }


def test_a_pause_is_nobodys_time_but_the_buyer_waits_through_it(cast: Cast, now: datetime) -> None:
    lead = scenes.accepted(cast, now)
    until = now + 24 * HOUR
    pause_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, code="asked_for_date", until=until)
    assert parts(scenes.again(lead), now + 26 * HOUR) == {
        ("person", "sam"): 3 * HOUR,
        ("paused", ""): 23 * HOUR,
    }
    wait = time_of(scenes.again(lead), now=now + 26 * HOUR).wait
    assert (wait.wall, wait.working) == (26 * HOUR, 10.5 * HOUR)


def test_an_ended_lead_takes_no_more_time(cast: Cast, now: datetime) -> None:
    lead = scenes.disqualified(cast, now + HOUR)
    time = time_of(lead, now=now + 500 * HOUR)
    assert (time.end, time.running) == (lead.closed_at, False)


@pytest.mark.parametrize("stage", list(Stage))
def test_at_every_stage_the_parts_sum_to_the_whole(cast: Cast, now: datetime, stage: Stage) -> None:
    lead = scenes.SCENES[stage](cast, now)
    assert sum(parts(lead, now + 333 * HOUR).values(), timedelta()) == (
        time_of(lead, now=now + 333 * HOUR).end - lead.captured_at
    )


def test_nothing_restarts_the_buyers_wait(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, reason="no_consent")
    undo_last(lead_id=lead.pk, actor=cast.sam, now=now + HOUR + MINUTE)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now + 2 * HOUR, to=cast.dora, cause="load")
    wait = time_of(scenes.again(lead), now=now + 3 * HOUR).wait
    assert (wait.since, wait.until, wait.running) == (now, None, True)
    assert (wait.wall, wait.working) == (3 * HOUR, 3 * HOUR)
    scenes.touch(lead, cast.dora, now + 24 * HOUR)
    for hour in (24, 48):
        wait = time_of(scenes.again(lead), now=now + hour * HOUR).wait
        assert (wait.until, wait.running) == (now + 24 * HOUR, False)
        assert (wait.wall, wait.working) == (24 * HOUR, 8.5 * HOUR)


def test_a_second_handover_does_not_restart_the_wait(cast: Cast, now: datetime) -> None:
    """The lead forgets its first touch when it is handed over anew; the buyer does not."""
    lead = scenes.recycled(cast, now)
    again = submit_lead(
        lead_id=lead.pk, actor=cast.mia, now=now + 48 * HOUR, override_reason="They asked."
    )
    assert again.first_touch_at is None
    assert time_of(again, now=now + 50 * HOUR).wait.until == lead.first_touch_at


def test_time_that_nobody_answers_for_is_ours(cast: Cast, now: datetime) -> None:
    entries = book(now, now + 3 * HOUR, [Turn(now + HOUR, now + 2 * HOUR, *WHO[1], None)])
    assert entries == [Entry(Part.SYSTEM, "", 2 * HOUR), Entry(Part.PERSON, "sam", HOUR)]
    assert active_time(entries) == HOUR


def test_the_page_says_the_bar_in_words(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    later, client = now + 8 * HOUR, Client()
    spent = spent_words(time_of(lead, now=later), "Europe/Berlin")
    assert [(row.name, row.words, row.share) for row in spent.rows] == [
        ("Sam Okafor", "6 h 30", "81 %"), ("Closed hours", "1 h 30", "19 %"),
    ]  # fmt: skip
    assert [(part.start, part.share) for part in spent.parts] == [(0, 81.25), (81.25, 18.75)]
    with time_machine.travel(later, tick=False):
        client.force_login(cast.sam)
        page = client.get(f"/leads/{lead.ref}/").content.decode()
    assert "Where the time went" in page
    assert 'aria-label="Sam Okafor 6 h 30, Closed hours 1 h 30"' in page
    assert "8 h 00 and still waiting for somebody to get in touch: 6 h 30 of it in working" in page


@pytest.mark.parametrize(
    ("length", "words"),
    [(45 * HOUR / 3600, "45 s"), (45 * MINUTE, "45 min"), (1400.5 * HOUR, "1,400 h 30")],
)
def test_long_times_stay_in_hours(length: timedelta, words: str) -> None:
    assert hours_words(length) == words


def test_a_new_lead_has_spent_no_time_yet(cast: Cast, now: datetime) -> None:
    spent = spent_words(time_of(scenes.submitted(cast, now), now=now), "UTC")
    assert (spent.total, spent.parts, spent.rows) == ("0 s so far", (), ())


def test_a_program_reads_parts_that_sum_to_the_total(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    later = now + 8 * HOUR + timedelta(microseconds=700_000)
    body = Api(cast.sam, later).get(f"leads/{lead.ref}/time/").json()
    assert set(body) == set(LeadTimeAnswer().fields)
    assert body["parts"] == [
        {"part": "person", "who": "sam", "seconds": 23_400},
        {"part": "closed", "who": None, "seconds": 5400},
    ]
    assert body["total_seconds"] == 28_800
    assert body["wait"] == {
        "from": body["from"], "to": None, "running": True,
        "wall_seconds": 28_800, "working_seconds": 23_400,
    }  # fmt: skip
    assert_problem(Api(cast.nora, now).get(f"leads/{lead.ref}/time/"), 404, "not_found")
