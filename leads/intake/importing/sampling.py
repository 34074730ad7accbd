"""What the first rows show: values to know a column by, and what must be asked about its dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leads.definition.own_fields import FieldSpec
from leads.intake.importing.dates import FORMATS, fitting_formats, needs_zone
from leads.intake.importing.mapping import ATTRIBUTE, FIELDS, INSTANTS, LeadMapping
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.origins import Origin
from leads.intake.importing.staging import cells_of

LOOKED_AT = 300  # rows
SHOWN = 3  # values of a column


@dataclass(frozen=True)
class DateQuestion:
    """What a column of dates leaves open: in which of these formats, and in which zone."""

    field: str
    label: str
    column: str
    example: str
    formats: tuple[str, ...]
    needs_zone: bool


def first_rows(file: Import) -> list[list[str]]:
    """The cells of the first rows, without those that are none."""
    rows = ImportRow.objects.filter(file=file, fault="").exclude(cells="").order_by("number")
    return [cells_of(row) for row in rows[:LOOKED_AT]]


def values_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Column to what stands in it, blanks left out."""
    return {
        name: [row[n].strip() for row in rows if n < len(row) and row[n].strip()]
        for n, name in enumerate(header)
    }


def examples(values: Sequence[str]) -> list[str]:
    """A few different values, cut to what a table shows."""
    return [value[:60] for value in list(dict.fromkeys(values))[:SHOWN]]


def date_fields(mapping: LeadMapping, own: Mapping[str, FieldSpec]) -> list[str]:
    """The mapped fields that are instants or days."""
    days = {ATTRIBUTE + key for key, spec in own.items() if spec.type == "date"}
    return [name for name in mapping.fields if name in INSTANTS or name in days]


def questions(
    mapping: LeadMapping, values: Mapping[str, Sequence[str]], own: Mapping[str, FieldSpec]
) -> list[DateQuestion]:
    """What has to be asked about the dates, for every column whose values leave something open."""
    found = []
    for name in date_fields(mapping, own):
        origin = mapping.fields[name]
        seen = [value for column in origin.columns for value in values.get(column, ())]
        fitting = [origin.format] if origin.format else fitting_formats(seen)
        if not seen:
            continue
        form = fitting[0] if fitting else ""
        zone = name in INSTANTS and not (origin.zone or mapping.zone) and needs_zone(seen, form)
        if len(fitting) != 1 or zone:
            label = FIELDS.get(name) or own[name.removeprefix(ATTRIBUTE)].label
            choices = tuple(fitting or FORMATS)
            found.append(DateQuestion(name, label, origin.column, seen[0][:40], choices, zone))
    return found


def settled(
    mapping: LeadMapping, values: Mapping[str, Sequence[str]], own: Mapping[str, FieldSpec]
) -> tuple[LeadMapping, list[DateQuestion]]:
    """The mapping with every format that its values make plain, and without the dates that leave
    something open; those questions beside it."""
    fields: dict[str, Origin] = dict(mapping.fields)
    for name in date_fields(mapping, own):
        origin = fields[name]
        seen = [value for column in origin.columns for value in values.get(column, ())]
        fitting = fitting_formats(seen)
        if not origin.format and len(fitting) == 1:
            fields[name] = replace(origin, format=fitting[0])
    plain = replace(mapping, fields=fields)
    open_ = questions(plain, values, own)
    left = {one.field for one in open_}
    kept = {name: origin for name, origin in fields.items() if name not in left}
    return replace(plain, fields=kept), open_
