"""Where sales decides otherwise than the definition: the rule that sales seems to go by.

Every way to part the decided leads in two (a value of a field, a number below or from a cut) is
weighed by how differently sales refused the two parts, at the least that the counts allow: the
distance between the 95 % intervals of the two shares (E. B. Wilson, 1927). So few cases never rank
above many, and a split that chance could have made counts for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db import connection

from leadbridge.kernel.hashing import content_hash
from leads.definition.facts import FIELDS
from leads.trials.known import Window, leads_known_then

LEAST = 10  # decisions on either side of a split
MOST_SPLITS = 20
NUMBERS = ("employees", "value")
CHOICES = ("country", "industry", "source", "campaign", "request")
FIELDS_OF = (*NUMBERS, *CHOICES)
CUTS = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1_000,
        2_000, 5_000, 10_000, 20_000, 50_000, 100_000)  # fmt: skip

Row = dict[str, Any]

_DECIDED = """
    SELECT s.outcome, l.verdict, l.overridden, s.employees, s.value, s.country, s.industry,
        s.source, s.campaign, s.request, s.id
    FROM ({known}) s JOIN leads_lead l ON l.id = s.id
    WHERE s.outcome NOT IN ('never_tried', 'waiting')
"""

_CUTS = f"'{{{{{','.join(map(str, CUTS))}}}}}'::numeric[]"
# The same counted: how many there are of each verdict and outcome, and of each value of a field
# (of a number: how many cuts it reaches), refused or not. No lead leaves the database.
_TALLY = f"""
    WITH decided AS (
        SELECT s.outcome, s.outcome = 'rejected' AS refused,
            CASE WHEN l.overridden THEN 'override' ELSE l.verdict END AS verdict,
            {", ".join(f"width_bucket(s.{n}::numeric, {_CUTS}) AS {n}" for n in NUMBERS)},
            {", ".join(f"nullif(s.{name}, '') AS {name}" for name in CHOICES)}
        FROM ({{known}}) s JOIN leads_lead l ON l.id = s.id
        WHERE s.outcome NOT IN ('never_tried', 'waiting')
    )
    SELECT verdict, outcome, refused, {", ".join(FIELDS_OF)}, count(*) FROM decided
    GROUP BY GROUPING SETS (
        (verdict, outcome), {", ".join(f"(refused, {name})" for name in FIELDS_OF)}
    )
"""  # noqa: S608  # words of this file alone


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share, from 0 to 1."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.959964, part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True)
class Part:
    """One side of a split: how many were decided, and how many of them refused."""

    decided: int
    refused: int

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share of refusals lies."""
        return wilson(self.refused, self.decided)


NOBODY = Part(0, 0)


def distance(one: Part, other: Part) -> float:
    """The least by which two shares of refusals differ; 0 where chance could have done it."""
    low, high = one.interval
    other_low, other_high = other.interval
    return max(0.0, low - other_high, other_low - high)


@dataclass(frozen=True)
class Split:
    """Leads parted by one test: `met` passes it, `missed` does not."""

    field: str
    operator: str
    value: Any
    sentence: str
    met: Part
    missed: Part

    @property
    def key(self) -> str:
        """By which a person picks it."""
        return content_hash([self.field, self.operator, self.value])[:16]

    @property
    def weight(self) -> float:
        """The least by which the shares of refusals differ; 0 where chance could have done it."""
        return distance(self.met, self.missed)

    @property
    def steepness(self) -> float:
        """The difference as it was counted, for splits of equal weight."""
        return abs(self.missed.refused / self.missed.decided - self.met.refused / self.met.decided)


@dataclass(frozen=True)
class Disagreement:
    """The cube of verdict, decision and outcome, and the splits, the most telling first."""

    decided: int
    refused: int
    cells: list[tuple[str, str, int]]
    splits: list[Split]


def decided_rows(window: Window) -> list[Row]:
    """The leads of a window that sales decided on, with what was known of them then."""
    known = leads_known_then(window)
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED.format(known=known.sql), known.parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def disagreement(window: Window) -> Disagreement:
    """What sales decided on the leads that were handed over in a window."""
    cells, values = _tally(window)
    found = [one for one in _splits(values) if one.weight > 0]
    found.sort(key=lambda one: (-one.weight, -one.steepness, one.field, str(one.value)))
    return Disagreement(
        decided=sum(cells.values()),
        refused=sum(number for (_, outcome), number in cells.items() if outcome == "rejected"),
        cells=[(*cell, number) for cell, number in sorted(cells.items())],
        splits=_best_of_each(found)[:MOST_SPLITS],
    )


