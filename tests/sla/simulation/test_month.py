"""A simulated month proves the engine of the clocks: each step of a ladder happened once, when it
was due, to the right person, and none after the act that cancels it; workers that are killed and
repeated at random instants bring about the same.

`SIMULATED_LEADS=20000` lives through the whole month; by default a week of Easter with a change of
clocks in it is enough. Both runs are lived through at once, each in a database of its own.
"""

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from leads.handoff.models import Lead
from sla.reports.lead_time import time_of
from tests.sla.simulation.account import Account, account_of, first_difference
from tests.sla.simulation.disturbance import at_server, settings_of
from tests.sla.simulation.month import Workers
from tests.sla.simulation.story import Story

SAMPLE = 500
STEPS = ("remind done", "tell done", "offer done", "reassign done", "manager done")
ACTS = ("undo", "pause", "resume", "dispute", "ask", "reassign", "recycle", "win")
KILLED = ("sweeps killed", "climbs killed", "sweeps by two", "sweeps killed by the system")

RUN = """
import sys, django
django.setup()
from tests.sla.simulation.account import leave_account
leave_account(sys.argv[1])
"""


@pytest.mark.django_db(transaction=True)
def test_a_month_of_random_acts_takes_each_step_once_whoever_kills_the_sweeps(
    tmp_path: Path,
) -> None:
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    left = tmp_path / "disturbed"
    with disturbed_run(left) as run:
        undisturbed, story = account_of(Workers())
        assert run.wait() == 0
    disturbed: Account = pickle.loads(left.read_bytes())  # our own child wrote it
    at = undisturbed.sweeps[-1]
    for account in (undisturbed, disturbed):
        faults = account.faults
        assert not faults, "\n".join([f"{len(faults)} faults", *faults[:12]])
    prove_ledger(at)
    prove_times(story, at)
    prove_next_working_by_the_minute(story)
    prove_same(undisturbed, disturbed)
    assert_something_happened(undisturbed)
    assert all(disturbed.happened[one] > 0 for one in KILLED), disturbed.happened


@contextmanager
def disturbed_run(left: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The same beginning in a copy of this database, lived through by a process of its own."""
    own = connection.settings_dict["NAME"]
    name = f"{own}_disturbed"
    connection.close()  # nobody may look at what is copied
    with at_server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
        for one in (own, name):  # workers die here, the server does not
            cursor.execute(f'ALTER DATABASE "{one}" SET synchronous_commit = off')
    run = subprocess.Popen([sys.executable, "-c", RUN, str(left)], env=settings_of(name))
    try:
        yield run
    finally:
        run.kill()
        run.wait(10)
    with at_server() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def prove_same(undisturbed: Account, disturbed: Account) -> None:
    """Workers that were killed and repeated brought about what undisturbed ones did."""
    assert disturbed.sweeps == undisturbed.sweeps
    differ = [
        first_difference(what, facts, disturbed.facts[what])
        for what, facts in undisturbed.facts.items()
    ]
    assert not any(differ), "\n".join(filter(None, differ))


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


def assert_something_happened(account: Account) -> None:
    """A month in which nothing was late would prove nothing."""
    happened: Counter[str] = account.happened
    for one in (*(f"step {step}" for step in STEPS), "message clock.escalated", *ACTS):
        assert happened[one] > 0, one
    kinds = [name for name in happened if name.startswith("clock ")]
    assert len(kinds) == 12, kinds
