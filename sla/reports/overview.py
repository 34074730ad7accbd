"""All that the SLA page shows, read with one `now`. What is on screen is a plain value: two equal
overviews look the same, which is how a live page knows that nothing changed."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q

from leadbridge.kernel.http import stamp_of
from leads.handoff.models import Lead
from leads.handoff.reasons import Labels
from leads.handoff.stages import Action
from sla.agreement.ladder import TELL
from sla.agreement.queries import active_agreement
from sla.clocks.models import Clock, ClockMove, ClockStep, Outage
from sla.clocks.outage import outages_between
from sla.clocks.states import RUNNING_DUE
from sla.reports.asking import Asked
from sla.reports.attainment import Group, Relieved, Score, relieved_of, score_of, scores_by
from sla.reports.crowd.people import SHOWN, Crowd, crowd_of
from sla.reports.groups import By
from sla.reports.handovers.parts import DECISIONS
from sla.reports.ledger import one_snapshot
from sla.reports.proving import broken_now
from sla.reports.rollups.handed import (
    REJECTED,
    HandedBy,
    handed_and_whose,
    handed_in,
    outcome_count,
)
from sla.reports.rollups.handed import Handed as Line
from sla.reports.slices import Part, Slice, clocks_in
from sla.reports.times import Times, times_of
from sla.reports.waiting import BlackHole, black_hole
from sla.reports.weekly.trend import Trend, recent, trend_of

SHOWN_LATE = 10
# A page that took long to count is kept for so many times as long: it then costs at most a
# twentieth of one core, however many people watch it.
KEPT_TIMES, KEPT_FROM_SECONDS = 20, 0.05


@dataclass(frozen=True)
class Standing:
    """How many promises stand so now; `first_due_at` is the oldest of them."""

    count: int
    unassigned: int
    first_due_at: datetime | None


@dataclass(frozen=True)
class Handed:
    """Handovers of the period by what became of them; `leads` counts the leads themselves."""

    leads: int
    accepted: int
    rejected: int
    waiting: int
    otherwise: int

    @property
    def unexplained(self) -> int:
        """Leads handed over of which no clock tells what became of them, or more than one does."""
        told = self.accepted + self.rejected + self.waiting + self.otherwise
        return abs(self.leads - told)


@dataclass(frozen=True)
class Reason:
    """Why leads were rejected, and how many."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Overview:
    """The SLA page."""

    score: Score
    relieved: Relieved
    before: Score
    goals: tuple[float, ...]
    times: Times
    late: Standing
    hole: BlackHole
    soon: Standing
    handed: Handed
    unaccounted: int
    reasons: tuple[Reason, ...]
    rejected_though_qualified: int
    crowd: Crowd
    late_clocks: tuple[int, ...]
    last_change: datetime | None
    outages: tuple[Outage, ...]
    trend: Trend


def overview(asked: Asked, *, now: datetime) -> Overview:
    """The figures of the SLA page for what was asked."""

    def count() -> Overview:
        with one_snapshot():
            return _count(asked.slice, now)

    return _kept(stamp_of((asked.params, asked.slice.team_ids)), count)


def _count(slice_: Slice, now: datetime) -> Overview:
    kinds = scores_by(By.KIND, slice_, now=now)
    lines, whose = handed_and_whose(slice_, now=now)
    handed = _handed(slice_, lines)
    reasons, qualified = _reasons(lines)
    hole, crowd = black_hole(slice_, now=now), crowd_of(slice_, now=now, handed=whose, most=SHOWN)
    late = clocks_in(slice_, Part.OVERDUE, now)
    rows = late.order_by(RUNNING_DUE, "pk").values_list("pk", "lead__changed_at")[:SHOWN_LATE]
    changes = dict(rows)
    return Overview(
        score=_sum(kinds),
        relieved=relieved_of(slice_, now=now),
        before=score_of(slice_.before(), now=now),
        goals=_goals([group.key for group in kinds]),
        times=crowd.accept if slice_.kind in ("", "accept") else times_of(slice_, now=now),
        late=Standing(hole.count, hole.unassigned.count, hole.first_due_at),
        hole=hole,
        soon=_standing(slice_, Part.DUE_SOON, now),
        handed=handed,
        unaccounted=handed.unexplained + sum(rule.count for rule in broken_now(now=now)),
        reasons=reasons,
        rejected_though_qualified=qualified,
        crowd=crowd,
        late_clocks=tuple(changes),
        last_change=max(changes.values(), default=None),
        outages=tuple(outages_between(slice_.start, min(slice_.end, now))),
        trend=trend_of(recent(slice_, now=now), now=now),
    )


