"""When leads come, and when those that come are left lying: by weekday and hour of arrival.

Two sums, kept by day (`rollups.hours`): handovers by the hour in which they were submitted, and
promises that fell due by the hour in which they began, with how many of them were missed. The hour
is that of arrival for both, because that is what can be staffed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadbridge.kernel.shares import Share
from sla.reports.rollups.hours import due_by_hour, handed_by_hour
from sla.reports.slices import Slice

USUAL_KIND = "accept"
HOURS = range(24)
WEEK = range(1, 8)
Place = tuple[int, int]


@dataclass(frozen=True)
class Heat:
    """`arrived` counts handovers, `late` the missed ones of those that fell due; by weekday (Monday
    is 1) and hour. A place that is not there had nothing."""

    kind: str
    arrived: Mapping[Place, int]
    late: Mapping[Place, Share]

    def late_of(self, day: int | None, hour: int | None) -> Share:
        """Of one place, or of a whole day, a whole hour, or all of it where one is None."""
        found = [share for place, share in self.late.items() if fits(place, day, hour)]
        return Share(sum(one.part for one in found), sum(one.n for one in found))

    def arrived_of(self, day: int | None, hour: int | None) -> int:
        """The same of what was handed over."""
        return sum(count for place, count in self.arrived.items() if fits(place, day, hour))

    @property
    def busy(self) -> list[int]:
        """From the first hour of the day in which anything came to the last."""
        hours = [hour for _, hour in (*self.arrived, *self.late)]
        return list(range(min(hours), max(hours) + 1)) if hours else []


def fits(place: Place, day: int | None, hour: int | None) -> bool:
    """Does a place lie on that day and hour? None is any."""
    return day in (None, place[0]) and hour in (None, place[1])


def heat_of(slice_: Slice, *, now: datetime) -> Heat:
    """Arrivals and lateness of a slice; those of the promise to accept where it names no kind."""
    due = replace(slice_, kind=slice_.kind or USUAL_KIND)
    return Heat(due.kind, _arrived(slice_, now), _late(due, now))


def _arrived(slice_: Slice, now: datetime) -> dict[Place, int]:
    return {_place(hour): count for hour, count in handed_by_hour(slice_, now=now).items()}


def _late(slice_: Slice, now: datetime) -> dict[Place, Share]:
    found = due_by_hour(slice_, now=now)
    return {_place(hour): Share(missed, due) for hour, (missed, due) in found.items()}


def _place(arrived: str) -> Place:
    day, _, hour = arrived.partition("-")
    return int(day), int(hour)
