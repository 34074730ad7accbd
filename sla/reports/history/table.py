"""Reading a file of past handoffs: by the reader of imports, row by row, each by its columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadbridge.kernel.errors import DomainError
from leads.intake.importing.reading import table_at, unreadable


@dataclass(frozen=True)
class Table:
    """A file whose header was read. `note` says what had to be guessed, for the person."""

    path: Path
    header: list[str]
    note: str = ""

    def rows(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Each row with its number, the header being row 1: its cells by column, or why it cannot
        be read. Rows without any content are passed over."""
        with table_at(self.path) as table:
            for row in table.rows():
                cells = dict(zip(self.header, row.cells, strict=False))
                yield row.number, row.fault or cells


def open_table(path: Path) -> Table:
    """Find out how a file is written and read its header; DomainError where it is no table, or
    where a column could be meant for two."""
    with table_at(path) as table:
        twice = table.found.repeated
        if twice:
            raise _twice(", ".join(sorted(twice)))
        return Table(path, table.header, table.note)


def _twice(names: str) -> DomainError:
    return unreadable(f"has the column {names} more than once; rename one of them")
