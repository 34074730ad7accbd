"""How long it took: median and p90 in working time, with those who still wait taken into account.

Kaplan and Meier (1958): somebody who still waits is known to have waited at least so long. Leaving
them out would make a team that never answers look quick. "Not reached" is a legal answer: more
than half (or a tenth) still wait.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Extract

from sla.calendars.arithmetic import elapsed, read_pauses
from sla.calendars.queries import calendar_of
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from sla.reports.groups import By, key_of, names_of
from sla.reports.slices import Part, Slice, clocks_in


@dataclass(frozen=True)
class Times:
    """Working seconds; None is "not reached". `n` counts everybody, `waiting` those without end."""

    n: int = 0
    waiting: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True)
class TimedGroup:
    """One line of a breakdown."""

    key: str
    name: str
    times: Times


def times_of(slice_: Slice, *, now: datetime, wall: bool = False) -> Times:
    """How long the clocks of one kind took that started in the period, in working time or by the
    clock on the wall."""
    return _estimate(_observed(slice_, now), Value("", TextField()), now, wall).get("", Times())


def times_by(by: By, slice_: Slice, *, now: datetime) -> list[TimedGroup]:
    """The same broken down, in the order of the names."""
    found = _estimate(_observed(slice_, now), key_of(by), now)
    names = names_of(by, list(found))
    groups = [TimedGroup(key, names.get(key, key), times) for key, times in found.items()]
    return sorted(groups, key=lambda group: (group.name.casefold(), group.key))


def _observed(slice_: Slice, now: datetime) -> QuerySet[Clock]:
    """Each clock with `ended`: did it end by what it was for? One that was handed on or whose lead
    ended otherwise tells only how long it had run by then."""
    assert slice_.kind, "times are those of one kind: a triage and a ruling have no common median"
    stops = sorted(KINDS[slice_.kind].stops)
    return clocks_in(slice_, Part.TIMED, now).annotate(
        ended=Case(
            When(ended_by__action__in=stops, then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    )


# Each second at which something ended lowers the share that still waits by ended ÷ at risk; the
# quantile is the first second at which that share is down to a half (or a tenth). The tiny sum
# makes up for what logarithms round.
_KAPLAN_MEIER = """
    WITH observed AS (
        SELECT grouped, seconds, ended FROM ({stopped}) AS stopped (grouped, seconds, ended)
        UNION ALL
        SELECT grouped, seconds, false FROM unnest(%s::text[], %s::bigint[])
            AS waiting (grouped, seconds)
    ), counted AS (
        SELECT grouped, seconds, count(*) AS people, count(*) FILTER (WHERE ended) AS ends
        FROM observed GROUP BY grouped, seconds
    ), at_risk AS (
        SELECT *, sum(people) OVER (PARTITION BY grouped ORDER BY seconds DESC) AS risk
        FROM counted
    ), waiting AS (
        SELECT *, sum(CASE WHEN ends = risk THEN -1000 ELSE ln(1 - ends / risk) END)
            OVER (PARTITION BY grouped ORDER BY seconds) AS log_share
        FROM at_risk
    )
    SELECT grouped, sum(people), sum(people) - sum(ends),
        min(seconds) FILTER (WHERE ends > 0 AND log_share <= ln(0.5) + 1e-9),
        min(seconds) FILTER (WHERE ends > 0 AND log_share <= ln(0.1) + 1e-9)
    FROM waiting GROUP BY grouped
"""


_WALL = Cast(Extract(F("stopped_at") - F("started_at"), "epoch"), IntegerField())


def _estimate(
    clocks: QuerySet[Clock], key: Combinable, now: datetime, wall: bool = False
) -> dict[str, Times]:
    stopped = clocks.filter(stopped_at__isnull=False).order_by()
    took = _WALL if wall else F("elapsed_seconds")
    sql, given = stopped.values_list(key, took, F("ended")).query.sql_with_params()
    groups, seconds = _still_waiting(clocks, key, now, wall)
    with connection.cursor() as cursor:
        cursor.execute(_KAPLAN_MEIER.format(stopped=sql), (*given, groups, seconds))
        rows = cursor.fetchall()
    return {
        grouped: Times(int(people), int(waiting), median, p90)
        for grouped, people, waiting, median, p90 in rows
    }


def _still_waiting(
    clocks: QuerySet[Clock], key: Combinable, now: datetime, wall: bool
) -> tuple[list[str], list[int]]:
    """The time so far of the clocks that run: working time by the calendar of each."""
    groups: list[str] = []
    seconds: list[int] = []
    running = clocks.filter(IS_RUNNING).order_by()
    columns = running.values_list(key, "calendar_id", "started_at", "pauses")
    for group, calendar_id, started_at, kept in columns:
        groups.append(group)
        if wall:
            waited = (now - started_at).total_seconds()
        else:
            waited = elapsed(calendar_of(calendar_id), started_at, now, read_pauses(kept))
        seconds.append(int(waited))
    return groups, seconds