Values = dict[Any, Part]  # of one field: what became of the leads of each value


def _tally(window: Window) -> tuple[Counter[tuple[str, str]], dict[str, Values]]:
    """How many of each verdict and outcome, and what became of those of each value of each field; a
    field that is not known of a lead does not count it."""
    known = leads_known_then(window)
    cells = Counter[tuple[str, str]]()
    values: dict[str, Values] = {name: {} for name in FIELDS_OF}
    with connection.cursor() as cursor:
        cursor.execute(_TALLY.format(known=known.sql), known.parameters)
        for verdict, outcome, refused, *fields, number in cursor.fetchall():
            if outcome is not None:
                cells[verdict, outcome] += number
            for name, value in zip(FIELDS_OF, fields, strict=True):
                if value is not None:
                    more = Part(number, number if refused else 0)
                    values[name][value] = _together([values[name].get(value, NOBODY), more])
    return cells, values


def verdict_of(row: Row) -> str:
    """What the definition said of a lead, or that somebody overrode it."""
    return "override" if row["overridden"] else str(row["verdict"])


def is_refused(row: Row) -> bool:
    """Did sales say no?"""
    return bool(row["outcome"] == "rejected")


def _best_of_each(splits: list[Split]) -> list[Split]:
    """One cut of a number is enough; the others say the same less clearly."""
    kept, seen = [], set()
    for one in splits:
        key = one.field if one.field in NUMBERS else (one.field, str(one.value))
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _splits(values: Mapping[str, Values]) -> Iterator[Split]:
    for name, of_field in values.items():
        whole = _together(of_field.values())
        if name in NUMBERS:
            for reached, cut in enumerate(CUTS, start=1):
                met = _together(part for value, part in of_field.items() if value >= reached)
                yield from _split(name, cut, met, whole)
        else:
            for value, met in of_field.items():
                yield from _split(name, value, met, whole)


def sides_of(rows: list[Row], field: str, value: Any) -> tuple[list[Row], list[Row]]:
    """Who passes the test of a field, and who does not; who has no such value is neither."""
    met: list[Row] = []
    missed: list[Row] = []
    for row in rows:
        found = row[field]
        if found is None or found == "":
            continue
        (met if (found >= value if field in NUMBERS else found == value) else missed).append(row)
    return met, missed


def _together(parts: Iterable[Part]) -> Part:
    decided = refused = 0
    for part in parts:
        decided, refused = decided + part.decided, refused + part.refused
    return Part(decided, refused)


def _split(field: str, value: Any, met: Part, whole: Part) -> Iterator[Split]:
    missed = Part(whole.decided - met.decided, whole.refused - met.refused)
    if min(met.decided, missed.decided) < LEAST:
        return
    sentence = sentence_of_test(field, f"{value:,}" if field in NUMBERS else str(value))
    if field in NUMBERS:
        yield Split(field, "at_least", value, sentence, met, missed)
    else:
        yield Split(field, "one_of", [value], sentence, met, missed)


def sentence_of_test(field: str, value: str) -> str:
    """What a test asks, in words."""
    label = FIELDS[field].label.capitalize() if field in FIELDS else field
    return f"{label} is {value}{' or more' if field in NUMBERS else ''}"[:200]


def proposed_content(content: dict[str, Any], split: Split) -> dict[str, Any]:
    """The definition with what sales goes by as a gate, or, where sales refuses what meets it, as a
    barrier; a gate on the same field with the same operator gets the new value."""
    refused = split.met.refused / split.met.decided > split.missed.refused / split.missed.decided
    kind = "barrier" if refused else "gate"
    criteria = [dict(one) for one in content["criteria"]]
    same = [
        one
        for one in criteria
        if (one["kind"], one["field"], one["operator"]) == (kind, split.field, split.operator)
    ]
    sentence = f"Not: {split.sentence}" if refused else split.sentence
    if same and split.operator == "at_least":
        same[0] |= {"value": split.value, "sentence": sentence[:200]}
    else:
        ids = {one["id"] for one in criteria}
        name = next(f"{split.field}_{n}" for n in range(1, 100) if f"{split.field}_{n}" not in ids)
        criteria.append({
            "id": name, "kind": kind, "sentence": sentence[:200], "field": split.field,
            "operator": split.operator, "value": split.value, "unknown": "pass",
        })  # fmt: skip
    return {**content, "criteria": criteria}
