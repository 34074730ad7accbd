"""Sending a file, naming its columns by example, reading what would happen, and taking it back."""

import io
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.definition.fields import add_field
from leads.handoff.actions import accept_lead
from leads.handoff.models import Lead, Person
from leads.intake.importing.models import Import, ImportMapping, ImportRow
from leads.intake.importing.running import run_import
from leads.intake.importing.undoing import run_undo
from leads.intake.quarantine.models import Quarantined
from sla.clocks.models import Clock
from tests.leads.intake.importing.files import as_csv, counts, imported
from tests.pages import Browser
from tests.query_counts import recorded

HEADER = ("Kontakt", "Vorname", "Nachname", "Firma", "Am", "Plätze", "Farbe")
ROWS = [
    ["jo@acme.example", "Jo", "Doe", "Acme", "03/04/2026", "25", "red"],
    ["li@acme.example", "Li", "Lei", "Acme", "05/04/2026", "many", "blue"],
]
NAMED = {
    "use": "guess", "column-0": "email", "column-1": "first_name", "column-2": "last_name",
    "column-3": "company", "column-4": "acted_at", "column-5": "attributes.seats",
    "column-6": "keep", "source": "fair", "campaign": "Spring", "do": "check",
}  # fmt: skip


def send(browser: Browser, data: bytes, name: str = "list.csv", status: int = 302) -> str:
    with time_machine.travel(browser.now, tick=False):
        answer = browser.client.post("/import/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == status, answer.content.decode()
    return answer.headers.get("Location", "") or unescape(answer.content.decode())


@pytest.fixture
def mia(cast: Cast, now: datetime) -> Browser:
    add_field(actor=cast.olu, now=now, key="seats", label="Seats", type="number")
    return Browser(cast.mia, now)


def test_a_marketer_names_columns_by_example_and_reads_what_would_happen(mia: Browser) -> None:
    url = send(mia, as_csv(ROWS, HEADER))
    page = unescape(mia.get(url))
    assert "jo@acme.example" in page
    assert '<option value="attributes.seats">Seats</option>' in page
    assert page.count(" selected") >= 3  # Vorname, Nachname, Firma are guessed
    asked = unescape(mia.post(url, 400, **NAMED))
    assert "Say how the dates of “Am” are written, such as 03/04/2026." in asked
    assert '<option value="%d/%m/%Y">23/11/2026 (day first)</option>' in asked
    named = {**NAMED, "format-acted_at": "%d/%m/%Y"}
    asked = unescape(mia.post(url, 400, **named))
    assert "Say in which time zone the dates of “Am” are written" in asked
    mia.post(url, **named, zone="Europe/Berlin", keep="Fairs")
    page = unescape(mia.get(url))
    assert "nothing was changed yet" in page
    assert "Give a number, such as 250 or 12.5." in page
    assert not Lead.objects.exists()
    mia.post(url, do="start")
    assert run_import(import_id=Import.objects.get().pk, now=mia.now)
    lead = Lead.objects.get()
    assert (lead.attributes, lead.source, lead.campaign) == (
        {"seats": 25, "Farbe": "red"}, "fair", "Spring",
    )  # fmt: skip
    assert lead.acted_at == datetime.fromisoformat("2026-04-03T00:00:00+02:00")
    page = unescape(mia.get(url))
    assert "Undo the whole import" in page
    sent = mia.client.get(f"{url}not-taken.csv")
    assert b"li@acme.example" in b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    kept = ImportMapping.objects.get(name="Fairs")
    again = unescape(mia.get(send(mia, as_csv(ROWS, HEADER))))
    assert f'<option value="kept-{kept.pk}" selected>Fairs</option>' in again


def test_what_is_refused_waits_in_the_quarantine_once(cast: Cast, now: datetime) -> None:
    bad = ["nobody", "Bo", "", "Acme", "", "", "", "", "", ""]
    for _ in range(2):
        imported(cast.mia, now, as_csv([bad]))
    kept = Quarantined.objects.get()
    assert (kept.origin, kept.place, kept.times, kept.owner) == (
        "import", "people.csv, row 2", 2, cast.mia,
    )  # fmt: skip
    assert kept.told["first_name"] == "Bo"
    assert list(kept.errors) == ["email"]


def test_a_whole_import_is_undone_and_can_be_sent_again(cast: Cast, now: datetime) -> None:
    rows = [[f"p{n}@x.example", "P", n, "X", "DE", 240, "", "demo", "", n] for n in range(3)]
    file, mia = imported(cast.mia, now, as_csv(rows)), Browser(cast.mia, now + timedelta(hours=1))
    assert Lead.objects.filter(stage="submitted").exists()
    mia.post(f"/import/{file.pk}/", do="undo")
    assert run_undo(import_id=file.pk, now=mia.now)
    assert "Undone by" in mia.get(f"/import/{file.pk}/")
    assert set(Lead.objects.values_list("stage", flat=True)) == {"erased"}
    assert not Person.objects.exclude(email="").exists()
    assert not Clock.objects.filter(void_at=None, stopped_at=None).exists()
    assert counts(imported(cast.mia, mia.now, as_csv(rows))) == {"created": 3}


def test_an_import_that_somebody_has_worked_on_stays(cast: Cast, now: datetime) -> None:
    file = imported(cast.mia, now, as_csv([["p@x.example", "P", "", "X", "DE", 240, "", "demo",
                                            "", ""]]))  # fmt: skip
    lead = Lead.objects.get()
    assert lead.holder is not None
    accept_lead(lead_id=lead.pk, actor=lead.holder, now=now + timedelta(minutes=5))
    mia = Browser(cast.mia, now + timedelta(hours=1))
    assert "It cannot be undone any more" in mia.get(f"/import/{file.pk}/")
    assert "Somebody has worked on it since: accept" in unescape(
        mia.post(f"/import/{file.pk}/", 409, do="undo")
    )
    lead.refresh_from_db()
    assert lead.stage == "accepted"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "is empty"), (b"PK\x03\x04xx", "is damaged"), (b"a,b\n", "no rows under it")],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    mia: Browser, data: bytes, why: str
) -> None:
    assert why in send(mia, data, status=400) if data else True
    assert not Import.objects.exists()
    assert not ImportRow.objects.exists()


