"""A definition as SQL: the same outcome of every criterion, sums, verdict and tier as `judge`.

One select over any number of leads, so that a draft is tried on a whole past in one query. What
people wrote travels as parameters, never as text of the statement. A property test holds both
readings of a definition together; whoever changes one changes the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from math import prod
from typing import Any

from leadbridge.kernel.errors import DomainError
from leads.definition.completions import Outcomes, groups_of, possible_outcomes
from leads.definition.conditions import Condition
from leads.definition.criteria import WEIGHTED, Criterion, Definition
from leads.definition.operators import bounds, texts
from leads.definition.sql_facts import Layers, fact_column, today
from leads.definition.sql_text import contains, ends_with, has_word
from leads.definition.verdict import MOST_HALVINGS

MET, NOT_MET, UNKNOWN = 1, 0, 2
SOURCE_COLUMNS = (
    "email", "phone", "first_name", "last_name", "title", "company", "country", "employees",
    "industry", "source", "campaign", "value", "message", "request", "acted_at", "attributes",
    "judged_at",
)  # fmt: skip

_ASSUMED = {"fail": NOT_MET, "pass": MET, "neutral": UNKNOWN, "ask": UNKNOWN}
_JUDGED, _SUMMED, _ANSWERED = 9, 10, 11  # layers above those of the facts
_MOST_WAYS = 4_096
_CONTRARY = {"contains_none": "contains", "has_no_word": "has_word", "ends_with_none": "ends_with"}
_RELATIVE = frozenset({"in_last_days", "in_next_days"})


@dataclass
class Compiled:
    """A select over a source, and its parameters.

    It has every column of the source and, each with the prefix: `answer`, `tier`, `fit` and
    `interest` (hundredths of a point), `today` (the day in UTC as an ordinal), and `c0`, `c1`, …
    for the criteria in their order: 1 met, 0 not met, 2 unknown. Where asked for, `without0`, …
    are the answers without one criterion.
    """

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)  # of types that psycopg2 adapts


def compile_definition(
    definition: Definition,
    source: Compiled,
    *,
    days: tuple[date, date],
    prefix: str = "d_",
    alone: bool = False,
) -> Compiled:
    """The source (a select with `SOURCE_COLUMNS`), judged lead by lead as of its `judged_at`.

    `days`: the first and last day in UTC of all `judged_at`. DomainError `too_open` for a
    definition with more open questions that trade fit for interest than a query can weigh.
    """
    return _Compiler(definition, source, days, prefix).compiled(alone=alone)


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


class _Compiler:
    def __init__(
        self, definition: Definition, source: Compiled, days: tuple[date, date], prefix: str
    ) -> None:
        self.definition, self.source, self.days, self.prefix = definition, source, days, prefix
        self.criteria = definition.criteria
        self.place = {one.id: place for place, one in enumerate(self.criteria)}
        self.parameters = dict(source.parameters)
        self.layers = Layers(prefix, self._parameter)
        self.today = ""

    def _parameter(self, value: object) -> str:
        name = f"{self.prefix}p{len(self.parameters)}"
        known = next((key for key, one in self.parameters.items() if one == value), None)
        if known is None or type(self.parameters[known]) is not type(value):
            self.parameters[name] = value
            known = name
        return f"%({known})s"

    def compiled(self, *, alone: bool) -> Compiled:
        self._name(0, {"today": today("judged_at")})
        self.today = self._column("today")
        self._name(_JUDGED, {f"c{n}": self._outcome(one) for n, one in enumerate(self.criteria)})
        self.worth = [self._worth(one) for one in self.criteria]
        sums = self._sums(self.criteria)
        self._name(_SUMMED, {"stopped": sums.stopped, "fast": sums.fast, "fit": sums.fit,
                             "interest": sums.interest})  # fmt: skip
        settled = _Sums(*(self._column(one) for one in ("stopped", "fast", "fit", "interest")))
        answers = {"answer": self._answer(self.criteria, settled), "tier": self._tier()}
        if alone:
            for place, one in enumerate(self.definition.each_without_one()):
                sums = self._sums(one.criteria)
                answers[f"without{place}"] = self._answer(one.criteria, sums)
        self._name(_ANSWERED, answers)
        sql = self.source.sql
        for columns in filter(None, self.layers.lists):
            listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
            # OFFSET 0 keeps the planner from working an expression out once for each of its uses.
            sql = f"SELECT s.*, {listed} FROM ({sql}) s OFFSET 0"  # noqa: S608  # our own words
        return Compiled(sql, self.parameters)

    def _name(self, layer: int, columns: Mapping[str, str]) -> None:
        while len(self.layers.lists) <= layer:
            self.layers.lists.append({})
        self.layers.lists[layer] |= {self.prefix + name: one for name, one in columns.items()}

    def _column(self, name: str) -> str:
        return self.prefix + name

    # One criterion

    def _outcome(self, criterion: Criterion) -> str:
        facts = [fact_column(self.layers, one.field, one.type) for one in criterion.conditions]
        tests = [
            self._test(one, fact) for one, fact in zip(criterion.conditions, facts, strict=True)
        ]
        met, missed = (NOT_MET, MET) if criterion.kind == "barrier" else (MET, NOT_MET)
        # One condition that fails settles it, so the others need not be known.
        settled = "".join(f"WHEN NOT {one} THEN {missed} " for one in tests if len(tests) > 1)
        unknown = " OR ".join(f"{fact} IS NULL" for fact in facts)
        return (
            f"CASE {settled}WHEN {unknown} THEN {_ASSUMED[criterion.unknown]} "
            f"WHEN {' AND '.join(tests)} THEN {met} ELSE {missed} END"
        )

    def _test(self, condition: Condition, fact: str) -> str:
        """The test as SQL; of an unknown fact it is null, or what nobody asks then."""
        operator, value, parameter = condition.operator, condition.value, self._parameter
        if operator in _CONTRARY:
            return f"NOT {self._test(replace(condition, operator=_CONTRARY[operator]), fact)}"
        named = tuple(dict.fromkeys(texts(value)))
        match operator:
            case "equals" | "one_of":
                return f'{fact} COLLATE "C" = ANY({parameter(list(named))})'
            case "none_of":
                return f'{fact} COLLATE "C" <> ALL({parameter(list(named))})'
            case "contains":
                return contains(fact, named, parameter)
            case "has_word":
                return has_word(fact, named, parameter)
            case "ends_with":
                return ends_with(fact, named, parameter)
            case "is_true":
                return fact
            case "is_false":
                return f"NOT {fact}"
            case "known":
                return "true"
        return self._on_a_scale(operator, bounds(value), fact)

    def _on_a_scale(self, operator: str, edges: tuple[Decimal, ...], fact: str) -> str:
        low, high = self._parameter(edges[0]), self._parameter(edges[-1])
        match operator:
            case "at_least":
                return f"{fact} >= {low}"
            case "at_most":
                return f"{fact} <= {high}"
            case "between":
                return f"{fact} BETWEEN {low} AND {high}"
            case "in_last_days":
                return f"{fact} BETWEEN {self.today} - {low} AND {self.today}"
            case "in_next_days":
                return f"{fact} BETWEEN {self.today} AND {self.today} + {high}"
        raise AssertionError(f"{operator} has no SQL")

    def _worth(self, criterion: Criterion) -> str:
        """Hundredths of a point that it gives when met; see `verdict._worth`, step by step."""
        cents = 100 * criterion.weight
        if criterion.half_life_days is None:
            return str(cents)
        seconds = "extract(epoch FROM judged_at - acted_at)::float8"
        halvings = f"{seconds} / {86_400 * criterion.half_life_days}::float8"
        halved = f"power(0.5::float8, least({halvings}, {MOST_HALVINGS}))"
        return self.layers.column(
            _JUDGED,
            f"CASE WHEN acted_at >= judged_at THEN {cents} "
            f"ELSE round({cents}::float8 * {halved})::int END",
        )

    # All together

    def _sums(self, criteria: tuple[Criterion, ...]) -> _Sums:
        """What the settled ones of these criteria amount to."""
        stops, raises = [], []
        points: dict[str, list[str]] = {"fit": [], "interest": []}
        for criterion in criteria:
            place = self.place[criterion.id]
            column = self._column(f"c{place}")
            if criterion.kind in WEIGHTED:
                worth = self.worth[place]
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
            is_open = f"{self._column(f'c{self.place[group[0].id]}')} = {UNKNOWN}"
            for first, last, outcomes in self._stretches(group):
                when = is_open
                if (first, last) != self.days:
                    within = f"{self.today} BETWEEN {first.toordinal()} AND {last.toordinal()}"
                    when = f"({is_open} AND {within})"
                ways = {self._way(group, one) for one in outcomes}
                yield _Question(when, tuple(sorted(ways, key=_order)))

    def _stretches(self, group: list[Criterion]) -> Iterator[tuple[date, date, set[Outcomes]]]:
        first, last = self.days
        if not any(one.operator in _RELATIVE for one in group):
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
        return _sum([self.worth[place] for place in sorted(way.interest)])

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

    def _tier(self) -> str:
        grid = self.definition.tiers
        interest = self._column("interest")
        rows = [_steps(interest, grid.interest, [str(cell) for cell in row]) for row in grid.cells]
        cell = _steps(self._column("fit"), grid.fit, rows)
        raised = f"least({cell}, {grid.fast_track})"
        return f"CASE WHEN {self._column('fast')} THEN {raised} ELSE {cell} END"


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
