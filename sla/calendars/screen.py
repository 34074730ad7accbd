"""What the pages of calendars draw: rows in words and addresses."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from leadbridge.kernel.time import local
from leadbridge.people.access import HourSetter
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.public import place_words
from sla.calendars.queries import Counted, calendar_of
from sla.calendars.year import FIRST_YEAR, LAST_YEAR, differences, week_words, year_of

SHOWN_VERSIONS = 20
LEGEND = (
    ("open", "Open", "as that weekday usually is"),
    ("closed", "Closed", "no hours on that weekday"),
    ("holiday", "Holiday", "public holiday"),
    ("closure", "Closure", "own closed day"),
    ("override", "Override", "other hours on that date"),
)


def holidays_words(calendar: BusinessCalendar) -> str:
    """`Public holidays of DE BE, 3 closures` or what else there is."""
    parts = []
    if calendar.public:
        parts.append(f"public holidays of {place_words(calendar.public)}")
    own = len(calendar.closures) if calendar.public else len(calendar.holidays)
    if own:
        parts.append(f"{own} own closed {'day' if own == 1 else 'days'}")
    if calendar.overrides:
        parts.append(f"{len(calendar.overrides)} with other hours")
    return ", ".join(parts) or "no holidays"


def calendar_row(calendar: Calendar, *, editable: bool) -> dict[str, object]:
    """One calendar of the list."""
    assert calendar.current is not None, "only calendars with a version are listed"
    hours = calendar_of(calendar.current.pk)
    return {
        "name": calendar.name,
        "whose": calendar.whose,
        "url": f"/calendars/{calendar.pk}/",
        "week": week_words(hours),
        "zone": hours.zone.key,
        "holidays": holidays_words(hours),
        "version": f"version {calendar.current.number}",
        "editable": editable,
    }


def team_rows(
    counted: Sequence[Counted], setter: HourSetter, visible: set[int]
) -> list[dict[str, object]]:
    """Every team with who counts by what; `new_url` where somebody may give them hours."""
    rows = []
    for team, group in groupby(counted, key=lambda one: one.team):
        people = list(group)
        rows.append({"name": team.name, "people": [_who(one, setter, visible) for one in people]})
    return rows


def _who(one: Counted, setter: HourSetter, visible: set[int]) -> dict[str, object]:
    calendar = one.calendar
    own = calendar is not None and (
        calendar.user_id == one.person.pk if one.person else calendar.team_id == one.team.pk
    )
    whose = {"person_id": one.person.pk} if one.person else {"team_id": one.team.pk}
    may = not own and setter.may(**whose)
    key = f"person={one.person.username}" if one.person else f"team={one.team.slug}"
    return {
        "name": str(one.person) if one.person else "Pool of the team",
        "calendar": calendar.name if calendar else "",
        "url": f"/calendars/{calendar.pk}/" if calendar and calendar.pk in visible else "",
        "why": _why(one),
        "new_url": f"/calendars/new/?{key}" if may else "",
    }


def _why(one: Counted) -> str:
    if one.calendar is None:
        return "no calendar counts: no clock can start"
    if one.calendar.user_id:
        return "their own"
    return "the team’s" if one.calendar.team_id else "the organisation’s"


def year_screen(calendar: BusinessCalendar, year: int, url: str) -> dict[str, object]:
    """Twelve months, the legend, and the years beside."""
    return {
        "year": year,
        "months": year_of(calendar, year),
        "legend": LEGEND,
        "previous": f"{url}?year={year - 1}#year" if year > FIRST_YEAR else "",
        "next": f"{url}?year={year + 1}#year" if year < LAST_YEAR else "",
        "beyond": bool(calendar.public and year > calendar.public.last),
    }


def version_rows(versions: Sequence[CalendarVersion], zone: str) -> list[dict[str, object]]:
    """The versions, newest first, each with what it changed."""
    rows: list[dict[str, object]] = []
    for place, version in enumerate(versions[:SHOWN_VERSIONS]):
        before = versions[place + 1] if place + 1 < len(versions) else None
        rows.append(
            {
                "number": version.number,
                "at": instant_words(version.created_at, zone),
                "by": str(version.made_by) if version.made_by else "LeadBridge",
                "changes": differences(calendar_of(before.pk), calendar_of(version.pk))
                if before
                else ["First version"],
            }
        )
    return rows


def instant_words(at: datetime, zone: str) -> str:
    """An instant of a record: "12 May 2026, 09:40"."""
    return f"{local(at, zone):%-d %b %Y, %H:%M}"
