"""Judging a past without a database: the same table of clocks, the same spans, nothing written."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from leadbridge.people.models import User
from leads.handoff.changes import Change
from leads.handoff.models import Event, Lead
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar
from sla.clocks.engine import plan
from sla.clocks.kinds import KINDS, DueBy
from sla.clocks.spans import span_of
from sla.reports.attainment import Score
from sla.reports.history.pasts import Past
from sla.reports.history.steps import Step, steps_of


@dataclass
class Promise:
    """A clock of a past, as it would have run."""

    kind: str
    due_at: datetime
    stopped_at: datetime | None = None
    void: bool = False


def promises_of(past: Past, agreement: Agreement, calendar: BusinessCalendar) -> list[Promise]:
    """All clocks that would have run on a past lead."""
    lead = Lead()
    made: list[Promise] = []
    stage = ""
    for step in steps_of(past):
        lead.stage = step.to
        running = {p.kind: p for p in made if not (p.stopped_at or p.void)}
        planned = plan(_change(lead, step, past, stage), running)
        for kind in planned.stops:
            running[kind].stopped_at, running[kind].void = step.at, not step.dated
        for kind in planned.voids:
            # As in the engine: what was due and not done stays a miss.
            late = step.at > running[kind].due_at
            running[kind].stopped_at = step.at if late else None
            running[kind].void = not (late and step.dated)
        for kind in planned.starts:
            if KINDS[kind].aside or KINDS[kind].due_by is DueBy.PLAN:
                # As in the engine: a past owes no answers and no debriefs, and a follow-up of it
                # is taken to have reached the person.
                continue
            target = agreement.target_for(kind=kind, source=past.source)
            made.append(Promise(kind, span_of(target, calendar, start=step.at).due_at))
        stage = step.to
    return made


class Audit:
    """Counts promises by kind as they come; `now` decides which of the open ones are due."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}

    def add(self, promises: Iterable[Promise]) -> None:
        """Count the promises of one more lead."""
        for promise in promises:
            if promise.void or (promise.stopped_at is None and promise.due_at >= self.now):
                continue
            counts = self.counts[promise.kind]
            counts["due"] += 1
            if promise.stopped_at is None:
                counts["missed_open"] += 1
            else:
                counts["met" if promise.stopped_at <= promise.due_at else "met_late"] += 1

    def scores(self) -> Iterator[tuple[str, Score]]:
        """What became of each kind of promise, in the order of the table."""
        for kind, counts in self.counts.items():
            yield kind, Score(**counts)


def _change(lead: Lead, step: Step, past: Past, from_stage: str) -> Change:
    return Change(
        lead=lead,
        event=_EVENT,
        action=step.action,
        actor=None if past.captured_at is None and not step.is_of_sales else _SOMEBODY,
        now=step.at,
        at=step.at,
        from_stage=from_stage,
        new_holder=False,
    )


# `plan` asks only whether somebody acted; who it was is no matter for a promise.
_SOMEBODY, _EVENT = User(), Event()
