"""Cleaning: what is taken, in which form, and what is refused with which sentence."""

import unicodedata
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import CharField
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.text import Refused, clean_text
from leads.handoff.episodes import Packet
from leads.handoff.models import Lead, Person
from leads.intake.cleaning import KNOWN, LONGEST, read_packet
from leads.intake.contact import read_email
from leads.intake.countries import country_names
from tests.leads.intake.naughty import NAUGHTY

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LEAST = {"email": "jo@acme.example", "source": "web form"}


def read(**raw: object) -> Packet:
    return read_packet({**LEAST, **raw}, now=NOW)


def refusals(**raw: object) -> dict[str, list[str]]:
    with pytest.raises(FieldErrors) as caught:
        read(**raw)
    return caught.value.errors


def test_a_whole_packet_is_taken_in_one_form() -> None:
    packet = read(
        email=" Jo.Doe@ACME.Example ", phone="030 901820", country="de", employees="240",
        value="1250.5", first_name=" Jo ", request="Demo", message="Hello\r\nthere",
        attributes={"Colour": "red", "score": 4.5, "vip": True, "old": None},
        consent={"text": "Yes.", "at": "2026-11-23T10:59:00+01:00"},
    )  # fmt: skip
    assert packet.email == "Jo.Doe@acme.example"
    assert packet.phone == "+4930901820"
    assert (packet.country, packet.employees, packet.value) == ("DE", 240, Decimal("1250.50"))
    assert (packet.first_name, packet.request, packet.message) == ("Jo", "demo", "Hello\nthere")
    assert packet.attributes == {"Colour": "red", "score": 4.5, "vip": True, "old": None}
    assert packet.consent_at == datetime(2026, 11, 23, 9, 59, tzinfo=UTC)
    assert len(packet.consent_version) == 64


def test_all_errors_are_told_at_once() -> None:
    wrong = refusals(
        email="jo@", phone="call me", country="Germany", employees="many", value="-1",
        source="  ", company="x" * 201, consent={"text": "Yes."}, attributes=[1], colour="red",
    )  # fmt: skip
    assert set(wrong) == {
        "email", "phone", "country", "employees", "value", "source", "company", "consent.at",
        "attributes", "colour",
    }  # fmt: skip
    assert wrong["company"] == ["At most 200 characters; this has 201."]
    assert "Did you mean DE?" in wrong["country"][0]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("compnay", "company"), ("Email", "email"), ("job_title", "title"), ("size", "employees")],
)
def test_a_misspelt_field_is_named_with_the_one_that_was_meant(sent: str, meant: str) -> None:
    [sentence] = refusals(**{sent: "x"})[sent]
    assert f"“{meant}”" in sentence
    assert "attributes" in sentence


