"""The verdict on a lead: yes, no, or cannot tell, with a line per criterion.

“Cannot tell” is said only while an open question could still turn the answer: some answers to
what is still to be asked would make it yes, and others no.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from leads.definition.completions import groups_of, possible_outcomes
from leads.definition.criteria import WEIGHTED, Criterion, Definition, Kind, Unknown
from leads.definition.facts import asked_field, derive_facts, evidence_of, field_named, instant

Answer = Literal["yes", "no", "unknown"]
Outcome = Literal["met", "not_met", "unknown"]

MOST_HALVINGS = 64  # nothing is left by then, and a database would complain of less
_ZERO = Decimal(0)
_ASSUMED: Mapping[Unknown, Outcome] = {
    "fail": "not_met",
    "pass": "met",
    "neutral": "unknown",
    "ask": "unknown",
}
_COUNTED: Mapping[Unknown, str] = {
    "fail": "; counts as not met",
    "pass": "; counts as met",
    "neutral": "; left out",
    "ask": "; to be asked",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one criterion. `points` are what it gave; `evidence` is a sentence."""

    id: str
    sentence: str
    kind: Kind
    outcome: Outcome
    points: Decimal
    evidence: str


MakeLine = Callable[[Criterion, Mapping[str, object], Decimal, date], Line]


@dataclass(frozen=True)
class Verdict:
    """The answer and why. `tier` holds for every answer, because overrides are worked too."""

    answer: Answer
    lines: tuple[Line, ...]
    fit: Decimal
    interest: Decimal
    tier: int
    missing: tuple[str, ...]
    because: str

    def as_json(self) -> dict[str, object]:
        """The verdict as the API answers it; points are numbers."""
        return {
            "verdict": self.answer,
            "fit": _plain(self.fit),
            "interest": _plain(self.interest),
            "tier": self.tier,
            "missing": list(self.missing),
            "because": self.because,
            "criteria": self.criteria,
        }

    @cached_property
    def criteria(self) -> list[dict[str, object]]:
        """Its lines as a lead keeps them. The same list each time: many leads share a verdict."""
        return [
            {
                "id": line.id,
                "sentence": line.sentence,
                "kind": line.kind,
                "outcome": line.outcome,
                "points": _plain(line.points),
                "evidence": line.evidence,
            }
            for line in self.lines
        ]


@dataclass(frozen=True, slots=True)
class _Tally:
    """What some criteria amount to: a stop, a hand-raise, and the two sums."""

    stopped: bool = False
    fast: bool = False
    fit: Decimal = _ZERO
    interest: Decimal = _ZERO

    def plus(self, other: "_Tally") -> "_Tally":
        return _Tally(
            self.stopped or other.stopped,
            self.fast or other.fast,
            self.fit + other.fit,
            self.interest + other.interest,
        )


def judge(definition: Definition, facts: Mapping[str, object], *, now: datetime) -> Verdict:
    """Judges the known facts of a lead at an aware instant; never raises because of a fact.

    Interest decays from the instant `acted_at` in the facts; without it nothing has decayed yet.
    """
    return judge_known(definition, derive_facts(facts), now=now)


def judge_known(
    definition: Definition,
    known: Mapping[str, object],
    *,
    now: datetime,
    line: MakeLine | None = None,
) -> Verdict:
    """The same of derived facts; `line` makes the line of a criterion as `line_of` does it."""
    today, make = (instant(now) or now).date(), line or line_of
    worth = {one.id: worth_of(one, known, now) for one in definition.criteria}
    lines = tuple(make(one, known, worth[one.id], today) for one in definition.criteria)
    settled, open_ones = _Tally(), list[Criterion]()
    for criterion, said in zip(definition.criteria, lines, strict=True):
        if said.outcome != "unknown":
            settled = settled.plus(_effect(criterion, said.outcome == "met", worth[criterion.id]))
        elif criterion.unknown == "ask":
            open_ones.append(criterion)
    choices = [_choices(group, worth, today) for group in groups_of(open_ones)]
    answer = _answer(definition, settled, choices)
    asked = {one.id: [asked_field(name) for name in one.open_fields(known)] for one in open_ones}
    decides = _deciding(definition, settled, open_ones, choices) if answer == "unknown" else []
    missing = tuple(dict.fromkeys(name for one in decides for name in asked[one.id]))
    return Verdict(
        answer,
        lines,
        settled.fit,
        settled.interest,
        _tier(definition, settled),
        missing,
        _because(definition, answer, lines, settled, missing),
    )


def line_of(criterion: Criterion, known: Mapping[str, object], worth: Decimal, today: date) -> Line:
    """What became of one criterion that is worth so many points."""
    said = (evidence_of(one.field, one.read(known)) for one in criterion.conditions)
    evidence = "; ".join(dict.fromkeys(said))
    met = criterion.met_by(known, today=today)
    outcome: Outcome
    if met is not None:
        outcome = "met" if met else "not_met"
    else:
        outcome = _ASSUMED[criterion.unknown]
        evidence += _COUNTED[criterion.unknown]
    points = worth if outcome == "met" and criterion.kind in WEIGHTED else _ZERO
    return Line(criterion.id, criterion.sentence, criterion.kind, outcome, points, evidence)


