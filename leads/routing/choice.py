"""The choice itself, without a database: which rule, which team, who of it, why not the others.

`place` chooses for one lead on a desk and moves its cursors in memory. A bulk calls it lead by
lead, so many at once get what they would have got one after the other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local, utc_text
from leads.definition.facts import derive_facts
from leads.routing.desk import Arrival, Desk, Place, Staff
from leads.routing.kept import packed, whole_of
from leads.routing.ruleset import Rule, condition_words
from leads.routing.turns import Candidate, move_on, next_back, next_of


@dataclass(frozen=True)
class Choice:
    """Who gets a lead, and the reasons: the rule, the turn, and why not the others. `record` is all
    that the choice was made of (see `explanation`)."""

    team_id: int
    holder_id: int | None
    rule: str
    because: str
    record: Mapping[str, object] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """As kept on the lead: codes, names of ours and the words of rules, nothing that the person
        told. Of who was passed over only those whom no team was asked for: the rest follows."""
        return {"rule": self.rule, "because": self.because, **self.record}

    def explanation(self) -> dict[str, object]:
        """The whole of it. `who` got it; `rules`: each that was asked, in order, and why it did not
        hold; `owner`; `teams`: each that was asked, with its method, where its turn stood before
        (`last`, `credit`), and everybody's weight, what they were given that day, their open leads
        and next hour at work, as far as these counted; `took` is who got it there."""
        return whole_of(self.kept())

    @property
    def passed_over(self) -> tuple[tuple[str, str], ...]:
        """Everybody else who was asked for it, with the reason."""
        passed = self.explanation()["passed_over"]
        assert isinstance(passed, list), "as `whole_of` makes it"
        return tuple((name, why) for name, why in passed)


class NoRoute(DomainError):
    """No rule places a lead, and no team takes those that cannot be placed."""

    def __init__(self) -> None:
        super().__init__(
            "no_route",
            "No routing rule matches and no team takes leads that cannot be placed.",
            status=409,
        )


@dataclass
class _Trail:
    """What was asked on the way to a choice. `passed`: who was named in person and passed over."""

    rules: list[dict[str, object]] = field(default_factory=list)
    owner: dict[str, object] | None = None
    teams: list[dict[str, object]] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)

    def ends(
        self,
        desk: Desk,
        arrival: Arrival,
        team: Place,
        one: Staff | Candidate | None,
        because: str,
        rule: str = "",
    ) -> Choice:
        """The choice that it came to: somebody of a team, or its pool."""
        record: dict[str, object] = {
            "who": one.name if one else f"Pool of {team}",
            "version": desk.version,
            "at": utc_text(arrival.now),
        }
        if self.owner is not None:
            record["owner"] = self.owner
        if self.passed:
            record["passed_over"] = self.passed
        record |= {"rules": self.rules, "teams": self.teams}
        return Choice(team.id, one.id if one else None, rule, because, record)


def place(desk: Desk, arrival: Arrival) -> Choice:
    """The person or pool that gets a lead by the rules of the desk; NoRoute where nobody does."""
    arrival, trail = _known(arrival), _Trail()
    owned = _to_owner(desk, arrival, trail)
    if owned is not None:
        return owned
    for rule in desk.rules.rules:
        chosen = _by_rule(desk, arrival, rule, trail)
        if chosen is not None:
            return chosen
    if desk.pool is None:
        raise NoRoute
    pool = desk.pool
    because = f"No rule matches: {pool} takes it, {pool.manager} answers."
    return trail.ends(desk, arrival, pool, None, because)


def place_in(desk: Desk, arrival: Arrival, slug: str) -> Choice:
    """Whose turn it is in one team, whatever the rules say."""
    return _in_team(desk, _known(arrival), desk.places[slug], "", _Trail())


def place_all(desk: Desk, arrivals: Collection[Arrival]) -> list[Choice | None]:
    """The same for many, in their order; None for one that nobody takes."""
    return [_place_if_any(desk, arrival) for arrival in arrivals]


def _place_if_any(desk: Desk, arrival: Arrival) -> Choice | None:
    try:
        return place(desk, arrival)
    except NoRoute:
        return None


def _known(arrival: Arrival) -> Arrival:
    return replace(arrival, facts=derive_facts(arrival.facts))


def _to_owner(desk: Desk, arrival: Arrival, trail: _Trail) -> Choice | None:
    if not desk.rules.owner_first or arrival.owner_id is None:
        return None
    found = desk.owners.get(arrival.owner_id)
    if found is None:
        trail.owner = {"id": arrival.owner_id, "why": "works in no sales team"}
        return None
    one, team = found
    why = _why_not_in_person(one, arrival)
    trail.owner = {"id": one.id, "name": one.name, **({"why": why} if why else {})}
    if why:
        trail.passed.append((one.name, f"looks after the company, but {why}"))
        return None
    return trail.ends(desk, arrival, team, one, f"{one.name} looks after this company.")


def _why_not_in_person(one: Staff, arrival: Arrival) -> str:
    """Who is named in person gets it beside turn and caps, but never while away."""
    _, words = one.gone(arrival.now)
    return words or ("had it before" if one.id in arrival.without else "")


def _by_rule(desk: Desk, arrival: Arrival, rule: Rule, trail: _Trail) -> Choice | None:
    if not rule.active:
        trail.rules.append({"rule": rule.name, "holds": False, "why": "switched off"})
        return None
    failed = rule.fails(arrival.facts, arrival.now.date())
    if failed is not None:
        condition, is_known = failed
        why = f"{'not so' if is_known else 'not known'}: {condition_words(condition)}"
        trail.rules.append({"rule": rule.name, "holds": False, "why": why})
        return None
    team = desk.places.get(rule.team)
    if team is None:
        trail.rules.append({"rule": rule.name, "holds": True, "why": "its team is gone"})
        return None
    if not rule.person:
        trail.rules.append({"rule": rule.name, "holds": True})
        return _in_team(desk, arrival, team, rule.name, trail)
    one = team.find(rule.person)
    why = _why_not_in_person(one, arrival) if one else f"is not in {team} any more"
    name = one.name if one else rule.person
    if one is None or why:
        trail.rules.append({"rule": rule.name, "holds": True, "why": f"{name} {why}"})
        trail.passed.append((name, why))
        return None
    trail.rules.append({"rule": rule.name, "holds": True, "person": one.id})
    because = f"The rule names {one.name} in person."
    return trail.ends(desk, arrival, team, one, because, rule.name)


def _in_team(desk: Desk, arrival: Arrival, first: Place, rule: str, trail: _Trail) -> Choice:
    """Whose turn it is in a team, or in those that take over; else the pool of the first."""
    team, seen = first, set[str]()
    while team.slug not in seen:
        seen.add(team.slug)
        took, because = _deal(desk, arrival, team, trail)
        if took is not None:
            return trail.ends(desk, arrival, team, took, because, rule)
        over = desk.rules.terms(team.slug).away_team
        team = desk.places.get(over, team)
    because = f"Nobody in {first} is here for it: the pool takes it, {first.manager} answers."
    return trail.ends(desk, arrival, first, None, because, rule)


def _deal(desk: Desk, arrival: Arrival, team: Place, trail: _Trail) -> tuple[Candidate | None, str]:
    """Who of one team gets it, and why; the turn moves on. None where nobody can."""
    terms, cursor = desk.rules.terms(team.slug), desk.cursor(team)
    candidates = desk.candidates(team, arrival)
    last = cursor.last
    took = next_of(candidates, terms.method, last)
    because = _because(team, terms.method, took) if took else ""
    if took is None and terms.away == "next":
        took = next_back(candidates, last)
        because = f"First back at work in {team}: {_when(took, team)}." if took else ""
    trail.teams.append(
        {
            "team": team.id, "name": team.name, "method": terms.method,
            "hours": terms.hours, "away": terms.away, "last": last,
            "people": packed(candidates), "took": took.id if took else None,
        }
    )  # fmt: skip
    if took is None:
        return None, ""
    staff = next(one for one in team.staff if one.id == took.id)
    move_on(cursor, candidates, took, terms.method, staff.day(arrival.now))
    if (team.id, took.id) in desk.loads:
        desk.loads[team.id, took.id] += 1
    elif terms.asks_loads:
        desk.loads[team.id, took.id] = 1
    return took, because


def _because(team: Place, method: str, took: Candidate) -> str:
    if method == "weights":
        return f"Furthest behind their share in {team}."
    if method == "load":
        return f"Fewest open leads in {team}: {took.load}."
    return f"Next in turn in {team}."


def _when(took: Candidate, team: Place) -> str:
    zone = next(one.zone for one in team.staff if one.id == took.id)
    there = local(datetime.fromisoformat(took.works_at), zone)
    return f"{there:%a} {there.day} {there:%b %H:%M}"
