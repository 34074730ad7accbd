"""Whose calendar counts: the holder's own, else the team's, else the organisation's."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Case, IntegerField, Q, Value, When

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
    own = Q(user_id=holder_id) if holder_id else Q(pk=None)
    found = (
        Calendar.objects.filter(
            own | Q(team_id=team_id) | Q(organisation=True), current__isnull=False
        )
        .select_related("current")
        .order_by(
            Case(
                When(user__isnull=False, then=Value(0)),
                When(team__isnull=False, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .first()
    )
    if found is None or found.current is None:
        raise DomainError(
            "no_working_time",
            "No calendar counts here: set the working hours of the organisation first.",
            status=409,
        )
    return Hours(found.current.pk, found.name, calendar_of(found.current.pk))


@lru_cache(maxsize=4096)
def calendar_of(version_id: int) -> BusinessCalendar:
    """The calendar of a version, ready to count by; kept, because a version never changes."""
    version = CalendarVersion.objects.select_related("calendar").get(pk=version_id)
    return BusinessCalendar.from_content(version.content, name=version.calendar.name)