@pytest.mark.parametrize(
    ("phone", "country", "kept"),
    [
        ("+1 (212) 555-0100", "", "+12125550100"),
        ("+1 (212) 555-0100", "DE", "+12125550100"),
        ("0049 30 901820", "", "+4930901820"),
        ("030/90 18 20", "", "030901820"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+1 212 555 0100 ext. 12", "", "+12125550100 ext. 12"),
        ("٠٣٠٩٠١٨٢٠", "DE", "+4930901820"),
        (4930901820, "", "4930901820"),
    ],
)
def test_a_phone_number_is_kept_in_one_form(phone: object, country: str, kept: str) -> None:
    assert read(phone=phone, country=country).phone == kept


@pytest.mark.parametrize("phone", ["1234", "call me", "+49 1", "1-800-FLOWERS", "9" * 16, "🂡" * 9])
def test_what_is_no_phone_number_is_refused(phone: str) -> None:
    assert set(refusals(phone=phone)) == {"phone"}


@pytest.mark.parametrize(
    "email",
    ["jo", "jo@", "@acme.example", "jo@acme", "jo@localhost", "Jo <jo@acme.example>", "a b@c.de",
     "jo@acme..example", "jo@acme.example\0", "jo\u200b@acme.example",
     f"jo@{'a.' * 130}example", "jo@[127.0.0.1]", 5, True, ["jo@acme.example"]],
)  # fmt: skip
def test_an_address_that_cannot_exist_is_refused(email: object) -> None:
    assert set(refusals(email=email)) == {"email"}


def test_a_phone_alone_or_an_address_alone_is_enough_and_neither_is_not() -> None:
    assert read_packet({"phone": "+4930901820", "source": "fair"}, now=NOW).email == ""
    assert set(refusals(email="")) == {"email"}
    assert set(refusals(email=None, phone="x")) == {"phone"}


@pytest.mark.parametrize(
    "at",
    ["2026-11-23T10:06:00Z", "2026-02-30T10:00:00Z", "2026-11-23", "2026-11-20T10:00:00", 5, None,
     "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_a_consent_without_a_past_instant_is_refused(at: object) -> None:
    assert set(refusals(consent={"text": "Yes.", "at": at})) == {"consent.at"}


@pytest.mark.parametrize("value", ["1,000", "1e3", "NaN", "Infinity", "-0.01", "1000000000000", "٣",
                                   "1.005", float("inf"), 10**400, -1, True, [1]])  # fmt: skip
def test_what_is_no_amount_is_refused(value: object) -> None:
    assert set(refusals(value=value)) == {"value"}


def test_attributes_are_few_and_short() -> None:
    assert "At most 50" in refusals(attributes={str(n): n for n in range(51)})["attributes"][0]
    assert "20,000" in refusals(attributes={str(n): "x" * 450 for n in range(50)})["attributes"][0]
    assert set(refusals(attributes={"a": [1], "b": "x" * 501, "": 1, "d": 10**16})) == {
        "attributes.a", "attributes.b", "attributes.", "attributes.d",
    }  # fmt: skip


def test_limits_are_those_of_the_columns() -> None:
    for name, longest in LONGEST.items():
        model = Person if name in ("first_name", "last_name") else Lead
        column = model._meta.get_field(name)
        assert isinstance(column, CharField)
        assert column.max_length == longest


def test_every_field_of_a_packet_can_be_sent() -> None:
    ours = {field.name for field in fields(Packet)}
    told_apart = {"consent_text", "consent_version", "consent_at"}
    # A file says when it was; what it counts for follows from its words.
    assert ours - set(KNOWN) == told_apart | {"acted_at", "campaign_id"}


def test_every_country_of_iso_is_known_by_its_code() -> None:
    names = country_names()
    assert len(names) == 249
    assert (names["DE"], names["CI"]) == ("Germany", "Côte d'Ivoire")
    assert not any(name.startswith("*") for name in names.values())


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_a_naughty_string_is_kept_as_it_was_or_refused(text: str) -> None:
    try:
        kept = clean_text(text, longest=300, lines=True)
    except Refused as refusal:
        assert "control characters" in str(refusal)
        assert any(unicodedata.category(mark) in ("Cc", "Cs") for mark in text)
        return
    assert kept in ("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip())


texts = st.text(st.characters(exclude_categories=()), max_size=400)  # lone surrogates too
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.sampled_from(NAUGHTY),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300)
@given(raw=json_values | st.dictionaries(st.sampled_from(KNOWN), json_values))
def test_any_json_becomes_a_packet_or_field_errors(raw: Any) -> None:
    if isinstance(raw, dict):
        raw = {**LEAST, **raw}
    try:
        packet = read_packet(raw, now=NOW)
    except FieldErrors as error:
        assert error.errors
        str(error.errors).encode()  # every sentence can be written into an answer
        return
    for field in fields(packet):
        value = getattr(packet, field.name)
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()
    assert packet.value is None or 0 <= packet.value < 10**12
    assert packet.consent_at is None or packet.consent_at <= NOW + timedelta(minutes=5)


@settings(max_examples=300)
@given(address=st.emails() | texts)
def test_an_address_that_is_taken_fits_its_columns(address: str) -> None:
    try:
        email = read_email(address)
    except Refused:
        return
    assert len(email) <= 254
    assert len(email.casefold()) <= 254
