"""What happened to a past lead, step by step: the actions that living it through takes. Pure.

Facts are taken in the order of their instants, and each takes the shortest way that the table of
stages allows (docs/history.md says why).
"""

from dataclasses import dataclass
from datetime import datetime

from leads.handoff.stages import SALES_STAGES, Action, Stage, row_for
from sla.reports.history.pasts import Outcome, Past

UNTOUCHED = frozenset({Stage.SUBMITTED, Stage.ACCEPTED})


@dataclass(frozen=True)
class Step:
    """One action at its instant, and the stage it led to. What follows from an outcome without an
    instant is not `dated`: it ends clocks, but nobody is judged by when."""

    action: Action
    at: datetime
    to: Stage
    dated: bool = True

    @property
    def is_of_sales(self) -> bool:
        """Done by whoever held the lead, not by marketing or the system."""
        return self.action not in (Action.CAPTURE, Action.SUBMIT)


def steps_of(past: Past) -> list[Step]:
    """The way of a past lead through the stages, in order."""
    begun = min(past.captured_at or past.handed_off_at, past.handed_off_at)
    way = [
        Step(Action.CAPTURE, begun, Stage.CAPTURED),
        Step(Action.SUBMIT, past.handed_off_at, Stage.SUBMITTED),
    ]
    for at, fact in _facts(past):
        for action in _taken_by(fact, way[-1].to):
            row = row_for(action, way[-1].to)
            stage = row.to if row else None
            assert stage is not None, "each way is one of the table"
            way.append(Step(action, at, stage, fact != past.outcome or bool(past.outcome_at)))
    return way


def _facts(past: Past) -> list[tuple[datetime, Action | Outcome]]:
    """What is known to have happened, by instant; at one instant in this order. An outcome without
    an instant is as old as the last thing known."""
    known: list[tuple[datetime, Action | Outcome]] = [
        (at, action)
        for at, action in (
            (past.accepted_at, Action.ACCEPT),
            (past.followed_up_at, Action.TOUCH),
        )
        if at is not None
    ]
    if past.outcome:
        last = max([past.handed_off_at, *(at for at, _ in known)])
        known.append((past.outcome_at or last, past.outcome))
    return sorted(known, key=lambda fact: fact[0])


def _taken_by(fact: Action | Outcome, stage: Stage) -> tuple[Action, ...]:
    """The actions by which a fact shows at a stage; none once the lead has ended."""
    if stage not in SALES_STAGES:
        return ()
    accept = (Action.ACCEPT,) if stage is Stage.SUBMITTED else ()
    match fact:
        case Action.ACCEPT:
            return accept
        case Action.TOUCH:
            return (Action.TOUCH,)
        case Outcome.WON:
            # Nobody wins without having talked; when they did is not known any better.
            touch = (Action.TOUCH,) if stage in UNTOUCHED else ()
            return (*touch, Action.QUALIFY, Action.WIN)
        case Outcome.REJECTED if stage is Stage.SUBMITTED:
            return (Action.REJECT,)
        case _:
            return (*accept, Action.DISQUALIFY)
