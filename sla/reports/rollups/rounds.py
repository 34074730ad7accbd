"""The worker's round over what is kept: counts days that are over, and again those that changed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from sla.reports.rollups.days import ONE, days_of_hour
from sla.reports.rollups.stores import Kept

# Whoever changed something of a day before it was over has committed by then.
SETTLED = timedelta(hours=1)
AT_ONCE = 31  # days


@dataclass(frozen=True)
class Store:
    """What is kept in which `tables`; `begun` is when there first was something to count, `count`
    writes what the rows say of some days of which nothing is kept."""

    kept: Kept
    lock: int  # one worker at a time
    tables: tuple[type[Model], ...]
    begun: Callable[[], datetime | None]
    count: Callable[[Collection[date], ZoneInfo, datetime], None]

    def forget(self, days: Collection[date] | None = None) -> None:
        """What is kept of some days, or of all; pages read the rows of these from now on."""
        for model in (self.kept.days, *self.tables):
            rows = model._default_manager.all()
            rows = rows if days is None else rows.filter(day__in=days)
            rows._raw_delete(rows.db)


def keep(store: Store, *, now: datetime, most: int = AT_ONCE) -> int:
    """Count anew what changed and up to `most` days that were not kept yet, the youngest first;
    returns how many days were counted. Two at once: the second does nothing."""
    zone, days = ZoneInfo(settings.TIME_ZONE), store.kept.days._default_manager
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [store.lock])
        if not cursor.fetchone()[0]:
            return 0
        days.exclude(zone=zone.key).delete()
        kept = set(days.values_list("day", flat=True))
        wanted = sorted(_stale(store, zone) & kept) + _missing(store, kept, zone, now)[:most]
        store.forget(wanted)
        store.count(wanted, zone, now)
        days.bulk_create([store.kept.days(day=day, zone=zone.key, kept_at=now) for day in wanted])
        return len(wanted)


def _stale(store: Store, zone: ZoneInfo) -> set[date]:
    """The days that the notes speak of, which are gone with this transaction; whoever commits a
    change from now on leaves a note that this list does not hold."""
    notes = store.kept.notes._default_manager
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
