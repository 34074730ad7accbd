"""Trying rules without placing anything: for one lead now, and for the last ones as they came.

Nothing is locked and no turn moves. A replay begins with turns that nobody has had, with the
absences and hours of that time, and with what everybody held as its first lead came; a lead that
is dealt to somebody stays with them for as long as the real one stayed with sales.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from leadbridge.people.access import viewer_of
from leadbridge.people.models import SALES_ROLES, Absence, Side, Team, User
from leadbridge.people.queries import away_words
from leads.definition.facts import derive_facts
from leads.handoff.accounts import owner_id_of, owner_ids_of
from leads.handoff.judging import facts_of
from leads.handoff.models import Custody, Lead
from leads.handoff.stages import Action
from leads.routing.choice import Choice, place, place_all
from leads.routing.desk import Arrival, Away, Desk, Place
from leads.routing.hours import at_work_from
from leads.routing.queries import InForce, cursor_of, desk_of, find_pool, turns_of, union
from leads.routing.turns import Cursor

USUAL_LEADS, MOST_LEADS = 100, 500


def try_lead(force: InForce, lead: Lead, now: datetime) -> Choice:
    """Who would get this lead if it came now; NoRoute where nobody would."""
    owner_id = owner_id_of(lead) if force.rules.owner_first else None
    return try_one(force, Arrival(facts_of(lead), now, owner_id))


def try_one(force: InForce, arrival: Arrival) -> Choice:
    """The same of a lead that is described."""
    reach = force.rules.reach(derive_facts(arrival.facts), arrival.now.date())
    teams = _teams(reach.teams)
    cursors = {turn.team_id: cursor_of(turn) for turn in turns_of(reach.teams, lock=False)}
    owners = {arrival.owner_id} if arrival.owner_id and force.rules.owner_first else set()
    desk = desk_of(force, teams, cursors, people=reach.people, owners=owners, now=arrival.now)
    desk.pool = find_pool()
    return place(desk, arrival)


@dataclass(frozen=True, slots=True)
class Got:
    """Who got a lead, or would: a person, or the pool of a team."""

    who: str
    team: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One lead, who got it then and who would get it by these rules."""

    lead: Lead
    got: Got
    would: Got
    rule: str
    because: str

    @property
    def differs(self) -> bool:
        """Somebody else, or another pool."""
        return self.got != self.would


@dataclass(frozen=True)
class Replay:
    """The last leads by these rules; `shares`: for everybody how many they got and would get."""

    rows: list[Replayed]
    shares: list[tuple[str, int, int]]
    unplaced: int

    @property
    def differ(self) -> list[Replayed]:
        """Those that would go elsewhere."""
        return [row for row in self.rows if row.differs]


def replay(force: InForce, *, user: User, leads: int) -> Replay:
    """The last so many leads that sales was given and this person may see, the oldest first."""
    handed = Lead.objects.visible_to(viewer_of(user)).filter(submitted_at__isnull=False)
    rows = list(handed.select_related("person").order_by("-submitted_at", "-pk")[:leads])[::-1]
    if not rows:
        return Replay([], [], 0)
    owners = owner_ids_of(rows) if force.rules.owner_first else {}
    desk = _desk_for(force, rows, set(owners.values()))
    names = _Names()
    first, stays = _first_holders(rows), _stays(rows)
    ends: list[tuple[datetime, int, int]] = []
    replayed, unplaced = [], 0
    for lead in rows:
        assert lead.submitted_at is not None, "asked for"
        _let_go(desk, ends, lead.submitted_at)
        [found] = place_all(desk, [Arrival(facts_of(lead), lead.submitted_at, owners.get(lead.pk))])
        if found is None:
            unplaced += 1
            continue
        end = stays.get(lead.pk)
        if found.holder_id is not None and end is not None:
            heapq.heappush(ends, (end, found.team_id, found.holder_id))
        got = first.get(lead.pk, (None, lead.team_id))
        would = names.got(found.holder_id, found.team_id)
        replayed.append(Replayed(lead, names.got(*got), would, found.rule, found.because))
    return Replay(replayed, _shares(replayed), unplaced)


def _teams(slugs: frozenset[str]) -> list[Team]:
    teams = Team.objects.filter(slug__in=slugs, side=Side.SALES).select_related("manager")
    return list(teams.order_by("pk"))


