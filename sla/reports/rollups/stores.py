"""What is kept, and which of its days can be taken as they were kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DateField, DateTimeField, Field, Q, Value
from django.db.models.functions import Cast

from sla.reports.rollups.days import Split, days_of_hour, runs, split
from sla.reports.rollups.models import (
    CameDay,
    ChangedHour,
    CountedDay,
    HandedDay,
    KeptDay,
    StaleBegun,
    StaleCame,
    StaleHanded,
    StaleHour,
    TookDay,
)
from sla.reports.slices import Slice


@dataclass(frozen=True)
class Kept:
    """Which days were counted, and the notes of what changed since."""

    days: type[CountedDay]
    notes: type[ChangedHour]

    def untrue(self, zone: ZoneInfo) -> set[date]:
        """The days of which something has changed since."""
        hours = self.notes._default_manager.values_list("hour", flat=True).distinct()
        return {day for hour in hours for day in days_of_hour(hour, zone)}

    def cut(self, slice_: Slice, now: datetime) -> Split:
        """The days of a slice that are over at `now`, kept and true; and what is left of it."""
        zone = ZoneInfo(settings.TIME_ZONE)
        first, last = (at.astimezone(zone).date() for at in (slice_.start, min(slice_.end, now)))
        within = self.days._default_manager.filter(zone=zone.key, day__gte=first, day__lt=last)
        notes = self.notes._default_manager.values_list(_nothing(DateField()), "hour").distinct()
        days = within.values_list("day", _nothing(DateTimeField()))
        kept, untrue = set[date](), set[date]()
        for day, hour in days.union(notes, all=True):  # one query, which every figure asks
            kept |= {day} if day else set()
            untrue |= days_of_hour(hour, zone) if hour else set()
        return split(slice_.start, slice_.end, kept - untrue, zone)


def _nothing(kind: "Field[Any, Any]") -> Cast:
    return Cast(Value(None), kind)


DUE = Kept(KeptDay, StaleHour)
HANDED = Kept(HandedDay, StaleHanded)
TOOK = Kept(TookDay, StaleBegun)
CAME = Kept(CameDay, StaleCame)


def uncut(slice_: Slice) -> Split:
    """Nothing of it from kept days."""
    return Split((), ((slice_.start, slice_.end),))


def among(days: Sequence[date]) -> Q:
    """Kept rows of these days; of none, none."""
    return reduce(or_, (Q(day__gte=a, day__lte=b) for a, b in runs(days)), Q(day__in=[]))
