"""Keeping what became of the clocks that fell due on a day."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, Count, DateField, F, IntegerField, Min, QuerySet, Value

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, outcome_q
from sla.reports.rollups.days import ONE, begins
from sla.reports.rollups.hours import write_due
from sla.reports.rollups.models import DueCount, Grain, HourDue
from sla.reports.rollups.rounds import AT_ONCE, Store, keep
from sla.reports.rollups.stores import DUE

_COLUMNS = "day, grain, kind, side, team_id, holder_id, source, due, met, met_late, missed_open"


def first_due() -> datetime | None:
    """When the first clock fell due; kind by kind, since the index begins with it."""
    firsts = (Clock.objects.filter(kind=kind).aggregate(at=Min("due_at"))["at"] for kind in KINDS)
    return min((at for at in firsts if at), default=None)


def _count(days: Collection[date], zone: ZoneInfo, now: datetime) -> None:
    for day in days:
        due = Clock.objects.filter(
            kind__in=list(KINDS),  # the index begins with it
            void_at__isnull=True,
            relief="",
            due_at__gte=begins(day, zone),
            due_at__lt=begins(day + ONE, zone),
        )
        for grain in Grain:
            _write(due, grain, day, now)
        write_due(day, zone, now)


STORE = Store(DUE, 0x4C42_0001, (DueCount, HourDue), first_due, _count)


def keep_days(*, now: datetime, most: int = AT_ONCE) -> int:
    """Keep the clocks of days that are over; how many days were counted."""
    return keep(STORE, now=now, most=most)


def _write(due: QuerySet[Clock], grain: Grain, day: date, now: datetime) -> None:
    """One grain of one day, without a row leaving the database."""
    of_holder, of_source = grain is Grain.HOLDER, grain is Grain.SOURCE
    grouped = due.values(
        "kind",
        "side",
        "team_id",
        whose=F("holder_id") if of_holder else Value(None, IntegerField()),
        came_by=F("lead__source") if of_source else Value("", CharField()),
    ).annotate(n=Count("pk"), **{f"n_{o}": Count("pk", filter=outcome_q(o, now)) for o in OUTCOMES})
    counts = grouped.order_by().values_list(
        Value(day, DateField()), Value(grain.value, CharField()),
        "kind", "side", "team_id", "whose", "came_by", "n", *(f"n_{o}" for o in OUTCOMES),
    )  # fmt: skip
    sql, values = counts.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO sla_duecount ({_COLUMNS}) {sql}", values)
