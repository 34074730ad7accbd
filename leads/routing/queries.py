"""Which rules are in force, and a desk with all that choosing by them needs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery, Value

from leadbridge.people.models import Absence, Role, Side, Team, User
from leadbridge.people.queries import away_words, live_at
from leads.routing.desk import Away, Desk, Place, Staff
from leads.routing.hours import at_work_from
from leads.routing.loads import load_of
from leads.routing.models import RoutingVersion, Turn
from leads.routing.ruleset import Reach, RuleSet
from leads.routing.turns import Cursor, Standing


@dataclass(frozen=True)
class InForce:
    """The rules leads are placed by, with the number of their version; 0 before the first."""

    version: int
    rules: RuleSet


NONE = InForce(0, RuleSet())


def rules_in_force() -> InForce:
    """The published rules; no rules at all before the first were published."""
    published = RoutingVersion.objects.filter(state=RoutingVersion.State.PUBLISHED)
    version_id = published.order_by().values_list("pk", flat=True).first()
    return rules_of(version_id) if version_id else NONE


@lru_cache(maxsize=64)
def rules_of(version_id: int) -> InForce:
    """One published version by its id; read once, because it never changes any more."""
    version = RoutingVersion.objects.get(pk=version_id)
    return InForce(version.version, RuleSet.from_content(version.content))


def union(reaches: Iterable[Reach]) -> Reach:
    """All that several leads may come to."""
    several = list(reaches)
    return Reach(
        frozenset().union(*(one.teams for one in several)),
        frozenset().union(*(one.people for one in several)),
        all(one.placed for one in several),
    )


def find_pool() -> Place | None:
    """The team whose pool takes what no rule can place."""
    team = Team.objects.filter(takes_unrouted=True).select_related("manager").first()
    return Place(team.pk, team.slug, team.name, str(team.manager)) if team else None


def turns_of(teams: Collection[str], *, lock: bool) -> list[Turn]:
    """The cursors of sales teams in the order of their ids, which is the order of their locks."""
    turns = Turn.objects.filter(team__slug__in=teams).select_related("team__manager")
    turns = turns.order_by("team_id")
    return list(turns.select_for_update(no_key=True, of=("self",)) if lock else turns)


@dataclass(frozen=True)
class _Row:
    """Somebody in one of their teams, with the absence they are in and their open leads there."""

    staff: Staff
    team_id: int | None
    team_name: str
    in_sales: bool
    load: int


def desk_of(
    force: InForce,
    teams: Sequence[Team],
    cursors: dict[int, Cursor],
    *,
    people: Collection[str] = (),
    owners: Collection[int] = (),
    now: datetime,
) -> Desk:
    """A desk for leads that arrive now and may come to these teams, people and owners."""
    asks_loads = any(force.rules.terms(team.slug).asks_loads for team in teams)
    ids = [team.pk for team in teams]
    rows = _rows(ids, people, owners, now, asks_loads=asks_loads) if ids or owners else []
    places = {team.slug: _place(team, rows) for team in teams}
    owned = _owned(rows, owners)
    loads = {(row.team_id, row.staff.id): row.load for row in rows if row.team_id in ids}
    asked = [
        (one.id, place.id, now)
        for place in places.values()
        if force.rules.terms(place.slug).hours
        for one in place.staff
    ]
    return Desk(
        force.rules,
        force.version,
        places,
        owned,
        cursors,
        {key: load for key, load in loads.items() if key[0]} if asks_loads else {},
        at_work_from(asked) if asked else {},
    )


def _owned(rows: Sequence[_Row], owners: Collection[int]) -> dict[int, tuple[Staff, Place]]:
    """Each owner with the sales team in which they take a lead: one they belong to, else one that
    they manage."""
    staff = {row.staff.id: row.staff for row in rows if row.staff.id in owners}
    found: dict[int, tuple[Staff, Place]] = {}
    for row in rows:
        if row.staff.id in staff and row.in_sales and row.team_id:
            found.setdefault(row.staff.id, (row.staff, Place(row.team_id, "", row.team_name, "")))
    rest = [user_id for user_id in staff if user_id not in found]
    if rest:
        led = Team.objects.filter(manager__in=rest, side=Side.SALES).order_by("pk")
        for team in led:
            place = Place(team.pk, team.slug, team.name, "")
            found.setdefault(team.manager_id, (staff[team.manager_id], place))
    return found


def _place(team: Team, rows: Sequence[_Row]) -> Place:
    """A team with its members; whoever manages it without belonging to it takes no turns."""
    members = [row.staff for row in rows if row.team_id == team.pk]
    if all(one.id != team.manager_id for one in members):
        leads = [row.staff for row in rows if row.staff.id == team.manager_id]
        members += [replace(one, seller=False) for one in leads[:1]]
    return Place(team.pk, team.slug, team.name, str(team.manager), tuple(members))


def _rows(
    teams: Collection[int],
    people: Collection[str],
    owners: Collection[int],
    now: datetime,
    *,
    asks_loads: bool,
) -> list[_Row]:
    """Members of these teams, and whoever is named, once for each team of theirs; one query."""
    away = Absence.objects.filter(live_at(now), user=OuterRef("pk")).order_by("pk")
    wanted = Q(memberships__team__in=teams)
    if people:
        wanted |= Q(username__in=people)
    if owners:
        wanted |= Q(pk__in=owners)
    load = load_of("pk", "memberships__team_id") if asks_loads else Value(0)
    rows = User.objects.filter(wanted).order_by("pk", "memberships__team_id")
    return [
        _row(one)
        for one in rows.values(
            "pk", "username", "first_name", "last_name", "time_zone", "is_active", "role",
            team=F("memberships__team_id"),
            team_name=F("memberships__team__name"),
            side=F("memberships__team__side"),
            away_from=Subquery(away.values("starts_at")[:1]),
            away_until=Subquery(away.values("ends_at")[:1]),
            load=load,
        )
    ]  # fmt: skip


def _row(one: Mapping[str, Any]) -> _Row:
    zone = one["time_zone"] or settings.TIME_ZONE
    away: tuple[Away, ...] = ()
    if one["away_until"]:
        span = (one["away_from"], one["away_until"])
        away = (Away(*span, away_words(*span, zone)),)
    name = f"{one['first_name']} {one['last_name']}".strip() or one["username"]
    seller = one["role"] == Role.SELLER
    staff = Staff(one["pk"], one["username"], name, zone, one["is_active"], seller, away)
    return _Row(staff, one["team"], one["team_name"] or "", one["side"] == Side.SALES, one["load"])


def cursor_of(turn: Turn) -> Cursor:
    """The cursor that a row keeps."""
    standings = {int(user_id): Standing(**kept) for user_id, kept in turn.people.items()}
    return Cursor(turn.last_id, standings)


def kept_of(cursor: Cursor) -> dict[str, dict[str, object]]:
    """The standings as a row keeps them."""
    return {
        str(user_id): {"credit": one.credit, "day": one.day, "given": one.given}
        for user_id, one in sorted(cursor.standings.items())
        if one.credit or one.given
    }
