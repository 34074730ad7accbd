"""The ledger: every lead that came in is somewhere, and somebody answers for it.

Three independent proofs. What events say of each stage equals the leads that stand there; what was
handed over was accepted, rejected or waits; and no lead breaks a rule of `ledger_checks`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Q

from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage
from sla.reports.ledger_checks import Broken, broken_rules
from sla.reports.proving import broken_now


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
        lines = _lines(start, end, standing)
        waiting = next(line for line in lines if line.stage is Stage.SUBMITTED)
        still = waiting.closing if waiting.standing is None else waiting.standing
        broken = broken_rules() if anew else broken_now(now=now)
        return Ledger(lines, _flow(start, end, waiting.opening, still), broken)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Several statements see the same instant of the database: without this, a lead that moves
    between two of them would look unaccounted for. Inside a transaction that is up to its owner."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _standing() -> dict[str, int]:
    counted = Lead.objects.values_list("stage").annotate(leads=Count("pk")).order_by("stage")
    return dict(counted)


def _lines(
    start: datetime | None, end: datetime | None, standing: dict[str, int] | None
) -> list[StageLine]:
    came, went = (_changes(side, start, end) for side in ("to_stage", "from_stage"))
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


def _changes(side: str, start: datetime | None, end: datetime | None) -> dict[str, tuple[int, int]]:
    """Changes into (or out of) each stage: before the period and within it."""
    before, within = _period(start, end)
    rows = (
        Event.objects.exclude(from_stage=F("to_stage"))
        .order_by(side)
        .values_list(side)
        .annotate(before=Count("pk", filter=before), within=Count("pk", filter=within))
    )
    return {stage: (earlier, inside) for stage, earlier, inside in rows}


def _flow(start: datetime | None, end: datetime | None, opening: int, waiting: int) -> Flow:
    """Decisions less those taken back: an undo leads the other way between the same stages."""
    _, within = _period(start, end)
    back = Q(action=Action.UNDO)
    leaves = Q(from_stage=Stage.SUBMITTED) & ~Q(to_stage=Stage.SUBMITTED)
    taken = [Stage.ACCEPTED, Stage.WORKING]
    parts = {
        "submitted": Q(to_stage=Stage.SUBMITTED, action=Action.SUBMIT),
        "unsubmitted": leaves & back,
        "accepted": leaves & ~back & Q(to_stage__in=taken),
        "unaccepted": Q(to_stage=Stage.SUBMITTED, from_stage__in=taken) & back,
        "rejected": leaves & ~back & Q(to_stage=Stage.REJECTED),
        "unrejected": Q(to_stage=Stage.SUBMITTED, from_stage=Stage.REJECTED) & back,
        "otherwise": leaves & ~back & ~Q(to_stage__in=[*taken, Stage.REJECTED]),
        "unmerged": Q(to_stage=Stage.SUBMITTED, from_stage=Stage.MERGED) & back,
    }
    counted = Event.objects.filter(
        within, Q(from_stage=Stage.SUBMITTED) | Q(to_stage=Stage.SUBMITTED)
    ).aggregate(**{name: Count("pk", filter=condition) for name, condition in parts.items()})
    return Flow(
        opening,
        counted["submitted"] - counted["unsubmitted"],
        counted["accepted"] - counted["unaccepted"],
        counted["rejected"] - counted["unrejected"],
        counted["otherwise"] - counted["unmerged"],
        waiting,
    )


def _period(start: datetime | None, end: datetime | None) -> tuple[Q, Q]:
    """Conditions on an event: before the period, and within it."""
    before = Q(at__lt=start) if start else Q(pk=None)
    within = (Q(at__gte=start) if start else Q(pk__isnull=False)) & (Q(at__lt=end) if end else Q())
    return before, within
