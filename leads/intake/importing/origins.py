"""Where the value of a field comes from: what mapping files of leads and of a past share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from leadbridge.kernel.reading import Reader
from leads.intake.importing.refusals import Refused

PARTS = ("column", "constant", "blank", "filled", "values", "format", "zone", "prefix")
_TEXTS = ("constant", "blank", "filled", "format", "zone", "prefix")
LONGEST_COLUMN = 200


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: the first column that is filled, or a constant.

    `values` translates what is found, `blank` stands for nothing and `filled` for anything at all,
    as in a column that only shows when somebody bought; `prefix` is taken off where it stands.
    `format` and `zone` say how a date is written.
    """

    columns: tuple[str, ...] = ()
    constant: str = ""
    blank: str = ""
    filled: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    format: str = ""
    zone: str = ""
    prefix: str = ""

    @property
    def column(self) -> str:
        """The column, or the first of several."""
        return self.columns[0] if self.columns else ""

    def read(self, row: Mapping[str, str]) -> str:
        """The text for a row; Refused where the mapping does not know it."""
        if not self.columns:
            return self.constant
        raw = ""
        for column in self.columns:
            raw = row.get(column, "").strip()
            if raw:
                break
        if raw and self.filled:
            return self.filled
        if self.prefix:
            raw = raw.removeprefix(self.prefix)
        if self.values and (raw or "" in self.values):
            if raw not in self.values:
                known = ", ".join(self.values)
                raise Refused("", f"“{raw[:40]}” is not in the mapping's values ({known}).")
            return self.values[raw]
        return raw or self.blank

    def content(self) -> dict[str, object]:
        """As a mapping file says it."""
        said: dict[str, object] = {name: getattr(self, name) for name in _TEXTS}
        kept = {name: value for name, value in said.items() if value}
        if len(self.columns) > 1:
            kept["column"] = list(self.columns)
        elif self.columns:
            kept["column"] = self.column
        elif not self.constant:
            kept["constant"] = ""
        return {**kept, **({"values": dict(self.values)} if self.values else {})}


def read_origin(raw: object, where: str, reader: Reader) -> Origin:
    """A column by its name, several of which the first that is filled counts, or a table that says
    more."""
    if isinstance(raw, str | list):
        return Origin(columns=_columns(raw, where, reader))
    body = reader.mapping(raw, where, keys=PARTS)
    if ("column" in body) == ("constant" in body):
        reader.refuse(where, "name either a column or a constant.")
    values = body.get("values", {})
    if not isinstance(values, dict):
        reader.refuse(where, "values are written as { theirs = “ours” }.")
    texts = {part: _text(body.get(part, ""), f"{where}, {part}", reader) for part in _TEXTS}
    if texts["zone"] and texts["zone"] not in available_timezones():
        reader.refuse(f"{where}, zone", f"“{texts['zone']}” is no time zone; say Europe/Berlin.")
    return Origin(
        columns=_columns(body["column"], where, reader) if "column" in body else (),
        values={theirs: _text(ours, f"{where}, values", reader) for theirs, ours in values.items()},
        **texts,
    )


def _columns(raw: object, where: str, reader: Reader) -> tuple[str, ...]:
    names = raw if isinstance(raw, list) else [raw]
    found = reader.items(names, where, least=1, most=10)
    return tuple(reader.text(name, where, longest=LONGEST_COLUMN) for name in found)


def _text(raw: object, where: str, reader: Reader) -> str:
    """A text that may be empty; numbers are what some people leave without quotes."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    return reader.text(raw, where, longest=200) if raw != "" else ""


def missing_columns(origins: Sequence[Origin], header: Sequence[str]) -> list[str]:
    """The columns that are named and not there; of several one is enough."""
    there = set(header)
    missing: dict[str, None] = {}
    for origin in origins:
        if origin.columns and not there & set(origin.columns):
            missing[origin.column] = None
    return list(missing)


def read_instant(text: str, origin: Origin, zone: ZoneInfo | None) -> datetime:
    """A text as the instant that it means; Refused where format or zone leave that open."""
    found = _written(text, origin.format)
    if found.tzinfo is not None:
        return found
    there = ZoneInfo(origin.zone) if origin.zone else zone
    if there is None:
        raise Refused("", f"“{text[:40]}” bears no zone; say in which time zone it was written.")
    return found.replace(tzinfo=there)


def read_day(text: str, origin: Origin) -> date:
    """A text as a day; Refused where it is none."""
    return _written(text, origin.format).date()


def _written(text: str, form: str) -> datetime:
    try:
        if form:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the zone is asked for afterwards
        return datetime.fromisoformat(text)
    except ValueError:
        wanted = f"the format {form}" if form else "ISO 8601, as 2026-11-23 10:00"
        raise Refused("", f"“{text[:40]}” is no date; it should be in {wanted}.") from None
