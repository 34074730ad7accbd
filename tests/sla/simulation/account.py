"""What one run of a month comes to: lived through, judged by the oracle, and told by names that a
run in another database shares.
"""

import gc
import os
import pickle
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.sla.simulation.disturbance import Disturbed
from tests.sla.simulation.month import Month, Workers, live, utc
from tests.sla.simulation.oracle import Oracle
from tests.sla.simulation.story import Story

LEADS = int(os.environ.get("SIMULATED_LEADS", "200"))
WEEK = Month(utc("2027-03-24T07:00"), utc("2027-03-31T12:00"), LEADS, seed=20270324)
MONTH = Month(utc("2027-03-10T05:00"), utc("2027-04-10T04:00"), LEADS, seed=20270310)
LIVED = MONTH if "SIMULATED_LEADS" in os.environ else WEEK
GARBAGE = 50_000  # what is made between two looks for garbage, among millions of rows in memory

Facts = dict[str, Counter[Any]]


@dataclass(frozen=True)
class Account:
    """One run: when it was swept, what the oracle found wrong, what happened and how often."""

    sweeps: list[datetime]
    faults: list[str]
    facts: Facts
    happened: Counter[str]


def account_of(workers: Workers) -> tuple[Account, Story]:
    """Live through it, have it judged, and answer what can be compared with another run."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    began = time.monotonic()
    lived = live(LIVED, workers)
    took = time.monotonic() - began
    story = Story()
    oracle = Oracle(story, lived.sweeps)
    oracle.judge()
    judged = time.monotonic() - began - took
    name = type(workers).__name__
    print(f"\n{name}: lived in {took:.0f} s, judged in {judged:.0f} s, {len(lived.sweeps)} sweeps")
    print(name, "acts", dict(lived.acts.most_common()))
    print(name, "found", {"leads": len(story.leads), **dict(sorted(oracle.counted.items()))})
    print(name, len(oracle.faults), "faults", *oracle.faults[:12], sep="\n  ", flush=True)
    happened = oracle.counted + lived.acts + workers.happened
    return Account(lived.sweeps, oracle.faults, facts_of(story), happened), story


def facts_of(story: Story) -> Facts:
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
        "events": Counter(
            (e.at, leads[e.lead_id], e.action, people.get(e.actor_id or 0), e.to_stage)
            for e in story.events.values()
        ),
        "custody": Counter(
            (link.since, leads[pk], people.get(link.holder_id or 0), link.team_id, link.cause)
            for pk, links in story.custody.items() for link in links
        ),
        "steps": Counter(
            (s.at, *clocks[pk], s.step, s.due_at, s.state, s.outcome)
            for pk, steps in story.steps.items() for s in steps
        ),
        "clocks": Counter(
            (c.started_at, *clocks[c.pk], c.at_risk_at, c.due_at, c.stopped_at, c.void_at,
             c.void_cause, c.breached_at, c.detected_at, people.get(c.holder_id or 0),
             tuple(c.steps))
            for c in story.clocks
        ),
        "messages": Counter(
            (m.created_at, *clocks[m.data["clock"]], m.kind, m.key.split("-")[2],
             people[m.recipient_id], m.next_try_at, m.data.get("outcome"))
            for m in story.messages if m.kind.startswith("clock.")
        ),
    }  # fmt: skip


def first_difference(what: str, one: Counter[Any], other: Counter[Any]) -> str:
    """The earliest of what is not the same; blank where all is."""
    lost, new = (
        [str(fact) for fact in sorted(a - b, key=lambda fact: (fact[0], fact[1]))[:4]]
        for a, b in ((one, other), (other, one))
    )
    if not lost and not new:
        return ""
    return "\n  ".join([what, "undisturbed alone:", *lost, "disturbed alone:", *new])


def leave_account(path: str) -> None:
    """What a process of its own does: live through it with workers that are disturbed."""
    account, _ = account_of(Disturbed(LIVED.seed))
    Path(path).write_bytes(pickle.dumps(account))
