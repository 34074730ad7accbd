"""Reading clocks: what a person may see, how they stand, and the lists of pages and API."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThanOrEqual, LessThan, LessThanOrEqual

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import sees_every_lead, viewer_of
from leadbridge.people.models import User
from leads.handoff.models import Lead
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING, RUNNING_DUE, State, in_running, missed_q, state_q


def clocks_visible_to(user: User) -> QuerySet[Clock]:
    """Clocks on leads that this person may see."""
    clocks = Clock.objects.select_related(
        "lead__person", "lead__holder", "lead__team", "holder", "team"
    )
    if sees_every_lead(user):
        return clocks
    return clocks.filter(lead__in=Lead.objects.visible_to(viewer_of(user)).values("pk"))


def get_clock_for(user: User, clock_id: int) -> Clock:
    """One clock, if this person may see its lead; DomainError `not_found` otherwise."""
    clock = (
        clocks_visible_to(user)
        .select_related("calendar__calendar", "agreement")
        .filter(pk=clock_id)
        .first()
    )
    if clock is None:
        raise _unknown_clock()
    return clock


def clock_id_of(text: str) -> int:
    """The number in an address; DomainError `not_found` for anything that is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise _unknown_clock()
    return int(text)


def _unknown_clock() -> DomainError:
    return DomainError("not_found", "There is no such clock that you may see.", status=404)


def overdue(now: datetime) -> Q:
    """Running and past due at `now`."""
    return state_q(State.OVERDUE, now) & Q(LessThan(RUNNING_DUE, _in_running(now)))


def due_within(now: datetime, ahead: timedelta) -> Q:
    """Running and due from now to an hour (or whatever `ahead` is) from now."""
    from_now = Q(GreaterThanOrEqual(RUNNING_DUE, _in_running(now)))
    return IS_RUNNING & from_now & Q(LessThanOrEqual(RUNNING_DUE, _in_running(now + ahead)))


def began_running(since: datetime) -> Q:
    """Implied by running and having begun since then: lets the index of what runs find them."""
    return Q(GreaterThanOrEqual(RUNNING_DUE, _in_running(since)))


def _in_running(at: datetime) -> Combinable:
    return in_running(Value(at, DateTimeField()))


def fell_due(start: datetime, end: datetime, now: datetime) -> Q:
    """The denominator of attainment: not void, due time in the period, and due or decided by now.

    A clock that is due later today is out until then, unless it was met already. What had easier
    times by a relief is counted apart: see `fell_due_relieved`.
    """
    return Q(relief="") & _fell_due(start, end, now)


def fell_due_relieved(start: datetime, end: datetime, now: datetime) -> Q:
    """The same of the clocks that had a relief: too many leads in a day flatter nobody's figure,
    nor spoil it."""
    return ~Q(relief="") & _fell_due(start, end, now)


def _fell_due(start: datetime, end: datetime, now: datetime) -> Q:
    in_period = Q(void_at__isnull=True, due_at__gte=start, due_at__lt=end)
    return in_period & (Q(due_at__lt=now) | Q(stopped_at__isnull=False))


OUTCOMES = ("met", "met_late", "missed_open")


def outcome_q(outcome: str, now: datetime) -> Q:
    """Which part of those that fell due: met, met late, or missed and still open."""
    return {
        "met": state_q(State.MET, now),
        "met_late": state_q(State.MET_LATE, now),
        "missed_open": state_q(State.OVERDUE, now),
        "missed": missed_q(now),
    }[outcome]
