"""What the pages of the definition show beside what every signed document shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from leadbridge.kernel.time import local
from leadbridge.people.access import viewer_of
from leadbridge.people.document_queries import Standing
from leadbridge.people.document_screen import base_version
from leadbridge.people.models import User
from leads.definition.criteria import Definition
from leads.definition.difference import changes, grouped
from leads.definition.examples import Example
from leads.definition.models import DefinitionVersion
from leads.definition.remarks import remarks_on
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, Stage


@dataclass(frozen=True)
class Said:
    """One remark on a version."""

    who: str
    when: str
    words: str


def difference(version: DefinitionVersion, standing: Standing) -> list[tuple[str, list[str]]]:
    """What a version says otherwise: one that is to come than the version in force, one that came
    than the version it followed; by part."""
    base = base_version(version, standing)
    if base is None:
        return []
    before, after = Definition.from_content(base.content), Definition.from_content(version.content)
    return grouped(changes(before, after))


def marked_against(version: DefinitionVersion, standing: Standing) -> Definition | None:
    """The version whose differences a page marks in the text: only for what is to come."""
    if version == standing.active or version.state == DefinitionVersion.State.RETIRED:
        return None
    base = standing.active
    return Definition.from_content(base.content) if base else None


def said_on(version: DefinitionVersion, zone: str) -> list[Said]:
    """The thread of remarks."""
    return [
        Said(str(one.by), f"{local(one.at, zone):%-d %b %Y, %H:%M}", one.text)
        for one in remarks_on(version)
    ]


def readable(examples: Iterable[Example], user: User) -> set[str]:
    """Of the examples, the references of leads that this person may open."""
    ids = [one.lead_id for one in examples]
    if not ids:
        return set()
    found = Lead.objects.visible_to(viewer_of(user)).filter(pk__in=ids)
    return {f"L-{pk}" for pk in found.values_list("pk", flat=True)}


def candidates() -> list[tuple[str, str]]:
    """Leads worth being examples: what was won or nearly so, and what sales sent back."""
    good = Lead.objects.filter(stage__in=(Stage.WON, Stage.OPPORTUNITY)).order_by("-changed_at")
    bad = Lead.objects.filter(stage=Stage.REJECTED).order_by("-changed_at")
    rows = [*good.select_related("person")[:12], *bad.select_related("person")[:12]]
    return [(lead.ref, f"{lead.name}, {LABELS[Stage(lead.stage)].lower()}") for lead in rows]
