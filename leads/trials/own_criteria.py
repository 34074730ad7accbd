"""Each criterion of the definition in force beside what sales decided on the leads it judged.

A criterion ranks by how differently sales refused the leads that differ in its field: by the
criterion itself, or by another test of the same field that tells sales' decisions apart better (a
definition asks for 20 people, sales goes by 50).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leads.definition.criteria import Criterion, Definition
from leads.definition.models import DefinitionVersion
from leads.definition.sql_outcomes import MET, NOT_MET, UNKNOWN, Compiled, Reading
from leads.trials.disagreement import Part, Split, distance
from leads.trials.known import Window, leads_known_then

SIDES = {"met": MET, "missed": NOT_MET, "unknown": UNKNOWN}
_DECIDED = "outcome NOT IN ('never_tried', 'waiting')"


@dataclass(frozen=True)
class OwnCriterion:
    """One criterion: what was decided where it was met, not met, and not known; and the most
    telling test of the same field, where there is one."""

    id: str
    sentence: str
    met: Part
    missed: Part
    unknown: Part
    goes_by: Split | None
    asks: tuple[str, str, Any] = ("", "", None)  # field, operator, value

    @property
    def weight(self) -> float:
        """The least by which the shares of refusals differ."""
        by_field = self.goes_by.weight if self.goes_by else 0.0
        return max(distance(self.met, self.missed), by_field)

    @property
    def better(self) -> Split | None:
        """The test that sales goes by, where it is another one than the criterion's own."""
        by = self.goes_by
        return by if by and (by.field, by.operator, by.value) != self.asks else None


def not_in_definition(splits: Sequence[Split], criteria: Sequence[OwnCriterion]) -> list[Split]:
    """The tests that no criterion in force makes, and that none of them is shown with."""
    told = {one.goes_by.key for one in criteria if one.goes_by}
    made = [one.asks for one in criteria]
    return [
        one
        for one in splits
        if one.key not in told and (one.field, one.operator, one.value) not in made
    ]


def own_criteria(window: Window, splits: Sequence[Split]) -> list[OwnCriterion]:
    """The criteria in force, the most telling first; `splits` are those of the same window."""
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()
    if active is None:
        return []
    definition = Definition.from_content(active.content)
    parts = iter(_parts(definition, window))
    best = {one.field: one for one in reversed(splits)}
    rows = [
        OwnCriterion(
            one.id,
            one.sentence,
            next(parts),
            next(parts),
            next(parts),
            best.get(one.field),
            asks_of(one),
        )
        for one in definition.criteria
    ]
    return sorted(rows, key=lambda one: -one.weight)


def asks_of(criterion: Criterion) -> tuple[str, str, Any]:
    """The test of a criterion as a split would make it."""
    value = criterion.value
    plain = list(value) if isinstance(value, (list, tuple)) else value
    return criterion.field, criterion.operator, plain


def _parts(definition: Definition, window: Window) -> list[Part]:
    """Met, not met and unknown of each criterion in turn."""
    judged, outcomes = _judged(definition, window)
    counts = ", ".join(
        f"count(*) FILTER (WHERE {column} = {code}), "
        f"count(*) FILTER (WHERE {column} = {code} AND outcome = 'rejected')"
        for column in outcomes
        for code in SIDES.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts} FROM ({judged.sql}) j WHERE {_DECIDED}",  # noqa: S608  # our own words
            judged.parameters,
        )
        row = cursor.fetchone()
    return [Part(*row[n : n + 2]) for n in range(0, len(row), 2)]


def leads_on_side(window: Window, criterion_id: str, side: str, *, refused: bool) -> list[int]:
    """Ids of the leads that one figure of a criterion in force counts; none where there is no such
    criterion or side."""
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()
    if active is None or side not in SIDES:
        return []
    definition = Definition.from_content(active.content)
    place = next((n for n, one in enumerate(definition.criteria) if one.id == criterion_id), None)
    if place is None:
        return []
    judged, outcomes = _judged(definition, window)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({judged.sql}) j WHERE {_DECIDED}"  # noqa: S608  # our own words
            f" AND {outcomes[place]} = {SIDES[side]} AND (outcome = 'rejected' OR NOT %(refused)s)",
            {**judged.parameters, "refused": refused},
        )
        return [pk for (pk,) in cursor.fetchall()]


def criterion_sentence(criterion_id: str) -> str:
    """What a criterion in force says; its id where there is none such."""
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()
    criteria = Definition.from_content(active.content).criteria if active else ()
    return next((one.sentence for one in criteria if one.id == criterion_id), criterion_id)


def _judged(definition: Definition, window: Window) -> tuple[Compiled, Sequence[str]]:
    """The leads of a window, each with what every criterion found; the names of those columns."""
    reading = Reading(leads_known_then(window), window.days)
    found = reading.found_by(definition)
    return reading.compiled(), found.outcomes
