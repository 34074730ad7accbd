"""A rule set as an object, read from the JSON of its version: rules in order, terms of teams. Pure.

Teams and people are called by their names in addresses (`slug`, `username`), which never change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast, get_args

from leadbridge.kernel.reading import Reader
from leads.definition.conditions import Condition, read_condition
from leads.definition.words import test_words

Method = Literal["turn", "weights", "load"]
Away = Literal["pool", "next", "team"]
METHODS: tuple[Method, ...] = get_args(Method)
AWAY: tuple[Away, ...] = get_args(Away)
MOST_RULES, MOST_CONDITIONS, MOST_TEAMS, MOST_MEMBERS = 60, 10, 60, 200
LARGEST_WEIGHT, LARGEST_CAP = 100, 10_000

_LONGEST_WORDS = 80
_READER = Reader("invalid_rules")


def condition_words(condition: Condition) -> str:
    """A condition as a sentence can hold it, cut where it is very long."""
    words = test_words(condition)
    return f"{words[:_LONGEST_WORDS].rstrip(' ,')}…" if len(words) > _LONGEST_WORDS + 1 else words


@dataclass(frozen=True, slots=True)
class Rule:
    """If all conditions hold, the lead goes to this team; with `person`, to them in person."""

    name: str
    conditions: tuple[Condition, ...]
    team: str
    person: str = ""
    active: bool = True

    def fails(self, facts: Mapping[str, object], today: date) -> tuple[Condition, bool] | None:
        """The first condition that does not hold, and whether its fact is known; None: all hold."""
        for condition in self.conditions:
            holds = condition.holds(facts, today=today)
            if not holds:
                return condition, holds is not None
        return None

    def content(self) -> dict[str, object]:
        """The rule as JSON."""
        parts: dict[str, object] = {
            "name": self.name,
            "conditions": [one.content() for one in self.conditions],
            "team": self.team,
        }
        if self.person:
            parts["person"] = self.person
        return parts if self.active else {**parts, "active": False}


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """What one member takes: a share by `weight`, at most so many a day and open at once (None: no
    limit), and of leads only those for which `takes` hold: their languages, countries, skills."""

    weight: int = 1
    per_day: int | None = None
    open: int | None = None
    takes: tuple[Condition, ...] = ()

    def content(self) -> dict[str, object]:
        """The terms as JSON, without what is as usual."""
        parts: dict[str, object] = {}
        if self.weight != 1:
            parts["weight"] = self.weight
        if self.per_day is not None:
            parts["per_day"] = self.per_day
        if self.open is not None:
            parts["open"] = self.open
        if self.takes:
            parts["takes"] = [one.content() for one in self.takes]
        return parts


@dataclass(frozen=True, slots=True)
class TeamTerms:
    """How leads are dealt out in a team. `hours`: only to who is at work now; `away` is what is
    done where nobody can take one: the pool keeps it with its manager, who is back at work `next`
    gets it, or another team does."""

    method: Method = "turn"
    hours: bool = False
    away: Away = "pool"
    away_team: str = ""
    members: Mapping[str, MemberTerms] = field(default_factory=dict)

    def member(self, username: str) -> MemberTerms:
        """The terms of one member; the usual ones where none were set."""
        return self.members.get(username, _USUAL_MEMBER)

    @property
    def asks_loads(self) -> bool:
        """Whether it matters who holds how many leads."""
        return self.method == "load" or any(one.open is not None for one in self.members.values())

    def content(self) -> dict[str, object]:
        """The terms as JSON."""
        parts: dict[str, object] = {
            "method": self.method, "working_hours": self.hours, "away": self.away,
        }  # fmt: skip
        if self.away_team:
            parts["away_team"] = self.away_team
        return {**parts, "members": {name: one.content() for name, one in self.members.items()}}


_USUAL_MEMBER, _USUAL_TEAM = MemberTerms(), TeamTerms()


@dataclass(frozen=True, slots=True)
class Reach:
    """Which teams may come into it for a lead, and whom rules name in person; `placed`: a team is
    sure to have it."""

    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    placed: bool = True


@dataclass(frozen=True)
class RuleSet:
    """All of one version. `owner_first`: whoever looks after a company gets its leads."""

    rules: tuple[Rule, ...] = ()
    teams: Mapping[str, TeamTerms] = field(default_factory=dict)
    owner_first: bool = False

    def terms(self, team: str) -> TeamTerms:
        """How that team deals out leads; in turn, where nothing else was set."""
        return self.teams.get(team, _USUAL_TEAM)

    def with_overflow(self, teams: Iterable[str]) -> frozenset[str]:
        """These teams, and those that take over where everybody is away."""
        found, ahead = set[str](), list(teams)
        while ahead:
            team = ahead.pop()
            if team and team not in found:
                found.add(team)
                ahead.append(self.terms(team).away_team)
        return frozenset(found)

    def reach(self, facts: Mapping[str, object], today: date) -> Reach:
        """What a lead may come to: the people named by rules that hold, and the first team."""
        teams, people = set[str](), set[str]()
        for rule in self.rules:
            if not rule.active or rule.fails(facts, today) is not None:
                continue
            if not rule.person:
                teams |= self.with_overflow([rule.team])
                return Reach(frozenset(teams), frozenset(people))
            teams.add(rule.team)
            people.add(rule.person)
        return Reach(frozenset(teams), frozenset(people), placed=False)

    def named_teams(self) -> list[str]:
        """Every team it names, once."""
        over = [terms.away_team for terms in self.teams.values() if terms.away_team]
        return list(dict.fromkeys([*(rule.team for rule in self.rules), *self.teams, *over]))

    def named_people(self) -> list[str]:
        """Everybody it names, once."""
        members = [name for terms in self.teams.values() for name in terms.members]
        return list(dict.fromkeys([*(rule.person for rule in self.rules if rule.person), *members]))

    def content(self) -> dict[str, object]:
        """The rule set as JSON; `from_content` reads it back to an equal one."""
        return {
            "owner_first": self.owner_first,
            "rules": [rule.content() for rule in self.rules],
            "teams": {slug: terms.content() for slug, terms in self.teams.items()},
        }

    @classmethod
    def from_content(cls, content: object) -> "RuleSet":
        """Reads the JSON of a version. DomainError `invalid_rules` names the place and the cure."""
        keys = ("owner_first", "rules", "teams")
        body = _READER.mapping(content, "rules", keys=keys, needs=("rules",))
        rules = _READER.items(body["rules"], "rules", least=0, most=MOST_RULES)
        teams = _mapping(body.get("teams", {}), "teams", MOST_TEAMS)
        return cls(
            tuple(_read_rule(raw, place) for place, raw in enumerate(rules, 1)),
            {slug: _read_team(raw, f"team {slug}", slug) for slug, raw in teams.items()},
            _flag(body.get("owner_first", False), "owner_first"),
        )


def _read_rule(raw: object, place: int) -> Rule:
    where = f"rule {place}"
    keys = ("name", "conditions", "team", "person", "active")
    body = _READER.mapping(raw, where, keys=keys, needs=("name", "team"))
    person = body.get("person")
    return Rule(
        _READER.text(body["name"], f"{where}, name", longest=100),
        _read_conditions(body.get("conditions", []), where),
        _READER.text(body["team"], f"{where}, team", longest=80),
        _READER.text(person, f"{where}, person", longest=150) if person else "",
        _flag(body.get("active", True), f"{where}, active"),
    )


def _read_conditions(raw: object, where: str) -> tuple[Condition, ...]:
    listed = _READER.items(raw, f"{where}, conditions", least=0, most=MOST_CONDITIONS)
    return tuple(
        read_condition(_READER, one, f"{where}, condition {n}") for n, one in enumerate(listed, 1)
    )


def _read_team(raw: object, where: str, slug: str) -> TeamTerms:
    keys = ("method", "working_hours", "away", "away_team", "members")
    body = _READER.mapping(raw, where, keys=keys)
    away = _READER.choice(body.get("away", "pool"), f"{where}, away", of=AWAY)
    other = body.get("away_team") or ""
    if away == "team":
        other = _READER.text(other, f"{where}, away_team", longest=80)
        if other == slug:
            _READER.refuse(f"{where}, away_team", "choose another team than this one.")
    elif other:
        _READER.refuse(f"{where}, away_team", "only where another team takes over; remove it.")
    hours = _flag(body.get("working_hours", False), f"{where}, working_hours")
    if away == "next" and not hours:
        _READER.refuse(f"{where}, away", "only where leads go to who is at work; switch that on.")
    members = _mapping(body.get("members", {}), f"{where}, members", MOST_MEMBERS)
    return TeamTerms(
        cast("Method", _READER.choice(body.get("method", "turn"), f"{where}, method", of=METHODS)),
        hours,
        cast("Away", away),
        str(other),
        {name: _read_member(one, f"{where}, {name}") for name, one in members.items()},
    )


def _read_member(raw: object, where: str) -> MemberTerms:
    body = _READER.mapping(raw, where, keys=("weight", "per_day", "open", "takes"))
    weight = _READER.whole(body.get("weight", 1), f"{where}, weight", low=0, high=LARGEST_WEIGHT)
    return MemberTerms(
        weight,
        _cap(body.get("per_day"), f"{where}, per_day"),
        _cap(body.get("open"), f"{where}, open"),
        _read_conditions(body.get("takes", []), where),
    )


def _cap(raw: object, where: str) -> int | None:
    return None if raw is None else _READER.whole(raw, where, low=0, high=LARGEST_CAP)


def _mapping(raw: object, where: str, most: int) -> Mapping[str, object]:
    if not isinstance(raw, dict) or len(raw) > most:
        _READER.refuse(where, f"expected an object of at most {most} names.")
    for name in raw:
        _READER.text(name, where, longest=150)
    return raw


def _flag(raw: object, where: str) -> bool:
    if not isinstance(raw, bool):
        _READER.refuse(where, "expected true or false.")
    return raw
