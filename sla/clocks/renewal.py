"""What becomes of one running clock when a newer agreement is to count for it too. Pure.

It is reckoned from where it began, by the target, the pauses and the ladder of the new version, and
goes on by the hours it has. A step that was taken is not taken twice; one that the new version has
for a time that is gone is dropped. What an outage left of a promise stays what was left of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from leads.handoff.changes import PausedTime
from sla.agreement.attempts import AttemptPlan
from sla.agreement.ladder import TELL
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar
from sla.clocks.kinds import KINDS, DueBy, Kind
from sla.clocks.moving import Moved, Shifted, Standing, as_written, settled, unmoved
from sla.clocks.reckoning import Grounds, reckon
from sla.clocks.repausing import stopped_by
from sla.clocks.spans import step_times


class Facts(NamedTuple):
    """What an agreement asks of a clock and its lead. `climbed`: steps it has come to already;
    `climbs`: it has a ladder, which a clock of a past has not; `restarted`: after an outage."""

    kind: str
    tier: int | None
    source: str
    team: str
    grounds: Grounds
    paused: Sequence[PausedTime]
    climbed: frozenset[str]
    climbs: bool
    restarted: bool


def stays(kind: Kind, number: int | None, plan: AttemptPlan, *, restarted: bool) -> bool:
    """Is this clock left where it is? So is what an outage left of a promise, and an attempt that
    is no longer agreed."""
    return restarted or (kind.due_by is DueBy.PLAN and not (number is not None and plan.on))


def renew(
    clock: Standing,
    facts: Facts,
    *,
    agreement: Agreement,
    calendar: BusinessCalendar,
    now: datetime,
) -> Moved:
    """The clock as this agreement has it. DomainError `no_working_time` where its calendar has no
    time left for it."""
    kind, plan = KINDS[facts.kind], agreement.attempts_for(facts.tier)
    if stays(kind, facts.grounds.number, plan, restarted=facts.restarted):
        return unmoved(clock)
    agreed = agreement.target_for(
        kind=facts.kind, tier=facts.tier, source=facts.source, team=facts.team
    )
    pauses = stopped_by(facts.paused, facts.kind, agreement) if facts.paused else []
    target, span = reckon(
        kind, facts.grounds, target=agreed, plan=plan, calendar=calendar, pauses=pauses
    )
    late_no_longer = clock.is_late(now) and not span.due_at < now
    ladder = agreement.ladder_for(facts.kind, facts.tier) if facts.climbs else ()
    times = step_times(ladder, span, target.amount, calendar)
    was_at = dict(zip(clock.steps, clock.step_times, strict=True))
    steps = [
        Shifted(step.do, was_at.get(step.do), at)
        for step, at in zip(ladder, times, strict=True)
        # A miss that is none any more may be missed again; nobody hears of it twice.
        if step.do not in facts.climbed or (step.do == TELL and late_no_longer)
    ]
    written = as_written(pauses) if span.counted else []
    return settled(clock, span, steps, now=now, share=target.at_risk_share, pauses=written)