def _desk_for(force: InForce, rows: Sequence[Lead], owners: Collection[int]) -> Desk:
    """A desk as it stood when the first of these leads came."""
    since, until = rows[0].submitted_at, rows[-1].submitted_at
    assert since, "asked for"
    assert until, "asked for"
    reach = union(
        force.rules.reach(derive_facts(facts_of(lead)), (lead.submitted_at or since).date())
        for lead in rows
    )
    teams = _teams(reach.teams)
    fresh = {team.pk: Cursor() for team in teams}
    desk = desk_of(force, teams, fresh, people=reach.people, owners=owners, now=since)
    desk.places = _with_absences(desk.places, since, until)
    desk.pool = find_pool()
    instants = {lead.submitted_at for lead in rows if lead.submitted_at}
    desk.opens = at_work_from(
        [
            (one.id, team.id, at)
            for team in desk.places.values()
            if force.rules.terms(team.slug).hours
            for one in team.staff
            for at in instants
        ]
    )
    if any(force.rules.terms(team.slug).asks_loads for team in teams):
        desk.loads = _held_at(since, teams)
    return desk


def _with_absences(
    places: Mapping[str, Place], since: datetime, until: datetime
) -> dict[str, Place]:
    """Everybody with all their absences of that time; one that was ended early ended then."""
    ids = {one.id for team in places.values() for one in team.staff}
    away: dict[int, list[Away]] = {}
    for absence in Absence.objects.filter(
        Q(cancelled_at=None) | Q(cancelled_at__gt=since),
        user__in=ids, starts_at__lte=until, ends_at__gt=since,
    ).select_related("user"):  # fmt: skip
        zone = absence.user.time_zone or settings.TIME_ZONE
        ends = min(absence.ends_at, absence.cancelled_at or absence.ends_at)
        words = away_words(absence.starts_at, absence.ends_at, zone)
        away.setdefault(absence.user_id, []).append(Away(absence.starts_at, ends, words))
    return {
        slug: replace(
            team, staff=tuple(replace(one, away=tuple(away.get(one.id, ()))) for one in team.staff)
        )
        for slug, team in places.items()
    }


def _held_at(at: datetime, teams: Sequence[Team]) -> dict[tuple[int, int], int]:
    """How many leads everybody of these teams held then."""
    held: QuerySet[Custody] = Custody.objects.filter(
        Q(until=None) | Q(until__gt=at), team__in=teams, since__lte=at, holder__isnull=False
    )
    counted = held.order_by().values_list("team_id", "holder_id").annotate(leads=Count("pk"))
    return {(team_id, holder_id): leads for team_id, holder_id, leads in counted if holder_id}


def _first_holders(rows: Sequence[Lead]) -> dict[int, tuple[int | None, int]]:
    """Who got each lead at its last handover."""
    links = Custody.objects.filter(lead__in=rows, cause=Action.SUBMIT).order_by("since", "pk")
    return {link.lead_id: (link.holder_id, link.team_id) for link in links}


def _stays(rows: Sequence[Lead]) -> dict[int, datetime | None]:
    """Until when each lead was with sales; None while it still is."""
    links = Custody.objects.filter(lead__in=rows, team__side=Side.SALES).order_by()
    still = set(links.filter(until=None).values_list("lead_id", flat=True))
    ended = links.values_list("lead_id").annotate(end=Max("until"))
    return {lead_id: None if lead_id in still else end for lead_id, end in ended}


def _let_go(desk: Desk, ends: list[tuple[datetime, int, int]], now: datetime) -> None:
    """Leads that had left sales by then are held no more."""
    while ends and ends[0][0] <= now:
        _, team_id, user_id = heapq.heappop(ends)
        if (team_id, user_id) in desk.loads:
            desk.loads[team_id, user_id] -= 1


class _Names:
    """What to call whoever got a lead, then or now."""

    def __init__(self) -> None:
        self.teams = dict(Team.objects.values_list("pk", "name"))
        self.people = {user.pk: str(user) for user in User.objects.filter(role__in=SALES_ROLES)}

    def got(self, holder_id: int | None, team_id: int) -> Got:
        team = self.teams.get(team_id, "")
        who = self.people.get(holder_id, "somebody") if holder_id else f"Pool of {team}"
        return Got(who, team)


def _shares(rows: Sequence[Replayed]) -> list[tuple[str, int, int]]:
    got, would = Counter(row.got.who for row in rows), Counter(row.would.who for row in rows)
    return [(who, got[who], would[who]) for who in sorted(got | would)]
