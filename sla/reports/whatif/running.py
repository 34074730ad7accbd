"""Replaying the clocks of a period: streamed by id, a batch at a time."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leadbridge.people.models import Team
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.queries import calendar_of
from sla.clocks.models import OUTAGE, Clock, Outage
from sla.reports.whatif.changes import Changes
from sla.reports.whatif.replay import COLUMNS, HoursOf, Ran, Replay
from sla.reports.whatif.staffing import MOST_SAMPLED, Answered, hours_needed
from sla.reports.whatif.tally import Tally, report

BATCH = 20_000
Tell = Callable[[int, int], object]


def clocks_of(
    since: datetime, until: datetime, team_ids: Collection[int] | None
) -> QuerySet[Clock]:
    """The clocks that may count: those due in the period or after it, begun before its end; what
    is void or had a relief is out, as in every attainment."""
    clocks = Clock.objects.filter(
        void_at__isnull=True, relief="", due_at__gte=since, started_at__lt=until
    )
    return clocks if team_ids is None else clocks.filter(team_id__in=list(team_ids))


def replay_past(
    changes: Changes,
    *,
    since: datetime,
    until: datetime,
    team_ids: Collection[int] | None,
    tell: Tell,
) -> dict[str, Any]:
    """The result. `tell` is given how many clocks there are and, in percent, how much is done."""
    clocks = clocks_of(since, until, team_ids)
    whole = clocks.count()
    tell(whole, 0)
    hours_of, restarted = _hours_of(changes), _restarted()
    replay, tally = Replay(changes, hours_of, restarted), Tally(until)
    answers, every = [], 1 + whole // MOST_SAMPLED
    for batch in _batches(clocks):
        tally.add(batch, replay)
        answers += [_answered(one) for one in batch[::every] if one.due_at < until]
        tell(whole, min(99, 100 * tally.replayed // max(whole, 1)))
    teams = dict(Team.objects.filter(pk__in=tally.by_team).values_list("pk", "name"))
    return {
        **report(tally, teams),
        "staffed": hours_needed(answers, changes.promised, _zone()),
        "load": _load(tally, changes, since, until),
    }


def _batches(clocks: QuerySet[Clock]) -> Iterator[list[Ran]]:
    rows = clocks.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=BATCH)
    while batch := [Ran._make(row) for row in islice(rows, BATCH)]:
        yield batch


def _hours_of(changes: Changes) -> HoursOf:
    """What counts in place of each version; kept in a table, because it is asked for each clock."""
    owners = dict(
        CalendarVersion.objects.filter(calendar__in=list(changes.calendars)).values_list(
            "pk", "calendar_id"
        )
    )
    known: dict[int, BusinessCalendar] = {
        pk: changes.calendars[calendar_id] for pk, calendar_id in owners.items()
    }

    def hours_of(version_id: int) -> BusinessCalendar:
        hours = known.get(version_id)
        if hours is None:
            hours = known[version_id] = calendar_of(version_id)
        return hours

    return hours_of


def _restarted() -> frozenset[int]:
    if not Outage.objects.exists():
        return frozenset()
    return frozenset(Clock.objects.filter(started_by__action=OUTAGE).values_list("pk", flat=True))


def _answered(clock: Ran) -> Answered:
    seconds = clock.elapsed_seconds if clock.stopped_at is not None else None
    return Answered(clock.started_at, clock.due_at, seconds)


def _zone() -> ZoneInfo:
    house = Calendar.objects.filter(organisation=True).values_list("current_id", flat=True).first()
    return calendar_of(house).zone if house else ZoneInfo("UTC")


def _load(tally: Tally, changes: Changes, since: datetime, until: datetime) -> dict[str, Any]:
    """Promises begun by hour of the day, on an average day, and for each of so many people."""
    days = max((until - since).total_seconds() / 86_400, 1)
    hours, by_hour = [], tally.by_hour
    for hour in sorted(by_hour):
        a_day = sum(by_hour[hour].values()) / days
        each = round(a_day / changes.people, 2) if changes.people else None
        hours.append({"hour": hour, "a_day": round(a_day, 2), "each": each})
    return {"people": changes.people, "hours": hours}
