# ruff: noqa: S608  # statements are put together from words of this file alone
"""The worker that keeps what became of each day's handovers."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, DateField, F, Min, Value

from leads.handoff.models import Lead
from sla.reports.rollups.days import ONE, begins
from sla.reports.rollups.facts import SUMS, TOLD, days_to_win_of_rows, sums_of_rows, told
from sla.reports.rollups.hours import write_handed
from sla.reports.rollups.models import HandedCount, HandedGrain, HourHanded
from sla.reports.rollups.rounds import Store, keep
from sla.reports.rollups.stores import HANDED
from sla.reports.slices import Part, Slice, clocks_in

_DIMENSIONS = ("team_id", "holder_id", "source", "campaign", "marketer_id")
_COLUMNS = ", ".join(("day", "grain", *_DIMENSIONS, *TOLD, *SUMS, "won_days"))
_BLANK = {"team_id": "", "holder_id": "NULL::int", "source": "''", "campaign": "''",
          "marketer_id": "NULL::int"}  # fmt: skip
# By what the rows of a grain are told apart; they are made of the finest ones.
_OF = {
    HandedGrain.TEAM: ("team_id",),
    HandedGrain.HOLDER: ("team_id", "holder_id"),
    HandedGrain.SOURCE: ("team_id", "source"),
    HandedGrain.CAMPAIGN: ("team_id", "campaign"),
    HandedGrain.MARKETER: ("team_id", "source", "marketer_id"),
}


def _begun() -> datetime | None:
    first: datetime | None = Lead.objects.aggregate(first=Min("submitted_at"))["first"]
    return first


def _count(days: Collection[date], zone: ZoneInfo, now: datetime) -> None:
    for day in days:
        _write(day, Slice(begins(day, zone), begins(day + ONE, zone)), now)
        write_handed(day, zone, now)


STORE = Store(HANDED, 0x4C42_0002, (HandedCount, HourHanded), _begun, _count)


def keep_handed(*, now: datetime) -> int:
    """Keep the handovers of days that are over; how many days were counted."""
    return keep(STORE, now=now)


def _write(day: date, slice_: Slice, now: datetime) -> None:
    """The finest rows of a day, without one leaving the database, and those of the other grains."""
    rows = told(clocks_in(slice_, Part.SUBMITTED, now)).order_by()
    grouped = rows.values(
        "team_id", "holder_id", *TOLD,
        came_by=F("lead__source"), counts_for=F("lead__campaign"), whose=F("lead__marketer_id"),
    ).annotate(**sums_of_rows("n_"), spans=days_to_win_of_rows())  # fmt: skip
    finest = grouped.values_list(
        Value(day, DateField()), Value(HandedGrain.ALL.value, CharField()),
        "team_id", "holder_id", "came_by", "counts_for", "whose", *TOLD,
        *(f"n_{name}" for name in SUMS), "spans",
    )  # fmt: skip
    sql, values = finest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO sla_handedcount ({_COLUMNS}) {sql}", values)
        for grain, kept in _OF.items():
            shown = [name if name in kept else _BLANK[name] for name in _DIMENSIONS]
            sums = [f"sum({name})" for name in SUMS]
            told_apart = ", ".join((*kept, *TOLD))
            cursor.execute(
                f"INSERT INTO sla_handedcount ({_COLUMNS}) "
                f"SELECT day, %s, {', '.join((*shown, *TOLD, *sums))}, '{{}}' "
                f"FROM sla_handedcount WHERE day = %s AND grain = 'all' "
                f"GROUP BY day, {told_apart}",
                [grain.value, day],
            )
