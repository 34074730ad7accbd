"""Marketing's promised volume: what was handed over this month, beside an even pace.

Even means by working time: a month with holidays asks no less, but not on those days. An override
and a lead that bounced back bring no credit before sales accepts (DOMAIN M-3).
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from leadbridge.kernel.errors import DomainError
from sla.agreement.promises import Volume
from sla.agreement.queries import active_agreement
from sla.calendars.arithmetic import elapsed
from sla.calendars.queries import hours_for
from sla.reports.rollups.handed import Handed, HandedBy, credited_of, handed_in
from sla.reports.slices import Slice

NO_TEAM = 0  # the hours of the organisation count


@dataclass(frozen=True)
class Pace:
    """`share` of the month's working time has gone (0 to 1); `came` is what each day brought of
    what was promised, days that brought nothing left out."""

    volume: Volume
    came: dict[date, Decimal]
    share: float
    slice: Slice

    @property
    def so_far(self) -> Decimal:
        """What came in all."""
        return sum(self.came.values(), Decimal(0))

    @property
    def paced(self) -> float:
        """What an even pace would have brought by now."""
        return self.volume.per_month * self.share

    @property
    def error(self) -> float | None:
        """So far ÷ paced − 1; None before the first working hour of the month."""
        return float(self.so_far) / self.paced - 1 if self.paced else None

    @property
    def state(self) -> str:
        """ "on pace", "ahead" or "behind": within the agreed tolerance, or not."""
        if self.error is None or abs(self.error) <= float(self.volume.tolerance):
            return "on pace"
        return "ahead" if self.error > 0 else "behind"


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The month that runs, where the organisation is."""
    zone = ZoneInfo(settings.TIME_ZONE)
    here = now.astimezone(zone)
    first = datetime(here.year, here.month, 1, tzinfo=zone)
    year, month = divmod(here.year * 12 + here.month, 12)
    return first, datetime(year, month + 1, 1, tzinfo=zone)


def pace_of(slice_: Slice, *, now: datetime) -> Pace | None:
    """The pace of the month that runs, of what a slice narrows down; None where no volume is
    promised, or the organisation has no hours."""
    active = active_agreement()
    volume = active.agreement.marketing.volume if active else None
    share = share_gone(now)
    if volume is None or share is None:
        return None
    month = replace(slice_, start=month_of(now)[0], end=now)
    return Pace(volume, came_by_day(month, volume, now=now), share, month)


def came_by_day(month: Slice, volume: Volume, *, now: datetime) -> dict[date, Decimal]:
    """What each day of a month brought of a promised volume."""
    found: defaultdict[date, Decimal] = defaultdict(Decimal)
    for line in handed_in(month, HandedBy.DAY, now=now):
        found[date.fromisoformat(line.group)] += _credit_of(line, volume)
    return {day: credit for day, credit in found.items() if credit}


def _credit_of(line: Handed, volume: Volume) -> Decimal:
    """What handovers count for the promised volume, as leads or as value."""
    return line.credited_value if volume.measure == "value" else Decimal(credited_of(line))


def share_gone(now: datetime) -> float | None:
    """How much of the working time of the month has gone."""
    try:
        calendar = hours_for(holder_id=None, team_id=NO_TEAM).calendar
    except DomainError:
        return None
    first, last = month_of(now)
    whole = elapsed(calendar, first, last)
    return elapsed(calendar, first, now) / whole if whole else None
