"""Pairs that wait for an answer, and merges that can be taken back, as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from leadbridge.people.access import Viewer
from leads.duplicates.models import Likeness
from leads.handoff.merging import may_join
from leads.handoff.models import OPEN, Event, Lead
from leads.handoff.stages import Action, Stage

# Further along first: of two leads, the one on which more was done goes on.
_WAY = (
    Stage.CAPTURED, Stage.NURTURING, Stage.RECYCLED, Stage.REJECTED, Stage.SUBMITTED,
    Stage.ACCEPTED, Stage.WORKING, Stage.OPPORTUNITY,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two open leads that look like one person's. `keeps` is the one that should go on."""

    id: int
    why: tuple[str, ...]
    found_at: datetime
    keeps: Lead
    other: Lead


@dataclass(frozen=True)
class Joined:
    """A lead that is merged, by whom and when."""

    lead: Lead
    by: str
    at: datetime


def waiting_pairs(viewer: Viewer) -> QuerySet[Likeness]:
    """Pairs without an answer, both of whose people have an open lead that this person may see;
    the newest first."""
    visible = Lead.objects.open().visible_to(viewer)
    return Likeness.objects.filter(
        Exists(visible.filter(person=OuterRef("one"))),
        Exists(visible.filter(person=OuterRef("other"))),
        answer="",
    ).order_by("-pk")


def pairs_of(rows: Iterable[Likeness]) -> list[Pair]:
    """Each with its two leads; two queries for any number. A pair one of whose leads ended in
    between is left out."""
    found = list(rows)
    people = {person for row in found for person in (row.one_id, row.other_id)}
    leads = Lead.objects.filter(person__in=people, stage__in=OPEN).with_people()
    acts = leads.annotate(acts=Count("events"))
    of = {lead.person_id: lead for lead in acts.order_by("pk")}
    return [
        Pair(row.pk, tuple(row.why), row.found_at, *_ordered(of[row.one_id], of[row.other_id]))
        for row in found
        if row.one_id in of and row.other_id in of
    ]


def _ordered(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    first, second = sorted((one, other), key=lambda lead: (-_WAY.index(Stage(lead.stage)), lead.pk))
    return first, second


def lately_joined(viewer: Viewer, number: int = 20) -> list[Joined]:
    """The last merges that still stand, of leads this person may see."""
    visible = Lead.objects.filter(stage=Stage.MERGED).visible_to(viewer)
    events = Event.objects.filter(action=Action.MERGE, lead__in=visible)
    rows = events.select_related("lead__person", "lead__merged_into__person", "actor")
    found: dict[int, Joined] = {}
    for event in rows.order_by("-at", "-pk")[: number * 2]:
        joined = Joined(event.lead, str(event.actor or "LeadBridge"), event.at)
        found.setdefault(event.lead_id, joined)
    return list(found.values())[:number]


def joins_leads(viewer: Viewer) -> bool:
    """May this person answer such questions."""
    return may_join(viewer)
