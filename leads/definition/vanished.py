"""Criteria that ask for a field which leads no longer have, so that a text says so of itself."""

from leads.definition.criteria import Definition
from leads.definition.fields import live_facts


def vanished_fields(definition: Definition) -> list[str]:
    """A sentence for each such criterion. Costs no query where no own field is asked for."""
    asked = [
        (criterion, condition.field)
        for criterion in definition.criteria
        for condition in criterion.conditions
        if condition.field.startswith("attributes.")
    ]
    there = live_facts() if asked else {}
    return [
        f"“{criterion.sentence}” asks for “{field.removeprefix('attributes.')}”."
        for criterion, field in asked
        if field not in there
    ]
