"""Each criterion of the definition in force beside what sales decided on the leads it judged.

A criterion ranks by how differently sales refused the leads that differ in its field: by the
criterion itself, or by another test of the same field that tells sales' decisions apart better (a
definition asks for 20 people, sales goes by 50).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.definition.sql_outcomes import MET, NOT_MET, UNKNOWN, Reading
from leads.trials.disagreement import Part, Split, distance
from leads.trials.known import Window, leads_known_then


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

    @property
    def weight(self) -> float:
        """The least by which the shares of refusals differ."""
        by_field = self.goes_by.weight if self.goes_by else 0.0
        return max(distance(self.met, self.missed), by_field)


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
            one.id, one.sentence, next(parts), next(parts), next(parts), best.get(one.field)
        )
        for one in definition.criteria
    ]
    return sorted(rows, key=lambda one: -one.weight)


def _parts(definition: Definition, window: Window) -> list[Part]:
    """Met, not met and unknown of each criterion in turn."""
    reading = Reading(leads_known_then(window), window.days)
    found = reading.found_by(definition)
    judged = reading.compiled()
    counts = ", ".join(
        f"count(*) FILTER (WHERE {column} = {code}), "
        f"count(*) FILTER (WHERE {column} = {code} AND outcome = 'rejected')"
        for column in found.outcomes
        for code in (MET, NOT_MET, UNKNOWN)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts} FROM ({judged.sql}) j"  # noqa: S608  # our own words
            " WHERE outcome NOT IN ('never_tried', 'waiting')",
            judged.parameters,
        )
        row = cursor.fetchone()
    return [Part(*row[n : n + 2]) for n in range(0, len(row), 2)]
