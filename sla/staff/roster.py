"""Who is here: by team, each with whether they are at work, away or gone, and what they hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words
from leadbridge.people.access import Viewer, sees_every_lead
from leadbridge.people.models import Absence, Departure, Role, Team, User
from leadbridge.people.queries import absences_at, until_words
from leads.handoff.models import Lead
from sla.calendars.arithmetic import BusinessCalendar, is_working, next_working
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING

SEARCHED = ("username", "first_name", "last_name", "email")


@dataclass(frozen=True)
class Standing:
    """How somebody stands now, in words. `tone`: ok, risk, late or nothing."""

    words: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class PersonRow:
    """One person of the list. `leads` None: more may be there than the viewer sees."""

    url: str
    name: str
    username: str
    role: str
    zone: str
    standing: Standing
    leads: int | None


@dataclass(frozen=True)
class Group:
    """The people of one team; those of none, and those who left, are groups without one."""

    name: str
    url: str
    note: str
    rows: list[PersonRow]


def roster(viewer: Viewer, *, now: datetime, q: str = "") -> list[Group]:
    """Everybody, team by team; seven queries, however many there are."""
    people = {user.pk: user for user in _searched(q).order_by("first_name", "last_name", "pk")}
    teams = list(Team.objects.select_related("manager").prefetch_related("memberships"))
    rows = _rows(people, teams, viewer, now)
    groups, placed = [], set()
    for team in teams:
        ids = {m.user_id for m in team.memberships.all()} | {team.manager_id}
        theirs = [row for pk, row in rows.items() if pk in ids and people[pk].is_active]
        placed |= ids
        if theirs or not q:
            note = f"{team.get_side_display()} · {team.manager} manages"
            groups.append(Group(team.name, f"/people/teams/{team.slug}/", note, theirs))
    loose = [row for pk, row in rows.items() if people[pk].is_active and pk not in placed]
    left = [row for pk, row in rows.items() if not people[pk].is_active]
    for name, others in (("In no team", loose), ("Left", left)):
        if others:
            groups.append(Group(name, "", "", others))
    return groups


def _searched(q: str) -> QuerySet[User]:
    found = User.objects.all()
    for word in q.split()[:5]:
        wanted = Q()
        for field in SEARCHED:
            wanted |= Q(**{f"{field}__icontains": word})
        found = found.filter(wanted)
    return found


def _rows(
    people: Mapping[int, User], teams: Iterable[Team], viewer: Viewer, now: datetime
) -> dict[int, PersonRow]:
    hours = hours_of(people, teams)
    away = absences_at(now, people)
    gone = departures_of(people)
    held = leads_held(viewer, people)
    # A nought would be untrue where the viewer does not see all that somebody holds.
    whole = sees_every_lead(viewer.user)
    return {
        pk: PersonRow(
            url=url_of(user),
            name=str(user),
            username=user.username,
            role=Role(user.role).label,
            zone=user.time_zone or settings.TIME_ZONE,
            standing=standing_of(user, hours.get(pk), away.get(pk), gone.get(pk), now),
            leads=held.get(pk, 0 if whole or pk == viewer.user.pk else None),
        )
        for pk, user in people.items()
    }


def url_of(user: User) -> str:
    """The page of a person."""
    return f"/people/{user.username}/"


def standing_of(
    user: User,
    hours: BusinessCalendar | None,
    absence: Absence | None,
    departure: Departure | None,
    now: datetime,
) -> Standing:
    """At work, away until, or gone."""
    zone = user.time_zone or settings.TIME_ZONE
    if not user.is_active:
        left = f" {local(departure.left_at, zone):%-d %b %Y}" if departure else ""
        return Standing(f"Left{left}")
    if absence is not None:
        note = f"{absence.cover} stands in" if absence.cover else ""
        return Standing(f"Away {until_words(absence)}", "risk", note)
    if hours is None:
        return Standing("No working hours set", "late")
    if is_working(hours, now):
        return Standing("Working now", "ok", f"{local(now, zone):%H:%M} there")
    back = due_words(local(next_working(hours, now), zone), now)
    return Standing("Not at work", "", f"back {back}, their time")


def hours_of(people: Iterable[int], teams: Iterable[Team]) -> dict[int, BusinessCalendar]:
    """Whose hours count for each: their own, else their first team's, else the organisation's."""
    of_user, of_team, common = {}, {}, None
    for calendar in Calendar.objects.filter(current__isnull=False):
        if calendar.user_id:
            of_user[calendar.user_id] = calendar.current_id
        elif calendar.team_id:
            of_team[calendar.team_id] = calendar.current_id
        elif calendar.organisation:
            common = calendar.current_id
    team_of: dict[int, int] = {}
    for team in teams:
        for member in team.memberships.all():
            team_of.setdefault(member.user_id, team.pk)
        team_of.setdefault(team.manager_id, team.pk)
    found = {pk: of_user.get(pk) or of_team.get(team_of.get(pk, 0)) or common for pk in people}
    return {pk: calendar_of(version) for pk, version in found.items() if version}


def departures_of(people: Iterable[int]) -> dict[int, Departure]:
    """How those of them left who are gone."""
    gone = Departure.objects.filter(user__in=list(people), returned_at=None)
    return {one.user_id: one for one in gone.select_related("successor")}


def leads_held(viewer: Viewer, people: Iterable[int]) -> dict[int, int]:
    """How many open leads each holds, of those that the viewer may see."""
    leads = Lead.objects.visible_to(viewer).open().filter(holder__in=list(people))
    return dict(leads.order_by().values_list("holder").annotate(Count("pk", distinct=True)))


def running_clocks(user: User) -> int:
    """How many promises run that this person owes."""
    return Clock.objects.filter(IS_RUNNING, holder=user).count()
