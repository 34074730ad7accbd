"""The worker that keeps the days: counts those that are over, and again those that changed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Count, DateField, F, IntegerField, QuerySet, Value

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, outcome_q
from sla.reports.rollups.days import ONE, begins, days_of_hour
from sla.reports.rollups.models import DueCount, Grain, KeptDay, StaleHour

# Whoever changed a clock of a day before it was over has committed by then.
SETTLED = timedelta(hours=1)
AT_ONCE = 31  # days
_LOCK = 0x4C42_0001  # one worker at a time
_COLUMNS = "day, grain, kind, side, team_id, holder_id, source, due, met, met_late, missed_open"


def keep_days(*, now: datetime, most: int = AT_ONCE) -> int:
    """Count anew what changed and up to `most` days that were not kept yet, the youngest first;
    returns how many days were counted. Two at once: the second does nothing."""
    zone = ZoneInfo(settings.TIME_ZONE)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        KeptDay.objects.exclude(zone=zone.key).delete()
        kept = set(KeptDay.objects.values_list("day", flat=True))
        wanted = sorted(_stale(zone) & kept) + _missing(kept, zone, now)[:most]
        _count(wanted, zone, now)
        return len(wanted)


def _stale(zone: ZoneInfo) -> set[date]:
    """The days that the notes speak of; the notes are gone with this transaction. A change that
    commits from now on leaves a note that this list does not hold."""
    notes = list(StaleHour.objects.values_list("pk", "hour"))
    StaleHour.objects.filter(pk__in=[pk for pk, _ in notes]).delete()
    return {day for hour in {hour for _, hour in notes} for day in days_of_hour(hour, zone)}


def _missing(kept: Collection[date], zone: ZoneInfo, now: datetime) -> list[date]:
    """Days that are over and not kept, the youngest first."""
    first_due = [
        Clock.objects.filter(kind=kind).order_by("due_at").values_list("due_at", flat=True).first()
        for kind in KINDS
    ]
    begun = min((at for at in first_due if at), default=None)
    if begun is None:
        return []
    first = begun.astimezone(zone).date()
    over = (now - SETTLED).astimezone(zone).date()
    days = (first + n * ONE for n in range((over - first).days))
    return sorted((day for day in days if day not in kept), reverse=True)


def _count(days: Collection[date], zone: ZoneInfo, now: datetime) -> None:
    DueCount.objects.filter(day__in=days).delete()
    KeptDay.objects.filter(day__in=days).delete()
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
    KeptDay.objects.bulk_create([KeptDay(day=day, zone=zone.key, kept_at=now) for day in days])


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
