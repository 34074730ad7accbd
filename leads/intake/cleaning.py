"""What is acceptable of what somebody sent: from raw fields to a `Packet`, or all errors at once.

Pure: no database, no network. The same for hosted forms (texts), the API (any JSON) and people
who type. Limits are those of the columns; whatever is refused is refused with a cure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TypeVar

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.hashing import content_hash
from leadbridge.kernel.reading import shown
from leadbridge.kernel.text import Refused, clean_text
from leads.definition.facts import FIELDS, instant
from leads.definition.own_fields import FieldSpec
from leads.handoff.episodes import Packet
from leads.intake.contact import read_country, read_email, read_phone
from leads.intake.numbers import read_amount, read_count, read_scalar

Value = TypeVar("Value")

LONGEST = {
    "first_name": 100,
    "last_name": 100,
    "title": 150,
    "company": 200,
    "industry": 100,
    "source": 100,
    "campaign": 100,
    "external_id": 100,
}
LONGEST_MESSAGE = 10_000
LONGEST_CONSENT = 5_000
MOST_ATTRIBUTES = 50
LONGEST_ATTRIBUTE_NAME = 60
LONGEST_ATTRIBUTES = 20_000  # characters, names and values together
SKEW = timedelta(minutes=5)  # how far another system's clock may be ahead of ours

KNOWN = (
    "email", "phone", "first_name", "last_name", "title", "company", "country", "employees",
    "industry", "source", "campaign", "external_id", "value", "attributes", "message", "request",
    "consent",
)  # fmt: skip
ALIASES = {
    "name": "first_name” and “last_name",
    "full_name": "first_name” and “last_name",
    "mail": "email",
    "mobile": "phone",
    "tel": "phone",
    "job_title": "title",
    "position": "title",
    "organisation": "company",
    "organization": "company",
    "size": "employees",
    "amount": "value",
    "comment": "message",
    "comments": "message",
}


def read_packet(
    raw: object,
    *,
    now: datetime,
    own: Sequence[FieldSpec] = (),
    by_id: bool = False,
    source_optional: bool = False,
) -> Packet:
    """The packet in raw fields; blank and null count as not given. `own`: the fields of this
    organisation, whose values come as attributes and are held to their types. `by_id`: it is known
    by its `external_id` and need not say how to reach the person. `source_optional`: a column that
    says where it came from, and stays blank where that is blank.

    Raises FieldErrors naming every field at fault: `consent.at` for a part of one.
    """
    if not isinstance(raw, Mapping):
        raise FieldErrors({"": ["Send an object with the fields of one lead."]})
    sheet = _Sheet(raw)
    sheet.refuse_unknown(KNOWN)
    country = sheet.read("country", read_country, "")
    words = {name: sheet.text(name, longest) for name, longest in LONGEST.items()}
    email = sheet.read("email", read_email, "")
    phone = sheet.read("phone", lambda value: read_phone(value, country), "")
    employees = sheet.read("employees", read_count, None)
    value = sheet.read("value", read_amount, None)
    request = sheet.read("request", read_asked_for, "")
    message = sheet.text("message", LONGEST_MESSAGE, lines=True)
    attributes = _read_attributes(sheet, {spec.key: spec for spec in own})
    agreed = _read_consent(sheet, now)
    if not source_optional:
        sheet.require("source", words["source"], "Say where it came from, for example “web form”.")
    if by_id:
        sheet.require("external_id", words["external_id"], "Give the id it is known by.")
    elif "phone" not in sheet.errors:
        sheet.require("email", email or phone, "Give an e-mail address or a phone number.")
    sheet.close()
    return Packet(
        source=words["source"],
        email=email,
        phone=phone,
        first_name=words["first_name"],
        last_name=words["last_name"],
        title=words["title"],
        company=words["company"],
        country=country,
        employees=employees,
        industry=words["industry"],
        campaign=words["campaign"],
        external_id=words["external_id"],
        request=request,
        message=message,
        value=value,
        attributes=attributes,
        consent_text=agreed.text,
        consent_version=agreed.version,
        consent_at=agreed.at,
    )


@dataclass(frozen=True)
class Agreed:
    """Words that a person agreed to, their hash as the version, and when; blank for none."""

    text: str = ""
    version: str = ""
    at: datetime | None = None


class _Sheet:
    """Raw fields while they are read: values come out, errors gather."""

    def __init__(self, raw: Mapping[object, object], path: str = "") -> None:
        self.raw = raw
        self.path = path
        self.errors: dict[str, list[str]] = {}

    def read(self, name: str, reader: Callable[[object], Value], default: Value) -> Value:
        """The field as its reader takes it; the default where it is not given or refused."""
        raw = self.raw.get(name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return default
        try:
            return reader(raw)
        except Refused as refusal:
            self.refuse(name, str(refusal))
            return default

    def text(self, name: str, longest: int, *, lines: bool = False) -> str:
        """The field as a text."""
        return self.read(name, lambda raw: clean_text(raw, longest=longest, lines=lines), "")

    def require(self, name: str, value: object, sentence: str) -> None:
        """Refuse a field that is blank and at no other fault."""
        if not value and self.path + name not in self.errors:
            self.refuse(name, sentence)

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """A misspelt field must not vanish in silence."""
        for name in [name for name in self.raw if name not in known][:20]:
            self.refuse(shown(name)[1:-1] or "?", _about_unknown(str(name), known))

    def refuse(self, name: str, sentence: str) -> None:
        """Add an error."""
        self.errors.setdefault(self.path + name, []).append(sentence)

    def close(self) -> None:
        """Raise all errors, if there are any."""
        if self.errors:
            raise FieldErrors(self.errors)


def _about_unknown(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name[:40].casefold(), known, n=1)
    meant = close[0] if close else ALIASES.get(name[:40].casefold(), "")
    hint = f" Did you mean “{meant}”?" if meant else ""
    extras = " Put what has no field of its own under “attributes”." if known is KNOWN else ""
    return f"There is no such field.{hint}{extras}"


def read_asked_for(raw: object) -> str:
    """What was asked for; this is what makes a hand-raise."""
    text = clean_text(raw, longest=100).casefold()
    options = FIELDS["request"].options
    if text and text not in options:
        raise Refused(f"Choose one of: {', '.join(sorted(options))}.")
    return text


def _read_attributes(sheet: _Sheet, own: Mapping[str, FieldSpec]) -> dict[str, object]:
    raw = sheet.raw.get("attributes")
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, Mapping):
        sheet.refuse("attributes", "Send an object of names and values.")
        return {}
    if len(raw) > MOST_ATTRIBUTES:
        sheet.refuse("attributes", f"At most {MOST_ATTRIBUTES} entries; this has {len(raw)}.")
        return {}
    kept: dict[str, object] = {}
    for key, value in raw.items():
        try:
            name = _attribute_name(key)
            kept[name] = own[name].read(value) if name in own else read_scalar(value)
        except Refused as refusal:
            sheet.refuse(f"attributes.{shown(key)[1:-1]}", str(refusal))
    kept = {key: value for key, value in kept.items() if not (value is None and key in own)}
    size = sum(len(key) + len(str(value)) for key, value in kept.items())
    if size > LONGEST_ATTRIBUTES:
        sheet.refuse(
            "attributes", f"At most {LONGEST_ATTRIBUTES:,} characters in all; this has {size:,}."
        )
    return kept


def _attribute_name(key: object) -> str:
    name = clean_text(key, longest=LONGEST_ATTRIBUTE_NAME)
    if not name:
        raise Refused("Give this entry a name.")
    return name


def _read_consent(sheet: _Sheet, now: datetime) -> Agreed:
    """Text and instant, both or neither."""
    raw = sheet.raw.get("consent")
    if raw is None or raw == "":
        return Agreed()
    if not isinstance(raw, Mapping):
        sheet.refuse("consent", "Send an object with “text” and “at”.")
        return Agreed()
    part = _Sheet(raw, "consent.")
    part.refuse_unknown(("text", "at"))
    text = part.text("text", LONGEST_CONSENT, lines=True)
    at: datetime | None = part.read("at", lambda value: _read_past(value, now), None)
    part.require("text", text, "Give the words that the person agreed to.")
    part.require("at", at, "Say when, for example 2026-11-23T10:00:00Z.")
    sheet.errors |= part.errors
    return Agreed() if part.errors else Agreed(text, content_hash(text), at)


def _read_past(raw: object, now: datetime) -> datetime:
    at = instant(raw)
    if at is None:
        raise Refused("Give date, time and zone, for example 2026-11-23T10:00:00Z.")
    if at > now + SKEW:
        raise Refused("This lies in the future.")
    return at
