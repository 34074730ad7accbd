"""Reading a workbook (.xlsx) row by row, whoever made it and whatever it pretends to be."""

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from leadbridge.kernel.errors import DomainError

MOST_UNPACKED = 2_000_000_000  # bytes of a sheet: a million rows of thirty columns
MOST_WORDS = 100_000_000  # bytes of the shared texts, which are held in memory
MOST_TIMES = 200  # how much larger than packed; honest sheets reach some thirty
_SMALL = 10_000_000  # below this a high ratio does no harm
_FAULTS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, InvalidFileException, ParseError, KeyError,
    ValueError, TypeError, AttributeError, IndexError, EOFError, OSError, NotImplementedError,
)  # fmt: skip


def is_workbook(sample: bytes) -> bool:
    """An archive, as every .xlsx is."""
    return sample.startswith(b"PK\x03\x04")


def is_old_workbook(sample: bytes) -> bool:
    """An .xls, or an .xlsx behind a password."""
    return sample.startswith(b"\xd0\xcf\x11\xe0")


def open_workbook(file: BinaryIO) -> tuple[Callable[[], Iterator[list[str]]], list[str]]:
    """What begins the rows of its first sheet with content, and what is to be said of it.

    DomainError `unreadable` for anything else that is packed, and for what would unpack to more
    than anybody types.
    """
    _weigh(file)
    try:
        name, names = _sheet_of(file)
    except _FAULTS as error:
        raise _unreadable("is no workbook that can be read; save it as CSV") from error
    note = f"Only the sheet “{name}” was read, of {len(names)}" if len(names) > 1 else ""
    return (lambda: _rows(file, name)), [note]


def _weigh(file: BinaryIO) -> None:
    """Refuse before anything is unpacked."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except _FAULTS as error:
        raise _unreadable("is damaged: it begins as a workbook and cannot be unpacked") from error
    if not any(part.filename.startswith("xl/") for part in parts):
        raise _unreadable("is an archive and no workbook; unpack it and send what is in it")
    for part in parts:
        words = part.filename.endswith("sharedStrings.xml")
        most = MOST_WORDS if words else MOST_UNPACKED
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > most or (part.file_size > _SMALL and ratio > MOST_TIMES):
            raise _unreadable(
                f"would unpack to {part.file_size:,} bytes, which no honest workbook does; "
                "save it as CSV"
            )


def _open(file: BinaryIO) -> Any:
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles that are missing, say, and that nobody sees
        return load_workbook(_Kept(file), read_only=True, data_only=True, keep_links=False)


class _Kept(io.RawIOBase):
    """The file as the library may have it: what it closes stays open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def _sheet_of(file: BinaryIO) -> tuple[str, list[str]]:
    book = _open(file)
    names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for name in names:
        book[name].reset_dimensions()
        for row in book[name].iter_rows(max_row=50, values_only=True):
            if any(value not in (None, "") for value in row):
                return name, names
    return (names or book.sheetnames)[0], names


def _rows(file: BinaryIO, name: str) -> Iterator[list[str]]:
    sheet = _open(file)[name]
    sheet.reset_dimensions()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row in sheet.iter_rows(values_only=True):
                yield [_text(value) for value in row]
    except _FAULTS as error:
        raise _unreadable("is damaged: its sheet cannot be read to the end") from error


def _text(value: object) -> str:
    """A cell as a person would type it. Days and instants are written as ISO 8601 has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _unreadable(why: str) -> DomainError:
    return DomainError("unreadable", f"The file {why}.", field="file")
