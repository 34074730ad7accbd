"""Which row names the columns, and a name for each: pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+\-]?[\d\s.,:/()-]*\d[\d\s.,:/()-]*")
LONGEST_NAME = 200


@dataclass(frozen=True)
class Header:
    """The columns by names of their own; `row` is the number of the row that named them, 0 where
    none did. `repeated` are names that the file bears more than once."""

    names: tuple[str, ...]
    row: int
    note: str = ""
    repeated: tuple[str, ...] = ()


def find_header(first: Sequence[tuple[int, Sequence[str]]]) -> Header | None:
    """The header among the first rows (number and cells); None where there is no content.

    Titles above the table are passed over: rows with one cell where the table has several. A row
    that holds an address, or nothing but numbers, is no header but a lead.
    """
    filled = [(number, list(cells)) for number, cells in first if any(c.strip() for c in cells)]
    if not filled:
        return None
    widest = max(sum(bool(cell.strip()) for cell in cells) for _, cells in filled)
    skipped = 0
    while widest >= 3 and skipped < len(filled) - 1 and _is_title(filled[skipped][1]):
        skipped += 1
    number, cells = filled[skipped]
    above = f"Rows above row {number} were passed over" if skipped else ""
    if _is_lead(cells):
        width = max(len(cells) for _, cells in filled)
        names = tuple(f"Column {n}" for n in range(1, width + 1))
        return Header(names, number - 1, "No row names the columns: they are numbered")
    return _named(cells, number, above)


def _is_title(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) == 1


def _is_lead(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if any(_ADDRESS.fullmatch(cell) for cell in filled):
        return True
    return len(filled) > 1 and all(_NUMBER.fullmatch(cell) for cell in filled)


def _named(cells: Sequence[str], number: int, note: str) -> Header:
    """Each column by its name; a second one of the same name is numbered, a blank one too."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    names: list[str] = []
    repeated: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\ufeff", "").split())[:LONGEST_NAME]
        if name in names:
            repeated.append(name)
        names.append(_free(name or f"Column {position}", names))
    notes = [note]
    if repeated:
        said = ", ".join(f"“{name[:60]}”" for name in dict.fromkeys(repeated))
        notes.append(f"More than one column is called {said}: the later ones are numbered")
    return Header(
        tuple(names), number, ". ".join(filter(None, notes)), tuple(dict.fromkeys(repeated))
    )


def _free(name: str, taken: Sequence[str]) -> str:
    return next(
        tried
        for tried in (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3)))
        if tried not in taken
    )
