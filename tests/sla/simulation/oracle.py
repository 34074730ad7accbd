"""Which steps had to happen, to whom they had to be told and when: reckoned from the frozen facts
of each clock and the story of its lead, by none of the engine's statements. Then it is compared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from leads.handoff.stages import SALES_STAGES
from sla.agreement.ladder import Step
from sla.agreement.queries import agreement_version
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock, ClockStep
from tests.sla.simulation.story import Run, Story, first_after

Times = dict[str, datetime]
WORDS = {"remind": "at_risk", "tell": "breached"}


class Seen(NamedTuple):
    """A step that fell due, and the sweep that saw it first."""

    step: str
    due_at: datetime
    at: datetime


class Told(NamedTuple):
    """A message, as it has to be there."""

    clock_id: int
    word: str
    recipient_id: int
    kind: str
    created_at: datetime
    next_try_at: datetime | None


@dataclass
class _Outcome:
    """What is left of a clock when it ends: who goes on with it, goes on from here."""

    times: Times
    taken: set[str]


class Oracle:
    """Asked once of a whole month; `faults` are sentences about what is not as it had to be."""

    def __init__(self, story: Story, sweeps: Sequence[datetime]) -> None:
        self.story, self.sweeps = story, sweeps
        self.faults: list[str] = []
        self.counted: Counter[str] = Counter()
        self._left: dict[int, _Outcome] = {}
        self._moves: Counter[tuple[int, datetime, str]] = Counter()
        self._told: list[Told] = []

    def judge(self) -> None:
        """Compare everything."""
        runs = self.story.runs()
        for run in runs:
            self._judge_clock(run)
        for clock, step in self._in_time():
            self._judge_move(clock, step)
        self._judge_messages()

    def _judge_clock(self, run: Run) -> None:
        clock = run.clock
        self.counted["clocks"] += 1
        self.counted[f"clock {clock.kind}"] += 1
        expected, outcome = self._replay(run)
        self._left[clock.pk] = outcome
        steps = self.story.steps[clock.pk]
        found = {Seen(step.step, step.due_at, step.at) for step in steps}
        if len(found) != len(steps) or found != set(expected):
            self._fault(clock, f"steps {sorted(found)}, not {sorted(expected)}")
        if run.until and any(step.at > run.until for step in steps):
            self._fault(clock, f"a step after the act that ended it at {run.until}")
        if clock.counted and not _near(outcome.times["tell"], clock.due_at):
            self._fault(clock, f"due at {clock.due_at}, not {outcome.times['tell']}")
        told = "tell" in outcome.taken
        if told and clock.breached_at != clock.due_at and not clock.void_at:
            self._fault(clock, "its miss was told and is not marked")
        for step in steps:
            self.counted[f"step {step.step} {step.state}"] += 1
            if step.step in WORDS:
                self._expect_told(clock, step)

    def _replay(self, run: Run) -> tuple[list[Seen], _Outcome]:
        """Live a clock through: its steps, under the pauses that were known in each stretch."""
        clock = run.clock
        before = self._left[run.follows.pk] if run.follows else None
        times = dict(before.times) if before else self._times(clock, run.since)
        taken = set(before.taken) if before else set()
        seen: list[Seen] = []
        end = run.until or self.sweeps[-1]
        changes = [at for at in self.story.pause_changes(clock) if run.since < at < end]
        since = run.since
        for until in [*changes, end]:
            seen += self._seen(times, taken, since, until)
            if until in changes and clock.counted and times["tell"] >= until:
                times = self._times(clock, until)
            since = until
        return seen, _Outcome(times, taken)

    def _seen(
        self, times: Times, taken: set[str], since: datetime, until: datetime
    ) -> Iterable[Seen]:
        """Steps that a sweep between two instants sees. What happens at the very instant of a sweep
        comes after it."""
        for step, due_at in sorted(times.items(), key=lambda pair: pair[1]):
            place = first_after(self.sweeps, max(due_at, since))
            if step not in taken and place < len(self.sweeps) and self.sweeps[place] <= until:
                taken.add(step)
                yield Seen(step, due_at, self.sweeps[place])

    def _times(self, clock: Clock, known_at: datetime) -> Times:
        """When each step of a ladder is due, by the facts that the clock froze."""
        ladder = agreement_version(clock.agreement_id).agreement.ladder_for(clock.kind, clock.tier)
        if not clock.counted:
            return self._dated(clock, ladder)
        hours = self.story.hours[clock.calendar_id]
        pauses = self.story.pauses_known(clock, known_at)
        at_risk = int(clock.target_seconds * clock.at_risk_share)
        due_at = hours.due(clock.started_at, clock.target_seconds, pauses)
        times = {
            "remind": min(hours.due(clock.started_at, at_risk, pauses), due_at),
            "tell": due_at,
        }
        for step in ladder:
            if step.at > 1:
                more = int(Fraction(step.at - 1) * clock.target_seconds)
                times[step.do] = hours.due(due_at, more)
        return {step.do: times[step.do] for step in ladder}

    def _dated(self, clock: Clock, ladder: Sequence[Step]) -> Times:
        """A promised date or the end of a park does not move; no such ladder moves a lead."""
        share = float(clock.at_risk_share)
        at_risk = clock.started_at + (clock.due_at - clock.started_at) * share
        if not _near(max(at_risk, clock.started_at), clock.at_risk_at):
            self._fault(clock, f"at risk at {clock.at_risk_at}, not {at_risk}")
        touch = self.story.touches.get(clock.started_by_id)
        if clock.kind == "next_step" and touch and touch.next_at and clock.due_at > touch.next_at:
            self._fault(clock, f"due at {clock.due_at}, promised for {touch.next_at}")
        return {step.do: {"remind": clock.at_risk_at}.get(step.do, clock.due_at) for step in ladder}

    def _expect_told(self, clock: Clock, step: ClockStep) -> None:
        """A reminder goes to who owes it (the manager of a pool), a miss to both."""
        aside = KINDS[clock.kind].aside and clock.side == "marketing"
        asked = self.story.marketer if aside else self.story.holder
        holder_id, team_id = asked(clock.lead_id, step.at)
        manager_id = self.story.managers[team_id]
        people = {holder_id or manager_id} | ({manager_id} if step.step == "tell" else set())
        self._expect(clock, WORDS[step.step], f"clock.{WORDS[step.step]}", people, step.at)

    def _expect(
        self, clock: Clock, word: str, kind: str, people: Iterable[int], at: datetime
    ) -> None:
        for user_id in people:
            works_at = self.story.works_at(user_id, at)
            self._told.append(Told(clock.pk, word, user_id, kind, at, works_at))

    def _in_time(self) -> list[tuple[Clock, ClockStep]]:
        """The steps that move a lead, in the order in which they happened to it."""
        clocks = {clock.pk: clock for clock in self.story.clocks}
        moving = [
            (clocks[step.clock_id], step)
            for steps in self.story.steps.values()
            for step in steps
            if step.step not in WORDS
        ]
        return sorted(moving, key=lambda pair: (pair[1].at, pair[1].due_at, pair[1].clock_id))

    def _judge_move(self, clock: Clock, step: ClockStep) -> None:
        """Offered, given to somebody who had not held it, or to the manager; or rightly dropped."""
        story, lead_id = self.story, clock.lead_id
        holder_id, team_id = story.holder(lead_id, step.at)
        manager_id = story.managers[team_id]
        given = story.submitted_at(lead_id, step.at)
        link = story.moved_to(lead_id, step.at) if step.state == "done" else None
        if step.state == "pending" or (step.state == "done") != (link is not None):
            self._fault(clock, f"{step.step} is {step.state}, custody says {link}")
            return
        must = self._must_move(clock, step, given)
        if (step.state == "done") != must:
            self._fault(clock, f"{step.step} is {step.state} ({step.outcome}), which is wrong")
        if link is None:
            return
        held = {
            one.holder_id for one in story.custody[lead_id] if given <= one.since < step.at
        } - {None}  # fmt: skip
        if not self._is_right(clock, step, link.holder_id, manager_id, held, given):
            self._fault(clock, f"{step.step} went to {link.holder_id}, which is wrong")
        self._moves[lead_id, given, step.step] += 1
        people = {holder_id, link.holder_id, story.managers[link.team_id]} - {None}
        self._expect(clock, step.step, "clock.escalated", [p for p in people if p], step.at)

    def _must_move(self, clock: Clock, step: ClockStep, given: datetime) -> bool:
        stage = self.story.stage(clock.lead_id, step.at)
        holder_id, team_id = self.story.holder(clock.lead_id, step.at)
        if stage not in SALES_STAGES or (clock.kind == "first_touch" and stage == "submitted"):
            return False
        if step.step == "offer":
            offered = self._moves[clock.lead_id, given, "offer"]
            return holder_id is not None and stage == "submitted" and not offered
        if step.step == "manager":
            return holder_id != self.story.managers[team_id]
        # Given on by any means; only a manager who holds it keeps it where nobody else is left.
        return holder_id != self.story.managers[team_id] or step.state == "done"

    def _is_right(
        self, clock: Clock, step: ClockStep, to: int | None, manager_id: int,
        held: set[int | None], given: datetime,
    ) -> bool:  # fmt: skip
        if step.step == "offer":
            return to is None
        hops = agreement_version(clock.agreement_id).agreement.hops
        spent = self._moves[clock.lead_id, given, "reassign"] >= hops
        if step.step == "manager" or spent:
            return to == manager_id
        return to == manager_id or to not in held

    def _judge_messages(self) -> None:
        found = Counter(
            Told(
                int(message.data["clock"]), message.key.split("-")[2], message.recipient_id,
                message.kind, message.created_at, message.next_try_at,
            )
            for message in self.story.messages
            if message.kind.startswith("clock.")
        )  # fmt: skip
        expected = Counter(self._told)
        for one in sorted((found - expected).elements())[:20]:
            self.faults.append(f"told, and had not to be: {one}")
        for one in sorted((expected - found).elements())[:20]:
            self.faults.append(f"not told: {one}")
        self.counted["messages"] = found.total()
        for one in found.elements():
            self.counted[f"message {one.kind}"] += 1

    def _fault(self, clock: Clock, sentence: str) -> None:
        self.faults.append(f"{clock} (clock {clock.pk}): {sentence}")


def _near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(milliseconds=1)
