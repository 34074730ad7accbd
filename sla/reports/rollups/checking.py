"""Is what is kept what the rows say? And rebuilding it from the rows alone."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, fell_due, outcome_q
from sla.reports.captures import leads_on, touches_in
from sla.reports.ledger import one_snapshot
from sla.reports.rollups import keeping, keeping_came, keeping_handed, keeping_took
from sla.reports.rollups.came import SUMS as SUMS_CAME
from sla.reports.rollups.came import sums_of_leads
from sla.reports.rollups.days import ONE, begins
from sla.reports.rollups.facts import SUMS, TOLD, sums_of_rows, told
from sla.reports.rollups.hours import due_of, handed_of
from sla.reports.rollups.models import (
    CameCount,
    CameGrain,
    DueCount,
    Grain,
    HandedCount,
    HandedGrain,
    HourDue,
    HourHanded,
    Took,
    TouchCount,
)
from sla.reports.rollups.rounds import Store, keep
from sla.reports.rollups.stages import count_moves_again, moves_differ
from sla.reports.scorecard.ladder import Rung
from sla.reports.slices import Part, Slice, clocks_in

Row = tuple[object, ...]
Table = Counter[Row]


def differences(*, now: datetime, most: int | None = None) -> tuple[int, int]:
    """How many days were compared, and in how many rows they differ from what the rows say: of a
    sound database none. Days that a note says have changed are left to the worker; `most` is how
    many of each kind are looked at, the youngest first."""
    zone = ZoneInfo(settings.TIME_ZONE)
    with one_snapshot():
        looked_at = [(one, day) for one in STORES for day in _clean(one[0], zone)[:most]]
        wrong = sum(_unlike(*tables(day, zone, now)) for (_, tables), day in looked_at)
        wrong += moves_differ()
    return len(looked_at), wrong


def unlike(one: "Checked", days: Collection[date], *, zone: ZoneInfo, now: datetime) -> int:
    """In how many rows these days of one kind differ; those that changed since are left out."""
    store, tables = one
    clean = set(_clean(store, zone)) & set(days)
    return sum(_unlike(*tables(day, zone, now)) for day in clean)


def rebuild(*, now: datetime) -> int:
    """Forget all kept days and count them again; how many there are. Pages read the rows until
    then."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '60s'")
        for store, _ in STORES:
            store.forget()
    count_moves_again()
    counted = 0
    for store, _ in STORES:
        while days := keep(store, now=now):
            counted += days
    return counted


def _clean(store: Store, zone: ZoneInfo) -> Sequence[date]:
    kept = store.kept.days._default_manager.filter(zone=zone.key).values_list("day", flat=True)
    return sorted(set(kept) - store.kept.untrue(zone), reverse=True)


def _unlike(kept: Table, rows: Table) -> int:
    return sum(1 for key in kept.keys() | rows.keys() if kept[key] != rows[key])


_OF_DUE: dict[Grain, dict[str, str]] = {
    Grain.TEAM: {},
    Grain.HOLDER: {"holder_id": "holder_id"},
    Grain.SOURCE: {"source": "lead__source"},
}


def _due(day: date, zone: ZoneInfo, now: datetime) -> tuple[Table, Table]:
    """Of a day by kind, team, holder and source: of either, since no row tells both."""
    kept, rows = Table(), Table()
    fallen = fell_due(begins(day, zone), begins(day + ONE, zone), now)
    counts = {f"n_{o}": Count("pk", filter=outcome_q(o, now)) for o in OUTCOMES}
    for grain, keys in _OF_DUE.items():
        by = ("kind", "side", "team_id", *keys)
        of_rows = ("kind", "side", "team_id", *keys.values())
        for row in DueCount.objects.filter(day=day, grain=grain).values_list(*by, *OUTCOMES):
            kept[(grain, *row)] += 1
        grouped = Clock.objects.filter(fallen).order_by().values(*of_rows).annotate(**counts)
        for row in grouped.values_list(*of_rows, *counts):
            rows[(grain, *row)] += 1
    kept.update(_plain(HourDue.objects.filter(day=day)))
    rows.update(_plain([HourDue(day=day, **one) for one in due_of(day, zone, now)]))
    return kept, rows


