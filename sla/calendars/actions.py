"""Writing calendars: a new version for every edit."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from leadbridge.people.models import Team, User
from sla.calendars.arithmetic import BusinessCalendar, require_working_time
from sla.calendars.models import Calendar, CalendarVersion


def save_calendar(
    *,
    name: str,
    content: Mapping[str, object],
    now: datetime,
    user: User | None = None,
    team: Team | None = None,
    organisation: bool = False,
) -> Calendar:
    """Make or renew the calendar of its owner; unchanged content makes no version.

    DomainError (`invalid_schedule`, `invalid_timezone`, …) for content that is no calendar. One
    without an owner (user, team, organisation) stands by itself, such as that of a past.
    """
    calendar_to_be = BusinessCalendar.from_content(content)
    require_working_time(calendar_to_be)
    clean = calendar_to_be.content()
    with transaction.atomic():
        calendar = None
        if user or team or organisation:
            calendar = (
                Calendar.objects.select_for_update(of=("self",))
                .filter(user=user, team=team, organisation=organisation)
                .select_related("current")
                .first()
            )
        calendar = calendar or Calendar.objects.create(
            name=name, user=user, team=team, organisation=organisation
        )
        if calendar.current is None or calendar.current.content != clean:
            number = calendar.current.number + 1 if calendar.current else 1
            calendar.current = CalendarVersion.objects.create(
                calendar=calendar, number=number, content=clean, created_at=now
            )
        calendar.name = name
        calendar.save(update_fields=["name", "current"])
    return calendar
