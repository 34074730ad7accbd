"""Reading an uploaded past by what was typed beside it; nothing is kept."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leadbridge.kernel.errors import DomainError
from leads.intake.importing.origins import Origin
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar, require_working_time
from sla.calendars.content import WEEKDAYS, zone_of
from sla.calendars.typed import read_hours
from sla.reports.history.importing import Importer, Refusal, Result, mapping_for
from sla.reports.history.known import known_mapping
from sla.reports.history.leaks import Leakage
from sla.reports.history.mapping import Mapping as Past
from sla.reports.history.table import open_table

# What a form asks for, with what it says unless one says otherwise.
COLUMNS = (
    "external_id", "handed_off_at", "accepted_at", "followed_up_at", "outcome", "outcome_at",
    "holder", "value", "company",
)  # fmt: skip
USUAL = {
    "zone": "Europe/Amsterdam", "hours": "09:00–17:00", "accept": "60m", "first_touch": "8h",
    "gone": "", **dict.fromkeys(COLUMNS, ""),
}  # fmt: skip
MOST_REFUSALS = 10


@dataclass(frozen=True)
class Judged:
    """The figures of a file under the hours and targets that were typed."""

    result: Result
    leakage: Leakage
    refusals: list[Refusal]


def judge_file(
    chunks: Iterable[bytes], name: str, typed: Mapping[str, str], *, now: datetime
) -> Judged:
    """Read a file, judge it, forget it. DomainError where it, or what was typed, cannot be read."""
    said = {key: typed.get(key, usual).strip() for key, usual in USUAL.items()}
    refusals: list[Refusal] = []

    def tell(refusal: Refusal) -> None:
        if len(refusals) < MOST_REFUSALS:
            refusals.append(refusal)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"past{Path(name).suffix[:6]}"
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        table = open_table(path)
        mapping = mapping_for(table, _mapping(table.header, said))
        leakage = Leakage([one.strip() for one in said["gone"].split(",") if one.strip()])
        result = Importer(
            name, table, mapping, now, tell, lambda rows: None, dry=True, look=leakage.add
        ).run()
    return Judged(result, leakage, refusals)


def _mapping(header: list[str], said: Mapping[str, str]) -> Past:
    """The columns that were named, or those of a header that is known, or those called as here."""
    zone = zone_of(said["zone"])
    blocks = read_hours(said["hours"], "hours")
    weekly = {"timezone": zone.key, "weekly": {day: blocks for day in WEEKDAYS[:5] if blocks}}
    hours = BusinessCalendar.from_content(weekly)
    require_working_time(hours)
    targets = {kind: said[kind] for kind in ("accept", "first_touch") if said[kind]}
    agreement = Agreement.from_content({"defaults": {k: {"amount": v} for k, v in targets.items()}})
    named = {name: Origin(columns=(said[name],)) for name in COLUMNS if said[name]}
    known = None if named else known_mapping(header)
    if known is not None:
        return replace(known, calendar=hours.content(), agreement=agreement, targets=tuple(targets))
    fields = {name: Origin(columns=(name,)) for name in COLUMNS if name in header} | named
    if not {"external_id", "handed_off_at"} <= fields.keys():
        listed = ", ".join(f"“{one[:60]}”" for one in header[:30])
        raise DomainError(
            "unreadable",
            "Say which column names each lead and which tells when it was handed off. "
            f"The file has: {listed}.",
            field="external_id",
        )
    return Past(zone, fields, hours.content(), agreement, tuple(targets))
