"""What may happen to a lead: one table, pure data, and the few questions put to it.

Pages, API, the database's own guard, the exhaustive tests and the diagram in docs/ read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Stage(StrEnum):
    """Where a lead stands in the agreed journey."""

    CAPTURED = "captured"
    NURTURING = "nurturing"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    WORKING = "working"
    OPPORTUNITY = "opportunity"
    RECYCLED = "recycled"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"
    ERASED = "erased"


class Action(StrEnum):
    """What can be done with a lead."""

    CAPTURE = "capture"
    SUBMIT = "submit"
    NURTURE = "nurture"
    ACCEPT = "accept"
    REJECT = "reject"
    TOUCH = "touch"
    QUALIFY = "qualify"
    WIN = "win"
    LOSE = "lose"
    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"
    REASSIGN = "reassign"
    ENTRUST = "entrust"
    DISPUTE = "dispute"
    RULE = "rule"
    SETTLE = "settle"
    ASK = "ask"
    ANSWER = "answer"
    ASK_STATUS = "ask_status"
    REPORT = "report"
    ATTEST = "attest"
    DEBRIEF = "debrief"
    WAIVE = "waive"
    PAUSE = "pause"
    RESUME = "resume"
    REOPEN = "reopen"
    UNDO = "undo"
    MERGE = "merge"
    ERASE = "erase"


class Party(StrEnum):
    """In what capacity somebody acts on one lead."""

    SYSTEM = "system"
    MARKETER = "marketer"
    HOLDER = "holder"
    POOL_MEMBER = "pool member"
    SALES_MANAGER = "sales manager"
    MANAGER = "manager"
    SIDE_MANAGER = "manager of either side"
    MAKER = "maker"
    ADMINISTRATOR = "administrator"


LABELS = {
    Stage.CAPTURED: "Captured",
    Stage.NURTURING: "Nurturing",
    Stage.SUBMITTED: "Waiting for sales",
    Stage.REJECTED: "Sales said no",
    Stage.ACCEPTED: "Accepted",
    Stage.WORKING: "Working",
    Stage.OPPORTUNITY: "Sales-qualified",
    Stage.RECYCLED: "Recycled",
    Stage.WON: "Won",
    Stage.LOST: "Lost",
    Stage.DISQUALIFIED: "Disqualified",
    Stage.MERGED: "Merged",
    Stage.ERASED: "Erased",
}

MARKETING_STAGES = frozenset({Stage.CAPTURED, Stage.NURTURING, Stage.REJECTED, Stage.RECYCLED})
SALES_STAGES = frozenset({Stage.SUBMITTED, Stage.ACCEPTED, Stage.WORKING, Stage.OPPORTUNITY})
PARKED_STAGES = frozenset({Stage.NURTURING, Stage.RECYCLED})
OPEN_STAGES = MARKETING_STAGES | SALES_STAGES
CLOSED_STAGES = frozenset(Stage) - OPEN_STAGES

UNDO_WINDOW = timedelta(minutes=10)
STATUS_PATIENCE = timedelta(days=1)
NURTURE_LIMIT = timedelta(days=90)


@dataclass(frozen=True)
class Row:
    """One line of the table. `to` None keeps the stage; an empty `from_` is "from nothing"."""

    action: Action
    from_: frozenset[Stage]
    to: Stage | None
    by: frozenset[Party]
    new_episode: bool = False


def _row(
    action: Action,
    from_: set[Stage] | frozenset[Stage],
    to: Stage | None,
    *by: Party,
    new_episode: bool = False,
) -> Row:
    return Row(action, frozenset(from_), to, frozenset(by), new_episode)


_S, _A, _P = Stage, Action, Party
_WORKED = {_S.ACCEPTED, _S.WORKING, _S.OPPORTUNITY}
_SELLERS = (_P.HOLDER, _P.POOL_MEMBER, _P.SALES_MANAGER)

TABLE: tuple[Row, ...] = (
    _row(_A.CAPTURE, set(), _S.CAPTURED, _P.SYSTEM, _P.MARKETER),
    _row(_A.SUBMIT, MARKETING_STAGES, _S.SUBMITTED, _P.MARKETER, _P.SYSTEM),
    _row(_A.NURTURE, {_S.CAPTURED, _S.REJECTED, _S.RECYCLED}, _S.NURTURING, _P.MARKETER),
    _row(_A.ACCEPT, {_S.SUBMITTED}, _S.ACCEPTED, *_SELLERS),
    _row(_A.REJECT, {_S.SUBMITTED}, _S.REJECTED, *_SELLERS),
    _row(_A.TOUCH, {_S.SUBMITTED}, _S.WORKING, _P.HOLDER, _P.POOL_MEMBER),
    _row(_A.TOUCH, {_S.ACCEPTED, _S.WORKING}, _S.WORKING, _P.HOLDER),
    _row(_A.TOUCH, {_S.OPPORTUNITY}, _S.OPPORTUNITY, _P.HOLDER),
    _row(_A.QUALIFY, {_S.WORKING}, _S.OPPORTUNITY, _P.HOLDER),
    _row(_A.WIN, {_S.OPPORTUNITY}, _S.WON, _P.HOLDER),
    _row(_A.LOSE, {_S.OPPORTUNITY}, _S.LOST, _P.HOLDER),
    _row(_A.RECYCLE, _WORKED, _S.RECYCLED, _P.HOLDER),
    _row(_A.RECYCLE, {_S.LOST}, _S.RECYCLED, _P.HOLDER),
    _row(_A.DISQUALIFY, MARKETING_STAGES, _S.DISQUALIFIED, _P.MARKETER),
    _row(_A.DISQUALIFY, _WORKED, _S.DISQUALIFIED, _P.HOLDER),
    _row(_A.REASSIGN, SALES_STAGES, None, _P.SALES_MANAGER, _P.SYSTEM),
    # Who answers for it on marketing's side: its holder while it is there, a role while it is not.
    _row(_A.ENTRUST, OPEN_STAGES, None, _P.SYSTEM),
    _row(_A.DISPUTE, {_S.REJECTED}, None, _P.MARKETER),
    # Both sides rule, each once; with the second ruling the system settles the dispute.
    _row(_A.RULE, {_S.REJECTED}, None, _P.SIDE_MANAGER),
    _row(_A.SETTLE, {_S.REJECTED}, None, _P.SYSTEM),
    _row(_A.ASK, SALES_STAGES, None, _P.HOLDER, _P.SALES_MANAGER),
    # The rest of the agreed attempts need not be made: then it may go back as unreachable.
    _row(_A.WAIVE, _WORKED, None, _P.SALES_MANAGER),
    # A lead may have moved on before the reply comes.
    _row(_A.ANSWER, OPEN_STAGES, None, _P.MARKETER),
    # The same the other way round: marketing asks how a lead stands, sales says so.
    _row(_A.ASK_STATUS, SALES_STAGES, None, _P.MARKETER),
    _row(_A.REPORT, SALES_STAGES, None, *_SELLERS),
    # What a criterion asks of a person, told with initials.
    _row(_A.ATTEST, MARKETING_STAGES, None, _P.MARKETER),
    _row(_A.ATTEST, SALES_STAGES, None, _P.MARKETER, _P.HOLDER, _P.SALES_MANAGER),
    _row(_A.DEBRIEF, {_S.WON, _S.LOST}, None, _P.HOLDER, _P.SALES_MANAGER),
    _row(_A.PAUSE, SALES_STAGES, None, _P.HOLDER, _P.SALES_MANAGER, _P.SYSTEM),
    _row(_A.RESUME, SALES_STAGES, None, _P.HOLDER, _P.SALES_MANAGER, _P.SYSTEM),
    _row(
        _A.REOPEN,
        {_S.DISQUALIFIED, _S.WON, _S.LOST},
        _S.CAPTURED,
        _P.MANAGER,
        _P.SYSTEM,
        new_episode=True,
    ),
    _row(
        _A.MERGE,
        OPEN_STAGES | {_S.WON, _S.LOST, _S.DISQUALIFIED},
        _S.MERGED,
        _P.MARKETER,
        _P.MANAGER,
    ),
    # The system takes back what a wrong file brought, while nobody has acted on it.
    _row(_A.ERASE, frozenset(_S) - {_S.ERASED}, _S.ERASED, _P.ADMINISTRATOR, _P.SYSTEM),
)

# Decisions that their maker may take back. A logged touch is a fact and a reassignment is
# answered by another one; an erasure is for good, and a merge is taken back by `unmerge_lead`.
UNDOABLE = frozenset(
    {
        _A.SUBMIT,
        _A.NURTURE,
        _A.ACCEPT,
        _A.REJECT,
        _A.QUALIFY,
        _A.WIN,
        _A.LOSE,
        _A.RECYCLE,
        _A.DISQUALIFY,
    }
)

# What sales does with a lead and what says how it stands; so does whatever takes it from sales.
TELLS_STATUS = frozenset({_A.REPORT, _A.TOUCH, _A.QUALIFY})

# What an event remembers the state before of, so that it can be given back.
REMEMBERED = UNDOABLE | {_A.MERGE}


def row_for(action: Action, stage: Stage | None) -> Row | None:
    """The line that allows `action` at `stage` (None: no lead yet), or None where nothing does."""
    for row in TABLE:
        if row.action == action and (stage in row.from_ if stage else not row.from_):
            return row
    return None


def allowed_changes() -> Iterator[tuple[str, str, str]]:
    """Every (action, old stage, new stage) that may be written, for the guard in the database."""
    for row in TABLE:
        if row.to is None or row.new_episode:
            continue
        for stage in sorted(row.from_):
            if stage != row.to:
                yield row.action, stage, row.to
                if row.action in REMEMBERED:
                    yield Action.UNDO, row.to, stage
