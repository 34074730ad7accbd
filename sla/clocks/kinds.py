"""Which clock an action starts, stops or makes void: one table, pure data.

Adding a clock is adding a row. An action that ends a lead ends whatever still runs on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leads.handoff.stages import TELLS_STATUS, Action, Stage

NOBODY: frozenset[Action] = frozenset()


class Side(StrEnum):
    """Whose promise it is."""

    MARKETING = "marketing"
    SALES = "sales"
    BOTH = "both"


class DueBy(StrEnum):
    """From what a due instant is made."""

    TARGET = "target"  # the agreed working time from the start
    PROMISE = "promise"  # the date that was promised, bounded by the agreed time
    PARK = "park"  # the date until which the lead is parked, plus the agreed time
    PLAN = "plan"  # the agreed day of the next attempt, counted from the first


@dataclass(frozen=True)
class Kind:
    """One kind of promise. `restarts_in`: a new holder gets a clock of their own at this stage.

    `only_from` narrows an action that starts the kind to the stages it must come from.
    `aside`: owed beside the way of a lead, so it is never what is due next on it. `outlives`: it
    runs on when the lead has ended.
    """

    name: str
    label: str
    side: Side
    starts: frozenset[Action]
    stops: frozenset[Action]
    only_from: Mapping[Action, frozenset[Stage]] = field(default_factory=dict)
    voids: frozenset[Action] = NOBODY
    due_by: DueBy = DueBy.TARGET
    restarts_in: Stage | None = None
    void_when_automatic: bool = False
    aside: bool = False
    outlives: bool = False


_MARKETING_ACTS = frozenset({Action.SUBMIT, Action.NURTURE, Action.DISQUALIFY})
_ENDS = frozenset({Action.WIN, Action.LOSE, Action.RECYCLE, Action.DISQUALIFY})

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "triage",
            "Triage",
            Side.MARKETING,
            starts=frozenset({Action.CAPTURE}),
            stops=_MARKETING_ACTS,
            # What the system hands over in the same moment was nobody's promise: counting it as
            # met would flatter marketing.
            void_when_automatic=True,
        ),
        Kind(
            "accept",
            "Accept",
            Side.SALES,
            starts=frozenset({Action.SUBMIT}),
            stops=frozenset({Action.ACCEPT, Action.REJECT, Action.TOUCH}),
            voids=frozenset({Action.REASSIGN}),
            restarts_in=Stage.SUBMITTED,
        ),
        Kind(
            "first_touch",
            "First touch",
            Side.SALES,
            starts=frozenset({Action.SUBMIT}),
            stops=frozenset({Action.TOUCH}),
            voids=frozenset({Action.REJECT, Action.RECYCLE, Action.DISQUALIFY}),
        ),
        Kind(
            "attempts",
            "Next attempt",
            Side.SALES,
            starts=frozenset({Action.TOUCH}),
            stops=frozenset({Action.TOUCH, Action.QUALIFY}),
            voids=frozenset({Action.RECYCLE, Action.DISQUALIFY}),
            due_by=DueBy.PLAN,
        ),
        Kind(
            "next_step",
            "Next step",
            Side.SALES,
            starts=frozenset({Action.TOUCH}),
            stops=frozenset({Action.TOUCH}) | _ENDS,
            due_by=DueBy.PROMISE,
        ),
        Kind(
            "decision",
            "Decision",
            Side.SALES,
            starts=frozenset({Action.ACCEPT, Action.TOUCH}),
            only_from={Action.TOUCH: frozenset({Stage.SUBMITTED})},
            stops=frozenset({Action.QUALIFY, Action.RECYCLE, Action.DISQUALIFY}),
        ),
        Kind(
            "rework",
            "Rework",
            Side.MARKETING,
            # A settled dispute leaves marketing to act on what was ruled.
            starts=frozenset({Action.REJECT, Action.SETTLE}),
            stops=_MARKETING_ACTS | {Action.DISPUTE},
        ),
        Kind(
            "ruling",
            "Ruling",
            Side.BOTH,
            starts=frozenset({Action.DISPUTE}),
            stops=_MARKETING_ACTS | {Action.SETTLE},
        ),
        Kind(
            "review",
            "Review",
            Side.MARKETING,
            starts=frozenset({Action.NURTURE, Action.RECYCLE}),
            stops=_MARKETING_ACTS,
            due_by=DueBy.PARK,
        ),
        Kind(
            "answer",
            "Answer",
            Side.MARKETING,
            # Further questions do not move it: it runs from the oldest that is open.
            starts=frozenset({Action.ASK}),
            stops=frozenset({Action.ANSWER}),
            aside=True,
        ),
        Kind(
            "status",
            "Status",
            Side.SALES,
            starts=frozenset({Action.ASK_STATUS}),
            stops=TELLS_STATUS | _ENDS | {Action.REJECT},
            aside=True,
        ),
        Kind(
            "debrief",
            "Debrief",
            Side.SALES,
            starts=frozenset({Action.WIN, Action.LOSE}),
            stops=frozenset({Action.DEBRIEF}),
            voids=frozenset({Action.RECYCLE, Action.MERGE, Action.ERASE}),
            aside=True,
            outlives=True,
        ),
    )
}
