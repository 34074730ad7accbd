"""Which clocks a figure counts: a period and filters, and the part of them that is asked for.

A figure is `clocks_in(slice, part, now).count()`, and the list it opens is the same query set: so
the length of the list is the figure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from leads.handoff.reasons import Reason
from leads.handoff.recoding import coded_now, detail_now
from leads.handoff.stages import Action, Stage
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import due_within, fell_due, fell_due_relieved, outcome_q, overdue
from sla.clocks.states import IS_RUNNING
from sla.reports.arrivals import BEGAN, HANDED, hour_of, hour_q
from sla.reports.bands import band_q
from sla.reports.causes import cause_of

SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Slice:
    """The period `[start, end)` and what else narrows the clocks down; blank narrows nothing.

    `team_ids` None is every team; `holder_id` 0 is the pools, which no person holds. `marketer_id`
    is whose leads they are on; `criterion` what a rejection named, "none" where it named none;
    `detail` what its reason asked for; `verdict` what the definition says of the lead, "yes" or
    "other";
    `tier` that by which a promise is judged, "none" where it has none.
    `reason`, `criterion`, `detail`, `verdict`, `cause` and `hour` (of arrival) narrow lists alone,
    never what is counted by kept days.
    """

    start: datetime
    end: datetime
    kind: str = ""
    side: str = ""
    team_ids: frozenset[int] | None = None
    holder_id: int | None = None
    source: str = ""
    reason: str = ""
    cause: str = ""
    marketer_id: int | None = None
    criterion: str = ""
    tier: str = ""
    hour: str = ""
    detail: str = ""
    verdict: str = ""

    @property
    def by_rows(self) -> bool:
        """Is it narrowed by something that kept days do not know?"""
        named = self.reason or self.criterion or self.detail or self.verdict
        return bool(named or self.cause or self.hour or self.tier)

    def before(self) -> "Slice":
        """The period of the same length that ends where this one starts."""
        return replace(self, start=self.start - (self.end - self.start), end=self.start)


class Part(StrEnum):
    """What of a slice is counted. The first five go by due instant (DESIGN §7)."""

    DUE = "due"
    MET = "met"
    MET_LATE = "met_late"
    MISSED_OPEN = "missed_open"
    MISSED = "missed"
    # The same of promises with easier times by a relief, which are in none of the above.
    RELIEVED = "relieved"
    RELIEVED_MET = "relieved_met"
    # As things stand now, whatever the period.
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    UNASSIGNED_SOON = "unassigned_soon"
    # Of those overdue, by how long they wait in times of the promise; whose they are; and one of
    # each person who waits.
    LATE_1 = "late_1"
    LATE_2 = "late_2"
    LATE_4 = "late_4"
    LATE_8 = "late_8"
    LATE_UNASSIGNED = "late_unassigned"
    LATE_INACTIVE = "late_inactive"
    LATE_PEOPLE = "late_people"
    # By start: what times are measured over.
    TIMED = "timed"
    # By submission: one clock for each lead handed over, that of whoever had to decide.
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAITING = "waiting"
    OTHERWISE = "otherwise"
    # Of these, how far they went since.
    OPPORTUNITIES = "opportunities"
    WON = "won"
    # Of these, what marketing promised of its handovers.
    DECIDED = "decided"
    CONFORMING = "conforming"
    OVERRIDDEN = "overridden"
    DUPLICATES = "duplicates"
    CREDITED = "credited"


LABELS = {
    Part.DUE: "Fell due",
    Part.MET: "Met",
    Part.MET_LATE: "Met late",
    Part.MISSED_OPEN: "Missed and still open",
    Part.MISSED: "Missed",
    Part.RELIEVED: "Fell due under surge relief",
    Part.RELIEVED_MET: "Met under surge relief",
    Part.OVERDUE: "Overdue now",
    Part.DUE_SOON: "Due in the next hour",
    Part.UNASSIGNED_SOON: "Due in the next hour, held by nobody yet",
    Part.LATE_1: "Overdue, waiting up to twice as long as promised",
    Part.LATE_2: "Overdue, waiting 2 to 4 times as long as promised",
    Part.LATE_4: "Overdue, waiting 4 to 8 times as long as promised",
    Part.LATE_8: "Overdue, waiting 8 times as long as promised or longer",
    Part.LATE_UNASSIGNED: "Overdue and held by nobody",
    Part.LATE_INACTIVE: "Overdue, held by people who no longer work here",
    Part.LATE_PEOPLE: "The oldest broken promise to each person who waits",
    Part.TIMED: "Started",
    Part.SUBMITTED: "Handed over",
    Part.ACCEPTED: "Accepted",
    Part.REJECTED: "Rejected",
    Part.WAITING: "Waiting for a decision",
    Part.OTHERWISE: "Merged or erased while waiting",
    Part.OPPORTUNITIES: "Became opportunities",
    Part.WON: "Won",
    Part.DECIDED: "Accepted, or rejected for what marketing answers for",
    Part.CONFORMING: "Handed over with every agreed criterion met",
    Part.OVERRIDDEN: "Handed over against the definition",
    Part.DUPLICATES: "Rejected as a duplicate or a customer already",
    Part.CREDITED: "Handed over and counted for the promised volume",
}
BAND_PARTS = {1: Part.LATE_1, 2: Part.LATE_2, 4: Part.LATE_4, 8: Part.LATE_8}
# The overdue ones and the parts of them; oldest first, since somebody should act.
OF_LATE = frozenset(
    {
        Part.OVERDUE, Part.LATE_UNASSIGNED, Part.LATE_INACTIVE, Part.LATE_PEOPLE,
        *BAND_PARTS.values(),
    }
)  # fmt: skip
OF_NOW = OF_LATE | {Part.DUE_SOON, Part.UNASSIGNED_SOON}
OF_SUBMISSION = frozenset(
    {
        Part.SUBMITTED, Part.ACCEPTED, Part.REJECTED, Part.WAITING, Part.OTHERWISE,
        Part.OPPORTUNITIES, Part.WON, Part.DECIDED, Part.CONFORMING, Part.OVERRIDDEN,
        Part.DUPLICATES, Part.CREDITED,
    }
)  # fmt: skip
# Nobody outside waits for what is owed when a lead has ended.
PERSON_WAITS = ~Q(kind__in=sorted(name for name, kind in KINDS.items() if kind.outlives))
_ACCEPTS = Q(ended_by__action__in=[Action.ACCEPT, Action.TOUCH])
_REJECTS = Q(ended_by__action=Action.REJECT)
# Within the clocks of a submission; each is in exactly one of the four.
DECISIONS: dict[Part, Q] = {
    Part.ACCEPTED: ~IS_RUNNING & _ACCEPTS,
    Part.REJECTED: ~IS_RUNNING & _REJECTS,
    Part.WAITING: IS_RUNNING,
    Part.OTHERWISE: ~IS_RUNNING & ~(_ACCEPTS | _REJECTS),
}
PROGRESS: dict[Part, Q] = {
    Part.OPPORTUNITIES: Q(lead__qualified_at__isnull=False),
    Part.WON: Q(lead__stage=Stage.WON),
}
NONE = "none"
# What sales named when it said no; the event keeps it as it was said.
CRITERION = Coalesce(
    KeyTextTransform("criterion", F("ended_by__data")), Value(""), output_field=TextField()
)
_CODE = coded_now("ended_by_id", "ended_by__data")
_AGAINST_MARKETING = Reason.objects.filter(
    action=Action.REJECT, against=Reason.Against.MARKETING
).values("code")
# An override and what bounced back bring no credit before sales accepted.
PROMISED: dict[Part, Q] = {
    Part.DECIDED: DECISIONS[Part.ACCEPTED]
    | DECISIONS[Part.REJECTED] & Q(In(_CODE, _AGAINST_MARKETING)),
    Part.CONFORMING: Q(lead__verdict="yes", lead__overridden=False),
    Part.OVERRIDDEN: Q(lead__overridden=True),
    Part.DUPLICATES: DECISIONS[Part.REJECTED] & Q(In(_CODE, ["duplicate", "customer"])),
    Part.CREDITED: DECISIONS[Part.ACCEPTED] | DECISIONS[Part.WAITING] & Q(lead__overridden=False),
}


def clocks_in(slice_: Slice, part: Part, now: datetime) -> QuerySet[Clock]:
    """The clocks behind a figure. Handovers are those of the accept clock, whatever the kind."""
    if part in OF_SUBMISSION:
        slice_ = replace(slice_, kind="", side="")
    clocks = Clock.objects.filter(narrowed(slice_)).filter(_CONDITIONS[part](slice_, now))
    if slice_.reason:
        coded = clocks.annotate(code=coded_now("ended_by_id", "ended_by__data"))
        clocks = coded.filter(code=slice_.reason)
    if slice_.cause:
        clocks = clocks.annotate(cause=cause_of(now)).filter(cause=slice_.cause)
    if slice_.criterion:
        named = "" if slice_.criterion == NONE else slice_.criterion
        clocks = clocks.annotate(criterion=CRITERION).filter(criterion=named)
    if slice_.detail:
        named_beside = detail_now("ended_by_id", "ended_by__data")
        clocks = clocks.annotate(detail=named_beside).filter(detail=slice_.detail)
    if slice_.verdict:
        said_yes = Q(lead__verdict="yes")
        clocks = clocks.filter(said_yes if slice_.verdict == "yes" else ~said_yes)
    if slice_.hour:
        arrived = hour_of(HANDED if part in OF_SUBMISSION else BEGAN)
        clocks = clocks.annotate(arrived=arrived).filter(hour_q(slice_.hour))
    return clocks


def narrowed(slice_: Slice) -> Q:
    """All of a slice but its period."""
    found = Q()
    if slice_.kind:
        found &= Q(kind=slice_.kind)
    if slice_.side:
        found &= Q(side=slice_.side)
    if slice_.team_ids is not None:
        found &= Q(team_id__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        found &= Q(holder_id=slice_.holder_id) if slice_.holder_id else Q(holder__isnull=True)
    if slice_.source:
        found &= Q(lead__source=slice_.source)
    if slice_.marketer_id is not None:
        found &= Q(lead__marketer_id=slice_.marketer_id)
    if slice_.tier:
        found &= Q(tier=None if slice_.tier == NONE else int(slice_.tier))
    return found


def _started(slice_: Slice, now: datetime) -> Q:
    # A clock is due after it started: the bound on `due_at` lets its index find the period.
    return Q(
        void_at__isnull=True,
        started_at__gte=slice_.start,
        started_at__lt=slice_.end,
        due_at__gte=slice_.start,
    )


def _submitted(slice_: Slice, now: datetime) -> Q:
    """The last accept clock of each submission of the period: not the ones of earlier holders,
    nor one that an undo or an outage replaced by its successor."""
    return Q(
        ~Q(void_cause="undone"),
        ~Q(void_cause="outage", stopped_at=None),
        ~Q(ended_by__action=Action.REASSIGN, ended_by__isnull=False),
        kind="accept",
        lead__submitted_at__gte=slice_.start,
        lead__submitted_at__lt=slice_.end,
        started_at__gte=F("lead__submitted_at"),
        due_at__gte=slice_.start,  # as in _started
    )


def _unassigned_soon(slice_: Slice, now: datetime) -> Q:
    return due_within(now, SOON) & Q(holder__isnull=True)


def _late_and(condition: Q) -> Callable[[Slice, datetime], Q]:
    return lambda slice_, now: overdue(now) & condition


def _late_band(times: int) -> Callable[[Slice, datetime], Q]:
    return lambda slice_, now: overdue(now) & band_q(times, now)


def _late_people(slice_: Slice, now: datetime) -> Q:
    """The oldest of each person's, so that the list is as long as there are people."""
    late = Clock.objects.filter(narrowed(slice_), overdue(now), PERSON_WAITS)
    oldest = late.order_by("lead__person_id", "due_at", "pk").distinct("lead__person_id")
    return Q(pk__in=oldest.values("pk"))


