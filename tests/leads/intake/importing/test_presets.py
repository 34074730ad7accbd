"""Exports of other programs are told by their header, and their columns become the right fields."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leads.intake.importing.guessing import guess_field
from leads.intake.importing.presets import PRESETS, preset_for
from leads.intake.importing.reading import table_at
from leads.intake.importing.refusals import Refused
from leads.intake.importing.rows import RowReader, split_name
from tests.leads.intake.importing.files import SHARED, with_shared

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ASHA = {
    "source": "facebook", "email": "asha@example.test", "phone": "+15550100001",
    "first_name": "Asha", "last_name": "Example", "company": "Example Pvt Ltd",
    "campaign": "Spring Launch", "external_id": "1000000000000001",
    "acted_at": datetime(2026, 8, 31, 5, 48, 23, tzinfo=UTC),
    "attributes": {
        "form": "Spring form (copy)", "ad": "Spring, video 1", "platform": "fb",
        "which_product_are_you_interested_in?": "crm",
    },
}  # fmt: skip
LI = {
    "source": "facebook", "email": "lilei@example.test", "phone": "+8655501000002",
    "first_name": "雷", "last_name": "李", "company": "例子公司",
    "external_id": "1000000000000002", "acted_at": datetime(2026, 8, 30, 18, 35, 59, tzinfo=UTC),
    "attributes": {
        "form": "Spring form (copy)", "platform": "ig",
        "which_product_are_you_interested_in?": "analytics",
    },
}  # fmt: skip
SAMPLES: dict[str, tuple[str, list[dict[str, Any] | str]]] = {
    "facebook_lead_ads_export.csv": ("facebook", [ASHA, LI, ASHA]),
    "facebook_lead_ads_export_utf16le_tab.csv": ("facebook", [ASHA, LI, ASHA]),
    "hubspot_contacts_export.csv": (
        "hubspot",
        [
            {"source": "ORGANIC_SEARCH", "email": "ana@moveis.example", "phone": "+551155500101",
             "first_name": "Ana", "last_name": "Conceição", "title": "Compras",
             "company": "São Paulo Móveis Ltda", "external_id": "101",
             "acted_at": datetime(2026, 3, 12, 8, 14, tzinfo=UTC)},
            {"source": "PAID_SEARCH", "email": "BO@acme.example", "first_name": "Bo",
             "last_name": "Smith", "title": "CTO", "company": "Acme, Inc.", "external_id": "102",
             "acted_at": datetime(2026, 3, 15, 13, 30, tzinfo=UTC)},
            "Give an e-mail address or a phone number.",
        ],
    ),
    "mailchimp_audience_export.csv": (
        "mailchimp",
        [{"source": "mailchimp", "email": "ada@example.test", "first_name": "Ada",
          "last_name": "Example", "company": "Example Inc", "country": "GB",
          "external_id": "100000001", "attributes": {"tags": '"VIP","Webinar, May"'},
          "acted_at": datetime(2026, 3, 14, 8, 14, tzinfo=UTC)}],
    ),
    "typeform_responses_export.csv": (
        "typeform",
        [
            {"source": "typeform", "email": "ada@example.test", "first_name": "Ada",
             "company": "Example, Inc.", "external_id": "a1b2c3d4e5f6",
             "attributes": {"How many seats, roughly?": "25"},
             "acted_at": datetime(2026, 1, 23, 6, 27, 59, tzinfo=UTC)},
            "Give an e-mail address or a phone number.",
        ],
    ),
}  # fmt: skip


@with_shared
def test_every_sample_is_told_of_here() -> None:
    assert {path.name for path in (SHARED / "exports").iterdir()} == set(SAMPLES)


@with_shared
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_sample_gives_the_right_fields(name: str) -> None:
    preset, wanted = SAMPLES[name]
    found: list[dict[str, Any] | str] = []
    with table_at(Path(SHARED / "exports" / name)) as table:
        told = preset_for(table.header)
        assert told is not None
        assert told.name == preset
        mapping = replace(told.mapping_for(table.header), zone=ZoneInfo("Europe/Berlin"))
        reader = RowReader(mapping, table.header, {}, NOW)
        for row in table.rows():
            try:
                packet = reader.read(row.cells).packet
                found.append({k: v for k, v in vars(packet).items() if v not in ("", None, {})})
            except Refused as refused:
                found.append(refused.cure)
    assert found == wanted


HEADERS = {
    "salesforce": "Lead ID,First Name,Last Name,Title,Company / Account,Lead Source,Lead Status,"
    "Email,Phone,Mobile,Country,Industry,No. of Employees,Create Date,Description",
    "pipedrive": "Person - Name,Person - First name,Person - Last name,Person - Email - Work,"
    "Person - Email - Home,Person - Phone - Work,Organization - Name,Person - ID",
    "zoho": "Record Id,Lead Owner,First Name,Last Name,Company,Title,Email,Phone,Mobile,"
    "Lead Source,Lead Status,Industry,No. of Employees,Annual Revenue,Country,Description",
}
CELLS = {
    "Lead ID": "00Q1", "Record Id": "zcrm_1", "Person - ID": "7", "First Name": "Ada",
    "Person - First name": "Ada", "Last Name": "Byron", "Person - Last name": "Byron",
    "Person - Name": "Ada Byron", "Title": "CTO", "Company / Account": "Engines Ltd",
    "Company": "Engines Ltd", "Organization - Name": "Engines Ltd", "Email": "ada@x.example",
    "Person - Email - Home": "ada@x.example", "Mobile": "+44 20 7946 0018",
    "Person - Phone - Work": "+44 20 7946 0018", "Country": "United Kingdom",
    "No. of Employees": "240", "Lead Source": "Trade Show",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_crm_without_a_sample_is_told_by_its_own_columns(name: str) -> None:
    header = HEADERS[name].split(",")
    preset = preset_for(header)
    assert preset is PRESETS[name]
    cells = [CELLS.get(column, "") for column in header]
    packet = RowReader(preset.mapping_for(header), header, {}, NOW).read(cells).packet
    assert (packet.email, packet.phone) == ("ada@x.example", "+442079460018")
    assert (packet.first_name, packet.last_name, packet.company) == ("Ada", "Byron", "Engines Ltd")
    if name != "pipedrive":
        assert (packet.country, packet.employees) == ("GB", 240)
        assert (packet.source, packet.title) == ("Trade Show", "CTO")


@pytest.mark.parametrize(
    ("whole", "parts"),
    [("Asha Example", ("Asha", "Example")), ("李 雷", ("雷", "李")), ("Madonna", ("Madonna", "")),
     ("Ana Maria da Silva", ("Ana Maria da", "Silva")), ("김 민준", ("민준", "김"))],
)  # fmt: skip
def test_a_whole_name_is_split(whole: str, parts: tuple[str, str]) -> None:
    assert split_name(whole) == parts


@pytest.mark.parametrize(
    ("column", "field"),
    [("Work e-mail?", "email"), ("Vorname", "first_name"), ("Your company", "company"),
     ("Contact owner", ""), ("Email Opt Out", ""), ("Company Domain Name", ""),
     ("Associated Company IDs", ""), ("Favourite colour", "")],
)  # fmt: skip
def test_a_column_is_guessed_by_its_name(column: str, field: str) -> None:
    assert guess_field(column) == field
