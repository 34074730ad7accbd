"""The leads, or the attempts, behind a number of the scorecard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leads.handoff.models import Event, Lead
from leads.handoff.stages import LABELS, Stage
from sla.reports.captures import leads_on, touches_in
from sla.reports.rollups.came import reached_in, touches_made
from sla.reports.scorecard.ladder import Rung
from sla.reports.scorecard.screen import RUNG_NAMES, TOUCHES
from sla.reports.slices import Slice

PAGE = 50
HEAD = ("lead", "name", "source", "campaign", "stage", "value", "at")


@dataclass(frozen=True)
class Row:
    """One line: a lead and when it came in, or when somebody tried to reach it."""

    lead: Lead
    at: datetime

    @property
    def stage(self) -> str:
        """Where it stands now."""
        return LABELS[Stage(self.lead.stage)]


@dataclass(frozen=True)
class Listing:
    """One page; `whole` is the figure."""

    title: str
    whole: int
    rows: tuple[Row, ...]


def title_of(part: str) -> str:
    """What is listed; DomainError `not_found` for a part that is none."""
    if part == TOUCHES:
        return "Attempts to reach people"
    if part not in list(Rung):
        raise DomainError("not_found", "There is no such list; its figure may be gone.", status=404)
    return RUNG_NAMES[Rung(part)]


def list_rows(slice_: Slice, part: str, campaign: str, *, page: int, now: datetime) -> Listing:
    """A page of what a number counts, newest first."""
    title, found = title_of(part), _found(slice_, part, campaign)
    start, whole = (page - 1) * PAGE, length_of(slice_, part, campaign, now=now)
    return Listing(title, whole, tuple(_rows(found[start : start + PAGE])))


def length_of(slice_: Slice, part: str, campaign: str, *, now: datetime) -> int:
    """How many a list holds: of days that are over as they were kept, which says the same as the
    rows."""
    if part == TOUCHES:
        return touches_made(slice_, now=now)
    return reached_in(slice_, Rung(part), campaign, now=now)


def csv_rows(slice_: Slice, part: str, campaign: str) -> Iterator[tuple[object, ...]]:
    """All of it as rows of a file."""
    title_of(part)
    yield HEAD
    for row in _rows(_found(slice_, part, campaign).iterator(chunk_size=1000)):
        lead = row.lead
        value = "" if lead.value is None else lead.value
        yield (lead.ref, lead.name, lead.source, lead.campaign, lead.stage, value, utc_text(row.at))


Found = QuerySet[Lead] | QuerySet[Event]


def _found(slice_: Slice, part: str, campaign: str) -> Found:
    if part == TOUCHES:
        return touches_in(slice_).select_related("lead__person").order_by("-at", "-pk")
    leads = leads_on(slice_, Rung(part), campaign)
    return leads.select_related("person").order_by("-captured_at", "-pk")


def _rows(found: "Found | Iterator[Lead] | Iterator[Event]") -> Iterator[Row]:
    for one in found:
        yield Row(one.lead, one.at) if isinstance(one, Event) else Row(one, one.captured_at)
