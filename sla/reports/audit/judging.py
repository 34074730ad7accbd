"""Reading an uploaded past by what was typed beside it. Nothing is kept unless that is asked for;
then it is lived through by the very import that `manage.py import_history` runs."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_house
from leadbridge.people.models import User
from leads.intake.importing.origins import Origin
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar, require_working_time
from sla.calendars.content import WEEKDAYS, zone_of
from sla.calendars.typed import read_hours
from sla.reports.audit.columns import COLUMNS, guess_columns, guess_outcomes
from sla.reports.history.importing import Importer, Refusal, Result, mapping_for
from sla.reports.history.known import known_mapping
from sla.reports.history.leaks import Leakage
from sla.reports.history.mapping import Mapping as Past
from sla.reports.history.table import Table, open_table

USUAL = {
    "zone": "Europe/Amsterdam", "hours": "09:00–17:00", "accept": "60m", "first_touch": "8h",
    "gone": "", **dict.fromkeys(COLUMNS, ""),
}  # fmt: skip
MOST_REFUSALS = 10
MOST_KEPT = 5_000  # leads; one waits for the page
MOST_OUTCOMES = 50


@dataclass(frozen=True)
class Judged:
    """The figures of a file under the hours and targets that were typed."""

    result: Result
    leakage: Leakage
    refusals: list[Refusal]


class Unmapped(DomainError):
    """A file whose columns have to be named first; `header` is what there is to choose from."""

    def __init__(self, header: list[str]) -> None:
        listed = ", ".join(f"“{one[:60]}”" for one in header[:30])
        super().__init__(
            "unreadable",
            "Say which column names each lead and which tells when it was handed off. "
            f"The file has: {listed}.",
            field="external_id",
        )


def header_of(content: bytes, name: str) -> list[str]:
    """The columns of a file; DomainError where it is no table."""
    with _opened(content, name) as table:
        return table.header


def columns_for(header: list[str], typed: Mapping[str, str]) -> dict[str, str]:
    """The column of each of our names: as typed, or guessed while nothing is."""
    named = {name: typed.get(name, "").strip() for name in COLUMNS}
    if not any(named.values()):
        return guess_columns(header)
    return {name: column for name, column in named.items() if column}


def judge_file(
    content: bytes, name: str, typed: Mapping[str, str], *, now: datetime, keep: bool = False
) -> Judged:
    """Read a file and judge it; with `keep` live it through as history, else forget it.

    DomainError where the file, or what was typed, cannot be read.
    """
    said = {key: typed.get(key, usual).strip() for key, usual in USUAL.items()}
    refusals: list[Refusal] = []

    def tell(refusal: Refusal) -> None:
        if len(refusals) < MOST_REFUSALS:
            refusals.append(refusal)

    with _opened(content, name) as table:
        mapping = mapping_for(table, _mapping(table, said))
        if keep and next(islice(table.rows(), MOST_KEPT, None), None) is not None:
            raise DomainError(
                "invalid",
                f"More than {MOST_KEPT:,} leads are kept by manage.py import_history.",
                field="file",
            )
        leakage = Leakage([one.strip() for one in said["gone"].split(",") if one.strip()])
        result = Importer(
            Path(name).stem or "file", table, mapping, now, tell, lambda rows: None,
            dry=not keep, look=leakage.add,
        ).run()  # fmt: skip
    return Judged(result, leakage, refusals)


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever may not make the past part of the house: it makes
    teams and people that are gone."""
    if not keeps_house(user):
        raise DomainError("forbidden", "A past is kept by an administrator.", status=403)


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"past{Path(name).suffix[:6]}"
        path.write_bytes(content)
        yield open_table(path)


def _mapping(table: Table, said: Mapping[str, str]) -> Past:
    """The columns that were named or guessed; a header that is known also has its words known."""
    zone = zone_of(said["zone"])
    blocks = read_hours(said["hours"], "hours")
    weekly = {"timezone": zone.key, "weekly": {day: blocks for day in WEEKDAYS[:5] if blocks}}
    hours = BusinessCalendar.from_content(weekly)
    require_working_time(hours)
    targets = {kind: said[kind] for kind in ("accept", "first_touch") if said[kind]}
    agreement = Agreement.from_content({"defaults": {k: {"amount": v} for k, v in targets.items()}})
    columns, known = columns_for(table.header, said), known_mapping(table.header)
    if known is not None and columns == guess_columns(table.header):
        return replace(known, calendar=hours.content(), agreement=agreement, targets=tuple(targets))
    fields = {name: Origin(columns=(column,)) for name, column in columns.items()}
    if not {"external_id", "handed_off_at"} <= fields.keys():
        raise Unmapped(table.header)
    if "outcome" in fields:
        fields["outcome"] = _outcomes(table, columns["outcome"])
    return Past(zone, fields, hours.content(), agreement, tuple(targets))


def _outcomes(table: Table, column: str) -> Origin:
    """The column of ends with their words translated, as far as they are plain."""
    words: dict[str, None] = {"": None}
    for _, cells in table.rows():
        if isinstance(cells, dict) and len(words) < MOST_OUTCOMES:
            words[cells.get(column, "").strip()] = None
    known = guess_outcomes(words)
    return Origin(columns=(column,), values=known if len(words) < MOST_OUTCOMES else {})
