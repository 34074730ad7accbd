"""Choosing who gets a lead, and moving the turn on."""

from collections.abc import Collection, Mapping
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Absence, Role, Team, User
from leadbridge.people.queries import absences_at, until_words
from leads.routing.choice import Candidate, Choice, matches, take_turn
from leads.routing.models import RoutingRule, Turn

NOBODY: frozenset[int] = frozenset()


def choose_holder(*, facts: Mapping[str, object], now: datetime) -> Choice:
    """The person whose turn it is in the team that the first matching rule names.

    A lead that no rule can place, or whose team has nobody at work, goes to a pool, for which the
    team's manager answers. Call inside a transaction: the turn is locked until it ends.
    """
    rules = RoutingRule.objects.filter(active=True).select_related("team__manager")
    rule = next((rule for rule in rules if matches(rule.conditions, facts)), None)
    if rule is None:
        pool = Team.objects.filter(takes_unrouted=True).select_related("manager").first()
        if pool is None:
            raise DomainError(
                "no_route",
                "No routing rule matches and no team takes leads that cannot be placed.",
                status=409,
            )
        return Choice(
            pool.pk, None, "", f"No rule matches: {pool} takes it, {pool.manager} answers."
        )
    return choose_in_team(team=rule.team, now=now, rule=rule.name)


def choose_in_team(
    *,
    team: Team,
    now: datetime,
    rule: str = "",
    without: Collection[int] = NOBODY,
    had_it: Collection[int] = NOBODY,
) -> Choice:
    """Whose turn it is in one team, or its pool where everybody is away.

    `without` get it in no case; those who `had_it` before only where nobody else is here. Call
    inside a transaction: the turn is locked until it ends.
    """
    Turn.objects.get_or_create(team=team)
    turn = Turn.objects.select_for_update(no_key=True).get(team=team)
    candidates = _candidates(team, now, without, had_it)
    taken = take_turn(candidates, turn.last_id)
    if taken.chosen is None:
        because = f"Nobody in {team} is here for it: the pool takes it, {team.manager} answers."
        return Choice(team.pk, None, rule, because, taken.passed_over)
    turn.last_id = taken.chosen
    turn.save(update_fields=["last"])
    return Choice(team.pk, taken.chosen, rule, f"Next in turn in {team}.", taken.passed_over)


def _candidates(
    team: Team, now: datetime, without: Collection[int], had_it: Collection[int]
) -> list[Candidate]:
    """Everybody of a team who works leads, each with why they cannot take one now."""
    people = User.objects.filter(memberships__team=team, role=Role.SELLER)
    away = absences_at(now, [user.pk for user in people])
    return [
        Candidate(
            user.pk,
            str(user),
            gone=_why_gone(user, away.get(user.pk), without),
            had_it=user.pk in had_it,
        )
        for user in people
    ]


def _why_gone(user: User, absence: Absence | None, without: Collection[int]) -> str:
    if not user.is_active:
        return "has left"
    if absence is not None:
        return f"away {until_words(absence)}"
    return "had it before" if user.pk in without else ""
