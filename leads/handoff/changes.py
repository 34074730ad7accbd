"""What a change of a lead tells the clocks, and what they answer.

One typed signal, sent inside the transaction of the change, with exactly one receiver: so a lead
cannot move without its clocks, and this side need not know what a clock is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.dispatch import Signal

from leadbridge.people.models import User
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action

lead_changed = Signal()

# What a relief is called, and what it means, on screens.
RELIEFS = {
    "surge": (
        "Surge relief",
        "more leads came in that day than was agreed, so the times of tier 3 hold",
    ),
}


@dataclass(frozen=True)
class Change:
    """One action on one lead, as it is about to be saved.

    `at` is when it happened in the world (a call may be logged later), `now` when it was told.
    `promised_at` is the date of the next step; `undone` the event that an undo takes back.
    `pauses`: all pauses of the lead as they now stand, when this act changed them. `undated`: it
    happened before, nobody knows when, as a file tells of an end: no promise is judged by it, and
    nothing is owed or told because of it.
    """

    lead: Lead
    event: Event
    action: Action
    actor: User | None
    now: datetime
    at: datetime
    from_stage: str
    new_holder: bool
    promised_at: datetime | None = None
    undone_id: int | None = None
    pauses: tuple["PausedTime", ...] | None = None
    undated: bool = False


@dataclass(frozen=True)
class PausedTime:
    """The time that one pause of a lead covers, the kinds of clocks that it stops as was agreed
    when it was made, and by which code the agreement names it."""

    since: datetime
    until: datetime
    kinds: frozenset[str]
    code: str = ""


@dataclass(frozen=True)
class Agenda:
    """The promise that is due next on a lead; `relief`: the easier times that a handover gave."""

    kind: str
    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    relief: str = ""


@dataclass
class Gathering:
    """Many leads that begin in one transaction and that nobody else can know of yet, and some that
    there were already, locked (`known`).

    Whoever listens works in memory: what is kept of it between two changes is its own affair
    (`kept`), and what there is to write is written by `writers`, once the events are.
    """

    kept: dict[str, object] = field(default_factory=dict)
    writers: list[Callable[[], None]] = field(default_factory=list)
    known: list[Lead] = field(default_factory=list)

    def write(self) -> None:
        """Write all that was put off. In the transaction of the changes, after their events."""
        for writer in self.writers:
            writer()


def announce(change: Change, gathering: Gathering | None = None) -> Agenda | None:
    """Tell the clocks and take their answer; raises where nobody, or more than one, listens."""
    [(_, agenda)] = lead_changed.send(sender=Lead, change=change, gathering=gathering)
    if agenda is not None and not isinstance(agenda, Agenda):
        raise TypeError("the receiver of lead_changed must answer with an Agenda or None")
    return agenda
