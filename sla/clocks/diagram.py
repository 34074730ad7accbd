"""The table of clock kinds as people read it. Pure; `manage.py stages` prints it."""

from collections.abc import Iterable

from leads.handoff.stages import Action
from sla.clocks.kinds import KINDS, DueBy, Kind

_DUE = {
    DueBy.TARGET: "the agreed time after the start",
    DueBy.PROMISE: "the promised date, at most the agreed time after the start",
    DueBy.PARK: "the agreed time after the park ends",
    DueBy.PLAN: "the agreed time of that attempt after the first, while nobody was reached",
}


def kinds_table() -> str:
    """Every kind of clock as a line of Markdown."""
    lines = [
        "| clock | side | starts with | is met by | is void after | is due |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(kind) for kind in KINDS.values())])


def _line(kind: Kind) -> str:
    starts = ", ".join(_starting(kind, action) for action in Action if action in kind.starts)
    if kind.restarts_in:
        starts += f"; again for each new holder of a lead that is {kind.restarts_in}"
    void = _names(kind.voids)
    if kind.void_when_automatic:
        void = "; ".join(filter(None, [void, "the same by the system"]))
    met = _names(kind.stops)
    return f"| {kind.name} | {kind.side} | {starts} | {met} | {void or '–'} | {_DUE[kind.due_by]} |"


def _starting(kind: Kind, action: Action) -> str:
    stages = sorted(kind.only_from.get(action, ()))
    return f"{action} on a lead that is {' or '.join(stages)}" if stages else str(action)


def _names(actions: Iterable[Action]) -> str:
    named = set(actions)
    return ", ".join(action for action in Action if action in named)
