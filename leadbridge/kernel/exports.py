"""CSV that leaves the house: one way for every file, safe to be opened in a spreadsheet.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, which shows as the
text that it is; what was typed is kept as typed everywhere else. `restored` takes it off again
where a file of ours comes back.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO, cast

from django.http import HttpResponse, StreamingHttpResponse

from leadbridge.kernel.errors import DomainError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
GUARD = "'"


def neutral(value: object) -> str:
    """A value as a cell that no spreadsheet executes."""
    text = "" if value is None else str(value)
    bare = text.lstrip(
        GUARD
    )  # what already bears an apostrophe gets one more, to come back as it was
    if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return GUARD + text
    return text


def restored(cell: str) -> str:
    """What `neutral` was given."""
    if cell.startswith(GUARD) and cell.lstrip(GUARD).startswith(_FORMULA):
        return cell[1:]
    return cell


def write_csv(file: TextIO, rows: Iterable[Sequence[object]]) -> None:
    """Write rows to a file that was opened with `newline=""`."""
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([neutral(value) for value in row])


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Rows as a download, row by row. The mark at its start tells spreadsheets that it is UTF-8."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    safe = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.") or "leads"
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}.csv"'
    return response


def table_response(
    page: str, tables: Mapping[str, Iterable[Sequence[object]]], wanted: str
) -> HttpResponse:
    """The table of a page that an address asks for with `table`, as a file; DomainError
    `not_found` for a name that none has."""
    if wanted not in tables:
        raise DomainError("not_found", "There is no such table.", status=404)
    # What decorators are typed for; a download is sent alike.
    return cast("HttpResponse", csv_response(f"{page}-{wanted}", tables[wanted]))


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    for row in rows:
        line = io.StringIO(newline="")
        write_csv(line, [row])
        yield line.getvalue().encode("utf-8", "surrogateescape")
