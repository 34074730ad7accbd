"""The list behind a figure: its clocks, a page at a time or all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from leadbridge.kernel.time import utc_text
from leads.definition.fields import live_fields
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import state_of
from sla.reports.causes import cause_of
from sla.reports.slices import LABELS, OF_NOW, Part, Slice, clocks_in

PAGE = 50
# Most urgent first where somebody should act, newest first where it is a record.
_OLDEST_FIRST = OF_NOW | {Part.WAITING}
CSV_HEAD = (
    "lead", "name", "clock", "state", "holder", "team", "source", "value", "started_at", "due_at",
    "stopped_at", "noticed_at", "working_seconds", "target_seconds", "cause",
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """One page of a list; `whole` is the figure."""

    title: str
    whole: int
    start: int
    clocks: tuple[Clock, ...]

    @property
    def more(self) -> bool:
        """Is there a page after this one?"""
        return self.start + len(self.clocks) < self.whole

    @property
    def missed(self) -> tuple[Clock, ...]:
        """Those of the page that were not kept."""
        return tuple(clock for clock in self.clocks if getattr(clock, "cause", ""))

    @property
    def seen(self) -> tuple[object, ...]:
        """What of it is on screen, to tell whether it changed."""
        rows = [
            (c.pk, c.stopped_at, c.void_at, c.detected_at, c.holder_id, c.lead.changed_at)
            for c in self.clocks
        ]
        return (self.whole, self.start, *rows)


def list_clocks(slice_: Slice, part: Part, *, now: datetime, page: int = 1) -> Listing:
    """The clocks of a figure, a page of them."""
    found = in_order(slice_, part, now)
    start = (page - 1) * PAGE
    return Listing(LABELS[part], found.count(), start, tuple(found[start : start + PAGE]))


def in_order(slice_: Slice, part: Part, now: datetime) -> QuerySet[Clock]:
    """The clocks of a figure with all that a row names."""
    found = clocks_in(slice_, part, now).select_related(
        "lead__person", "lead__holder", "lead__team__manager", "holder", "team"
    )
    order = ("due_at", "pk") if part in _OLDEST_FIRST else ("-due_at", "-pk")
    return found.annotate(cause=cause_of(now)).order_by(*order)


def csv_rows(slice_: Slice, part: Part, *, now: datetime) -> Iterator[list[str]]:
    """The whole list as rows of text, its head first and own fields last."""
    own = live_fields()
    yield [*CSV_HEAD, *(spec.key for spec in own)]
    for clock in in_order(slice_, part, now).iterator(chunk_size=1000):
        lead = clock.lead
        yield [
            lead.ref,
            lead.name,
            clock.kind,
            state_of(clock, now),
            str(clock.holder) if clock.holder else "",
            clock.team.name,
            lead.source,
            "" if lead.value is None else str(lead.value),
            *(
                utc_text(at) or ""
                for at in (clock.started_at, clock.due_at, clock.stopped_at, clock.detected_at)
            ),
            "" if clock.elapsed_seconds is None else str(clock.elapsed_seconds),
            str(clock.target_seconds),
            getattr(clock, "cause", ""),
            *(spec.say(lead.attributes.get(spec.key)) for spec in own),
        ]


def label_of_kind(kind: str) -> str:
    """A kind of clock in words."""
    return KINDS[kind].label if kind in KINDS else kind
