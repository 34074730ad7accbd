"""A past told in two files: what a second table knows of a row is laid beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leadbridge.kernel.errors import DomainError
from sla.reports.history.table import Table, open_table


class Rows(Protocol):
    """What an import reads from: one table, or two that were joined."""

    @property
    def header(self) -> list[str]:
        """The columns that rows may have."""

    def rows(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Each row with its number: its cells by column, or why it cannot be read."""


@dataclass(frozen=True)
class Join:
    """The second file, seen from the first, and the column by which rows belong together."""

    file: str
    on: str


@dataclass(frozen=True)
class Joined:
    """Rows of the first table, each with the cells of the second that bear its key. The second is
    held in memory: it is the shorter one, such as the deals among all leads."""

    table: Table
    on: str
    header: list[str]
    beside: Mapping[str, dict[str, str]]

    def rows(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Every row of the first table once, whether the second knows of it or not."""
        for number, cells in self.table.rows():
            if isinstance(cells, str):
                yield number, cells
            else:
                yield number, {**self.beside.get(cells.get(self.on, "").strip(), {}), **cells}


def joined(table: Table, join: Join) -> Joined:
    """The two tables as one; DomainError `unreadable` where they do not fit together."""
    other = open_table(_beside(table.path, join.file))
    for part in (table, other):
        if join.on not in part.header:
            raise _unfit(f"{part.path.name} has no column “{join.on}” to join by")
    twice = sorted((set(table.header) & set(other.header)) - {join.on})
    if twice:
        raise _unfit(
            f"both {table.path.name} and {other.path.name} have the column {', '.join(twice)}; "
            "rename it in one of them"
        )
    header = [*table.header, *(name for name in other.header if name != join.on)]
    return Joined(table, join.on, header, _by_key(other, join.on))


def _by_key(other: Table, on: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for number, cells in other.rows():
        if isinstance(cells, str):
            raise _unfit(f"row {number} of {other.path.name}: {cells}")
        key = cells.get(on, "").strip()
        if key in found:
            raise _unfit(f"row {number} of {other.path.name} names “{key[:40]}” a second time")
        if key:
            found[key] = cells
    return found


def _beside(path: Path, name: str) -> Path:
    """The second file lies where the first one does, unless it is named in full."""
    return path.parent / name


def _unfit(why: str) -> DomainError:
    return DomainError("unreadable", f"The files cannot be joined: {why}.")