def late_clocks(ids: tuple[int, ...]) -> list[Clock]:
    """The clocks of a page with all that their rows name, in the given order.

    `late_by_edit`: late because a calendar was edited, which nobody was told.
    """
    moved = ClockMove.objects.filter(clock=OuterRef("pk"), silent=True, due_to=OuterRef("due_at"))
    told = ClockStep.objects.filter(clock=OuterRef("pk"), step=TELL, state=ClockStep.State.DONE)
    found = (
        Clock.objects.filter(pk__in=ids)
        .select_related("lead__person", "lead__holder", "lead__team__manager", "team__manager")
        .annotate(late_by_edit=Exists(moved) & ~Exists(told))
    )
    by_id = {clock.pk: clock for clock in found}
    return [by_id[pk] for pk in ids if pk in by_id]


def _sum(groups: list[Group]) -> Score:
    scores = [group.score for group in groups]
    return Score(
        sum(score.due for score in scores),
        sum(score.met for score in scores),
        sum(score.met_late for score in scores),
        sum(score.missed_open for score in scores),
    )


def _goals(kinds: list[str]) -> tuple[float, ...]:
    """The attainment promised for these kinds, each once, in percent and in order."""
    active = active_agreement()
    if active is None:
        return ()
    promised = (active.agreement.defaults[kind].attainment for kind in kinds)
    return tuple(sorted({float(share * 100) for share in promised if share is not None}))


def _standing(slice_: Slice, part: Part, now: datetime) -> Standing:
    found = clocks_in(slice_, part, now).aggregate(
        count=Count("pk"),
        unassigned=Count("pk", filter=Q(holder__isnull=True)),
        first=Min("due_at"),
    )
    return Standing(found["count"], found["unassigned"], found["first"])


def _handed(slice_: Slice, lines: Sequence[Line]) -> Handed:
    counted = [outcome_count(lines, part.value) for part in DECISIONS]
    whole = slice_.team_ids is None and slice_.holder_id is None and not slice_.source
    # Of one team or person only its clocks know; of all, the leads tell the same independently.
    leads = Lead.objects.filter(submitted_at__gte=slice_.start, submitted_at__lt=slice_.end)
    return Handed(leads.count() if whole else sum(counted), *counted)


def reasons_of(slice_: Slice, *, now: datetime) -> tuple[tuple[Reason, ...], int]:
    """Why leads handed over in the period were rejected, the most frequent reason first; and how
    many of them had met every agreed criterion."""
    return _reasons(handed_in(slice_, HandedBy.NONE, now=now))


def _reasons(lines: Sequence[Line]) -> tuple[tuple[Reason, ...], int]:
    rejected = [one for one in lines if one.outcome == REJECTED]
    counts, labels = Counter[str](), Labels()
    for one in rejected:
        counts[one.code] += one.handed
    found = [Reason(code, labels.of(Action.REJECT, code), n) for code, n in counts.items()]
    ordered = sorted(found, key=lambda one: (-one.count, one.label))
    return tuple(ordered), sum(one.conforming for one in rejected)


def _kept(key: str, count: Callable[[], Overview]) -> Overview:
    """What was counted a moment ago, where counting takes long. Inside a transaction nothing is
    kept: it reads what it wrote, and others must not."""
    if connection.in_atomic_block:
        return count()
    name = f"sla-{connection.settings_dict['NAME']}-{key}"
    known = cache.get(name)
    if isinstance(known, Overview):
        return known
    began = time.monotonic()
    counted = count()
    took = time.monotonic() - began
    if took >= KEPT_FROM_SECONDS:
        cache.set(name, counted, timeout=took * KEPT_TIMES)
    return counted
