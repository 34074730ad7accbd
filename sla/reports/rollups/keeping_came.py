# ruff: noqa: S608  # statements are put together from words of this file alone
"""Keeping the leads that came in on a day and how far they got, and the attempts made on it."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, Count, DateField, IntegerField, Min, Value

from leads.handoff.models import Lead
from sla.reports.captures import leads_on, touches_in
from sla.reports.rollups.came import SUMS, sums_of_leads
from sla.reports.rollups.days import ONE, begins
from sla.reports.rollups.models import CameCount, CameGrain, TouchCount
from sla.reports.rollups.rounds import Store, keep
from sla.reports.rollups.stores import CAME
from sla.reports.scorecard.ladder import Rung
from sla.reports.slices import Slice

_GROUPS = ("team_id", "source", "campaign_row_id", "campaign")
_BLANK = {"team_id": "NULL::bigint", "source": "''", "campaign": "''"}
_COLUMNS = ", ".join(("day", "grain", *_GROUPS, *SUMS))
# By what the rows of a grain are told apart; they are made of those of teams.
_OF = {
    CameGrain.SOURCE: ("source", "campaign_row_id", "campaign"),
    CameGrain.CAMPAIGN: ("campaign_row_id",),
}


def _begun() -> datetime | None:
    first: datetime | None = Lead.objects.aggregate(first=Min("captured_at"))["first"]
    return first


def _count(days: Collection[date], zone: ZoneInfo, now: datetime) -> None:
    for day in days:
        slice_ = Slice(begins(day, zone), begins(day + ONE, zone))
        _write_leads(day, slice_)
        _write_touches(day, slice_)


STORE = Store(CAME, 0x4C42_0004, (CameCount, TouchCount), _begun, _count)


def keep_came(*, now: datetime) -> int:
    """Keep the leads and attempts of days that are over; how many days were counted."""
    return keep(STORE, now=now)


def _write_leads(day: date, slice_: Slice) -> None:
    """The finest rows of a day, without one leaving the database, and those of the other grains."""
    grouped = (
        leads_on(slice_, Rung.LEADS).order_by().values(*_GROUPS).annotate(**sums_of_leads("n_"))
    )
    finest = grouped.values_list(
        Value(day, DateField()), Value(CameGrain.TEAM.value, CharField()), *_GROUPS,
        *(f"n_{name}" for name in SUMS),
    )  # fmt: skip
    sql, values = finest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO sla_camecount ({_COLUMNS}) {sql}", values)
        for grain, kept in _OF.items():
            shown = [name if name in kept else _BLANK[name] for name in _GROUPS]
            sums = [f"sum({name})" for name in SUMS]
            cursor.execute(
                f"INSERT INTO sla_camecount ({_COLUMNS}) "
                f"SELECT day, %s, {', '.join((*shown, *sums))} FROM sla_camecount "
                f"WHERE day = %s AND grain = 'team' GROUP BY day, {', '.join(kept)}",
                [grain.value, day],
            )


def _write_touches(day: date, slice_: Slice) -> None:
    grouped = touches_in(slice_).order_by().values("lead__team_id", "lead__source")
    counts = grouped.annotate(n=Count("pk", output_field=IntegerField())).values_list(
        Value(day, DateField()), "lead__team_id", "lead__source", "n"
    )
    sql, values = counts.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO sla_touchcount (day, team_id, source, touches) {sql}", values)
