"""A definition as SQL: the same outcome of every criterion, sums, verdict and tier as `judge`.

One select over any number of leads, so that a draft is tried on a whole past in one query. The
outcomes come from `sql_outcomes`, lead by lead; what they amount to can be asked of each lead, or
once of all leads that are alike (`weigh`). A property test holds both readings of a definition
together; whoever changes one changes the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import prod

from leadbridge.kernel.errors import DomainError
from leads.definition.completions import Outcomes, groups_of, possible_outcomes
from leads.definition.criteria import WEIGHTED, Criterion, Definition
from leads.definition.sql_outcomes import (
    MET,
    NOT_MET,
    RELATIVE,
    TODAY,
    UNKNOWN,
    Compiled,
    Found,
    Reading,
    select_more,
)

_MOST_WAYS = 4_096


def compile_definition(
    definition: Definition,
    source: Compiled,
    *,
    days: tuple[date, date],
    prefix: str = "d_",
    alone: bool = False,
) -> Compiled:
    """The source (a select with `SOURCE_COLUMNS`), judged lead by lead as of its `judged_at`.

    It has every column of the source, what `weigh` adds, and `c0`, `c1`, … for the criteria in
    their order: 1 met, 0 not met, 2 unknown. `days`: the first and last day in UTC of all
    `judged_at`.
    """
    reading = Reading(source, days)
    found = reading.found_by(definition)
    judged = reading.compiled()
    named = {f"{prefix}c{place}": column for place, column in enumerate(found.outcomes)}
    sql = weigh(found, select_more(judged.sql, named), prefix=prefix, alone=alone)
    return Compiled(sql, judged.parameters)


def weigh(found: Found, sql: str, *, prefix: str = "d_", alone: bool = False) -> str:
    """What the outcomes amount to, for a select that has the columns `found.keys`.

    It adds, each with the prefix: `answer`, `tier`, `fit` and `interest` (hundredths of a point);
    where asked for, `without0`, … are the answers without one criterion. DomainError `too_open` for
    a definition with more open questions that trade fit for interest than a query can weigh.
    """
    return _Weigher(found, prefix).weighed(sql, alone=alone)


@dataclass(frozen=True)
class _Way:
    """One answer to an open question: what it stops or raises, its fit, and the interest it meets
    as places of criteria."""

    stopped: bool
    fast: bool
    fit: int
    interest: frozenset[int]


@dataclass(frozen=True)
class _Sums:
    """What settled criteria amount to, each a piece of SQL."""

    stopped: str
    fast: str
    fit: str
    interest: str


@dataclass(frozen=True)
class _Question:
    """An open question: when it is open (SQL), and all its possible answers."""

    open: str
    ways: tuple[_Way, ...]


class _Weigher:
    def __init__(self, found: Found, prefix: str) -> None:
        self.found, self.prefix = found, prefix
        self.definition, self.days = found.definition, found.days
        self.criteria = found.definition.criteria
        self.place = {one.id: place for place, one in enumerate(self.criteria)}

    def weighed(self, sql: str, *, alone: bool) -> str:
        sums = self._sums(self.criteria)
        settled = _Sums(*(f"{self.prefix}{one}" for one in ("stopped", "fast", "fit", "interest")))
        sql = select_more(sql, {
            settled.stopped: sums.stopped, settled.fast: sums.fast, settled.fit: sums.fit,
            settled.interest: sums.interest,
        })  # fmt: skip
        answers = {"answer": self._answer(self.criteria, settled), "tier": self._tier(settled)}
        if alone:
            for place, one in enumerate(self.definition.each_without_one()):
                sums = self._sums(one.criteria)
                answers[f"without{place}"] = self._answer(one.criteria, sums)
        return select_more(sql, {self.prefix + name: one for name, one in answers.items()})

    def _outcome(self, criterion: Criterion) -> str:
        return self.found.outcomes[self.place[criterion.id]]

    def _sums(self, criteria: tuple[Criterion, ...]) -> _Sums:
        """What the settled ones of these criteria amount to."""
        stops, raises = [], []
        points: dict[str, list[str]] = {"fit": [], "interest": []}
        for criterion in criteria:
            column = self._outcome(criterion)
            if criterion.kind in WEIGHTED:
                worth = self.found.worths[self.place[criterion.id]]
                points[criterion.kind].append(f"CASE WHEN {column} = {MET} THEN {worth} ELSE 0 END")
            elif criterion.kind == "fast_track":
                raises.append(f"{column} = {MET}")
            else:
                stops.append(f"{column} = {NOT_MET}")
        return _Sums(_any(stops), _any(raises), _sum(points["fit"]), _sum(points["interest"]))

    def _answer(self, criteria: tuple[Criterion, ...], settled: _Sums) -> str:
        questions = list(self._questions(criteria))
        return (
            f"CASE WHEN NOT {self._can_be_yes(settled, questions)} THEN 'no' "
            f"WHEN {self._can_be_no(settled, questions)} THEN 'unknown' ELSE 'yes' END"
        )

    def _questions(self, criteria: tuple[Criterion, ...]) -> Iterator[_Question]:
        """Open questions as `verdict.judge` finds them, each with every answer it can have.

        Criteria of a group read one fact as one type, so they are open all together. Where an
        answer is compared with today, stretches of days with the same answers are told apart.
        """
        asking = [one for one in criteria if one.unknown == "ask"]
        for group in groups_of(asking):
            is_open = f"{self._outcome(group[0])} = {UNKNOWN}"
            for first, last, outcomes in self._stretches(group):
                when = is_open
                if (first, last) != self.days:
                    within = f"{TODAY} BETWEEN {first.toordinal()} AND {last.toordinal()}"
                    when = f"({is_open} AND {within})"
                ways = {self._way(group, one) for one in outcomes}
                yield _Question(when, tuple(sorted(ways, key=_order)))

    def _stretches(self, group: list[Criterion]) -> Iterator[tuple[date, date, set[Outcomes]]]:
        first, last = self.days
        if not any(one.operator in RELATIVE for one in group):
            yield first, last, possible_outcomes(group, today=first)
            return
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found = [(day, frozenset(possible_outcomes(group, today=day))) for day in every]
        for outcomes, stretch in groupby(found, key=lambda pair: pair[1]):
            days = [day for day, _ in stretch]
            yield days[0], days[-1], set(outcomes)

    def _way(self, group: list[Criterion], outcomes: Outcomes) -> _Way:
        met = [one for one, is_met in zip(group, outcomes, strict=True) if is_met]
        missed = [one for one, is_met in zip(group, outcomes, strict=True) if not is_met]
        return _Way(
            stopped=any(one.kind in ("gate", "barrier") for one in missed),
            fast=any(one.kind == "fast_track" for one in met),
            fit=sum(100 * one.weight for one in met if one.kind == "fit"),
            interest=frozenset(self.place[one.id] for one in met if one.kind == "interest"),
        )

    def _interest(self, way: _Way) -> str:
        return _sum([self.found.worths[place] for place in sorted(way.interest)])

    def _can_be_no(self, settled: _Sums, questions: list[_Question]) -> str:
        stops = [one.open for one in questions if any(way.stopped for way in one.ways)]
        raises = [one.open for one in questions if all(way.fast for way in one.ways)]
        fit, interest = [settled.fit], [settled.interest]
        for one in questions:
            slow = [way for way in one.ways if not way.fast]
            if slow:
                least = min(way.fit for way in slow)
                lowest = ", ".join(dict.fromkeys(self._interest(way) for way in slow))
                fit.append(f"CASE WHEN {one.open} THEN {least} ELSE 0 END")
                interest.append(f"CASE WHEN {one.open} THEN least({lowest}) ELSE 0 END")
        short = (
            f"({_sum(fit)} < {100 * self.definition.fit}"
            f" OR {_sum(interest)} < {100 * self.definition.interest})"
        )
        fast = _any([settled.fast, *raises])
        return _any([settled.stopped, *stops, f"(NOT {fast} AND {short})"])

    def _can_be_yes(self, settled: _Sums, questions: list[_Question]) -> str:
        usable = [(one, [way for way in one.ways if not way.stopped]) for one in questions]
        blocked = [one.open for one, ways in usable if not ways]
        raises = [one.open for one, ways in usable if any(way.fast for way in ways)]
        fast = _any([settled.fast, *raises])
        stopped = _any([settled.stopped, *blocked])
        enough = self._enough(
            settled, [(one, self._unbeaten(ways)) for one, ways in usable if ways]
        )
        return f"(NOT {stopped} AND ({fast} OR {enough}))"

    def _enough(self, settled: _Sums, questions: list[tuple[_Question, list[_Way]]]) -> str:
        """Whether some answers together give both sums. Where no answer is best for both, all
        combinations are tried."""
        if prod(len(ways) for _, ways in questions) > _MOST_WAYS:
            raise DomainError(
                "too_open",
                "Too many criteria are asked of people at once, for fit and for interest, to try "
                "this on past leads. Give some of them another rule for an unknown value.",
                status=409,
            )
        fit, interest, tables = [settled.fit], [settled.interest], []
        for number, (one, ways) in enumerate(questions):
            pairs = [(str(way.fit), self._interest(way)) for way in ways]
            if len(ways) > 1:
                rows = ", ".join(f"({a}, {b})" for a, b in pairs)
                tables.append(f"(VALUES {rows}) AS w{number}(fit, interest)")
                pairs = [(f"w{number}.fit", f"w{number}.interest")]
            fit.append(f"CASE WHEN {one.open} THEN {pairs[0][0]} ELSE 0 END")
            interest.append(f"CASE WHEN {one.open} THEN {pairs[0][1]} ELSE 0 END")
        enough = (
            f"({_sum(fit)} >= {100 * self.definition.fit}"
            f" AND {_sum(interest)} >= {100 * self.definition.interest})"
        )
        if not tables:
            return enough
        return f"EXISTS (SELECT FROM {' CROSS JOIN '.join(tables)} WHERE {enough})"

    def _unbeaten(self, ways: list[_Way]) -> list[_Way]:
        """The answers that no other equals in both sums, whatever has decayed by then."""
        kept: list[_Way] = []
        for way in ways:
            if not any(self._beats(one, way) for one in kept):
                kept = [one for one in kept if not self._beats(way, one)] + [way]
        return kept

    def _beats(self, one: _Way, other: _Way) -> bool:
        steady = 0
        for place in one.interest ^ other.interest:
            criterion = self.criteria[place]
            gain = criterion.weight if place in one.interest else -criterion.weight
            if criterion.half_life_days is None:
                steady += gain
            elif gain < 0:
                return False
        return one.fit >= other.fit and steady >= 0

    def _tier(self, settled: _Sums) -> str:
        grid = self.definition.tiers
        interest = settled.interest
        rows = [_steps(interest, grid.interest, [str(cell) for cell in row]) for row in grid.cells]
        cell = _steps(settled.fit, grid.fit, rows)
        raised = f"least({cell}, {grid.fast_track})"
        return f"CASE WHEN {settled.fast} THEN {raised} ELSE {cell} END"


def _steps(points: str, cuts: tuple[int, ...], values: list[str]) -> str:
    """The first value whose cut the points reach, the last one below all cuts."""
    if not cuts:
        return values[0]
    whens = " ".join(
        f"WHEN {points} >= {100 * cut} THEN {value}"
        for cut, value in zip(cuts, values, strict=False)
    )
    return f"(CASE {whens} ELSE {values[-1]} END)"


def _order(way: _Way) -> tuple[bool, bool, int, list[int]]:
    return way.stopped, way.fast, way.fit, sorted(way.interest)


def _any(conditions: list[str]) -> str:
    return f"({' OR '.join(conditions)})" if conditions else "false"


def _sum(parts: list[str]) -> str:
    return f"({' + '.join(parts)})" if parts else "0"