def test_a_file_beyond_all_bounds_is_not_even_read(mia: Browser) -> None:
    answer = mia.client.generic(
        "POST", "/import/", b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH="2000000000"
    )
    assert answer.status_code == 413
    assert "manage.py import_leads" in answer.content.decode()


def test_sales_does_not_import(cast: Cast, now: datetime) -> None:
    file = imported(cast.mia, now, as_csv([["p@x.example", *[""] * 9]]))
    sam = Browser(cast.sam, now)
    sam.get("/import/", 403)
    sam.get(f"/import/{file.pk}/", 403)
    sam.post(f"/import/{file.pk}/", 403, do="undo")
    assert "/import/" not in sam.get("/inbox/")
    file.refresh_from_db()
    assert file.state == "done"


def test_another_site_cannot_send_a_file(cast: Cast) -> None:
    client: Any = Client(enforce_csrf_checks=True)
    client.force_login(cast.mia)
    assert client.post("/import/", {"file": io.BytesIO(b"a,b\n1,2\n")}).status_code == 403
    assert not Import.objects.exists()


def test_the_list_and_a_page_cost_few_queries(cast: Cast, now: datetime) -> None:
    files = [imported(cast.mia, now, as_csv([[f"p{n}@x.example", *[""] * 9]])) for n in range(4)]
    mia = Browser(cast.mia, now)
    with recorded("import list"):
        mia.get("/import/")
    with recorded("import page"):
        mia.get(f"/import/{files[0].pk}/")
