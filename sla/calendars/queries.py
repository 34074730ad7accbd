"""Whose calendar counts: the holder's own, else the team's, else the organisation's."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.prepared import Prepared
from leadbridge.people.access import HourSetter, people_led_by
from leadbridge.people.models import Team, User
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar, CalendarVersion


@dataclass(frozen=True)
class Hours:
    """A calendar ready to count by, and the version that a clock keeps."""

    version_id: int
    name: str
    calendar: BusinessCalendar


_COUNTING = Prepared(
    2,
    lambda team, holder: Calendar.objects.filter(
        Q(team_id=team) | Q(organisation=True) | Q(user_id=holder), current__isnull=False
    ),
)


def hours_for(*, holder_id: int | None, team_id: int) -> Hours:
    """The hours by which a holder (None: the pool of the team) is judged.

    DomainError `no_working_time` where not even the organisation has a calendar.
    """
    return _hours_of(min(_COUNTING.all(team_id, holder_id), key=_precedence, default=None))


class HoursOfMany:
    """The same for whoever is asked for, read with one query."""

    def __init__(self) -> None:
        self._users: dict[int, Calendar] = {}
        self._teams: dict[int, Calendar] = {}
        self._house: Calendar | None = None
        for calendar in Calendar.objects.filter(current__isnull=False):
            if calendar.user_id:
                self._users[calendar.user_id] = calendar
            elif calendar.team_id:
                self._teams[calendar.team_id] = calendar
            elif calendar.organisation:
                self._house = calendar

    def of(self, *, holder_id: int | None, team_id: int) -> Hours:
        """The hours by which a holder (None: the pool of the team) is judged."""
        return _hours_of(self._users.get(holder_id or 0) or self._teams.get(team_id) or self._house)


def _hours_of(found: Calendar | None) -> Hours:
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


def calendars_visible_to(user: User) -> QuerySet[Calendar]:
    """Calendars somebody may see: those of teams and the organisation count for everybody; a
    person's own is for that person, whoever leads them, and administrators."""
    calendars = Calendar.objects.select_related("user", "team", "current")
    if user.is_administrator:
        return calendars
    own = Q(user=user) | Q(user__in=people_led_by(user))
    return calendars.filter(Q(team__isnull=False) | Q(organisation=True) | own)


def calendar_id_of(number: str) -> int:
    """The calendar an address names; 0, which is none, where it is no number."""
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0


def get_calendar_for(user: User, calendar_id: int) -> Calendar:
    """One calendar, if this person may see it; DomainError `not_found` otherwise."""
    calendar = calendars_visible_to(user).filter(pk=calendar_id, current__isnull=False).first()
    if calendar is None:
        raise DomainError(
            "not_found", f"There is no calendar {calendar_id} that you may see.", status=404
        )
    return calendar


def may_edit(setter: HourSetter, calendar: Calendar) -> bool:
    """May this person change these hours? The hours of a past stand for what has been."""
    if not (calendar.user_id or calendar.team_id or calendar.organisation):
        return False
    return setter.may(person_id=calendar.user_id, team_id=calendar.team_id)


def usual_calendar(person: User | None) -> Calendar | None:
    """What counts for somebody (None: a team) without hours of their own: to begin from."""
    counts = Q(organisation=True)
    if person is not None:
        counts |= Q(team__in=person.teams.all())
    found = Calendar.objects.filter(counts, current__isnull=False)
    return min(found, key=lambda one: (_precedence(one), one.pk), default=None)


@dataclass(frozen=True)
class Counted:
    """Who counts by which calendar: a member of a team, or (nobody) the team's pool."""

    team: Team
    person: User | None
    calendar: Calendar | None  # None: no calendar at all, so no clock can start


def who_counts() -> list[Counted]:
    """Every team with its pool and its people, and the calendar that counts for each."""
    calendars = list(Calendar.objects.filter(current__isnull=False).select_related("current"))
    of_people = {calendar.user_id: calendar for calendar in calendars if calendar.user_id}
    of_teams = {calendar.team_id: calendar for calendar in calendars if calendar.team_id}
    whole = next((calendar for calendar in calendars if calendar.organisation), None)
    found = []
    teams = Team.objects.prefetch_related("members")
    for team in teams:
        usual = of_teams.get(team.pk, whole)
        found.append(Counted(team, None, usual))
        for person in team.members.all():
            if person.is_active:
                found.append(Counted(team, person, of_people.get(person.pk, usual)))
    return found
