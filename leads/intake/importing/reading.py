"""Reading a table as it comes: encoding, separator and header are found, rows come one at a time.

Nothing is dropped in silence: what cannot be decoded is kept as Python's escapes (the cleaner then
refuses the cell by name), and a row that is no row comes with its raw text and the reason. Memory
does not grow with the file.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import charset_normalizer
import clevercsv

from leadbridge.kernel.errors import DomainError
from leads.intake.importing.header import Header, find_header
from leads.intake.importing.workbook import is_old_workbook, is_workbook, open_workbook

SAMPLE = 65_536  # bytes that decide how a file is written
SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 1_000_000  # characters
LONGEST_LINE = 4_000_000
MOST_COLUMNS = 2_000
_SNIFFED = 8_192  # characters; judging more takes long and changes nothing
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets really write; in short texts the rarer ones would be guessed too often.
_CODE_PAGES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "shift_jis", "gb18030",
    "big5", "euc_kr", "koi8_r",
]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row: its number (the header's is 1 where nothing stands above it) and its cells.

    `fault` says why it cannot be a row; the cells are then all that was read of it.
    """

    number: int
    cells: list[str]
    fault: str = ""


class Source(Protocol):
    """Rows of cells with their numbers, each time from the start."""

    def records(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class Table:
    """A file whose header was found. `note` says what had to be guessed, for the person."""

    source: Source
    found: Header
    encoding: str
    separator: str
    note: str = ""

    @property
    def header(self) -> list[str]:
        """The columns, each by a name of its own."""
        return list(self.found.names)

    def rows(self) -> Iterator[Row]:
        """The rows under the header. Rows without any content are passed over."""
        width = len(self.found.names)
        for row in self.source.records():
            if row.number <= self.found.row or not any(cell.strip() for cell in row.cells):
                continue
            yield row if row.fault else _fitted(row, width)


def _fitted(row: Row, width: int) -> Row:
    """A row as wide as the header: short ones are filled up, what stands beyond must be blank."""
    cells = row.cells
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Row(
            row.number,
            cells,
            f"It has {len(cells)} cells and the header {width}: "
            "put quotes around cells that hold the separator.",
        )
    return Row(row.number, (cells + [""] * (width - len(cells)))[:width])


@contextmanager
def table_at(path: Path) -> Iterator[Table]:
    """The table in a file; DomainError `unreadable` where it is none."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(f"cannot be opened: {error.strerror}") from error
    with file:
        yield open_table(file)


def open_table(file: BinaryIO) -> Table:
    """Find out how a file is written; DomainError `unreadable` says why it cannot be read."""
    file.seek(0)
    sample = file.read(SAMPLE)
    if is_old_workbook(sample):
        raise unreadable(
            "is an old or a protected workbook; save it as .xlsx without a password, or as CSV"
        )
    if is_workbook(sample):
        workbook, notes = open_workbook(file)
        return _table(_Workbook(workbook), "xlsx", "", notes)
    encoding, note = _encoding_of(file, sample)
    text = sample.decode(encoding, errors="ignore").removeprefix("\ufeff")
    separator = _separator_of(text)
    return _table(_Text(file, encoding, separator), encoding, separator, [note])


def _table(source: Source, encoding: str, separator: str, notes: list[str]) -> Table:
    first = []
    for row in source.records():
        first.append((row.number, row.cells if not row.fault else row.cells[:1]))
        if len(first) == 12:
            break
    found = find_header(first)
    if found is None:
        raise unreadable("is empty; its first row names the columns")
    if len(found.names) > MOST_COLUMNS:
        raise unreadable(f"has {len(found.names):,} columns; at most {MOST_COLUMNS:,} are read")
    said = ". ".join(filter(None, [*notes, found.note]))
    return Table(source, found, encoding, separator, said)


class Begins(Protocol):
    """Begins the rows anew each time it is called."""

    def __call__(self) -> Iterator[list[str]]: ...


class _Workbook:
    """The rows of a worksheet."""

    def __init__(self, rows: Begins) -> None:
        self._rows = rows

    def records(self) -> Iterator[Row]:
        for number, cells in enumerate(self._rows(), start=1):
            yield Row(number, cells)


class _Text:
    """The rows of a text file."""

    def __init__(self, file: BinaryIO, encoding: str, separator: str) -> None:
        self._file, self._encoding, self._separator = file, encoding, separator

    def records(self) -> Iterator[Row]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, self._encoding, errors="surrogateescape", newline="")
        try:
            yield from self._read(text)
        finally:
            text.detach()

    def _read(self, text: io.TextIOWrapper) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_CELL)
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=self._separator, strict=False)
        number = 0
        while True:
            number += 1
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                raw = ["".join(lines.kept)[:LONGEST_CELL]]
                yield Row(number, raw, f"It cannot be read ({error}); is a quote left open?")
                reader = csv.reader(lines, delimiter=self._separator, strict=False)
                continue
            yield Row(number, cells)


class _TooLong(Exception):
    """A line without an end in sight."""


class _Lines:
    """Lines for the reader, remembered until the row is complete; never one without bounds."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.kept: list[str] = []

    def begin(self) -> None:
        self.kept = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.kept.append(line)
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            raise _TooLong(f"a line has more than {LONGEST_LINE:,} characters")
        return line


def _encoding_of(file: BinaryIO, sample: bytes) -> tuple[str, str]:
    """How the text is encoded: by its mark, by its zeros, UTF-8 where it is that, else by a
    library's judgement of its letters; with what had to be guessed."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding, ""
    zeros = [sample[start::2].count(0) for start in (0, 1)]
    if max(zeros) > len(sample) // 5 and min(zeros) < max(zeros) // 4:
        encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        return encoding, f"No mark at its start: read as {encoding.upper()}"
    broken, whole = _utf8_in(file)
    if not broken:
        return "utf-8", ""
    if whole > 10 * broken:
        return "utf-8", f"Read as UTF-8, with {broken} broken letters: their rows are refused"
    best = charset_normalizer.from_bytes(sample, cp_isolation=_CODE_PAGES).best()
    encoding = best.encoding if best is not None else "cp1252"
    if sample.decode(encoding, "replace") == sample.decode("cp1252", "replace"):
        encoding = "cp1252"  # of several that read alike the usual one
    said = encoding.replace("cp125", "Windows-125").replace("_", " ")
    return encoding, (
        f"Not UTF-8: read as {said}. If names look wrong, save the file as UTF-8 and send it again"
    )


def _utf8_in(file: BinaryIO) -> tuple[int, int]:
    """Bytes that are no UTF-8, and letters beyond ASCII that are; stops where it is clear."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    broken = whole = 0
    while chunk := file.read(1 << 20):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        bad = sum("\udc80" <= mark <= "\udcff" for mark in text)
        broken += bad
        whole += sum(mark > "\x7f" for mark in text) - bad
        if broken > 1_000 and whole < broken:
            break
    broken += len(decoder.getstate()[0])
    return broken, whole


def _separator_of(text: str) -> str:
    """What stands between cells, as the most consistent of the usual marks says."""
    lines = text[:_SNIFFED].splitlines(keepends=True)
    whole = "".join(lines[:-1]) if len(lines) > 2 and len(text) > _SNIFFED else text[:_SNIFFED]
    try:
        dialect = clevercsv.Sniffer().sniff(whole, delimiters="".join(SEPARATORS))
    except clevercsv.Error:
        dialect = None
    found = dialect.delimiter if dialect is not None else ""
    if found in SEPARATORS:
        return str(found)
    first = next((line for line in lines if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def unreadable(why: str) -> DomainError:
    """The file cannot be read as a table."""
    return DomainError("unreadable", f"The file {why}.", field="file")