def worth_of(criterion: Criterion, known: Mapping[str, object], now: datetime) -> Decimal:
    """The points a criterion gives when met: halved for every half-life since the last act.

    Rounded to a hundredth, so that sums do not depend on the order of criteria. Reckoned in binary
    fractions step by step as SQL does (`compiled`), or ties would be rounded differently.
    """
    if criterion.half_life_days is None:
        return Decimal(criterion.weight)
    acted = instant(known.get("acted_at"))
    if acted is None or acted >= now:
        return Decimal(criterion.weight)
    halvings = (now - acted).total_seconds() / (86_400 * criterion.half_life_days)
    cents = round(100 * criterion.weight * 0.5 ** min(halvings, MOST_HALVINGS))
    return Decimal(cents).scaleb(-2)


def _effect(criterion: Criterion, met: bool, worth: Decimal) -> _Tally:
    if criterion.kind == "fast_track":
        return _Tally(fast=met)
    if criterion.kind == "fit":
        return _Tally(fit=worth if met else _ZERO)
    if criterion.kind == "interest":
        return _Tally(interest=worth if met else _ZERO)
    return _Tally(stopped=not met)


def _choices(group: list[Criterion], worth: Mapping[str, Decimal], today: date) -> set[_Tally]:
    """What each possible answer to one question would amount to."""
    result = set()
    for outcomes in possible_outcomes(group, today=today):
        tally = _Tally()
        for criterion, met in zip(group, outcomes, strict=True):
            tally = tally.plus(_effect(criterion, met, worth[criterion.id]))
        result.add(tally)
    return result


def _answer(definition: Definition, settled: _Tally, choices: list[set[_Tally]]) -> Answer:
    if not _can_be_yes(definition, settled, choices):
        return "no"
    return "unknown" if _can_be_no(definition, settled, choices) else "yes"


def _can_be_yes(definition: Definition, settled: _Tally, choices: list[set[_Tally]]) -> bool:
    """Whether the best answers to all open questions give a yes."""
    usable = [{one for one in group if not one.stopped} for group in choices]
    if settled.stopped or not all(usable):
        return False
    if settled.fast or any(one.fast for group in usable for one in group):
        return True
    # One answer may trade fit against interest, so all sums nothing else beats are kept.
    best = {(settled.fit, settled.interest)}
    for group in usable:
        best = _unbeaten((f + one.fit, i + one.interest) for f, i in best for one in group)
    return any(fit >= definition.fit and interest >= definition.interest for fit, interest in best)


def _unbeaten(sums: Iterable[tuple[Decimal, Decimal]]) -> set[tuple[Decimal, Decimal]]:
    """The pairs to which no other pair is at least equal in both parts."""
    kept: set[tuple[Decimal, Decimal]] = set()
    highest: Decimal | None = None
    for fit, interest in sorted(set(sums), reverse=True):
        if highest is None or interest > highest:
            kept.add((fit, interest))
            highest = interest
    return kept


def _can_be_no(definition: Definition, settled: _Tally, choices: list[set[_Tally]]) -> bool:
    """Whether the worst answers to all open questions give a no."""
    if settled.stopped or any(one.stopped for group in choices for one in group):
        return True
    slow = [{one for one in group if not one.fast} for group in choices]
    if settled.fast or not all(slow):
        return False
    fit = settled.fit + sum(min(one.fit for one in group) for group in slow)
    interest = settled.interest + sum(min(one.interest for one in group) for group in slow)
    return fit < definition.fit or interest < definition.interest


def _deciding(
    definition: Definition, settled: _Tally, open_ones: list[Criterion], choices: list[set[_Tally]]
) -> list[Criterion]:
    """The open criteria worth asking for: those that decide, in their order."""
    without_stops = [{replace(one, stopped=False) for one in group} for group in choices]
    earned = not _can_be_no(definition, settled, without_stops)
    return [one for one in open_ones if one.kind in ("gate", "barrier") or not earned]


def _tier(definition: Definition, settled: _Tally) -> int:
    grid = definition.tiers
    row = sum(settled.fit < cut for cut in grid.fit)
    column = sum(settled.interest < cut for cut in grid.interest)
    cell = grid.cells[row][column]
    return min(cell, grid.fast_track) if settled.fast else cell


def _because(
    definition: Definition,
    answer: Answer,
    lines: tuple[Line, ...],
    settled: _Tally,
    missing: tuple[str, ...],
) -> str:
    if answer == "unknown":
        labels = [field.label for name in missing if (field := field_named(name))]
        return f"Cannot tell yet; still to be asked: {', '.join(labels)}."
    stops = [x for x in lines if x.kind in ("gate", "barrier") and x.outcome == "not_met"]
    if stops:
        more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
        return f"Not met: {stops[0].sentence}{more}. {stops[0].evidence}."
    raised = [x for x in lines if x.kind == "fast_track" and x.outcome == "met"]
    enough = settled.fit >= definition.fit and settled.interest >= definition.interest
    score = (
        f"fit {_plain(settled.fit)} of {definition.fit} needed, "
        f"interest {_plain(settled.interest)} of {definition.interest} needed"
    )
    if answer == "yes" and raised:
        return f"{raised[0].sentence}, and nothing stands against it."
    if enough == (answer == "yes") and not raised:
        return f"{'Enough of both' if enough else 'Not enough'}: {score}."
    return "Whatever is still open, no answer to it would change this."


def _plain(points: Decimal) -> int | float:
    return int(points) if points == points.to_integral_value() else float(points)
