"""A simulated month proves the engine of the clocks: each step of a ladder happened once, when it
was due, to the right person, and none after the act that cancels it; workers that are killed and
repeated at random instants bring about the same.

`SIMULATED_LEADS=20000` lives through the whole month; by default a week of Easter with a change of
clocks in it is enough.
"""

import os
import time
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from leads.handoff.models import Lead
from sla.reports.lead_time import time_of
from tests.sla.simulation.disturbance import Disturbed
from tests.sla.simulation.month import Lived, Month, Workers, live, utc
from tests.sla.simulation.oracle import Oracle
from tests.sla.simulation.story import Story

LEADS = int(os.environ.get("SIMULATED_LEADS", "200"))
WEEK = Month(utc("2027-03-24T07:00"), utc("2027-03-31T12:00"), LEADS, seed=20270324)
MONTH = Month(utc("2027-03-10T05:00"), utc("2027-04-10T04:00"), LEADS, seed=20270310)
LIVED = MONTH if "SIMULATED_LEADS" in os.environ else WEEK
SAMPLE = 500


@pytest.mark.django_db(transaction=True)
def test_a_month_of_random_acts_takes_each_step_once_whoever_kills_the_sweeps() -> None:
    lived, undisturbed = account_of(Workers())
    workers = Disturbed(LIVED.seed)
    again, disturbed = account_of(workers)
    print(dict(workers.happened))
    assert again.sweeps == lived.sweeps
    for what, facts in undisturbed.items():
        assert facts == disturbed[what], first_difference(what, facts, disturbed[what])
    assert_was_killed(workers)


def account_of(workers: Workers) -> tuple[Lived, dict[str, Counter[Any]]]:
    """Live through it, have it judged, and answer what can be compared with another run."""
    # What is kept by number, as calendars are, would be mistaken for what had that number before.
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    began = time.monotonic()
    lived = live(LIVED, workers)
    took = time.monotonic() - began
    story = Story()
    oracle = Oracle(story, lived.sweeps)
    oracle.judge()
    counted = {"leads": len(story.leads), **dict(sorted(oracle.counted.items()))}
    print(f"\n{type(workers).__name__}: {took:.0f} s, {len(lived.sweeps)} sweeps")
    print("acts", dict(lived.acts.most_common()))
    print("found", counted)
    assert not oracle.faults, "\n".join([f"{len(oracle.faults)} faults", *oracle.faults[:12]])
    prove_ledger(lived.sweeps[-1])
    prove_times(story, lived.sweeps[-1])
    prove_next_working_by_the_minute(story)
    assert_something_happened(oracle, lived)
    return lived, facts_of(story)


def prove_ledger(at: datetime) -> None:
    """Every lead is accounted for."""
    said = StringIO()
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        call_command("ledger", stdout=said)
    assert "unaccounted 0" in said.getvalue(), said.getvalue()


def prove_times(story: Story, at: datetime) -> None:
    """Where the time of a lead went sums to the time there was."""
    every = max(1, len(story.leads) // SAMPLE)
    for lead in list(Lead.objects.order_by("pk"))[::every]:
        spent = time_of(lead, now=at)
        parts = sum((entry.time for entry in spent.entries), timedelta(0))
        assert parts == spent.end - spent.start, lead


def prove_next_working_by_the_minute(story: Story) -> None:
    """For some messages the instant is sought minute by minute on the wall clock."""
    told = [message for message in story.messages if message.kind.startswith("clock.")]
    late = [message for message in told if message.next_try_at != message.created_at]
    assert late
    for message in late[:: max(1, len(late) // 25)]:
        hours = story.hours_of(message.recipient_id)
        at = message.created_at
        assert not hours.works(at)
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while not hours.works(at):
            at += timedelta(minutes=1)
        assert message.next_try_at == at, message


def assert_something_happened(oracle: Oracle, lived: Lived) -> None:
    """A month in which nothing was late would prove nothing."""
    steps = ("remind done", "tell done", "offer done", "reassign done", "manager done")
    for one in (*(f"step {step}" for step in steps), "message clock.escalated"):
        assert oracle.counted[one] > 0, one
    for one in ("undo", "pause", "resume", "dispute", "ask", "reassign", "recycle", "win"):
        assert lived.acts[one] > 0, one
    kinds = [name for name in oracle.counted if name.startswith("clock ")]
    assert len(kinds) == 11, kinds


def assert_was_killed(workers: Disturbed) -> None:
    for one in ("sweeps killed", "climbs killed", "sweeps by two", "sweeps killed by the system"):
        assert workers.happened[one] > 0, one


def facts_of(story: Story) -> dict[str, Counter[Any]]:
    """All that happened, by names that do not depend on how often a number was drawn."""
    leads = {pk: place for place, pk in enumerate(sorted(story.leads))}
    clocks: dict[int, tuple[Any, ...]] = {}
    made: Counter[tuple[int, str]] = Counter()
    for clock in story.clocks:
        of = leads[clock.lead_id], clock.kind
        clocks[clock.pk] = (*of, made[of])
        made[of] += 1
    people = {pk: place for place, pk in enumerate(sorted(story.hours_by_person))}
    return {
        "clocks": Counter(
            (*clocks[c.pk], c.started_at, c.at_risk_at, c.due_at, c.stopped_at, c.void_at,
             c.void_cause, c.breached_at, c.detected_at, people.get(c.holder_id or 0),
             tuple(c.steps))
            for c in story.clocks
        ),
        "steps": Counter(
            (*clocks[pk], s.step, s.due_at, s.at, s.state, s.outcome)
            for pk, steps in story.steps.items() for s in steps
        ),
        "messages": Counter(
            (*clocks[m.data["clock"]], m.kind, m.key.split("-")[2], people[m.recipient_id],
             m.created_at, m.next_try_at, m.data.get("outcome"))
            for m in story.messages if m.kind.startswith("clock.")
        ),
        "events": Counter(
            (leads[e.lead_id], e.at, e.action, people.get(e.actor_id or 0), e.to_stage)
            for e in story.events.values()
        ),
    }  # fmt: skip


def first_difference(what: str, one: Counter[Any], other: Counter[Any]) -> str:
    """The earliest of what is not the same."""
    lost, new = (sorted(map(str, a - b))[:3] for a, b in ((one, other), (other, one)))
    return f"{what}: undisturbed alone {lost}, disturbed alone {new}"
