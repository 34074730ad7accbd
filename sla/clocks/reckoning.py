"""By when a promise is to be kept: the agreed time, counted from what its kind counts from. Pure.

Asked when a clock begins, and again when a newer agreement is to count for clocks that run.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypedDict

from sla.agreement.attempts import AttemptPlan
from sla.agreement.targets import Target
from sla.calendars.arithmetic import BusinessCalendar, Pause
from sla.clocks.attempts import owed
from sla.clocks.kinds import DueBy, Kind
from sla.clocks.spans import Span, due_of, span_of


class Grounds(NamedTuple):
    """What happened that a promise is counted from.

    `at` is the act it began with: for attempt `number` the attempt before it, `first_at` being the
    first. `promised_at` is the date of the next step, `parked_until` the end of a park.
    """

    at: datetime
    number: int | None = None
    first_at: datetime | None = None
    promised_at: datetime | None = None
    parked_until: datetime | None = None


def reckon(
    kind: Kind,
    grounds: Grounds,
    *,
    target: Target,
    plan: AttemptPlan,
    calendar: BusinessCalendar,
    pauses: Sequence[Pause],
) -> tuple[Target, Span]:
    """What holds for this one clock, and its instants; of a further attempt not the target of them
    all, but the agreed time of just this one.

    DomainError `no_working_time` where the calendar never opens.
    """
    target, counted = _counted_from(kind, grounds, target, plan, calendar, pauses)
    return target, span_of(target, calendar, pauses=pauses, **counted)


def reckon_due(
    kind: Kind,
    grounds: Grounds,
    *,
    target: Target,
    plan: AttemptPlan,
    calendar: BusinessCalendar,
    pauses: Sequence[Pause],
) -> datetime:
    """The due instant of `reckon` alone, for whoever asks it of very many clocks."""
    target, counted = _counted_from(kind, grounds, target, plan, calendar, pauses)
    return due_of(target, calendar, pauses=pauses, **counted)


class _Counted(TypedDict):
    """From what instants a promise is counted."""

    start: datetime
    promised_at: datetime | None
    parked_until: datetime | None


def _counted_from(
    kind: Kind,
    grounds: Grounds,
    target: Target,
    plan: AttemptPlan,
    calendar: BusinessCalendar,
    pauses: Sequence[Pause],
) -> tuple[Target, _Counted]:
    since = grounds.at
    if kind.due_by is DueBy.PLAN and grounds.number is not None:
        one = owed(
            plan, grounds.number, first_at=grounds.first_at or since, last_at=since, by=calendar,
            pauses=pauses,
        )  # fmt: skip
        target, since = replace(target, amount=one.amount), one.since
    return target, {
        "start": since,
        "promised_at": grounds.promised_at if kind.due_by is DueBy.PROMISE else None,
        "parked_until": grounds.parked_until if kind.due_by is DueBy.PARK else None,
    }
