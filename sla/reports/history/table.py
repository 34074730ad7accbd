"""Reading a table of text as it comes: any usual encoding and separator, one row at a time."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leadbridge.kernel.errors import DomainError

_SAMPLE = 65_536
_SEPARATORS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Table:
    """A file whose header was read. `note` says what had to be guessed, for the person."""

    path: Path
    encoding: str
    separator: str
    header: list[str]
    note: str = ""

    def rows(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Each row with its number, the header being row 1: its cells by column, or why it cannot
        be read. Rows without any content are passed over."""
        with self.path.open(encoding=self.encoding, newline="", errors="replace") as file:
            reader = csv.reader(file, delimiter=self.separator, strict=False)
            next(reader, None)
            for number in _counting(2):
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield number, f"this row cannot be read ({error}); is a quote left open?"
                    continue
                if any(cell.strip() for cell in cells):
                    yield number, self._by_column(cells)

    def _by_column(self, cells: list[str]) -> dict[str, str] | str:
        if len(cells) > len(self.header) and any(cells[len(self.header) :]):
            return (
                f"it has {len(cells)} cells and the header {len(self.header)}; "
                "put quotes around cells that hold the separator."
            )
        return dict(zip(self.header, cells, strict=False))


def open_table(path: Path) -> Table:
    """Find out how a file is written and read its header; DomainError where it is no table."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError as error:
        raise _unreadable(f"cannot be opened: {error.strerror}") from error
    if sample.startswith(b"PK\x03\x04"):
        raise _unreadable("is a spreadsheet or an archive; save it as CSV")
    encoding, note = _encoding_of(path, sample)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        first = file.readline(_SAMPLE)
    separator = max(_SEPARATORS, key=first.count)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        try:
            cells = next(csv.reader(file, delimiter=separator), [])
        except csv.Error as error:
            raise _unreadable(f"has a header that cannot be read: {error}") from error
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise _unreadable("is empty; its first row names the columns")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise _unreadable(f"has the column {', '.join(twice)} more than once; rename one of them")
    return Table(path, encoding, separator, header, note)


def _encoding_of(path: Path, sample: bytes) -> tuple[str, str]:
    """How the text is encoded: by its mark, by its zeros, else UTF-8 if all of it is."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding, ""
    zeros = [sample[start::2].count(0) for start in (0, 1)]
    if max(zeros) > len(sample) // 5:
        encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        return encoding, f"no mark at its start; read as {encoding.upper()}"
    with suppress(UnicodeDecodeError):
        _decode_all(path)
        return "utf-8", ""
    return "cp1252", (
        "not UTF-8; read as Windows-1252 (Western European). "
        "If names look wrong, save the file as UTF-8 and import it again"
    )


def _decode_all(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
    decoder.decode(b"", final=True)


def _counting(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


def _unreadable(why: str) -> DomainError:
    return DomainError("unreadable", f"The file {why}.")
