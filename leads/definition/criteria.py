"""The definition of a qualified lead as an object, read from the JSON that both heads sign.

All gates, no barrier, and either a fast-track or enough fit *and* enough interest: two sums that
are never added up, because a keen student and a silent director must not look alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal, NoReturn, cast, get_args

from leadbridge.kernel.reading import Reader, shown
from leads.definition.conditions import Condition, read_condition, read_test
from leads.definition.examples import Example, read_examples
from leads.definition.expected import NOTHING, Expected, read_expected
from leads.definition.operators import Value

Kind = Literal["gate", "barrier", "fast_track", "fit", "interest"]
Unknown = Literal["fail", "pass", "neutral", "ask"]

KINDS: tuple[Kind, ...] = get_args(Kind)
UNKNOWN_RULES: tuple[Unknown, ...] = get_args(Unknown)
WEIGHTED: frozenset[Kind] = frozenset({"fit", "interest"})

MOST_CRITERIA = 40
MOST_ALSO = 2  # beyond it nobody says the sentence aloud
LARGEST_WEIGHT = 100
LOWEST_TIER = 3

_READER = Reader("invalid_definition")
_ID_MARKS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_CRITERION_KEYS = (
    "id", "kind", "sentence", "field", "operator", "value", "also", "unknown", "weight",
    "half_life_days",
)  # fmt: skip
_CRITERION_NEEDS = ("id", "kind", "sentence", "field", "operator", "unknown")


@dataclass(frozen=True)
class Criterion:
    """One sentence both sides say aloud, and the test behind it.

    A gate holds when its test holds. A barrier holds when its test does *not*: its sentence says
    the demand (“Is no student”), its test finds the offender. So “met” is good news for either,
    and the rule `fail` for an unknown value always speaks against the lead. `weight` is in points
    and may be negative; with `half_life_days`, interest halves that many days after the last act.
    `also` has to hold at the same time: “a demo request *of a company in our market*”.
    """

    id: str
    kind: Kind
    sentence: str
    field: str
    operator: str
    value: Value
    unknown: Unknown
    weight: int = 0
    half_life_days: int | None = None
    also: tuple[Condition, ...] = ()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Its test: all of them together."""
        return Condition(self.field, self.operator, self.value), *self.also

    def met_by(self, facts: Mapping[str, object], *, today: date) -> bool | None:
        """Whether it is what the criterion demands; None while what is known does not settle it.

        One condition that fails settles it, whatever is still unknown of the others.
        """
        held = [one.holds(facts, today=today) for one in self.conditions]
        found = False if False in held else None if None in held else True
        return None if found is None else found != (self.kind == "barrier")

    def open_fields(self, facts: Mapping[str, object]) -> list[str]:
        """The fields of which nothing is known."""
        return [one.field for one in self.conditions if one.read(facts) is None]

    def content(self) -> dict[str, object]:
        """The criterion as JSON, without what does not apply to it."""
        parts: dict[str, object] = {
            "id": self.id,
            "kind": self.kind,
            "sentence": self.sentence,
            **self.conditions[0].content(),
            "also": [one.content() for one in self.also] or None,
            "unknown": self.unknown,
            "weight": self.weight or None,
            "half_life_days": self.half_life_days,
        }
        return {key: part for key, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True)
class TierGrid:
    """Which tier of the agreement a lead is worked under, from 1 (first) to 3.

    `fit` and `interest` are falling lower bounds; `cells[row][column]` counts rows from the most
    fit and columns from the most interest. A fast-track gives at least the tier `fast_track`.
    """

    fit: tuple[int, ...]
    interest: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]
    fast_track: int

    def content(self) -> dict[str, object]:
        return {
            "fit": list(self.fit),
            "interest": list(self.interest),
            "cells": [list(row) for row in self.cells],
            "fast_track": self.fast_track,
        }


@dataclass(frozen=True)
class Definition:
    """A whole definition; `fit` and `interest` are the thresholds F and I, in points. `review_on`:
    when both want to look at it again."""

    criteria: tuple[Criterion, ...]
    fit: int
    interest: int
    tiers: TierGrid
    examples: tuple[Example, ...] = ()
    review_on: date | None = None
    expected: Expected = NOTHING

    @classmethod
    def from_content(cls, content: object) -> "Definition":
        """Reads the JSON of a version.

        Raises `DomainError` `invalid_definition`, naming the criterion and the cure.
        """
        parts = ("criteria", "thresholds", "tiers")
        more = ("examples", "review_on", "expected")
        body = _READER.mapping(content, "definition", keys=(*parts, *more), needs=parts)
        listed = _READER.items(body["criteria"], "criteria", least=1, most=MOST_CRITERIA)
        criteria = tuple(_read_criterion(raw, place) for place, raw in enumerate(listed, start=1))
        ids = [criterion.id for criterion in criteria]
        for one in ids:
            if ids.count(one) > 1:
                _READER.refuse(f"criterion {one}", "this id is used twice; give each its own.")
        axes = ("fit", "interest")
        needed = _READER.mapping(body["thresholds"], "thresholds", keys=axes, needs=axes)
        fit, interest = (
            _READER.whole(needed[axis], f"thresholds, {axis}", low=0, high=10_000) for axis in axes
        )
        definition = cls(
            criteria,
            fit,
            interest,
            _read_tiers(body["tiers"]),
            read_examples(_READER, body.get("examples", [])),
            _read_day(body.get("review_on")),
            read_expected(_READER, body.get("expected", {})),
        )
        _refuse_unreachable(definition)
        return definition

    def content(self) -> dict[str, object]:
        """The definition as JSON; `from_content` reads it back to an equal one."""
        parts: dict[str, object] = {
            "criteria": [criterion.content() for criterion in self.criteria],
            "thresholds": {"fit": self.fit, "interest": self.interest},
            "tiers": self.tiers.content(),
        }
        # Left out where there are none, so that what was signed before there were any stays as is.
        if self.examples:
            parts["examples"] = [example.content() for example in self.examples]
        if self.review_on:
            parts["review_on"] = self.review_on.isoformat()
        if self.expected != NOTHING:
            parts["expected"] = self.expected.content()
        return parts

    def each_without_one(self) -> "list[Definition]":
        """The same definition without its first criterion, without its second, and so on: what
        one criterion alone turns is the difference."""
        every = self.criteria
        return [replace(self, criteria=every[:n] + every[n + 1 :]) for n in range(len(every))]


