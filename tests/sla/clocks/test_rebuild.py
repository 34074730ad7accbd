"""An edit takes running clocks along: what was previewed happens, once, and nobody is told.

`CLOCKS=100000` makes the crowd as large as one likes and says how long it took.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.db.models import Q

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leads.handoff.actions import nurture_lead
from leads.handoff.models import Event, Lead
from sla.agreement.models import Running
from sla.calendars.arithmetic import due
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.queries import calendar_of
from sla.clocks import rebuild
from sla.clocks.foreseeing import preview_edit
from sla.clocks.models import Clock, ClockMove, ClockStep, Rebuild
from sla.clocks.moving import Standing, move
from sla.clocks.rebuild import is_unfinished, run_rebuild, run_rebuilds
from sla.clocks.recounting import COLUMNS
from sla.clocks.states import IS_RUNNING
from sla.clocks.sweep import sweep
from sla.edits.actions import Saved, save_edit
from sla.reports.ledger import ledger
from sla.reports.overview import late_clocks
from sla.reports.screen import told_words
from tests.leads.handoff.scenes import captured
from tests.sla.clocks.running_crowd import running_crowd
from tests.sla.clocks.test_sweep_crash import dsn, until

CLOCKS = int(os.environ.get("CLOCKS", "2400"))
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)


def other_hours(
    calendar: Calendar, opens: str = "10:30", closes: str = "22:00", off: str = ""
) -> dict[str, Any]:
    """By default long days that begin later: short promises are due later, long ones sooner."""
    assert calendar.current is not None
    week = {day: [[opens, closes]] for day in ("mon", "tue", "wed", "thu", "fri")}
    closures = {off: "Works outing"} if off else {}
    return {**calendar.current.content, "weekly": week, "closures": closures}


FRIDAY = "2026-11-20"


def edit(
    cast: Cast, calendar: Calendar, now: datetime, content: dict[str, Any], *, move: bool = True
) -> Saved:
    return save_edit(
        calendar_id=calendar.pk, base=None, name=calendar.name, content=content,
        running=Running.MOVE if move else Running.KEEP, actor=cast.olu, now=now,
    )  # fmt: skip


def asked(saved: Saved) -> Rebuild:
    assert saved.rebuild is not None
    return saved.rebuild


def ended_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(clock::text, '|' ORDER BY id)) FROM sla_clock AS clock "
            "WHERE stopped_at IS NOT NULL OR void_at IS NOT NULL"
        )
        row = cursor.fetchone()
    assert row is not None and row[0] is not None
    return str(row[0])


def all_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM sla_clock AS c")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def late(now: datetime) -> set[int]:
    return set(Clock.objects.filter(IS_RUNNING, due_at__lt=now).values_list("pk", flat=True))


def test_what_was_previewed_happens_and_nobody_is_told(
    cast: Cast, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    calendar = running_crowd(cast, now, CLOCKS)
    content = other_hours(calendar)
    ended, was_late = ended_rows(), late(now)
    words = (Event.objects.count(), Message.objects.count())
    assert sweep(now=now).taken == 0

    began = time.monotonic()
    seen = preview_edit(calendar_id=calendar.pk, content=content, now=now)
    previewed = time.monotonic() - began
    assert ended_rows() == ended and late(now) == was_late
    rebuild = asked(edit(cast, calendar, now, content))
    began = time.monotonic()
    assert run_rebuild(rebuild_id=rebuild.pk, now=now) == CLOCKS
    took = time.monotonic() - began

    rebuild.refresh_from_db()
    is_late = late(now)
    assert (rebuild.state, rebuild.done, rebuild.total) == ("done", CLOCKS, CLOCKS)
    assert (seen.counting, seen.moved, seen.turned_late, seen.late_no_longer, seen.stuck) == (
        CLOCKS, rebuild.moved, len(is_late - was_late), len(was_late - is_late), 0,
    )  # fmt: skip
    assert (rebuild.turned_late, rebuild.late_no_longer) == (seen.turned_late, seen.late_no_longer)
    assert min(seen.turned_late, seen.late_no_longer, seen.moved) > 0
    assert ClockMove.objects.count() == seen.moved
    assert ended_rows() == ended
    assert sweep(now=now).taken == 0
    assert (Event.objects.count(), Message.objects.count()) == words
    assert ledger(now=now).unaccounted == 0
    hours = calendar_of(rebuild.to_version_id)
    for clock in Clock.objects.filter(IS_RUNNING, counted=True)[:: max(CLOCKS // 300, 1)]:
        assert clock.due_at == due(hours, clock.started_at, clock.target_seconds)
        assert clock.calendar_id == rebuild.to_version_id
    with capsys.disabled():
        print(f"\n{CLOCKS} clocks: previewed in {previewed:.1f} s, moved in {took:.1f} s, {seen}")


def test_what_a_lead_says_is_due_next_moves_with_its_clock(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    before = Clock.objects.get()
    edit(cast, calendar, now, other_hours(calendar, "13:00", "14:00"))
    run_rebuilds(now=now)
    clock = Clock.objects.get()
    assert clock.due_at != before.due_at
    lead.refresh_from_db()
    assert (lead.next_kind, lead.next_started_at, lead.next_at_risk_at, lead.next_due_at) == (
        clock.kind, clock.started_at, clock.at_risk_at, clock.due_at,
    )  # fmt: skip
    assert clock.next_at == clock.step_times[0]
    assert ledger(now=now).unaccounted == 0


def test_what_is_owed_beside_the_way_of_a_lead_is_never_what_it_says_is_due_next(
    cast: Cast, now: datetime
) -> None:
    lead = captured(cast, now)
    answer = Clock.objects.get()
    answer.pk, answer.kind, answer.target_seconds = None, "answer", 60
    answer.save()
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    edit(cast, calendar, now, other_hours(calendar, "13:00", "14:00"))
    assert run_rebuilds(now=now) == 2
    lead.refresh_from_db()
    triage = Clock.objects.get(kind="triage")
    assert (lead.next_kind, lead.next_due_at) == ("triage", triage.due_at)
    assert Clock.objects.get(kind="answer").due_at < triage.due_at
    assert ledger(now=now).unaccounted == 0


def test_the_end_of_a_park_stays_and_only_takes_the_new_version(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    nurture_lead(lead_id=lead.pk, actor=cast.mia, now=now, review_on=now.date() + MONTH)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    running = Clock.objects.filter(IS_RUNNING)
    before = running.get()
    saved = edit(cast, calendar, now, other_hours(calendar, "12:00", "13:00"))
    run_rebuilds(now=now)
    after = running.get()
    assert (after.due_at, after.at_risk_at) == (before.due_at, before.at_risk_at)
    assert (after.steps, after.step_times) == (before.steps, before.step_times)
    assert after.calendar_id == saved.calendar.current_id != before.calendar_id


def test_without_being_asked_running_clocks_stay_byte_for_byte(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    before = all_rows()
    assert edit(cast, calendar, now, other_hours(calendar), move=False).rebuild is None
    run_rebuilds(now=now)
    assert all_rows() == before


def test_who_is_late_no_longer_may_be_late_again_and_hears_nothing_twice(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now - timedelta(days=3))
    assert sweep(now=now).breached == 1
    told = Message.objects.count()
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    edit(cast, calendar, now, other_hours(calendar, "12:00", "13:00", off=FRIDAY))
    run_rebuilds(now=now)
    on_time = Clock.objects.get()
    assert on_time.breached_at is None and on_time.due_at > now
    assert ledger(now=now).unaccounted == 0
    again = on_time.due_at + HOUR
    sweep(now=again)
    late_again = Clock.objects.get()
    assert (late_again.breached_at, late_again.detected_at) == (on_time.due_at, again)
    assert Message.objects.count() == told
    assert ledger(now=again).unaccounted == 0


def test_a_step_that_waits_is_dropped_where_nothing_is_late_any_more(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now - timedelta(days=3))
    sweep(now=now)
    clock = Clock.objects.get()
    step = ClockStep.objects.create(
        clock=clock, step="offer", due_at=now, at=now, state=ClockStep.State.PENDING
    )
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    edit(cast, calendar, now, other_hours(calendar, "12:00", "13:00", off=FRIDAY))
    run_rebuilds(now=now)
    step.refresh_from_db()
    assert step.state == "dropped" and "late no longer" in step.outcome


def test_steps_that_an_edit_takes_away_are_written_down(cast: Cast, now: datetime) -> None:
    captured(cast, now - 5 * HOUR)  # before the office opens
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    content = other_hours(calendar, "00:00", "24:00")
    late_at = now - 4 * HOUR
    edit(cast, calendar, late_at, content)
    run_rebuilds(now=late_at)
    clock = Clock.objects.get()
    assert clock.breached_at == clock.due_at and clock.steps == [] and clock.next_at is None
    assert set(ClockStep.objects.values_list("step", "state")) == {
        ("remind", "dropped"), ("tell", "dropped"),
    }  # fmt: skip
    assert not Message.objects.exists()
    assert sweep(now=late_at + timedelta(days=5)).taken == 0
    [row] = late_clocks((clock.pk,))
    words = told_words(row, "UTC", late_at)
    assert words == "late by an edit of its calendar or agreement, told to nobody"
    assert ledger(now=late_at).unaccounted == 0


def test_a_second_run_finds_nothing_to_do(cast: Cast, now: datetime) -> None:
    calendar = running_crowd(cast, now, 300)
    rebuild = asked(edit(cast, calendar, now, other_hours(calendar)))
    run_rebuild(rebuild_id=rebuild.pk, now=now, batch=100)
    after = all_rows()
    assert run_rebuild(rebuild_id=rebuild.pk, now=now + HOUR) == 0
    Rebuild.objects.update(state="running", last_clock=0)
    assert run_rebuild(rebuild_id=rebuild.pk, now=now + HOUR) == 0
    assert all_rows() == after
    assert Rebuild.objects.get().state == "done"


def test_a_run_that_breaks_off_is_gone_on_with(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = running_crowd(cast, now, 300)
    made = asked(edit(cast, calendar, now, other_hours(calendar)))
    expected = foreseen(made, now)
    note, calls = rebuild._note, []

    def break_off(*args: Any, **kwargs: Any) -> None:
        note(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the second batch breaks off after all was written")

    monkeypatch.setattr(rebuild, "_note", break_off)
    with pytest.raises(RuntimeError):
        run_rebuild(rebuild_id=made.pk, now=now, batch=100)
    made.refresh_from_db()
    assert (made.state, made.done) == ("running", 100)
    assert Clock.objects.filter(calendar=made.to_version_id).count() == 100
    assert run_rebuild(rebuild_id=made.pk, now=now, batch=100) == 200
    assert written() == expected


def test_a_run_whose_time_is_up_is_gone_on_with(cast: Cast, now: datetime) -> None:
    calendar = running_crowd(cast, now, 300)
    made = asked(edit(cast, calendar, now, other_hours(calendar)))
    assert run_rebuilds(now=now, batch=100, seconds=0) == 0 and is_unfinished()
    assert made.done == Clock.objects.filter(calendar=made.to_version_id).count() == 0
    assert run_rebuilds(now=now, batch=100) == 300 and not is_unfinished()
    made.refresh_from_db()
    assert (made.state, made.done) == ("done", 300)


def test_a_calendar_that_never_opens_again_ends_the_rebuild_with_its_words(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    made = asked(edit(cast, calendar, now, other_hours(calendar)))
    before = all_rows()
    assert calendar.current is not None
    once = {"weekly": {}, "overrides": {"2026-01-05": [["09:00", "10:00"]]}}
    never = CalendarVersion.objects.create(
        calendar=calendar, number=90, content={**calendar.current.content, **once}, created_at=now
    )
    Rebuild.objects.update(to_version=never)
    assert run_rebuilds(now=now) == 0
    made.refresh_from_db()
    assert made.state == "failed" and "opens too seldom" in made.error
    assert all_rows() == before


def test_a_later_edit_replaces_a_rebuild_under_way(cast: Cast, now: datetime) -> None:
    calendar = running_crowd(cast, now, 300)
    first = asked(edit(cast, calendar, now, other_hours(calendar)))
    second = asked(edit(cast, calendar, now, other_hours(calendar, "10:00", "18:00")))
    assert run_rebuilds(now=now) == 300
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.done, second.state, second.done) == ("replaced", 0, "done", 300)
    assert run_rebuild(rebuild_id=first.pk, now=now) == 0


def test_a_clock_that_started_by_the_old_hours_meanwhile_is_taken_along(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    made = asked(edit(cast, calendar, now, other_hours(calendar)))
    captured(cast, now)
    late_comer = Clock.objects.latest("pk")
    Clock.objects.filter(pk=late_comer.pk).update(calendar=made.from_version_id)
    Rebuild.objects.update(last_clock=late_comer.pk)
    assert run_rebuild(rebuild_id=made.pk, now=now) == 2
    assert not Clock.objects.exclude(calendar=made.to_version_id).exists()


def foreseen(made: Rebuild, now: datetime) -> dict[int, Any]:
    """What each clock must be in the end, reckoned one by one before anything is written."""
    new = calendar_of(made.to_version_id)
    clocks = [Standing(*row) for row in Clock.objects.filter(IS_RUNNING).values_list(*COLUMNS)]
    moves = [move(one, old=calendar_of(one.calendar_id), new=new, now=now) for one in clocks]
    return {
        one.clock.id: (one.due_at, one.at_risk_at, one.detected_at, one.next_at, list(one.steps))
        for one in moves
    }


def written() -> dict[int, Any]:
    columns = ("due_at", "at_risk_at", "detected_at", "next_at", "steps")
    return {
        pk: tuple(row) for pk, *row in Clock.objects.filter(IS_RUNNING).values_list("pk", *columns)
    }


RUN = """
import sys, django
django.setup()
from datetime import datetime
from sla.clocks.rebuild import run_rebuild
print(run_rebuild(rebuild_id=int(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2]), batch=100))
"""
# The doomed worker waits in the middle of its third batch until it is killed.
HOLD = """
    CREATE FUNCTION hold_doomed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('application_name') = 'doomed'
            AND (SELECT count(*) FROM sla_clock WHERE calendar_id = {version}) >= 300
        THEN PERFORM pg_advisory_xact_lock(77); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER hold_doomed AFTER INSERT ON sla_clockmove
    FOR EACH STATEMENT EXECUTE FUNCTION hold_doomed()
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_half_done_and_two_never_do_the_same(
    cast: Cast, now: datetime
) -> None:
    calendar = running_crowd(cast, now, 1200)
    made = asked(edit(cast, calendar, now, other_hours(calendar)))
    expected, ended = foreseen(made, now), ended_rows()
    link = psycopg2.connect(dsn())
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(77)")
        cursor.execute(HOLD.format(version=made.to_version_id))
        doomed = subprocess.Popen(
            [sys.executable, "-c", RUN, str(made.pk), now.isoformat()],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "leadbridge.settings",
                 "DATABASE_URL": dsn(), "PGAPPNAME": "doomed"},
        )  # fmt: skip
        try:
            until(lambda: waits(cursor), "the doomed worker is in the middle of a batch")
            made.refresh_from_db()
            assert (made.state, made.done) == ("running", 200)
            # Another worker comes by meanwhile: it takes nothing, and it does not wait.
            assert run_rebuild(rebuild_id=made.pk, now=now) == 0
            doomed.send_signal(signal.SIGKILL)
            assert doomed.wait(10) == -signal.SIGKILL
        finally:
            doomed.kill()
            cursor.execute("SELECT pg_advisory_unlock(77)")
        until(lambda: is_free(cursor), "the connection of the killed worker is closed")
        cursor.execute("DROP FUNCTION hold_doomed CASCADE")
    link.close()
    made.refresh_from_db()
    assert (made.state, made.done) == ("running", 200)
    assert Clock.objects.filter(IS_RUNNING, calendar=made.to_version_id).count() == 200

    assert run_rebuilds(now=now) == 1000
    made.refresh_from_db()
    assert (made.state, made.done, made.total) == ("done", 1200, 1200)
    assert written() == expected
    assert ended_rows() == ended
    assert ClockMove.objects.count() == made.moved
    assert not Lead.objects.filter(~Q(next_kind=""), next_due_at=None).exists()
    assert ledger(now=now).unaccounted == 0


def waits(cursor: Any) -> bool:
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 77"
    )
    return bool(cursor.fetchone()[0])


def is_free(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'doomed'")
    return not cursor.fetchone()[0]
