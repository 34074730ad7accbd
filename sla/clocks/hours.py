"""Who works when: notices wait until a receiver works again, and time is told by holders' hours."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar, next_working
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of


def next_working_instants(user_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """For each person the first working instant at or after `now`: by their own calendar, else by
    that of a team they belong to, else of one they manage, else by the organisation's.

    Whoever has no calendar, or one that never opens again, is told at once: better at night than
    never. One query, however many people.
    """
    versions = _calendar_versions(user_ids)
    instants = {version: _opens(version, now) for version in set(versions.values())}
    return {user_id: instants[versions[user_id]] for user_id in user_ids}


def _opens(version_id: int | None, now: datetime) -> datetime:
    if version_id is None:
        return now
    try:
        return next_working(calendar_of(version_id), now)
    except DomainError:
        return now


# A team they are in goes before one they manage, an older team before a younger, so that the answer
# is always the same.
_VERSIONS = """
    SELECT person.id, COALESCE(
        (SELECT own.current_id FROM sla_calendar AS own WHERE own.user_id = person.id),
        (SELECT theirs.current_id FROM people_membership AS membership
            JOIN sla_calendar AS theirs ON theirs.team_id = membership.team_id
            WHERE membership.user_id = person.id AND theirs.current_id IS NOT NULL
            ORDER BY theirs.team_id LIMIT 1),
        (SELECT led.current_id FROM people_team AS team
            JOIN sla_calendar AS led ON led.team_id = team.id
            WHERE team.manager_id = person.id AND led.current_id IS NOT NULL
            ORDER BY team.id LIMIT 1),
        (SELECT house.current_id FROM sla_calendar AS house WHERE house.organisation))
    FROM unnest(%s::bigint[]) AS person (id)
"""


def _calendar_versions(user_ids: Collection[int]) -> dict[int, int | None]:
    """The version of the calendar by which each person is told something, None where none is.
    Asked with every notice there is, so it is one statement that nobody has to put together."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [list(user_ids)])
        return dict(cursor.fetchall())


def openings(
    asked: Collection[tuple[int, int, datetime]],
) -> dict[tuple[int, int, datetime], datetime]:
    """When each person is at work next in a team, from an instant on; at once where nobody set any
    hours. One query."""
    rota = Rota((user_id, team_id) for user_id, team_id, _ in asked)
    known: dict[tuple[int, datetime], datetime] = {}
    found = {}
    for one in asked:
        calendar = rota.calendar_of(*one[:2])
        key = (id(calendar), one[2])
        if key not in known:
            known[key] = _next_in(calendar, one[2])
        found[one] = known[key]
    return found


def _next_in(calendar: BusinessCalendar | None, at: datetime) -> datetime:
    try:
        return next_working(calendar, at) if calendar is not None else at
    except DomainError:
        return at


class Rota:
    """Whose calendar counts for each of several holders, read with one query: their own, else the
    team's, else the organisation's (see sla.calendars.queries)."""

    def __init__(self, holders: Iterable[tuple[int | None, int]]) -> None:
        pairs = set(holders)
        people = {holder_id for holder_id, _ in pairs if holder_id}
        counts = Q(organisation=True) | Q(team__in={team_id for _, team_id in pairs})
        rows = Calendar.objects.filter(counts | Q(user__in=people), current__isnull=False)
        self._users: dict[int, int] = {}
        self._teams: dict[int, int] = {}
        self._house: int | None = None
        for user_id, team_id, version in rows.values_list("user_id", "team_id", "current_id"):
            if user_id:
                self._users[user_id] = version
            elif team_id:
                self._teams[team_id] = version
            else:
                self._house = version

    def calendar_of(self, holder_id: int | None, team_id: int) -> BusinessCalendar | None:
        """The hours of a holder (None: the pool of the team), None where nobody set any."""
        version = self._users.get(holder_id or 0) or self._teams.get(team_id) or self._house
        return calendar_of(version) if version else None