def _read_day(raw: object) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else _refuse_day(raw)
    except ValueError:
        _refuse_day(raw)


def _refuse_day(raw: object) -> NoReturn:
    _READER.refuse("review_on", f"expected a day as 2026-05-31, got {shown(raw)}.")


def _read_criterion(raw: object, place: int) -> Criterion:
    where = f"criterion {place}"
    body = _READER.mapping(raw, where, keys=_CRITERION_KEYS, needs=_CRITERION_NEEDS)
    name = _READER.text(body["id"], f"{where}, id", longest=40)
    if not _ID_MARKS.issuperset(name) or not name[0].isalpha():
        _READER.refuse(f"{where}, id", "use small letters, digits and _, a letter first.")
    where = f"criterion {name}"
    kind = cast("Kind", _READER.choice(body["kind"], f"{where}, kind", of=KINDS))
    unknown = _READER.choice(body["unknown"], f"{where}, unknown", of=UNKNOWN_RULES)
    field, operator, value = read_test(_READER, body, where)
    return Criterion(
        id=name,
        kind=kind,
        sentence=_READER.text(body["sentence"], f"{where}, sentence", longest=200),
        field=field,
        operator=operator,
        value=value,
        unknown=cast("Unknown", unknown),
        weight=_read_weight(body, kind, where),
        half_life_days=_read_half_life(body, kind, where),
        also=_read_also(body, where),
    )


def _read_also(body: dict[str, object], where: str) -> tuple[Condition, ...]:
    listed = _READER.items(body.get("also", []), f"{where}, also", least=0, most=MOST_ALSO)
    placed = ((raw, f"{where}, also {place}") for place, raw in enumerate(listed, 1))
    return tuple(read_condition(_READER, raw, here) for raw, here in placed)


def _read_weight(body: dict[str, object], kind: Kind, where: str) -> int:
    where = f"{where}, weight"
    if kind not in WEIGHTED:
        if body.get("weight") is not None:
            _READER.refuse(where, f"a {kind} has no weight; remove it or make it fit or interest.")
        return 0
    weight = _READER.whole(body.get("weight"), where, low=-LARGEST_WEIGHT, high=LARGEST_WEIGHT)
    if weight == 0:
        _READER.refuse(where, "a weight of 0 changes nothing; remove the criterion or weigh it.")
    return weight


def _read_half_life(body: dict[str, object], kind: Kind, where: str) -> int | None:
    raw = body.get("half_life_days")
    if raw is None:
        return None
    where = f"{where}, half_life_days"
    if kind != "interest":
        _READER.refuse(where, f"only interest decays; remove it from this {kind}.")
    return _READER.whole(raw, where, low=1, high=3_650)


def _read_tiers(raw: object) -> TierGrid:
    keys = ("fit", "interest", "cells", "fast_track")
    body = _READER.mapping(raw, "tiers", keys=keys, needs=keys)
    fit, interest = (_read_cuts(body[axis], f"tiers, {axis}") for axis in ("fit", "interest"))
    rows = _READER.items(body["cells"], "tiers, cells", least=len(fit) + 1, most=len(fit) + 1)
    cells = tuple(_read_row(row, place, len(interest) + 1) for place, row in enumerate(rows, 1))
    for row, column in ((r, c) for r in range(len(cells)) for c in range(len(cells[0]))):
        before = (cells[row - 1][column] if row else 1, cells[row][column - 1] if column else 1)
        if cells[row][column] < max(before):
            _READER.refuse(
                f"tiers, cells, row {row + 1}, column {column + 1}",
                "less fit or interest cannot give an earlier tier; raise this number.",
            )
    fast = _READER.whole(body["fast_track"], "tiers, fast_track", low=1, high=LOWEST_TIER)
    return TierGrid(fit, interest, cells, fast)


def _read_cuts(raw: object, where: str) -> tuple[int, ...]:
    listed = _READER.items(raw, where, least=0, most=5)
    cuts = tuple(_READER.whole(one, where, low=-10_000, high=10_000) for one in listed)
    if any(upper <= lower for upper, lower in pairwise(cuts)):
        _READER.refuse(where, "expected falling numbers, the highest first.")
    return cuts


def _read_row(raw: object, place: int, width: int) -> tuple[int, ...]:
    where = f"tiers, cells, row {place}"
    row = _READER.items(raw, where, least=width, most=width)
    return tuple(_READER.whole(cell, where, low=1, high=LOWEST_TIER) for cell in row)


def _refuse_unreachable(definition: Definition) -> None:
    """A threshold nobody can reach would quietly qualify no one."""
    if any(criterion.kind == "fast_track" for criterion in definition.criteria):
        return
    for kind, needed in (("fit", definition.fit), ("interest", definition.interest)):
        most = sum(max(one.weight, 0) for one in definition.criteria if one.kind == kind)
        if needed > most:
            _READER.refuse(
                f"thresholds, {kind}",
                f"{needed} cannot be reached, all {kind} criteria together give {most}; lower it.",
            )
