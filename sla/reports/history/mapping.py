"""The mapping file: for each field of ours a column or a constant; a zone, hours and targets."""

import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import Reader
from leads.intake.importing.origins import Origin, missing_columns, read_origin
from leads.intake.importing.refusals import Refused
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.content import zone_of
from sla.reports.history.joining import Join

INSTANTS = ("captured_at", "handed_off_at", "accepted_at", "followed_up_at", "outcome_at")
# What a lead or a person keeps as text, and how much of it.
TEXTS = {
    "company": 200, "first_name": 100, "last_name": 100, "title": 150, "email": 254, "phone": 40,
    "country": 2, "industry": 100, "campaign": 100,
}  # fmt: skip
FIELDS = ("external_id", "source", "holder", "outcome", "value", *INSTANTS, *TEXTS)
NEEDED = ("external_id", "handed_off_at")
_READER = Reader("invalid_mapping")


@dataclass(frozen=True)
class Mapping:
    """How a file is read, and by what its past is judged."""

    zone: ZoneInfo
    fields: AnyMapping[str, Origin]
    calendar: AnyMapping[str, object]
    agreement: Agreement
    targets: tuple[str, ...]
    join: Join | None = None

    def read(self, name: str, row: AnyMapping[str, str]) -> str:
        """The text of one of our fields, empty where nothing is mapped to it."""
        origin = self.fields.get(name)
        if origin is None:
            return "history" if name == "source" else ""
        try:
            return origin.read(row)
        except Refused as refused:
            raise Refused(name, refused.cure) from None

    def missing_in(self, header: list[str]) -> list[str]:
        """The columns that the mapping names and the file does not have."""
        return missing_columns(list(self.fields.values()), header)

    def without(self, columns: list[str]) -> "Mapping":
        """The same with nothing read from these columns."""
        kept = {name: o for name, o in self.fields.items() if o.column not in columns}
        return replace(self, fields=kept)


def read_mapping(text: str) -> Mapping:
    """Read a mapping file; DomainError names the place and the cure."""
    try:
        raw: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DomainError("invalid_mapping", f"The mapping is no TOML: {error}.") from error
    keys, needs = ("zone", "fields", "calendar", "targets", "join"), ("fields", "calendar")
    body = _READER.mapping(raw, "mapping", keys=keys, needs=needs)
    calendar = BusinessCalendar.from_content(body["calendar"])
    given = _READER.mapping(body["fields"], "fields", keys=FIELDS, needs=NEEDED)
    targets = _READER.mapping(body.get("targets", {}), "targets", keys=tuple(_known_kinds()))
    return Mapping(
        zone=zone_of(body["zone"]) if "zone" in body else calendar.zone,
        fields={
            name: read_origin(value, f"fields, {name}", _READER) for name, value in given.items()
        },
        calendar=calendar.content(),
        agreement=Agreement.from_content({"defaults": targets}),
        targets=tuple(targets),
        join=_join(body["join"]) if "join" in body else None,
    )


def _join(raw: object) -> Join:
    keys = ("file", "on")
    body = _READER.mapping(raw, "join", keys=keys, needs=keys)
    return Join(*(_READER.text(body[key], f"join, {key}", longest=200) for key in keys))


def _known_kinds() -> AnyMapping[str, object]:
    return Agreement.from_content({}).defaults
