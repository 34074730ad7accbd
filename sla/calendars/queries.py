"""Whose calendar counts: the holder's own, else the team's, else the organisation's."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar, CalendarVersion


@dataclass(frozen=True)
class Hours:
    """A calendar ready to count by, and the version that a clock keeps."""

    version_id: int
    name: str
    calendar: BusinessCalendar


def hours_for(*, holder_id: int | None, team_id: int) -> Hours:
    """The hours by which a holder (None: the pool of the team) is judged.

    DomainError `no_working_time` where not even the organisation has a calendar.
    """
    counts = Q(team_id=team_id) | Q(organisation=True)
    if holder_id is not None:
        counts |= Q(user_id=holder_id)
    found = min(
        Calendar.objects.filter(counts, current__isnull=False), key=_precedence, default=None
    )
    if found is None or found.current_id is None:
        raise DomainError(
            "no_working_time",
            "No calendar counts here: set the working hours of the organisation first.",
            status=409,
        )
    return Hours(found.current_id, found.name, calendar_of(found.current_id))


def _precedence(calendar: Calendar) -> int:
    if calendar.user_id:
        return 0
    return 1 if calendar.team_id else 2


@lru_cache(maxsize=4096)
def calendar_of(version_id: int) -> BusinessCalendar:
    """The calendar of a version, ready to count by; kept, because a version never changes."""
    version = CalendarVersion.objects.select_related("calendar").get(pk=version_id)
    return BusinessCalendar.from_content(version.content, name=version.calendar.name)
