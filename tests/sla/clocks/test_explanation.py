"""Every due time can be explained, and what is shown is what was counted."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead
from sla.calendars.actions import save_calendar
from sla.calendars.arithmetic import due
from sla.calendars.queries import calendar_of
from sla.clocks.explanation import explain_clock, short_words, working_words
from sla.clocks.models import Clock
from sla.clocks.sheet import exact_words, sheet_of
from sla.clocks.sweep import sweep
from tests.api import Api
from tests.leads.handoff import scenes
from tests.query_counts import recorded
from tests.sla.calendars.samples import (
    TRANSITIONS,
    random_content,
    random_instant,
    random_pauses,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"


def clock_of(lead: Lead, kind: str = "accept") -> Clock:
    return Clock.objects.select_related(
        "lead__person", "holder", "team", "calendar__calendar", "agreement"
    ).get(lead=lead, kind=kind)


def test_ten_thousand_clocks_with_pauses_add_up_to_their_target(cast: Cast, now: datetime) -> None:
    random = Random(20261124)
    lead = scenes.submitted(cast, now)
    for _ in range(100):
        zone, day = random.choice(TRANSITIONS)
        content = random_content(random, zone, day)
        version = save_calendar(name="Random", content=content, now=now).current_id
        assert version
        for number in range(100):
            grain = timedelta(seconds=1) if number % 2 else timedelta(microseconds=1)
            start = random_instant(random, day, grain=grain)
            pauses = random_pauses(random, day, grain=grain)
            seconds = random.choice([1, 900, 4 * 3600, random.randrange(1, 12 * 3600)])
            clock = Clock(lead=lead, kind="accept", calendar_id=version, started_at=start)
            clock.target_seconds = seconds
            clock.due_at = due(calendar_of(version), start, seconds, pauses)
            # as the database gives them back
            written = [[a.isoformat(), b.isoformat()] for a, b in pauses]
            clock.pauses, clock.counted = json.loads(json.dumps(written)), True
            lines = explain_clock(clock)
            assert lines[0].step.from_ == start
            assert lines[-1].step.to == clock.due_at
            assert lines[-1].total_seconds == seconds
            assert all(one.step.to == two.step.from_ for one, two in pairwise(lines))
            assert all(one.total_seconds <= two.total_seconds for one, two in pairwise(lines))


def test_a_due_time_in_one_line(cast: Cast, now: datetime) -> None:
    clock = clock_of(scenes.submitted(cast, now + 6 * HOUR))  # 17:00 in Berlin
    assert clock.target_seconds == 3600
    assert short_words(clock, BERLIN) == (
        "1 working hour by Team EMEA: Mon 17:00–17:30 30 min · Tue 09:00–09:30 30 min"
    )
    assert " by Team EMEA (Europe/Berlin): Mon" in short_words(clock, "America/New_York")


def test_a_long_due_time_names_its_days_and_leaves_the_middle_out(
    cast: Cast, now: datetime
) -> None:
    clock = clock_of(scenes.submitted(cast, now))
    calendar = calendar_of(clock.calendar_id)
    clock.target_seconds = 10 * 8 * 3600 + 1800
    clock.due_at = due(calendar, clock.started_at, clock.target_seconds)
    words = short_words(clock, BERLIN)
    assert words.startswith("80 h 30 of working time by Team EMEA: Mon 23 Nov 11:00–17:30 6 h 30 ·")
    assert "· 7 more, the last: Fri 4 Dec 09:00–" in words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60, "1 working minute"), (900, "15 working minutes"), (3600, "1 working hour"),
        (8 * 3600, "8 working hours"), (5400, "1 h 30 of working time"),
    ],
)  # fmt: skip
def test_a_length_of_working_time_in_words(seconds: int, words: str) -> None:
    assert working_words(seconds) == words


def test_a_column_of_times_adds_up_to_the_second() -> None:
    assert [exact_words(seconds) for seconds in (45 * 60, 12_600, 3612)] == [
        "0:45", "3:30", "1:00:12",
    ]  # fmt: skip


def test_the_notice_of_a_breach_shows_its_arithmetic(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    sweep(now=now + 2 * HOUR)
    message = Message.objects.get(key__contains="-breached-", recipient=cast.sam,
                                  data__clock=clock_of(lead).pk)  # fmt: skip
    letter = letter_of([message])
    assert letter
    assert "1 working hour by Team EMEA: Mon 11:00–12:00 1 h 00\n" in letter.body
    assert f"/clocks/{clock_of(lead).pk}/" in letter.body


def test_whose_lateness_is_whose_is_said(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    sweep(now=now + 2 * HOUR)
    sheet = sheet_of(clock_of(lead), zone=BERLIN)
    facts = {fact.name: fact.value for fact in sheet.facts}
    assert sheet.promise == (
        f"Sales promised marketing to accept or reject {lead.ref} {lead.name} "
        "within 1 working hour."
    )
    assert facts["Owed by"] == "Sam Okafor"
    assert facts["Counted by"] == "Team EMEA, version 1"
    assert facts["Missed"] == "Mon 23 Nov 2026, 12:00"
    assert facts["Noticed"].startswith("Mon 23 Nov 2026, 13:00, 1 h 00 after it was due")


def test_a_change_of_the_clocks_is_said_in_words(cast: Cast, now: datetime) -> None:
    start = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)  # a Friday afternoon
    clock = clock_of(scenes.submitted(cast, now))
    clock.started_at = start
    clock.due_at = due(calendar_of(clock.calendar_id), start, 7200)
    sheet = sheet_of(clock, zone=BERLIN)
    (change,) = sheet.changes
    assert change.startswith("The clocks of Europe/Berlin went back 1 h on Sun 25 Oct 2026, 02:00.")
    assert [row.total for row in sheet.rows] == ["0:30", "0:30", "2:00"]


def browser(user: User, now: datetime) -> Client:
    client = Client()
    with time_machine.travel(now, tick=False):
        client.force_login(user)
    return client


def browse(who: User | Client, url: str, now: datetime, **headers: str) -> tuple[int, str]:
    client = who if isinstance(who, Client) else browser(who, now)
    with time_machine.travel(now, tick=False):
        answer = client.get(url, headers=headers)
    return answer.status_code, answer.content.decode()


def test_whoever_sees_the_lead_reads_why_it_is_due(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now + 6 * HOUR)
    clock = clock_of(lead)
    at = now + 6 * HOUR
    for person in (cast.sam, cast.dora, cast.mia, cast.max, cast.olu):
        status, page = browse(person, f"/clocks/{clock.pk}/", at)
        assert status == 200
        assert "Working hours, Mon 23 Nov 09:00–17:30" in page
        assert "Closed: night" in page
    assert f'href="/clocks/{clock.pk}/"' in browse(cast.sam, f"/leads/{lead.ref}/", at)[1]


def test_a_stranger_learns_nothing_of_a_clock(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    clock = clock_of(lead)
    for number in (str(clock.pk), "0", "x", "9" * 40):
        status, page = browse(cast.nora, f"/clocks/{number}/", now)
        assert status == 404
        assert lead.company not in page
    assert Client().get(f"/clocks/{clock.pk}/").status_code == 302


def test_a_voided_clock_says_that_nothing_is_owed(cast: Cast, now: datetime) -> None:
    lead = scenes.rejected(cast, now)
    status, page = browse(cast.sam, f"/clocks/{clock_of(lead, 'first_touch').pk}/", now)
    assert status == 200
    assert "no longer owed" in page


def test_a_paused_clock_says_until_when(cast: Cast, now: datetime) -> None:
    clock = clock_of(scenes.submitted(cast, now))
    begin, end = now + HOUR / 2, now + 24 * HOUR
    Clock.objects.filter(pk=clock.pk).update(
        pauses=[[begin.isoformat(), end.isoformat()]], paused_from=begin, paused_until=end,
        counted=True, due_at=end + HOUR / 2,
    )  # fmt: skip
    _, page = browse(cast.sam, f"/clocks/{clock.pk}/", now + HOUR)
    assert "paused until Tue 11:00" in page
    assert "Mon 23 Nov 2026, 11:30 to Tue 24 Nov 2026, 11:00 (23 h 30)" in page
    assert page.count("<td>Paused</td>") == 1
    body = Api(cast.sam, now + HOUR).get(f"clocks/{clock.pk}/explain/").json()
    assert body["pauses"] == [["2026-11-23T10:30:00Z", "2026-11-24T10:00:00Z"]]
    assert [step["total_seconds"] for step in body["steps"]] == [1800, 1800, 3600]


def test_a_pause_is_shown_with_its_reason(cast: Cast, now: datetime) -> None:
    lead = scenes.accepted(cast, now)
    until = now + 24 * HOUR
    pause_lead(lead_id=lead.pk, actor=cast.sam, now=now, code="asked_for_date", until=until)
    clock = clock_of(lead, "first_touch")
    clock.pauses = [[now.isoformat(), until.isoformat()]]
    (words,) = sheet_of(clock, zone=BERLIN).pauses
    assert words.startswith("Mon 23 Nov 2026, 11:00 to Tue 24 Nov 2026, 11:00 (1 d): ")
    assert words.endswith(": Prospect asked to be contacted on a date")


def test_an_open_page_of_a_clock_asks_for_what_is_new_only(cast: Cast, now: datetime) -> None:
    clock = clock_of(scenes.submitted(cast, now))
    sam = browser(cast.sam, now)
    with recorded("page clock"):
        _, page = browse(sam, f"/clocks/{clock.pk}/", now)
    live = page.split('data-live-url="')[1].split('"')[0].replace("&amp;", "&")
    assert browse(sam, live, now, **{"X-Live": "1"})[0] == 204
    sweep(now=now + 2 * HOUR)
    status, fragment = browse(sam, live, now + 2 * HOUR, **{"X-Live": "1"})
    assert status == 200
    assert "<html" not in fragment and "Missed" in fragment
