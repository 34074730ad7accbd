"""Judging many leads by one definition: what is alike is judged once.

Two leads that are alike in everything that the definition reads have the same verdict, and two that
are alike in what one criterion reads have the same line of it. A property test holds this to
`verdict.judge`, lead by lead. What is remembered is bounded, so a file of any length may pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from leads.definition.criteria import Criterion, Definition
from leads.definition.facts import derive_facts, instant
from leads.definition.queries import ActiveDefinition
from leads.definition.verdict import Line, Verdict, judge_known, line_of, worth_of

MOST_VERDICTS = 4_000
MOST_LINES = 20_000
Key = tuple[object, ...]
Made = TypeVar("Made")


class Judge:
    """Asked instead of `judge` for one lead after the other."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._reads = {one.id: _reads(one) for one in definition.criteria}
        self._all = tuple(sorted({name for names in self._reads.values() for name in names}))
        self._decaying = [one for one in definition.criteria if one.half_life_days]
        self._day: date | None = None
        self._verdicts: dict[Key, Verdict] = {}
        self._lines: dict[Key, Line] = {}

    def judge(self, facts: Mapping[str, object], now: datetime) -> Verdict:
        """The verdict of `judge` on these facts."""
        known, day = derive_facts(facts), (instant(now) or now).date()
        if day != self._day:
            self._day, self._verdicts, self._lines = day, {}, {}
        worth = [worth_of(one, known, now) for one in self._decaying]
        key = _key(known, self._all, *worth)
        return _once(self._verdicts, key, MOST_VERDICTS, lambda: self._new(known, now))

    def _new(self, known: Mapping[str, object], now: datetime) -> Verdict:
        return judge_known(self.definition, known, now=now, line=self._line)

    def _line(
        self, criterion: Criterion, known: Mapping[str, object], worth: Decimal, today: date
    ) -> Line:
        key = _key(known, self._reads[criterion.id], criterion.id, worth)
        return _once(self._lines, key, MOST_LINES, lambda: line_of(criterion, known, worth, today))


@dataclass(frozen=True)
class Sitting(ActiveDefinition):
    """The definition in force while many leads are taken in."""

    @classmethod
    def of(cls, active: ActiveDefinition | None) -> "Sitting | None":
        """None before the first definition."""
        if active is None:
            return None
        return cls(active.version_id, active.number, active.definition)

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.definition)

    def judge(self, facts: Mapping[str, object], now: datetime) -> Verdict:
        """What is alike is judged once."""
        return self._judge.judge(facts, now)


def _reads(criterion: Criterion) -> tuple[str, ...]:
    """What a criterion reads; an attribute may lie under its name or among all of them."""
    names = [one.field for one in criterion.conditions]
    whole = ["attributes"] if any(name.startswith("attributes.") for name in names) else []
    return tuple(dict.fromkeys([*names, *whole]))


def _key(known: Mapping[str, object], names: tuple[str, ...], *more: object) -> Key | None:
    """By what two leads are alike; None for what cannot be compared. Of one type, because 1 and
    True are the same to Python and not to a criterion."""
    found = [known.get(name) for name in names]
    key = (*found, *map(type, found), *more)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _once(kept: dict[Key, Made], key: Key | None, most: int, make: Callable[[], Made]) -> Made:
    """What was made before for the same key, else made now and remembered."""
    if key is None:
        return make()
    found = kept.get(key)
    if found is None:
        if len(kept) >= most:
            kept.clear()
        found = kept[key] = make()
    return found
