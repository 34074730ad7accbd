"""The rules in words, as both sides read them, and what a draft changes of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from leads.definition.words import test_words
from leads.routing.ruleset import Away, MemberTerms, Method, Rule, RuleSet, TeamTerms

METHOD_WORDS: Mapping[Method, str] = {
    "turn": "in turn",
    "weights": "by weight",
    "load": "to who has the fewest open leads",
}
AWAY_WORDS: Mapping[Away, str] = {
    "pool": "the pool keeps it, the manager answers",
    "next": "who is back at work first gets it",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What teams and people are called, by slug and user name."""

    teams: Mapping[str, str]
    people: Mapping[str, str]

    def team(self, slug: str) -> str:
        """A team's name."""
        return self.teams.get(slug, slug)

    def person(self, username: str) -> str:
        """A person's name."""
        return self.people.get(username, username)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as it is read."""

    number: int
    name: str
    when: str
    to: str
    active: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member as they are read."""

    name: str
    weight: str
    caps: str
    takes: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team as it is read."""

    name: str
    how: str
    away: str
    members: list[MemberLine]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole rule set as it is read."""

    owner: str
    rules: list[RuleLine]
    teams: list[TeamLine]


def paper_of(rules: RuleSet, names: Names, members: Mapping[str, list[str]]) -> Paper:
    """The rules in words. `members`: who belongs to each team today."""
    return Paper(
        owner_words(rules),
        [_rule_line(n, rule, names) for n, rule in enumerate(rules.rules, 1)],
        [
            _team_line(slug, rules.terms(slug), names, members.get(slug, []))
            for slug in rules.named_teams()
        ],
    )


def owner_words(rules: RuleSet) -> str:
    """Whether the owner of an account goes before all rules."""
    if rules.owner_first:
        return "Whoever looks after a company gets its leads first, unless they are away."
    return "Who looks after a company does not matter."


def when_words(rule: Rule) -> str:
    """The conditions of a rule in one sentence."""
    said = " and ".join(test_words(one) for one in rule.conditions)
    return f"{said[:1].upper()}{said[1:]}" if said else "Every lead"


def _rule_line(number: int, rule: Rule, names: Names) -> RuleLine:
    team = names.team(rule.team)
    to = f"{names.person(rule.person)}, {team}" if rule.person else team
    return RuleLine(number, rule.name, when_words(rule), to, rule.active)


def _team_line(slug: str, terms: TeamTerms, names: Names, members: list[str]) -> TeamLine:
    hours = ", only to who is at work" if terms.hours else ""
    away = AWAY_WORDS.get(terms.away) or f"team {names.team(terms.away_team)} takes over"
    everybody = [*members, *(name for name in terms.members if name not in members)]
    return TeamLine(
        names.team(slug),
        f"{METHOD_WORDS[terms.method]}{hours}",
        away,
        [_member_line(names.person(name), terms, terms.member(name)) for name in everybody],
    )


def _member_line(name: str, terms: TeamTerms, own: MemberTerms) -> MemberLine:
    weighs = terms.method == "weights" or own.weight == 0
    caps = [
        f"{cap} {word}"
        for cap, word in ((own.per_day, "a day"), (own.open, "open"))
        if cap is not None
    ]
    takes = " and ".join(test_words(one) for one in own.takes)
    weight = "takes none" if own.weight == 0 else f"weight {own.weight}" if weighs else ""
    return MemberLine(name, weight, f"at most {', '.join(caps)}" if caps else "", takes)


def changes_of(before: RuleSet, after: RuleSet, names: Names) -> list[str]:
    """What one rule set says otherwise than the other, in sentences."""
    told = []
    if before.owner_first != after.owner_first:
        told.append(owner_words(after))
    old, new = ({rule.name: rule for rule in one.rules} for one in (before, after))
    told += [f"Gone: {name}." for name in old if name not in new]
    told += [f"New: {_said(rule, names)}" for name, rule in new.items() if name not in old]
    kept = [name for name in new if name in old]
    told += [f"Now: {_said(new[name], names)}" for name in kept if old[name] != new[name]]
    if [name for name in old if name in new] != kept:
        told.append(f"Asked in another order: {', '.join(kept)}.")
    for slug in dict.fromkeys([*before.teams, *after.teams]):
        told += _team_changes(names.team(slug), before.terms(slug), after.terms(slug), names)
    return told


def _said(rule: Rule, names: Names) -> str:
    line = _rule_line(0, rule, names)
    off = "" if rule.active else ", switched off"
    return f"{line.name}. {line.when}: {line.to}{off}."


def _team_changes(name: str, before: TeamTerms, after: TeamTerms, names: Names) -> list[str]:
    """What a team does otherwise, and each of its members."""
    everybody = list(dict.fromkeys([*before.members, *after.members]))
    old, new = (_team_line("", one, names, everybody) for one in (before, after))
    told = []
    if (old.how, old.away) != (new.how, new.away):
        told.append(f"{name}: {new.how}; where nobody can, {new.away}.")
    told += [
        f"{name}: {_member_said(now)}."
        for then, now in zip(old.members, new.members, strict=True)
        if then != now
    ]
    return told


def _member_said(one: MemberLine) -> str:
    parts = [one.weight, one.caps, f"only {one.takes}" if one.takes else ""]
    return f"{one.name} {', '.join(part for part in parts if part) or 'like everybody else'}"
