"""Files of every make are read as what they are; what is none is refused with a sentence."""

import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from leadbridge.kernel.errors import DomainError
from leads.intake.importing.reading import Table, open_table
from tests.leads.intake.importing.files import SHARED, with_shared

SPECTRUM = sorted((SHARED / "csv" / "spectrum_csv").glob("*.csv"))
# The JSON beside it has another phone number than the file itself: a slip of the collection.
SLIPS = {"location_coordinates": ("Contact Phone Number", "2095257564")}


def table(data: bytes) -> Table:
    return open_table(io.BytesIO(data))


def rows(data: bytes) -> list[list[str]]:
    return [row.cells for row in table(data).rows()]


@with_shared
@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_an_odd_file_parses_to_its_json(path: Path) -> None:
    wanted = json.loads((SHARED / "csv" / "spectrum_json" / f"{path.stem}.json").read_text())
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if path.stem in SLIPS:
        column, real = SLIPS[path.stem]
        wanted[0][column] = real
    found = table(path.read_bytes())
    assert [dict(zip(found.header, row.cells, strict=True)) for row in found.rows()] == wanted


@with_shared
def test_a_tab_separated_file_in_utf_16_is_recognised() -> None:
    data = (SHARED / "exports" / "facebook_lead_ads_export_utf16le_tab.csv").read_bytes()
    plain = (SHARED / "exports" / "facebook_lead_ads_export.csv").read_bytes()
    found = table(data)
    assert (found.encoding, found.separator) == ("utf-16", "\t")
    assert rows(data) == rows(plain)
    assert "李 雷" in rows(data)[1]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Name;Ort\nJürgen Müller;Köln\nÄnne Groß;Düsseldorf\n", "cp1252"),
        ("Имя;Город\nАлексей Смирнов;Москва\nОльга Кузнецова;Санкт-Петербург\n", "cp1251"),
        ("名前;都市\n山田 太郎;東京都千代田区\n鈴木 花子;大阪府大阪市\n", "shift_jis"),
        ("Name;City\nJosé;São Paulo\n", "utf-8"),
        ("Name;City\nJosé;São Paulo\n", "utf-16-le"),
        ("Name;City\nJosé;São Paulo\n", "utf-16-be"),
        ("Name;City\nJosé;São Paulo\n", "utf-8-sig"),
    ],
)
def test_names_keep_their_letters_in_any_encoding(text: str, encoding: str) -> None:
    found = table(text.encode(encoding))
    assert [found.header, *(row.cells for row in found.rows())] == [
        line.split(";") for line in text.splitlines()
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_separator_is_found_among_texts_that_hold_the_others(separator: str) -> None:
    text = separator.join(["Name", "Note", "Amount"])
    for n in range(4):
        text += "\n" + separator.join([f"Ada {n}", '"first, second; third | fourth"', f"{n}.50"])
    found = table(text.encode())
    assert found.separator == separator
    assert len(found.header) == 3


def test_a_header_is_found_under_titles_and_named_where_it_says_nothing() -> None:
    titled = b"Report of leads\n\nName,Email,Company\nAda,ada@x.example,X\n"
    assert table(titled).header == ["Name", "Email", "Company"]
    assert [row.number for row in table(titled).rows()] == [4]
    missing = b"Ada,ada@x.example,X\nBo,bo@x.example,Y\n"
    assert table(missing).header == ["Column 1", "Column 2", "Column 3"]
    assert len(rows(missing)) == 2
    doubled = b"Name,Email,Email,\nAda,a@x.example,b@x.example,z\n"
    assert table(doubled).header == ["Name", "Email", "Email (2)"]


def test_a_row_that_is_none_is_kept_with_the_reason() -> None:
    found = list(table(b"a,b\n1,2,3\n4\n5,6,,\n").rows())
    assert [row.cells for row in found] == [["1", "2", "3"], ["4", ""], ["5", "6"]]
    assert found[0].fault.startswith("It has 3 cells and the header 2")
    assert not found[1].fault
    assert not found[2].fault


def test_an_open_quote_loses_no_row_before_it_and_says_where_it_is() -> None:
    data = b'a,b\n1,2\n3,"open\n' + b"x" * 1_200_000 + b"\n7,8\n"
    found = list(table(data).rows())
    assert found[0].cells == ["1", "2"]
    assert found[1].fault.endswith("is a quote left open?")
    assert found[1].cells[0].startswith('3,"open')
    assert found[-1].cells == ["7", "8"]


def test_long_fields_null_bytes_and_marks_arrive_as_they_are() -> None:
    long = "x" * 500_000
    data = f"a,b\n{long},\u202eevil\u202c\nnul\x00here,2\n".encode()
    assert rows(data) == [[long, "\u202eevil\u202c"], ["nul\x00here", "2"]]


def test_a_few_broken_letters_do_not_change_how_the_others_are_read() -> None:
    data = b"a,b\n" + "Zoë Łukasz Ünal Çelik,ok\n".encode() * 5 + b"bro\xffken,1\n"
    found = table(data)
    assert found.encoding == "utf-8"
    assert "1 broken" in found.note
    assert list(found.rows())[-1].cells[0] == "bro\udcffken"


def workbook(*made: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in made:
        assert book.active is not None
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_like_what_was_typed() -> None:
    data = workbook(
        ["Name", "Seats", "Since", "At", "Yes"],
        ["Ada", 25, date(2026, 3, 12), datetime.fromisoformat("2026-03-12 09:14"), True],
        ["=1+1", 2.5, None, None, False],
    )
    assert table(data).header == ["Name", "Seats", "Since", "At", "Yes"]
    assert rows(data)[0] == ["Ada", "25", "2026-03-12", "2026-03-12 09:14:00", "TRUE"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(b"0" * 1_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"PK\x03\x04not really", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an old or a protected workbook"),
        (bomb(), "would unpack to 300,000,000 bytes"),
        (workbook(["a"])[:-200], "is damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        list(table(data).rows())


class Endless(io.RawIOBase):
    """Two gigabytes of rows that nobody has written down."""

    LINE = b"Ada,ada@x.example,Somebody who works somewhere\n"
    SIZE = 2_000_000_000

    def __init__(self) -> None:
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset if whence == 0 else self._at + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        length = min(len(view), self.SIZE - self._at)
        start = self._at % len(self.LINE)
        whole = self.LINE * (length // len(self.LINE) + 2)
        view[:length] = whole[start : start + length]
        self._at += length
        return length


def test_two_gigabytes_are_read_row_by_row() -> None:
    """As far as memory goes, the first hundred thousand rows say it all."""
    tracemalloc.start()
    found = open_table(io.BufferedReader(Endless()))
    for count, _ in enumerate(found.rows(), start=1):
        if count == 20_000:
            break
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.header == ["Column 1", "Column 2", "Column 3"]
    assert most < 40_000_000
