"""Choosing who gets a lead, and moving the turn on."""

from collections.abc import Mapping
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
    return _next_of(rule)


def _next_of(rule: RoutingRule) -> Choice:
    Turn.objects.get_or_create(team=rule.team)
    turn = Turn.objects.select_for_update(no_key=True).get(team=rule.team)
    people = {
        user.pk: user
        for user in User.objects.filter(
            memberships__team=rule.team, is_active=True, role=Role.SELLER
        )
    }
    chosen = next_in_turn(list(people), turn.last_id)
    if chosen is None:
        return Choice(
            rule.team_id, None, rule.name, f"{rule.team} has nobody at work: its manager answers."
        )
    turn.last_id = chosen
    turn.save(update_fields=["last"])
    others = tuple(
        (str(user), "not their turn") for pk, user in sorted(people.items()) if pk != chosen
    )
    return Choice(rule.team_id, chosen, rule.name, f"Next in turn in {rule.team}.", others)
