"""Which definition is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.definition.verdict import Verdict, judge


@dataclass(frozen=True)
class ActiveDefinition:
    """A signed version, ready to judge by."""

    version_id: int
    number: int
    definition: Definition

    def judge(self, facts: Mapping[str, object], now: datetime) -> Verdict:
        """What it says of a lead."""
        return judge(self.definition, facts, now=now)


def active_definition() -> ActiveDefinition | None:
    """The definition both sides signed and put into force, or None before the first."""
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE)
    version_id = active.values_list("pk", flat=True).first()
    return definition_version(version_id) if version_id else None


@lru_cache(maxsize=64)
def definition_version(version_id: int) -> ActiveDefinition:
    """One version by its id; read once, because it never changes after it was proposed."""
    version = DefinitionVersion.objects.get(pk=version_id)
    return ActiveDefinition(version.pk, version.version, Definition.from_content(version.content))
