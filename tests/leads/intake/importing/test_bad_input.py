"""Bad files, sent on the page: each is answered clearly, no row of them is lost."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.running import run_import
from leads.intake.quarantine.models import Quarantined
from tests.leads.intake.importing.test_pages import send
from tests.leads.intake.importing.test_reading import bomb
from tests.pages import Browser

NAMED = {
    "use": "guess", "column-0": "email", "column-1": "first_name", "column-2": "company",
    "column-3": "message", "column-4": "keep", "source": "fair", "do": "check",
}  # fmt: skip
HEAD = "Email,First,Company,Message,Company\n"
LONG = "x" * 500_000
RTL = "\u202egnirts"


def taken_in(browser: Browser, data: bytes, **named: str) -> Import:
    """Sent, named and taken in, all on the page."""
    url = send(browser, data)
    browser.post(url, **{**NAMED, **named})
    browser.get(url)
    browser.post(url, do="start")
    file = Import.objects.get()
    assert run_import(import_id=file.pk, now=browser.now + timedelta(minutes=1))
    browser.get(url)
    file.refresh_from_db()
    return file


def test_every_bad_row_is_named_and_kept_and_every_good_one_taken(
    cast: Cast, now: datetime
) -> None:
    """Formulas, marks that turn the writing round, half a million characters, null bytes, a row
    too long, one too short, two columns of one name."""
    rows = [
        'a@x.example,=1+1,@Acme,"=HYPERLINK(1)",+Zwei',
        f"b@x.example,{RTL},Acme,hi,",
        f"c@x.example,Cy,Acme,{LONG},",
        "d@x.example,D\0y,Acme,hi,",
        "e@x.example,Ey,Acme,hi,two,three",
        "f@x.example,Fy",
    ]
    mia = Browser(cast.mia, now)
    file = taken_in(mia, (HEAD + "\n".join(rows) + "\n").encode())
    assert "More than one column is called “Company”" in file.note
    assert file.created + file.refused == len(rows)
    leads = {lead.email_key[0]: lead for lead in Lead.objects.select_related("person")}
    assert {"a", "f"} <= set(leads)
    assert (leads["a"].person.first_name, leads["a"].company, leads["a"].message) == (
        "=1+1", "@Acme", "=HYPERLINK(1)",
    )  # fmt: skip
    assert leads["a"].attributes["Company (2)"] == "+Zwei"
    kept = {item.place.rpartition(" ")[2]: item for item in Quarantined.objects.all()}
    assert {place: list(item.errors) for place, item in kept.items()} == {
        "4": ["message"], "5": ["first_name"], "6": [""],
    }  # fmt: skip
    assert kept["4"].told["message"] == LONG
    assert "It has 6 cells and the header 5" in kept["6"].errors[""][0]
    assert LONG in bytes(kept["4"].raw).decode()
    assert leads["b"].person.first_name == RTL
    page = mia.get(f"/leads/{leads['b'].ref}/")
    assert page.count("\u202e") == len(re.findall(r"<bdi>[^<]*\u202e[^<]*</bdi>", page)) > 0
    assert ImportRow.objects.filter(file=file).count() == len(rows)


def test_a_file_that_names_no_columns_is_read_with_numbered_ones(cast: Cast, now: datetime) -> None:
    mia = Browser(cast.mia, now)
    data = b"a@x.example,Ay,Acme,hi\nb@x.example,By,Acme,hi\n"
    url = send(mia, data)
    assert "No row names the columns: they are numbered" in unescape(mia.get(url))
    assert Import.objects.get().header == ["Column 1", "Column 2", "Column 3", "Column 4"]
    mia.post(url, **NAMED)
    mia.post(url, do="start")
    assert run_import(import_id=Import.objects.get().pk, now=now)
    assert Lead.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("leads.xlsx", bomb(), "would unpack to 300,000,000 bytes"),
        ("leads.xlsx", b"PK\x03\x04no workbook", "is damaged"),
        ("leads.csv", b"\n \n", "is empty"),
    ],
)
def test_what_is_no_table_is_answered_on_the_page_and_leaves_nothing(
    cast: Cast, now: datetime, name: str, data: bytes, why: str
) -> None:
    assert why in send(Browser(cast.mia, now), data, name, status=400)
    assert not Import.objects.exists()
