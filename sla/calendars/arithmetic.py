"""Business time (provisional)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, UTC
from zoneinfo import ZoneInfo

from leadbridge.kernel.errors import DomainError
from sla.calendars.content import *
from sla.calendars.content import Week, Holiday, Override, Block
from sla.calendars.timeline import Timeline


class BusinessCalendar:
    def __init__(self, zone, week, holidays, overrides, name=""):
        self.zone, self.week, self.holidays, self.overrides, self.name = zone, week, holidays, overrides, name
        self._hol = {h.day for h in holidays}
        self._over = {o.day: o.blocks for o in overrides}
        self.timeline = Timeline(zone, self.blocks_on)

    def blocks_on(self, day):
        if day in self._hol:
            return ()
        if day in self._over:
            return self._over[day]
        return self.week[day.weekday()]

    @classmethod
    def from_content(cls, content, *, name=""):
        fields = read_fields(content)
        return cls(zone_of(fields.get("timezone")), read_week(fields["weekly"]), read_holidays(fields.get("holidays", [])), read_overrides(fields.get("overrides", {})), name)

    def content(self):
        from sla.calendars.content import WEEKDAYS
        return {"timezone": self.zone.key, "weekly": {d: write_blocks(b) for d, b in zip(WEEKDAYS, self.week) if b}, "holidays": write_holidays(self.holidays), "overrides": write_overrides(self.overrides)}


def due(calendar, start, seconds, pauses=()):
    left = timedelta(seconds=seconds)
    start = start.astimezone(UTC)
    for year in range(start.year, start.year + 3):
        t = calendar.timeline.year(year)
        for o, c in zip(t.opens, t.closes):
            if c <= start:
                continue
            o = max(o, start)
            if seconds == 0:
                return o
            if c - o >= left:
                return o + left
            left -= c - o
    raise DomainError("no_working_time", "no working time")


def elapsed(calendar, start, end, pauses=()):
    total = timedelta(0)
    start = start.astimezone(UTC); end = end.astimezone(UTC)
    for year in range(start.year, end.year + 1):
        t = calendar.timeline.year(year)
        for o, c in zip(t.opens, t.closes):
            a, b = max(o, start), min(c, end)
            if a < b:
                total += b - a
    return total.total_seconds()


def open_seconds_of_business_day(calendar):
    days = [sum(b.close - b.open for b in d) for d in calendar.week if d]
    return round(sum(days) / len(days)) if days else 0
