"""The ledger: every lead that came in is somewhere, and somebody answers for it.

Three independent proofs. What events say of each stage equals the leads that stand there; what was
handed over was accepted, rejected or waits; and no lead breaks a rule of `ledger_checks`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Q

from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage
from sla.reports.ledger_checks import Broken, broken_rules
from sla.reports.proving import broken_now
from sla.reports.rollups.stages import Move, moves_ever

_Moves = Mapping[Move, tuple[int, int]]


@dataclass(frozen=True)
class StageLine:
    """Opening + came − went = closing, as events tell it; `standing` is how many leads stand there
    now, None where the period ended before."""

    stage: Stage
    opening: int
    came: int
    went: int
    standing: int | None

    @property
    def closing(self) -> int:
        """How many should stand there at the end of the period."""
        return self.opening + self.came - self.went

    @property
    def difference(self) -> int:
        """How many the events and the leads disagree by."""
        return 0 if self.standing is None else self.closing - self.standing


@dataclass(frozen=True)
class Flow:
    """Handovers of the period and what became of them. `opening` waited before it began."""

    opening: int
    submitted: int
    accepted: int
    rejected: int
    otherwise: int
    waiting: int

    @property
    def difference(self) -> int:
        """Handed over and neither accepted, rejected, otherwise ended nor waiting."""
        answered = self.accepted + self.rejected + self.otherwise
        return self.opening + self.submitted - answered - self.waiting


@dataclass(frozen=True)
class Ledger:
    """The proof; `unaccounted` must be 0."""

    lines: list[StageLine]
    flow: Flow
    broken: list[Broken]

    @property
    def unaccounted(self) -> int:
        """Everything that does not add up, each difference and each broken rule counted."""
        differences = [line.difference for line in self.lines] + [self.flow.difference]
        return sum(map(abs, differences)) + sum(rule.count for rule in self.broken)


def ledger(
    *,
    now: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
    anew: bool = True,
) -> Ledger:
    """The ledger of the period `[start, end)`; without one, of all time up to now. Not `anew`: from
    what was proved last (see `proving`)."""
    with one_snapshot():
        standing = None if end is not None and end <= now else _standing()
        whole = start is None and end is None and not anew
        moves = _kept_moves() if whole else _moves(start, end)
        lines = _lines(moves, standing)
        waiting = next(line for line in lines if line.stage is Stage.SUBMITTED)
        still = waiting.closing if waiting.standing is None else waiting.standing
        broken = broken_rules() if anew else broken_now(now=now)
        return Ledger(lines, _flow(moves, waiting.opening, still), broken)


# Figures look few rows up among millions, in memory or on a disk without arms: told so, PostgreSQL
# does not read a whole table instead. Compiling a statement would take longer than running it.
_SNAPSHOT = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL random_page_cost = 1.1;
SET LOCAL jit = off
"""


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Several statements see the same instant of the database: without this, a lead that moves
    between two of them would look unaccounted for. Inside a transaction that is up to its owner."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
        yield


def _standing() -> dict[str, int]:
    counted = Lead.objects.values_list("stage").annotate(leads=Count("pk")).order_by("stage")
    return dict(counted)


def _lines(moves: _Moves, standing: dict[str, int] | None) -> list[StageLine]:
    came, went = _changes(moves, 1), _changes(moves, 0)
    nothing = (0, 0)
    lines = []
    for stage in Stage:
        (came_before, came_within), (went_before, went_within) = (
            came.get(stage, nothing),
            went.get(stage, nothing),
        )
        lines.append(
            StageLine(
                stage,
                came_before - went_before,
                came_within,
                went_within,
                None if standing is None else standing.get(stage, 0),
            )
        )
    return lines


def _changes(moves: _Moves, end: int) -> dict[str, tuple[int, int]]:
    """Changes out of each stage (`end` 0) or into it (1): before the period and within it."""
    found: dict[str, tuple[int, int]] = {}
    for move, (before, within) in moves.items():
        if move[0] != move[1]:
            earlier, inside = found.get(move[end], (0, 0))
            found[move[end]] = (earlier + before, inside + within)
    return found


def _moves(start: datetime | None, end: datetime | None) -> _Moves:
    """How many events led from where to where by what, before the period and within it."""
    before = Q(at__lt=start) if start else Q(pk=None)
    within = (Q(at__gte=start) if start else Q(pk__isnull=False)) & (Q(at__lt=end) if end else Q())
    by = ("from_stage", "to_stage", "action")
    rows = Event.objects.order_by().values_list(*by)
    counted = rows.annotate(before=Count("pk", filter=before), within=Count("pk", filter=within))
    return {(was, becomes, action): (a, b) for was, becomes, action, a, b in counted}


def _kept_moves() -> _Moves:
    """The same of all time, from what is kept."""
    return {move: (0, events) for move, events in moves_ever().items()}


def _flow(moves: _Moves, opening: int, waiting: int) -> Flow:
    """Decisions less those taken back: an undo leads the other way between the same stages."""
    counted = Counter[str]()
    for (was, becomes, action), (_, within) in moves.items():
        if part := _part(was, becomes, action):
            name, sign = part
            counted[name] += sign * within
    return Flow(
        opening,
        counted["submitted"],
        counted["accepted"],
        counted["rejected"],
        counted["otherwise"],
        waiting,
    )


def _part(was: str, becomes: str, action: str) -> tuple[str, int] | None:
    """Of what in the flow a move is a part, and which way."""
    back, waits = action == Action.UNDO, Stage.SUBMITTED
    if becomes == waits:
        if action == Action.SUBMIT:
            return "submitted", 1
        return (_ANSWERS[was], -1) if back and was in _ANSWERS else None
    if was != waits:
        return None
    return ("submitted", -1) if back else (_ANSWERS.get(becomes, "otherwise"), 1)


# What a lead that waited became, and what an undo leads it back from.
_ANSWERS: dict[str, str] = {
    Stage.ACCEPTED: "accepted",
    Stage.WORKING: "accepted",
    Stage.REJECTED: "rejected",
    Stage.MERGED: "otherwise",
}
