"""What each criterion finds of each lead, in SQL: the first half of a definition as SQL.

Definitions are read side by side. A draft differs from what is in force in a criterion or two, so
what both ask is asked of a lead once. What people wrote travels as parameters, never as text of
the statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from leads.definition.conditions import Condition
from leads.definition.criteria import Criterion, Definition
from leads.definition.operators import bounds, texts
from leads.definition.sql_facts import Layers, fact_column, today
from leads.definition.sql_text import contains, ends_with, has_word
from leads.definition.verdict import MOST_HALVINGS

MET, NOT_MET, UNKNOWN = 1, 0, 2
TODAY = "today"
RELATIVE = frozenset({"in_last_days", "in_next_days"})
SOURCE_COLUMNS = (
    "email", "phone", "first_name", "last_name", "title", "company", "country", "employees",
    "industry", "source", "campaign", "value", "message", "request", "acted_at", "attributes",
    "judged_at",
)  # fmt: skip

_ASSUMED = {"fail": NOT_MET, "pass": MET, "neutral": UNKNOWN, "ask": UNKNOWN}
_CONTRARY = {"contains_none": "contains", "has_no_word": "has_word", "ends_with_none": "ends_with"}
_JUDGED, _WORTH = 9, 10  # layers above those of the facts


@dataclass
class Compiled:
    """A select, and its parameters."""

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)  # of types that psycopg2 adapts


@dataclass(frozen=True)
class Found:
    """Where the outcomes of a definition stand: a column for each criterion (1 met, 0 not met, 2
    unknown), and what it gives when met, in hundredths of a point, a number or a column.

    Leads that are alike in `keys` have the same answers to everything that follows.
    """

    definition: Definition
    days: tuple[date, date]
    outcomes: tuple[str, ...]
    worths: tuple[str, ...]
    keys: tuple[str, ...]


def select_more(sql: str, columns: Mapping[str, str]) -> str:
    """The select with more columns, each worked out from those that it has."""
    listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    # The fence keeps the planner from working an expression out once for each of its uses. Unlike
    # OFFSET 0 it is seen to limit nothing, so several processes may work below and above it.
    return f"SELECT s.*, {listed} FROM ({sql}) s LIMIT ALL"  # noqa: S608  # our own words


class Reading:
    """Past leads read once for all definitions that `found_by` is asked for; then `compiled`.

    The source is a select with `SOURCE_COLUMNS`; each lead is judged as of its `judged_at`, of
    which `days` are the first and the last day in UTC.
    """

    def __init__(self, source: Compiled, days: tuple[date, date]) -> None:
        self.source, self.days = source, days
        self.parameters = dict(source.parameters)
        self.layers = Layers("f", self._parameter)
        self.layers.lists.append({TODAY: today("judged_at")})

    def found_by(self, definition: Definition) -> Found:
        """What the criteria of a definition find."""
        criteria = definition.criteria
        outcomes = tuple(self.layers.column(_JUDGED, self._outcome(one)) for one in criteria)
        worths = tuple(map(self._worth, criteria, outcomes))
        decaying = [worth for worth, one in zip(worths, criteria, strict=True) if _decays(one)]
        asked = [each for one in criteria if one.unknown == "ask" for each in one.conditions]
        by_day = [TODAY for each in asked if each.operator in RELATIVE]
        keys = tuple(dict.fromkeys([*outcomes, *decaying, *by_day]))
        return Found(definition, self.days, outcomes, worths, keys)

    def compiled(self) -> Compiled:
        """Every column of the source, those that were found, and `today`, the day in UTC as an
        ordinal."""
        sql = self.source.sql
        for columns in filter(None, self.layers.lists):
            sql = select_more(sql, columns)
        return Compiled(sql, self.parameters)

    def _parameter(self, value: object) -> str:
        name = f"p{len(self.parameters)}"
        known = next((key for key, one in self.parameters.items() if one == value), None)
        if known is None or type(self.parameters[known]) is not type(value):
            self.parameters[name] = value
            known = name
        return f"%({known})s"

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
                return f"{fact} BETWEEN {TODAY} - {low} AND {TODAY}"
            case "in_next_days":
                return f"{fact} BETWEEN {TODAY} AND {TODAY} + {high}"
        raise AssertionError(f"{operator} has no SQL")

    def _worth(self, criterion: Criterion, outcome: str) -> str:
        """Hundredths of a point that it gives when met; see `verdict._worth`, step by step. Where
        it gives none whatever is answered, 0, so that such leads are alike."""
        cents = 100 * criterion.weight
        if not _decays(criterion):
            return str(cents)
        seconds = "extract(epoch FROM judged_at - acted_at)::float8"
        halvings = f"{seconds} / {86_400 * (criterion.half_life_days or 1)}::float8"
        halved = f"power(0.5::float8, least({halvings}, {MOST_HALVINGS}))"
        open_too = f", {UNKNOWN}" if criterion.unknown == "ask" else ""
        return self.layers.column(
            _WORTH,
            f"CASE WHEN {outcome} NOT IN ({MET}{open_too}) THEN 0 "
            f"WHEN acted_at >= judged_at THEN {cents} "
            f"ELSE round({cents}::float8 * {halved})::int END",
        )


def _decays(criterion: Criterion) -> bool:
    return criterion.half_life_days is not None
