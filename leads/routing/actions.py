"""Choosing who gets a lead, and moving the turn on."""

from collections.abc import Collection, Mapping
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Role, Team, User
from leads.routing.choice import Choice, matches, next_in_turn
from leads.routing.models import RoutingRule, Turn


def choose_holder(*, facts: Mapping[str, object], now: datetime) -> Choice:
    """The person whose turn it is in the team that the first matching rule names.

    A lead that no rule can place, or whose team has nobody at work, goes to a pool, for which the
    team's manager answers. Call inside a transaction: the turn is locked until it ends.
    """
    rules = RoutingRule.objects.filter(active=True).select_related("team")
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
    *, team: Team, now: datetime, rule: str = "", skipping: Collection[int] = ()
) -> Choice:
    """The person whose turn it is in a team, but none of those to be skipped because they had the
    lead before; the pool where nobody is left. Call inside a transaction."""
    Turn.objects.get_or_create(team=team)
    turn = Turn.objects.select_for_update(no_key=True).get(team=team)
    people = {
        user.pk: user
        for user in User.objects.filter(memberships__team=team, is_active=True, role=Role.SELLER)
        if user.pk not in skipping
    }
    chosen = next_in_turn(list(people), turn.last_id)
    if chosen is None:
        return Choice(team.pk, None, rule, f"{team} has nobody at work: its manager answers.")
    turn.last_id = chosen
    turn.save(update_fields=["last"])
    others = tuple(
        (str(user), "not their turn") for pk, user in sorted(people.items()) if pk != chosen
    )
    return Choice(team.pk, chosen, rule, f"Next in turn in {team}.", others)
