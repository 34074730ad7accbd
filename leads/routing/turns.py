"""Whose turn it is among those of a team who can take a lead, and what that moves. Pure.

*In turn* goes round by id. *By weight* is the smooth weighted round robin: each time, everybody who
can take the lead is owed their weight, whoever is owed most gets it and pays the sum of all weights
back. So nobody is ever more than one lead ahead of their share, whoever is here from time to time,
and after as many leads as the weights add up to everybody has had exactly theirs. Whoever is away
is owed nothing for that time: no backlog waits for them. *By load* asks who holds the fewest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from leads.routing.ruleset import Method


@dataclass(slots=True)
class Standing:
    """How a member stands in the cursor: what they are owed, and what they were given on a day of
    their own zone."""

    credit: int = 0
    day: str = ""
    given: int = 0

    def given_on(self, day: str) -> int:
        """How many they were given on that day."""
        return self.given if self.day == day else 0


@dataclass(slots=True)
class Cursor:
    """Where a team's turn stands: who got the last lead, and how each member stands."""

    last: int | None = None
    standings: dict[int, Standing] = field(default_factory=dict)
    moved: bool = False

    def standing(self, user_id: int) -> Standing:
        """How one member stands; afresh for whoever is new."""
        return self.standings.setdefault(user_id, Standing())


@dataclass(frozen=True)
class Candidate:
    """Somebody of a team as the choice sees them. `bar`: the code of why they cannot take it, and
    `why` in words; `had_it`: they held this very lead before. `works_at`: when they are at work
    next, ISO, where that was asked; `load`: open leads of theirs in this team, likewise."""

    id: int
    name: str
    bar: str = ""
    why: str = ""
    had_it: bool = False
    weight: int = 1
    credit: int = 0
    given: int = 0
    per_day: int | None = None
    load: int | None = None
    open: int | None = None
    works_at: str = ""

    def content(self) -> dict[str, object]:
        """As kept with the decision, without what says nothing."""
        return self._content

    @cached_property
    def _content(self) -> dict[str, object]:
        parts: dict[str, object] = {
            "id": self.id, "name": self.name, "weight": self.weight, "credit": self.credit,
            "given": self.given, "per_day": self.per_day, "load": self.load, "open": self.open,
            "works_at": self.works_at or None, "had_it": self.had_it or None,
            "bar": self.bar or None, "why": self.why or None,
        }  # fmt: skip
        return {name: part for name, part in parts.items() if part is not None}


def in_question(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those who can take it; who had this lead before only where nobody else can."""
    here = [one for one in candidates if not one.bar]
    return [one for one in here if not one.had_it] or here


def next_of(candidates: Sequence[Candidate], method: Method, last: int | None) -> Candidate | None:
    """Who gets it of those in question; None where nobody can. A tie goes round."""
    able = in_question(candidates)
    return min(able, key=lambda one: (_rank(one, method), *_round(one, last)), default=None)


def next_back(candidates: Sequence[Candidate], last: int | None) -> Candidate | None:
    """Who is at work next of those whom nothing but the hour keeps from it."""
    off = [one for one in candidates if one.bar == "hours" and one.works_at]
    return min(off, key=lambda one: (one.had_it, one.works_at, *_round(one, last)), default=None)


def _rank(one: Candidate, method: Method) -> int:
    if method == "weights":
        return -(one.credit + one.weight)
    return (one.load or 0) if method == "load" else 0


def _round(one: Candidate, last: int | None) -> tuple[bool, int]:
    """The order of the round: after the last, then from the beginning."""
    return last is not None and one.id <= last, one.id


def move_on(
    cursor: Cursor, candidates: Sequence[Candidate], took: Candidate, method: Method, day: str
) -> None:
    """Note in the cursor who got it on which day of theirs, and what everybody is owed now."""
    able = in_question(candidates)
    if method == "weights" and took in able:
        for one in able:
            cursor.standing(one.id).credit += one.weight
        cursor.standing(took.id).credit -= sum(one.weight for one in able)
    standing = cursor.standing(took.id)
    standing.day, standing.given = day, standing.given_on(day) + 1
    cursor.last, cursor.moved = took.id, True