def _relieved(slice_: Slice, now: datetime) -> Q:
    return fell_due_relieved(slice_.start, slice_.end, now)


def _of_due(part: Part) -> Callable[[Slice, datetime], Q]:
    def condition(slice_: Slice, now: datetime) -> Q:
        return fell_due(slice_.start, slice_.end, now) & outcome_q(part, now)

    return condition


def _of_submission(part: Part) -> Callable[[Slice, datetime], Q]:
    def condition(slice_: Slice, now: datetime) -> Q:
        return _submitted(slice_, now) & (DECISIONS | PROGRESS | PROMISED)[part]

    return condition


_CONDITIONS: dict[Part, Callable[[Slice, datetime], Q]] = {
    Part.DUE: lambda slice_, now: fell_due(slice_.start, slice_.end, now),
    **{p: _of_due(p) for p in (Part.MET, Part.MET_LATE, Part.MISSED_OPEN, Part.MISSED)},
    Part.RELIEVED: _relieved,
    Part.RELIEVED_MET: lambda slice_, now: _relieved(slice_, now) & outcome_q(Part.MET, now),
    Part.OVERDUE: lambda slice_, now: overdue(now),
    Part.DUE_SOON: lambda slice_, now: due_within(now, SOON),
    Part.UNASSIGNED_SOON: _unassigned_soon,
    **{part: _late_band(times) for times, part in BAND_PARTS.items()},
    Part.LATE_UNASSIGNED: _late_and(Q(holder__isnull=True)),
    Part.LATE_INACTIVE: _late_and(Q(holder__is_active=False)),
    Part.LATE_PEOPLE: _late_people,
    Part.TIMED: _started,
    Part.SUBMITTED: _submitted,
    **{part: _of_submission(part) for part in (*DECISIONS, *PROGRESS, *PROMISED)},
}
