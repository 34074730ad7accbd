"""The form that names the columns of a file: a mapping there, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, available_timezones

from leadbridge.kernel.errors import DomainError
from leads.definition.own_fields import FieldSpec
from leads.intake.cleaning import LONGEST, LONGEST_ATTRIBUTE_NAME
from leads.intake.importing.dates import FORMATS
from leads.intake.importing.mapping import ATTRIBUTE, FIELDS, SOURCE, LeadMapping, mapping_of
from leads.intake.importing.models import ImportMapping
from leads.intake.importing.origins import Origin
from leads.intake.importing.presets import PRESETS, guessed_mapping, preset_for
from leads.intake.importing.queries import mappings_for
from leads.intake.importing.sampling import DateQuestion, date_fields, examples, questions

KEPT_AS_IS = "keep"  # under its own name, among the attributes
ISO = "iso"  # the format without a name
_SAID = ("source", "campaign")  # what one may say for the whole file


@dataclass(frozen=True)
class Start:
    """What a sheet begins with: a kept mapping, a preset, or what the names of columns say."""

    use: str
    label: str
    mapping: LeadMapping


@dataclass(frozen=True)
class Column:
    """One column of the file as the sheet shows it."""

    number: int
    name: str
    examples: tuple[str, ...]
    field: str


@dataclass(frozen=True)
class Asked:
    """A question about dates, with what was answered."""

    question: DateQuestion
    formats: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Sheet:
    """The whole form. `needs_zone`: some times do not say where they were written."""

    use: str
    columns: tuple[Column, ...]
    choices: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]
    needs_zone: bool
    zone: str
    source: str
    campaign: str


def starts_for(header: Sequence[str], values: Mapping[str, Sequence[str]]) -> list[Start]:
    """All that may be begun with, the best first."""
    found = [
        Start(f"kept-{one.pk}", one.name, mapping_of(one.content)) for one in mappings_for(header)
    ]
    told = preset_for(header)
    if told is not None:
        found.append(Start(told.name, told.label, told.mapping_for(header)))
    found.append(Start("guess", "What the columns are called", guessed_mapping(header, values)))
    for preset in PRESETS.values():
        if preset is not told:
            found.append(Start(preset.name, preset.label, preset.mapping_for(header)))
    return found


def start_named(use: str, starts: Sequence[Start]) -> Start:
    """The one that was chosen, else the best."""
    return next((one for one in starts if one.use == use), starts[0])


def kept_id(use: str) -> int | None:
    """The kept mapping that a sheet began with."""
    number = use.removeprefix("kept-")
    return int(number) if use.startswith("kept-") and number.isdecimal() else None


def sheet_of(
    start: Start,
    mapping: LeadMapping,
    header: Sequence[str],
    values: Mapping[str, Sequence[str]],
    own: Mapping[str, FieldSpec],
) -> Sheet:
    """The form as a mapping fills it in."""
    by_column = {c: name for name, origin in mapping.fields.items() for c in origin.columns}
    columns = tuple(
        Column(n, name, tuple(examples(values.get(name, ()))), _shown(by_column.get(name, ""), own))
        for n, name in enumerate(header)
    )
    asked = [_asked(one, mapping) for one in questions(mapping, values, own)]
    bare = questions(replace(mapping, zone=None), values, own)
    said = {name: _constant(mapping, name) for name in _SAID}
    if "source" not in mapping.fields:
        said["source"] = SOURCE
    return Sheet(
        start.use,
        columns,
        choices(own),
        tuple(one for one in asked if len(one.formats) > 1),
        any(one.needs_zone for one in bare),
        mapping.zone.key if mapping.zone else "",
        said["source"],
        said["campaign"],
    )


def choices(own: Mapping[str, FieldSpec]) -> tuple[tuple[str, str], ...]:
    """What a column may be."""
    fields = list(FIELDS.items())
    theirs = [(ATTRIBUTE + key, spec.label) for key, spec in own.items()]
    rest = [(KEPT_AS_IS, "Keep under its own name")]
    return (("", "Not taken"), *fields, *theirs, *rest)


def read_sheet(
    posted: Mapping[str, str],
    start: Start,
    header: Sequence[str],
    own: Mapping[str, FieldSpec],
) -> LeadMapping:
    """The mapping that was filled in; DomainError `invalid_mapping` where it can give no lead.

    A field that takes the same columns as before keeps what else was known of them.
    """
    taken: dict[str, list[str]] = {}
    known = dict(choices(own))
    for number, column in enumerate(header):
        name = posted.get(f"column-{number}", "")
        if name == KEPT_AS_IS or (name and name not in known):
            name = ATTRIBUTE + column[:LONGEST_ATTRIBUTE_NAME]
        if name:
            taken.setdefault(name, []).append(column)
    base = start.mapping.fields
    fields: dict[str, Origin] = {}
    for name, columns in taken.items():
        before = base.get(name)
        same = before is not None and set(before.columns) == set(columns)
        fields[name] = before if before is not None and same else Origin(columns=tuple(columns))
    for name in _SAID:
        text = posted.get(name, "").strip()[: LONGEST[name]]
        if name not in fields and text:
            fields[name] = Origin(constant=text)
    zone = posted.get("zone", "")
    mapping = LeadMapping(fields, ZoneInfo(zone) if zone in available_timezones() else None)
    return mapping_of(_with_formats(mapping, posted, own).content())


def _with_formats(
    mapping: LeadMapping, posted: Mapping[str, str], own: Mapping[str, FieldSpec]
) -> LeadMapping:
    fields = dict(mapping.fields)
    for name in date_fields(mapping, own):
        form = posted.get(f"format-{name}", "")
        if form in FORMATS and form:
            fields[name] = replace(fields[name], format=form)
    return replace(mapping, fields=fields)


def still_open(
    mapping: LeadMapping,
    posted: Mapping[str, str],
    values: Mapping[str, Sequence[str]],
    own: Mapping[str, FieldSpec],
) -> list[DateQuestion]:
    """Questions about dates that were not answered."""
    return [
        one
        for one in questions(mapping, values, own)
        if one.needs_zone or (len(one.formats) > 1 and posted.get(f"format-{one.field}", "") != ISO)
    ]


def require_answers(left: Sequence[DateQuestion]) -> None:
    """DomainError that names the first question."""
    if left:
        one = left[0]
        zone = one.needs_zone and len(one.formats) == 1
        what = "in which time zone" if zone else "how"
        raise DomainError(
            "invalid",
            f"Say {what} the dates of “{one.column}” are written, such as {one.example}.",
            field="zone" if zone else f"format-{one.field}",
        )


def kept_mapping(use: str) -> ImportMapping | None:
    """The mapping behind a sheet, where it is one that people keep."""
    number = kept_id(use)
    return ImportMapping.objects.filter(pk=number).first() if number else None


def _shown(name: str, own: Mapping[str, FieldSpec]) -> str:
    if name in FIELDS or name.removeprefix(ATTRIBUTE) in own or not name:
        return name
    return KEPT_AS_IS


def _constant(mapping: LeadMapping, name: str) -> str:
    origin = mapping.fields.get(name)
    return origin.constant or origin.blank if origin else ""


def _asked(question: DateQuestion, mapping: LeadMapping) -> Asked:
    formats = tuple((form or ISO, FORMATS[form]) for form in question.formats if form in FORMATS)
    return Asked(question, formats, mapping.fields[question.field].format)