def _plain(counted: Iterable[HourDue] | Iterable[HourHanded]) -> Iterable[Row]:
    """Rows without the number that each has of its own."""
    for row in counted:
        names = (field.attname for field in row._meta.concrete_fields if not field.primary_key)
        yield tuple(getattr(row, name) for name in names)


_DIMENSIONS = {
    "team_id": "team_id", "holder_id": "holder_id", "source": "lead__source",
    "campaign": "lead__campaign", "marketer_id": "lead__marketer_id",
    **{name: name for name in TOLD},
}  # fmt: skip


def _handed(day: date, zone: ZoneInfo, now: datetime) -> tuple[Table, Table]:
    """Of a day by everything, and the sums of each coarser grain."""
    slice_ = Slice(begins(day, zone), begins(day + ONE, zone))
    of_day = HandedCount.objects.filter(day=day)
    kept = Table(of_day.filter(grain="all").values_list(*_DIMENSIONS, *SUMS))
    grouped = told(clocks_in(slice_, Part.SUBMITTED, now)).order_by().values(*_DIMENSIONS.values())
    sums = sums_of_rows("n_")
    rows = Table(grouped.annotate(**sums).values_list(*_DIMENSIONS.values(), *sums))
    whole = sum(row[len(_DIMENSIONS)] for row in rows)
    for grain in HandedGrain:
        kept[grain, sum(of_day.filter(grain=grain).values_list("handed", flat=True))] += 1
        rows[grain, whole] += 1
    kept.update(_plain(HourHanded.objects.filter(day=day)))
    rows.update(_plain([HourHanded(day=day, **one) for one in handed_of(day, zone, now)]))
    return kept, rows


def _took(day: date, zone: ZoneInfo, now: datetime) -> tuple[Table, Table]:
    slice_ = Slice(begins(day, zone), begins(day + ONE, zone))
    counted = [row for kind in KINDS for row in keeping_took.rows_of(kind, day, slice_, now)]
    return _of_took(Took.objects.filter(day=day)), _of_took(counted)


_CAME = ("team_id", "source", "campaign_row_id", "campaign")


def _came(day: date, zone: ZoneInfo, now: datetime) -> tuple[Table, Table]:
    """Of a day by everything, what the coarser grains hold in all, and the attempts."""
    slice_ = Slice(begins(day, zone), begins(day + ONE, zone))
    of_day, sums = CameCount.objects.filter(day=day), sums_of_leads("n_")
    kept = Table(of_day.filter(grain=CameGrain.TEAM).values_list(*_CAME, *SUMS_CAME))
    leads = leads_on(slice_, Rung.LEADS).order_by()
    rows = Table(leads.values(*_CAME).annotate(**sums).values_list(*_CAME, *sums))
    for grain in CameGrain:
        kept[grain, sum(of_day.filter(grain=grain).values_list("leads", flat=True))] += 1
        rows[grain, leads.count()] += 1
    touched = ("lead__team_id", "lead__source")
    kept.update(TouchCount.objects.filter(day=day).values_list("team_id", "source", "touches"))
    rows.update(touches_in(slice_).order_by().values_list(*touched).annotate(n=Count("pk")))
    return kept, rows


def _of_took(rows: Iterable[Took]) -> Table:
    return Table(
        (row.kind, row.team_id, bytes(row.whose), bytes(row.working), bytes(row.wall))
        for row in rows
    )


# What is kept, and how a day of it is read beside its rows.
Checked = tuple[Store, Callable[[date, ZoneInfo, datetime], tuple[Table, Table]]]
STORES: tuple[Checked, ...] = (
    (keeping.STORE, _due),
    (keeping_handed.STORE, _handed),
    (keeping_took.STORE, _took),
    (keeping_came.STORE, _came),
)
