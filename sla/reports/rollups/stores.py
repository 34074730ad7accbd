"""What every kind of kept days has in common, and the worker's round over one of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from sla.reports.rollups.days import ONE, days_of_hour
from sla.reports.rollups.models import (
    HandedDay,
    KeptDay,
    StaleBegun,
    StaleHanded,
    StaleHour,
    TookDay,
)

# Whoever changed something of a day before it was over has committed by then.
SETTLED = timedelta(hours=1)
AT_ONCE = 31  # days
Days = type[KeptDay] | type[HandedDay] | type[TookDay]
Notes = type[StaleHour] | type[StaleHanded] | type[StaleBegun]


@dataclass(frozen=True)
class Store:
    """Which days are kept and which notes make them untrue; `begun` is when there first was
    something to count, `count` forgets what was kept of some days and counts them."""

    days: Days
    notes: Notes
    lock: int  # one worker at a time
    begun: Callable[[], datetime | None]
    count: Callable[[Collection[date], ZoneInfo, datetime], None]


def keep(store: Store, *, now: datetime, most: int = AT_ONCE) -> int:
    """Count anew what changed and up to `most` days that were not kept yet, the youngest first;
    returns how many days were counted. Two at once: the second does nothing."""
    zone, days = ZoneInfo(settings.TIME_ZONE), store.days._default_manager
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [store.lock])
        if not cursor.fetchone()[0]:
            return 0
        days.exclude(zone=zone.key).delete()
        kept = set(days.values_list("day", flat=True))
        wanted = sorted(_stale(store, zone) & kept) + _missing(store, kept, zone, now)[:most]
        days.filter(day__in=wanted).delete()
        store.count(wanted, zone, now)
        for day in wanted:
            days.create(day=day, zone=zone.key, kept_at=now)
        return len(wanted)


def _stale(store: Store, zone: ZoneInfo) -> set[date]:
    """The days that the notes speak of, which are gone with this transaction; whoever commits a
    change from now on leaves a note that this list does not hold."""
    notes = store.notes._default_manager
    found = list(notes.values_list("pk", "hour"))
    notes.filter(pk__in=[pk for pk, _ in found]).delete()
    return {day for hour in {hour for _, hour in found} for day in days_of_hour(hour, zone)}


def _missing(store: Store, kept: Collection[date], zone: ZoneInfo, now: datetime) -> list[date]:
    """Days that are over and not kept, the youngest first."""
    begun = store.begun()
    if begun is None:
        return []
    first, over = begun.astimezone(zone).date(), (now - SETTLED).astimezone(zone).date()
    days = (first + n * ONE for n in range((over - first).days))
    return sorted((day for day in days if day not in kept), reverse=True)
