"""The table of stages as people read it: a diagram and a list; `manage.py stages` prints both."""

from collections.abc import Iterator

from leads.handoff.stages import (
    CLOSED_STAGES,
    LABELS,
    MARKETING_STAGES,
    SALES_STAGES,
    TABLE,
    UNDOABLE,
    Action,
    Row,
    Stage,
)

# They lead away from nearly every stage, or leave nearly every stage as it is; drawn, they would
# hide the rest.
_NOT_DRAWN = (
    Action.MERGE,
    Action.ERASE,
    Action.ASK,
    Action.ANSWER,
    Action.ASK_STATUS,
    Action.REPORT,
    Action.ATTEST,
    Action.PAUSE,
    Action.RESUME,
)


def diagram() -> str:
    """All changes of stage as a mermaid state diagram; who holds the lead shows in its frame."""
    lines = ["stateDiagram-v2"]
    for name, stages in (("Marketing", MARKETING_STAGES), ("Sales", SALES_STAGES)):
        inside = [f"        {stage}: {LABELS[stage]}" for stage in Stage if stage in stages]
        lines += [f"    state {name} {{", *inside, "    }"]
    lines += [
        f"    {stage}: {LABELS[stage]}"
        for stage in Stage
        if stage in CLOSED_STAGES and stage not in (Stage.MERGED, Stage.ERASED)
    ]
    return "\n".join([*lines, *_arrows()])


def _arrows() -> Iterator[str]:
    for row in TABLE:
        if row.action in _NOT_DRAWN:
            continue
        if not row.from_:
            yield f"    [*] --> {row.to}: {row.action}"
        for stage in (stage for stage in Stage if stage in row.from_):
            new = " (new episode)" if row.new_episode else ""
            yield f"    {stage} --> {row.to or stage}: {row.action}{new}"


def actions_table() -> str:
    """Every line of the table as a line of Markdown."""
    lines = [
        "| action | from | to | by | can be taken back |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(row) for row in TABLE)])


def _line(row: Row) -> str:
    from_ = ", ".join(stage for stage in Stage if stage in row.from_) or "–"
    to = (row.to or "same") + (", as a new episode" if row.new_episode else "")
    undo = "yes" if row.action in UNDOABLE else "no"
    return f"| {row.action} | {from_} | {to} | {', '.join(sorted(row.by))} | {undo} |"
