"""Which column of a file is which field of ours: read from TOML or JSON, said as content again."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, available_timezones

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import Reader
from leads.intake.cleaning import LONGEST_ATTRIBUTE_NAME, MOST_ATTRIBUTES
from leads.intake.importing.origins import Origin, missing_columns, read_origin

# Of ours, as the page calls them. `name` is split in two; `acted_at` is when the person acted.
FIELDS: dict[str, str] = {
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "name": "Whole name",
    "title": "Job title",
    "company": "Company",
    "country": "Country",
    "employees": "Employees",
    "industry": "Industry",
    "source": "Source",
    "campaign": "Campaign",
    "external_id": "Its id in the other system",
    "request": "What was asked for",
    "message": "Message",
    "value": "Amount",
    "acted_at": "When they acted",
    "consent_text": "What they agreed to",
    "consent_at": "When they agreed",
    "outcome": "Outcome (won, lost)",
    "outcome_at": "When it was won or lost",
}
INSTANTS = ("acted_at", "consent_at", "outcome_at")
OUTCOMES = ("won", "lost", "open", "")
CONTACTS = ("email", "phone")
ATTRIBUTE = "attributes."
SOURCE = "file"  # where neither column nor constant says where a lead came from
_ALIASES = {"captured_at": "acted_at"}
_OF_THE_PAST = ("handed_off_at", "accepted_at", "followed_up_at", "holder")
_READER = Reader("invalid_mapping")


@dataclass(frozen=True)
class LeadMapping:
    """How the rows of a file become leads. `zone` is that of instants that bear none."""

    fields: Mapping[str, Origin]
    zone: ZoneInfo | None = None

    @property
    def brings_contact(self) -> bool:
        """Whether its rows say how to reach somebody. Where not, rows are known by their id."""
        return any(name in self.fields for name in CONTACTS)

    @property
    def attributes(self) -> dict[str, Origin]:
        """What has no field of its own, by the names it is kept under."""
        return {
            name.removeprefix(ATTRIBUTE): origin
            for name, origin in self.fields.items()
            if name.startswith(ATTRIBUTE)
        }

    def missing_in(self, header: Sequence[str]) -> list[str]:
        """The columns that it names and the file does not have."""
        return missing_columns(list(self.fields.values()), header)

    def without(self, columns: Sequence[str]) -> "LeadMapping":
        """The same with nothing read from these columns."""
        kept = {name: o for name, o in self.fields.items() if o.column not in columns}
        return replace(self, fields=kept)

    def content(self) -> dict[str, object]:
        """As it is kept; `mapping_of` reads it again."""
        zone = {"zone": self.zone.key} if self.zone else {}
        return {**zone, "fields": {name: o.content() for name, o in self.fields.items()}}


def read_lead_mapping(text: str) -> LeadMapping:
    """Read a mapping file; DomainError `invalid_mapping` names the place and the cure."""
    try:
        raw: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DomainError("invalid_mapping", f"The mapping is no TOML: {error}.") from error
    return mapping_of(raw)


def mapping_of(raw: object) -> LeadMapping:
    """The mapping in content as it is kept, sent or read from a file; DomainError otherwise.

    `[calendar]` and `[targets]` are for pasts and mean nothing here.
    """
    keys = ("zone", "fields", "attributes", "calendar", "targets")
    body = _READER.mapping(raw, "mapping", keys=keys, needs=("fields",))
    given = body["fields"]
    if not isinstance(given, dict):
        _READER.refuse("fields", "write them as a table.")
    fields: dict[str, Origin] = {}
    for name, value in given.items():
        fields[_known(name)] = read_origin(value, f"fields, {name}", _READER)
    extra = body.get("attributes", {})
    if not isinstance(extra, dict):
        _READER.refuse("attributes", "write them as a table.")
    for name, value in extra.items():
        where = f"attributes, {name}"
        fields[_attribute(name)] = read_origin(value, where, _READER)
    _check(fields)
    return LeadMapping(fields, _zone(body.get("zone", "")))


def _known(name: str) -> str:
    name = _ALIASES.get(name, name)
    if name.startswith(ATTRIBUTE):
        return _attribute(name.removeprefix(ATTRIBUTE))
    if name in _OF_THE_PAST:
        _READER.refuse(f"fields, {name}", "belongs to a past; `manage.py import_history` reads it.")
    if name not in FIELDS:
        known = ", ".join(FIELDS)
        _READER.refuse(
            f"fields, {name}", f"is not known here; use {known}, or put it under [attributes]."
        )
    return name


def _attribute(name: str) -> str:
    return ATTRIBUTE + _READER.text(name, "attributes", longest=LONGEST_ATTRIBUTE_NAME)


def _zone(raw: object) -> ZoneInfo | None:
    if raw == "":
        return None
    if not isinstance(raw, str) or raw not in available_timezones():
        _READER.refuse("zone", "that is no time zone; say for example Europe/Berlin.")
    return ZoneInfo(raw)


def _check(fields: Mapping[str, Origin]) -> None:
    """What can never give a lead is refused before any row is read."""
    if not any(name in fields for name in (*CONTACTS, "external_id")):
        _READER.refuse(
            "fields", "name the column of the e-mail address, the phone number or the external_id."
        )
    if sum(name.startswith(ATTRIBUTE) for name in fields) > MOST_ATTRIBUTES:
        _READER.refuse("attributes", f"at most {MOST_ATTRIBUTES} columns can be kept as such.")
    if "outcome" in fields:
        said = {*fields["outcome"].values.values(), fields["outcome"].constant}
        unknown = sorted(said - set(OUTCOMES))
        if unknown:
            _READER.refuse("fields, outcome", f"“{unknown[0]}” is none; say won, lost or open.")
