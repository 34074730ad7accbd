"""All that choosing needs to know, in memory: teams, people, cursors, loads, hours. Pure.

Whoever opens a desk under the locks of its cursors may keep what was chosen on it; a dry run opens
one without, and throws it away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadbridge.kernel.time import local, utc_text
from leads.routing.ruleset import MemberTerms, RuleSet, TeamTerms, condition_words
from leads.routing.turns import Candidate, Cursor

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Away:
    """A time during which somebody is away, and how that is said."""

    starts_at: datetime
    ends_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Staff:
    """One person in one team. `seller`: takes turns there, rather than leading it only."""

    id: int
    username: str
    name: str
    zone: str
    active: bool = True
    seller: bool = True
    away: tuple[Away, ...] = ()

    def gone(self, at: datetime) -> tuple[str, str]:
        """The code and the words of why they get nothing at all at that instant; blank if here."""
        if not self.active:
            return "left", "has left"
        for one in self.away:
            if one.starts_at <= at < one.ends_at:
                return "away", f"away {one.words}"
        return "", ""

    def day(self, at: datetime) -> str:
        """Their own day at that instant."""
        return local(at, self.zone).date().isoformat()


@dataclass(frozen=True, slots=True)
class Place:
    """A sales team."""

    id: int
    slug: str
    name: str
    manager: str
    staff: tuple[Staff, ...] = ()

    def __str__(self) -> str:
        return self.name

    def find(self, username: str) -> Staff | None:
        """Somebody of the team, by name."""
        return next((one for one in self.staff if one.username == username), None)


@dataclass(frozen=True)
class Arrival:
    """A lead that has to go to somebody. `owner_id` looks after its company; `without` get it in no
    case, those who `had_it` before only where nobody else can."""

    facts: Mapping[str, object]
    now: datetime
    owner_id: int | None = None
    without: Collection[int] = NOBODY
    had_it: Collection[int] = NOBODY


@dataclass
class Desk:
    """`places` by slug; `owners`: each owner with one of their teams; `loads`: open leads by team
    and person; `opens`: the next working instant of somebody in a team from an instant on, for
    whoever has one; `pool` takes what no rule can place."""

    rules: RuleSet
    version: int = 0
    places: Mapping[str, Place] = field(default_factory=dict)
    owners: Mapping[int, tuple[Staff, Place]] = field(default_factory=dict)
    cursors: dict[int, Cursor] = field(default_factory=dict)
    loads: dict[tuple[int, int], int] = field(default_factory=dict)
    opens: Mapping[tuple[int, int, datetime], datetime] = field(default_factory=dict)
    pool: Place | None = None
    _stood: dict[tuple[int, int], tuple[object, Candidate]] = field(default_factory=dict)

    def cursor(self, place: Place) -> Cursor:
        """Where the turn of a team stands."""
        return self.cursors.setdefault(place.id, Cursor())

    def candidates(self, place: Place, arrival: Arrival) -> list[Candidate]:
        """Everybody of a team who takes turns, each with why they cannot take this lead.

        Of a bulk's many arrivals each moves one person's turn on, so how the others stand is not
        made out again.
        """
        terms, cursor = self.rules.terms(place.slug), self.cursor(place)
        asks_loads = terms.asks_loads
        alike = not (arrival.without or arrival.had_it)
        found = []
        for one in place.staff:
            if not one.seller:
                continue
            key, standing = (place.id, one.id), cursor.standing(one.id)
            load = self.loads.get(key, 0) if asks_loads else None
            stands = (one, arrival.now, standing.credit, standing.day, standing.given, load)
            before = self._stood.get(key) if alike else None
            if before is None or before[0] != stands:
                before = stands, self._candidate(place, terms, one, arrival)
                if alike and not terms.member(one.username).takes:
                    self._stood[key] = before
            found.append(before[1])
        return found

    def _candidate(self, place: Place, terms: TeamTerms, one: Staff, arrival: Arrival) -> Candidate:
        own, standing = terms.member(one.username), self.cursor(place).standing(one.id)
        given = standing.given_on(one.day(arrival.now))
        load = self.loads.get((place.id, one.id), 0) if terms.asks_loads else None
        opens = self.opens.get((one.id, place.id, arrival.now)) if terms.hours else None
        bar, why = self._bar(one, own, terms, arrival, given, load or 0, opens)
        return Candidate(
            one.id, one.name, bar, why, one.id in arrival.had_it, own.weight, standing.credit,
            given, own.per_day, load, own.open, utc_text(opens) or "" if opens else "",
        )  # fmt: skip

    def _bar(
        self,
        one: Staff,
        own: MemberTerms,
        terms: TeamTerms,
        arrival: Arrival,
        given: int,
        load: int,
        opens: datetime | None,
    ) -> tuple[str, str]:
        """Why somebody cannot take a lead, as a code and in words; the hour is asked last, because
        it alone passes by itself."""
        code, words = one.gone(arrival.now)
        if code:
            return code, words
        if one.id in arrival.without:
            return "had", "had it before"
        if own.weight == 0:
            return "weight", "takes none for now"
        for condition in own.takes:
            holds = condition.holds(arrival.facts, today=arrival.now.date())
            if not holds:
                return "takes", f"takes only leads whose {condition_words(condition)}"
        if own.per_day is not None and given >= own.per_day:
            return "per_day", f"was given {given} today, of at most {own.per_day}"
        if own.open is not None and load >= own.open:
            return "open", f"holds {load} open leads, of at most {own.open}"
        if terms.hours and opens is not None and opens > arrival.now:
            there = local(opens, one.zone)
            return "hours", f"not at work before {there:%a} {there.day} {there:%b %H:%M}"
        return "", ""
