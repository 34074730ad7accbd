"""An import as its page shows it: words and figures, nothing reckoned anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadbridge.kernel.time import local
from leadbridge.people.http import zone_of
from leadbridge.people.models import User
from leads.definition.fields import every_field
from leads.intake.importing.alone import reader_of
from leads.intake.importing.mapping import ATTRIBUTE, FIELDS
from leads.intake.importing.models import Import
from leads.intake.importing.refusals import Refused
from leads.intake.importing.sampling import first_rows
from leads.intake.importing.undoing import why_not_undone

State = Import.State
TONES = {
    State.DONE: "ok", State.FAILED: "late", State.WAITING: "risk", State.RUNNING: "risk",
    State.CHECKING: "risk", State.UNDOING: "risk",
}  # fmt: skip
# What each count means, before and after.
COUNTS = (
    ("created", "New leads", "made", "ok"),
    ("joined", "Join an open lead", "a further act of somebody known", ""),
    ("updated", "Add to a lead", "known by its id", ""),
    ("unchanged", "Known already", "change nothing", ""),
    ("waiting", "Wait for their lead", "tell how one ended that is not here yet", ""),
    ("refused", "Not taken", "kept in the quarantine, with the reason", "late"),
)  # fmt: skip
PREVIEWED = 8


@dataclass(frozen=True)
class Previewed:
    """One of the first rows as it would be taken, or why not."""

    cells: tuple[str, ...]
    refused: str


def headline(file: Import, user: User) -> dict[str, Any]:
    """What every mention of an import says."""
    asked = local(file.asked_at, zone_of(user))
    return {
        "file": file,
        "href": f"/import/{file.pk}/",
        "state": file.get_state_display(),
        "tone": TONES.get(State(file.state), ""),
        "asked": f"{file.marketer}, {asked:%-d %B %Y %H:%M}",
        "figures": " · ".join(_said(file)) or f"{file.total:,} rows",
    }


def _said(file: Import) -> list[str]:
    if file.state in (State.STAGED, State.CHECKING, State.CHECKED):
        return []
    words = {"created": "new", "joined": "joined", "updated": "added to", "unchanged": "known",
             "waiting": "waiting", "refused": "not taken"}  # fmt: skip
    return [f"{n:,} {said}" for name, said in words.items() if (n := getattr(file, name))]


def import_screen(file: Import, user: User) -> dict[str, Any]:
    """Everything that the page and its live part show."""
    told = file.checked if file.state in (State.CHECKED, State.CHECKING) else vars(file)
    done = told.get("done", file.done) if file.state == State.CHECKING else file.done
    share = 100 * done // file.total if file.total else 100
    return headline(file, user) | {
        "stats": [
            {"label": label, "value": f"{told.get(name, 0):,}", "note": note, "tone": tone}
            for name, label, note, tone in COUNTS
            if name in ("created", "refused") or told.get(name)
        ],
        "progress": f"{done:,} of {file.total:,} rows",
        "parts": [{"start": 0, "share": share, "tone": "accent"}],
        "reasons": file.checked.get("reasons", []) if file.state == State.CHECKED else [],
        "changes": sum(file.checked.get(name, 0) for name in ("created", "updated", "joined",
                                                              "waiting")),
        "bars_undo": why_not_undone(file) if file.state == State.DONE else "",
    }  # fmt: skip


def preview(file: Import) -> tuple[list[str], list[Previewed]]:
    """The first rows, field by field, as they would be taken."""
    reader, own = reader_of(file, file.asked_at), every_field()
    order = {name: place for place, name in enumerate(FIELDS)}
    names = sorted(reader.mapping.fields, key=lambda name: order.get(name, len(order)))
    labels = [_label(name, own) for name in names]
    return labels, [_previewed(reader, names, cells) for cells in first_rows(file)[:PREVIEWED]]


def _label(name: str, own: Any) -> str:
    key = name.removeprefix(ATTRIBUTE)
    if name == key:
        return FIELDS[name]
    return own[key].label if key in own else key


def _previewed(reader: Any, names: Sequence[str], cells: Sequence[str]) -> Previewed:
    told = reader.told(cells)
    try:
        packet, refused = reader.read(cells).packet, ""
    except Refused as error:
        packet, refused = None, str(error)
    shown = []
    for name in names:
        value = getattr(packet, name, None) if packet is not None else None
        text = value if isinstance(value, str) and value else told.get(name.split(".")[-1], "")
        shown.append(str(text)[:80])
    return Previewed(tuple(shown), refused)
