"""What one definition says otherwise than another, in sentences both sides can read aloud. Pure.

Two definitions that differ always give at least one sentence: nobody signs a change unseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from leads.definition.criteria import Criterion, Definition
from leads.definition.words import (
    KIND_NAMES,
    UNKNOWN_WORDS,
    bounds_words,
    cell_words,
    decay_words,
    rule_words,
    weight_words,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: in which part of the definition, and the sentence."""

    part: str
    sentence: str


def changes(before: Definition, after: Definition) -> list[Change]:
    """Every difference, in the order of the document."""
    return [
        Change(part, sentence)
        for part, tell in _PARTS.items()
        for sentence in dict.fromkeys(tell(before, after))
    ]


def grouped(found: list[Change]) -> list[tuple[str, list[str]]]:
    """The sentences by part."""
    return [
        (part, [one.sentence for one in group])
        for part, group in groupby(found, key=lambda one: one.part)
    ]


def _criteria(before: Definition, after: Definition) -> Iterator[str]:
    old, new = ({one.id: one for one in each.criteria} for each in (before, after))
    for name, criterion in new.items():
        if name in old:
            yield from _criterion(old[name], criterion)
        else:
            yield f"New {_kind(criterion)}: {_whole(criterion)}"
    for name, criterion in old.items():
        if name not in new:
            yield f"{_gone(criterion)}: {criterion.sentence}"
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield "The criteria are listed in another order"


def _kind(criterion: Criterion) -> str:
    weighted = criterion.kind in ("fit", "interest")
    name = KIND_NAMES[criterion.kind].lower()
    return f"{name} criterion" if weighted else name


def _article(criterion: Criterion) -> str:
    name = _kind(criterion)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _gone(criterion: Criterion) -> str:
    if criterion.kind in ("fit", "interest"):
        return f"No longer counted for {criterion.kind}"
    return f"No longer a {_kind(criterion)}"


def _whole(criterion: Criterion) -> str:
    parts = [criterion.sentence, rule_words(criterion)]
    if criterion.kind in ("fit", "interest"):
        parts.append(f"{weight_words(criterion)} points")
    if criterion.half_life_days:
        parts.append(decay_words(criterion))
    parts.append(f"where it is not known, it {UNKNOWN_WORDS[criterion.unknown]}")
    return "; ".join(parts)


def _criterion(old: Criterion, new: Criterion) -> Iterator[str]:
    name = f"“{new.sentence}”"
    if old.sentence != new.sentence:
        yield f"“{old.sentence}” is said as {name} now"
    if old.kind != new.kind:
        yield f"{name} is now {_article(new)} instead of {_article(old)}"
    if old.conditions != new.conditions:
        yield f"{name}: {rule_words(new)}, instead of {rule_words(old)}"
    if old.unknown != new.unknown:
        yield (
            f"{name}: where it is not known, it {UNKNOWN_WORDS[new.unknown]}; before, it "
            f"{UNKNOWN_WORDS[old.unknown]}"
        )
    if old.kind == new.kind and old.weight != new.weight:
        yield f"{name}: {weight_words(new)} points instead of {weight_words(old)}"
    elif old.weight != new.weight and new.weight:
        yield f"{name}: {weight_words(new)} points"
    if old.half_life_days != new.half_life_days:
        yield f"{name}: {_fades(new)} instead of {_fades(old)}"


def _fades(criterion: Criterion) -> str:
    return decay_words(criterion) or "keeps its points"


def _thresholds(before: Definition, after: Definition) -> Iterator[str]:
    for axis, old, new in (
        ("Fit", before.fit, after.fit),
        ("Interest", before.interest, after.interest),
    ):
        if old != new:
            yield f"{axis} has to reach {new} points instead of {old}"


def _tiers(before: Definition, after: Definition) -> Iterator[str]:
    old, new = before.tiers, after.tiers
    for axis, was, is_now in (
        ("fit", old.fit, new.fit),
        ("interest", old.interest, new.interest),
    ):
        if was != is_now:
            now, then = (" / ".join(bounds_words(cuts)) for cuts in (is_now, was))
            yield f"The grid divides {axis} into {now} instead of {then}"
    cells = cell_words(old)
    for name, tier in cell_words(new).items():
        if cells.get(name) != tier:
            instead = f" instead of {cells[name]}" if name in cells else ""
            yield f"Tier {tier}{instead} at {name}"
    if old.fast_track != new.fast_track:
        yield f"A fast-track gives tier {new.fast_track} instead of {old.fast_track}"


def _examples(before: Definition, after: Definition) -> Iterator[str]:
    old, new = ({one.lead: one for one in each.examples} for each in (before, after))
    for lead, example in new.items():
        if example != old.get(lead):
            how = "meets it" if example.meets else "does not meet it"
            again = " now" if lead in old else ""
            yield f"Example {lead} {how}{again}: {example.because}"
    for lead in old:
        if lead not in new:
            yield f"{lead} is no example any more"
    if old.keys() == new.keys() and list(old) != list(new):
        yield "The examples are listed in another order"


def _review(before: Definition, after: Definition) -> Iterator[str]:
    old, new = before.review_on, after.review_on
    if old != new:
        was = f" instead of {old:%-d %B %Y}" if old else ""
        day = f"Both look at it again on {new:%-d %B %Y}{was}" if new else ""
        yield day or "No day is agreed any more on which both look at it again"


def _expected(before: Definition, after: Definition) -> Iterator[str]:
    old, new = before.expected.words(), after.expected.words()
    if old != new:
        instead = f", instead of {old}" if old else ""
        yield f"Both expect {new}{instead}" if new else f"Both no longer expect {old}"


_PARTS = {
    "Criteria": _criteria,
    "Points needed": _thresholds,
    "Tiers": _tiers,
    "Examples": _examples,
    "Review": _review,
    "Expected": _expected,
}
