"""Putting the rows of a file where every worker can read them: streamed, with COPY."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import restored
from leadbridge.people.models import User
from leads.intake.importing.mapping import LeadMapping
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.reading import Row, Table, open_table

_CHUNK = 1 << 20
# What a file of refused rows bears beside its own columns.
OURS = ("row", "field", "reason")
MOST_ROWS = 5_000_000
_COPY = "COPY leads_importrow (file_id, number, cells, size, fault) FROM STDIN"


def digest_of(file: BinaryIO) -> str:
    """What tells one file from every other."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def stage_file(
    *,
    file: BinaryIO,
    name: str,
    marketer: User,
    now: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> Import:
    """Keep all rows of a file; DomainError `unreadable` where it is no table, and nothing is kept.

    All or nothing: a run that dies in between leaves no half file.
    """
    digest = digest_of(file)
    table = open_table(file)
    with transaction.atomic():
        staged = Import.objects.create(
            name=name[:200],
            digest=digest,
            header=_own_header(table.header),
            note=table.note,
            marketer=marketer,
            asked_at=now,
        )
        staged.total = _copy(staged, table, progress)
        if not staged.total:
            raise DomainError(
                "unreadable", "The file has a header and no rows under it.", field="file"
            )
        staged.save(update_fields=["total"])
    return staged


def _copy(staged: Import, table: Table, progress: Callable[[int], object]) -> int:
    rows = table.rows()
    if len(staged.header) < len(table.header):
        rows = _came_back(rows, len(staged.header))
    stream = _Stream(_lines(staged.pk, rows, progress))
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, stream, size=65_536)
    return stream.count


def _own_header(header: Sequence[str]) -> list[str]:
    """A file of refused rows that comes back mended: what we had added is no column of its own."""
    ours = tuple(name.split(" (")[0] for name in header[-len(OURS) :])
    return list(header[: -len(OURS)] if ours == OURS and len(header) > len(OURS) else header)


def _came_back(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for row in rows:
        yield replace(row, cells=[restored(cell) for cell in row.cells[:width]])


def _lines(import_id: int, rows: Iterator[Row], progress: Callable[[int], object]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise DomainError(
                "unreadable", f"The file has more than {MOST_ROWS:,} rows; cut it.", field="file"
            )
        cells = json.dumps(row.cells)
        fault = row.fault
        progress(1)
        yield (f"{import_id}\t{row.number}\t{_escaped(cells)}\t{len(cells)}\t{_escaped(fault)}\n")


def _escaped(text: str) -> str:
    """Text as COPY takes it. JSON writes control characters as escapes, so only the backslash is
    left; a reason holds none."""
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")


class _Stream(io.RawIOBase):
    """Lines as a file that is read once, never held as a whole."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._left = lines, b""
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self._left], len(self._left)
        while length < max(size, 1):
            line = next(self._lines, None)
            if line is None:
                break
            self.count += 1
            parts.append(line.encode())
            length += len(parts[-1])
        whole = b"".join(parts)
        self._left = whole[size:]
        return whole[:size]


def cells_of(row: ImportRow) -> list[str]:
    """The cells as they came; none where they were let go."""
    found = json.loads(row.cells) if row.cells else []
    return [str(cell) for cell in found]


def require_columns(mapping: LeadMapping, header: Sequence[str]) -> None:
    """DomainError `unreadable` where a mapping names columns that the file does not have."""
    missing = mapping.missing_in(header)
    if missing:
        named = ", ".join(f"“{name[:60]}”" for name in missing)
        there = ", ".join(f"“{name[:60]}”" for name in header[:30])
        raise DomainError("unreadable", f"The file has no column {named}. It has: {there}.")
