"""The definition as both sides read it: criteria by kind, what qualifies, the grid. Pure."""

from dataclasses import dataclass

from leads.definition.criteria import KINDS, Criterion, Definition
from leads.definition.examples import Example
from leads.definition.words import (
    KIND_MEANINGS,
    KIND_NAMES,
    bounds_words,
    decay_words,
    rule_words,
    unknown_words,
    weight_words,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion as it is read. `was`: what the version before said, where it differs."""

    id: str
    sentence: str
    rule: str
    unknown: str
    weight: str
    decay: str
    was: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """All criteria of one kind."""

    name: str
    meaning: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Which tier follows from fit (rows) and interest (columns)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    fast_track: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole version, ready to be drawn."""

    blocks: tuple[Block, ...]
    qualifies: str
    grid: Grid
    meeting: tuple[Example, ...]
    failing: tuple[Example, ...]
    review: str
    expected: str = ""


def paper_of(definition: Definition, before: Definition | None = None) -> Paper:
    """The text; `before` is the version whose differences are marked in it."""
    known = {one.id: one for one in before.criteria} if before else None
    review = definition.review_on
    return Paper(
        blocks=tuple(_block(definition, kind, known) for kind in _kinds(definition)),
        qualifies=qualifies_words(definition),
        grid=_grid(definition),
        meeting=tuple(one for one in definition.examples if one.meets),
        failing=tuple(one for one in definition.examples if not one.meets),
        review=f"Both look at it again on {review:%-d %B %Y}." if review else "",
        expected=f"Both expect {expected}." if (expected := definition.expected.words()) else "",
    )


def _kinds(definition: Definition) -> list[str]:
    return [kind for kind in KINDS if any(one.kind == kind for one in definition.criteria)]


def _block(definition: Definition, kind: str, known: dict[str, Criterion] | None) -> Block:
    chosen = [one for one in definition.criteria if one.kind == kind]
    name = next(title for each, title in KIND_NAMES.items() if each == kind)
    meaning = next(words for each, words in KIND_MEANINGS.items() if each == kind)
    return Block(name, meaning, tuple(_line(one, known) for one in chosen))


def _line(criterion: Criterion, known: dict[str, Criterion] | None) -> Line:
    was, tone = "", ""
    if known is not None and criterion.id not in known:
        was, tone = "new", "ok"
    elif known is not None and known[criterion.id] != criterion:
        was, tone = _was(known[criterion.id], criterion), "risk"
    return Line(
        criterion.id,
        criterion.sentence,
        rule_words(criterion),
        unknown_words(criterion),
        weight_words(criterion),
        decay_words(criterion),
        was,
        tone,
    )


def _was(old: Criterion, new: Criterion) -> str:
    """What of a criterion was otherwise, in a few words."""
    for tell in (rule_words, weight_words, unknown_words, decay_words):
        if tell(old) != tell(new):
            return f"was: {tell(old) or 'no decay'}"
    return f"was: {KIND_NAMES[old.kind] if old.kind != new.kind else old.sentence}"


def qualifies_words(definition: Definition) -> str:
    """The decision rule in one sentence."""
    kinds = {one.kind for one in definition.criteria}
    needs = []
    if "gate" in kinds:
        needs.append("every gate holds")
    if "barrier" in kinds:
        needs.append("no barrier is found")
    points = f"fit reaches {definition.fit} and interest reaches {definition.interest} points"
    enough = f"a fast-track holds, or {points}" if "fast_track" in kinds else points
    lead_in = f"{', '.join(needs)}, and " if needs else ""
    return f"A lead qualifies where {lead_in}{enough}. Fit and interest are never added up."


def _grid(definition: Definition) -> Grid:
    grid = definition.tiers
    rows = tuple(zip(bounds_words(grid.fit), grid.cells, strict=True))
    return Grid(tuple(bounds_words(grid.interest)), rows, grid.fast_track)
