"""The list behind a figure: its clocks, a page at a time or all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from leadbridge.kernel.time import utc_text
from leads.definition.fields import live_fields
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import RUNNING_DUE, state_of
from sla.reports.causes import cause_of
from sla.reports.handovers.parts import OF_SUBMISSION
from sla.reports.hole_parts import OF_NOW
from sla.reports.rollups.counting import counts_of
from sla.reports.rollups.handed import HandedBy, handed_count, handed_in
from sla.reports.slices import LABELS, Part, Slice, clocks_in

PAGE = 50
# Most urgent first where somebody should act, newest first where it is a record.
OF_DUE = frozenset({Part.DUE, Part.MET, Part.MET_LATE, Part.MISSED_OPEN, Part.MISSED})
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
    start = (page - 1) * PAGE
    end = start + PAGE
    whole = length_of(slice_, part, now=now)
    if part not in OF_DUE or slice_.kind or slice_.holder_id:
        first = list(_ordered(slice_, part, now).values_list("pk", flat=True)[start:end])
    else:
        first = _first_of_kinds(slice_, part, now, end)[start:]
    found = {clock.pk: clock for clock in _rows(Clock.objects.filter(pk__in=first), now)}
    shown = [found[pk] for pk in first if pk in found]
    return Listing(LABELS[part], whole, start, tuple(shown))


def length_of(slice_: Slice, part: Part, *, now: datetime) -> int:
    """How many clocks a list holds: of days that are over as they were kept, which says the same
    as the rows."""
    if slice_.by_rows or part not in OF_DUE | OF_SUBMISSION:
        return clocks_in(slice_, part, now).count()
    if part in OF_SUBMISSION:
        return handed_count(handed_in(slice_, HandedBy.NONE, now=now), part)
    due, met, late, still_open = counts_of(slice_, (), now).get((), (0, 0, 0, 0))
    counts = {Part.DUE: due, Part.MET: met, Part.MET_LATE: late, Part.MISSED_OPEN: still_open}
    return counts.get(part, late + still_open)


def _first_of_kinds(slice_: Slice, part: Part, now: datetime, end: int) -> list[int]:
    """The first clocks of all kinds together: each kind is in the order of the one index by due
    instant, so that nothing is sorted but what is shown."""
    first, *others = (
        clocks_in(replace(slice_, kind=kind), part, now)
        .order_by("-due_at", "-pk")
        .values_list("pk", "due_at")[:end]
        for kind in KINDS
    )
    together = first.union(*others, all=True).order_by("-due_at", "-pk")
    return [pk for pk, _ in together[:end]]


def in_order(slice_: Slice, part: Part, now: datetime) -> QuerySet[Clock]:
    """The clocks of a figure with all that a row names."""
    return _rows(_ordered(slice_, part, now), now)


def _ordered(slice_: Slice, part: Part, now: datetime) -> QuerySet[Clock]:
    found = clocks_in(slice_, part, now)
    if part in OF_NOW:
        return found.order_by(RUNNING_DUE, "pk")
    return found.order_by(*(("due_at", "pk") if part in _OLDEST_FIRST else ("-due_at", "-pk")))


def _rows(clocks: QuerySet[Clock], now: datetime) -> QuerySet[Clock]:
    found = clocks.select_related(
        "lead__person", "lead__holder", "lead__team__manager", "holder", "team"
    )
    return found.annotate(cause=cause_of(now))


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
