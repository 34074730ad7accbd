"""Choosing who gets a lead, and moving the turn on.

Call inside a transaction: the cursors of all teams that may come into it are locked, in the order
of their ids, until it ends; loads and caps are read under that lock, so no two leads take the same
last place. Four queries for one lead, whatever the rules, and one more where hours count.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from leadbridge.people.models import Side, Team
from leads.definition.facts import derive_facts
from leads.routing.choice import Choice, NoRoute, place_all, place_in
from leads.routing.desk import NOBODY, Arrival, Desk
from leads.routing.models import Turn
from leads.routing.queries import (
    InForce,
    cursor_of,
    desk_of,
    find_pool,
    kept_of,
    rules_in_force,
    turns_of,
    union,
)
from leads.routing.ruleset import Reach


def nobody() -> None:
    """Nobody looks after the company."""


def choose_holder(
    *, facts: Mapping[str, object], now: datetime, owner: Callable[[], int | None] = nobody
) -> Choice:
    """The person whose turn it is by the rules in force. `owner` is asked who looks after the
    company, where the rules want to know.

    A lead that no rule can place, or whose team has nobody for it, goes to a pool, for which the
    team's manager answers. DomainError `no_route` (409) where there is no such pool.
    """
    [choice] = choose_holders(arrivals=[Arrival(facts, now)], now=now, owners=lambda: [owner()])
    if choice is None:
        raise NoRoute
    return choice


def choose_holders(
    *,
    arrivals: Sequence[Arrival],
    now: datetime,
    owners: Callable[[], Sequence[int | None]] | None = None,
) -> list[Choice | None]:
    """The same for many at once, in their order: who each would have got one after the other; None
    where nobody takes it. All arrive at the same `now`."""
    force = rules_in_force()
    if owners is not None and force.rules.owner_first:
        pairs = zip(arrivals, owners(), strict=True)
        arrivals = [replace(one, owner_id=owner_id) for one, owner_id in pairs]
    today = now.date()
    reach = union(force.rules.reach(derive_facts(one.facts), today) for one in arrivals)
    owner_ids = {one.owner_id for one in arrivals if one.owner_id}
    desk = _open(force, reach, owners=owner_ids, now=now)
    choices = place_all(desk, arrivals)
    _close(desk)
    return choices


def choose_in_team(
    *,
    team: Team,
    facts: Mapping[str, object],
    now: datetime,
    without: Collection[int] = NOBODY,
    had_it: Collection[int] = NOBODY,
) -> Choice:
    """Whose turn it is in one team, or its pool where nobody of it can take the lead.

    `without` get it in no case; those who `had_it` before only where nobody else is here.
    """
    force = rules_in_force()
    desk = _open(force, Reach(force.rules.with_overflow([team.slug])), now=now)
    arrival = Arrival(facts, now, without=without, had_it=had_it)
    choice = place_in(desk, arrival, team.slug)
    _close(desk)
    return choice


def _open(force: InForce, reach: Reach, *, owners: Collection[int] = (), now: datetime) -> Desk:
    """A desk under the locks of the cursors that it may move."""
    turns = turns_of(reach.teams, lock=True) if reach.teams else []
    if len(turns) < len(reach.teams):
        teams = Team.objects.filter(slug__in=reach.teams, side=Side.SALES, turn=None)
        Turn.objects.bulk_create([Turn(team=team) for team in teams], ignore_conflicts=True)
        turns = turns_of(reach.teams, lock=True)
    desk = desk_of(
        force,
        [turn.team for turn in turns],
        {turn.team_id: cursor_of(turn) for turn in turns},
        people=reach.people,
        owners=owners,
        now=now,
    )
    if not reach.placed or len(turns) < len(reach.teams):
        desk.pool = find_pool()
    return desk


def _close(desk: Desk) -> None:
    """Keep the cursors that were moved."""
    for team_id, cursor in desk.cursors.items():
        if cursor.moved:
            Turn.objects.filter(team_id=team_id).update(last_id=cursor.last, people=kept_of(cursor))
