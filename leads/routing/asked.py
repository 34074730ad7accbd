"""Which published rule or terms read an own field of leads."""

from collections.abc import Iterator

from leads.definition.conditions import Condition
from leads.routing.queries import rules_in_force
from leads.routing.ruleset import RuleSet


def rule_that_asks(fact: str) -> str:
    """A sentence that names the first one, for who would retire the field."""
    held = rules_in_force()
    for name, conditions in _asking(held.rules):
        if any(one.field == fact for one in conditions):
            return (
                f"{name} of the routing v{held.version} needs it. Publish rules that do without "
                "it first."
            )
    return ""


def _asking(rules: RuleSet) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    for rule in rules.rules:
        yield f"The rule “{rule.name}”", rule.conditions
    for team, terms in rules.teams.items():
        for username, member in terms.members.items():
            yield f"What {username} takes in {team}", member.takes
