"""By salesperson: what was given to each and how they kept what was promised, the worst first.

An organisation has hundreds of them: who comes first is told by what few queries count of all, and
the rest is read of those that are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sla.reports.attainment import Score
from sla.reports.groups import By, names_of
from sla.reports.rollups.counting import counts_of
from sla.reports.rollups.handed import handed_by_holder
from sla.reports.slices import Slice
from sla.reports.times import Times, times_of_holders

SHOWN = 25


@dataclass(frozen=True)
class Person:
    """One line by holder. A pool's key is `pool-` and the team's id."""

    key: str
    name: str
    handed: int
    accepted: int
    rejected: int
    accept: Times
    first_touch: Times
    score: Score


@dataclass(frozen=True)
class Crowd:
    """Some of the `whole`, from `start` on; `accept` is how long all of them took to accept."""

    whole: int
    start: int
    people: tuple[Person, ...]
    accept: Times


def crowd_of(
    slice_: Slice,
    *,
    now: datetime,
    handed: Mapping[str, tuple[int, int, int]] | None = None,
    start: int = 0,
    most: int | None = None,
) -> Crowd:
    """Everybody to whom something was handed over or whose promise fell due, those first who missed
    most; `most` of them, all where that is None. `handed` is that of the slice where it was read
    already."""
    scored = slice_ if slice_.kind else replace(slice_, side="sales")
    scores = {key: Score(*counts) for (key,), counts in counts_of(scored, [By.HOLDER], now).items()}
    given = handed_by_holder(slice_, now=now) if handed is None else handed
    keys = sorted({*scores, *given})
    names, nothing = names_of(By.HOLDER, keys), Score()

    def place(key: str) -> tuple[int, int, str, str]:
        score, whole = scores.get(key, nothing), given.get(key, (0, 0, 0))[0]
        return score.met - score.due, -whole, names.get(key, key).casefold(), key

    shown = sorted(keys, key=place)[start : None if most is None else start + most]
    accept, people = _people(slice_, shown, names, given, scores, now)
    return Crowd(len(keys), start, people, accept)


def _people(
    slice_: Slice,
    keys: Sequence[str],
    names: Mapping[str, str],
    handed: Mapping[str, tuple[int, int, int]],
    scores: Mapping[str, Score],
    now: datetime,
) -> tuple[Times, tuple[Person, ...]]:
    times = times_of_holders(slice_, keys, now=now)
    accept, touch = times.accept, times.first_touch
    people = (
        Person(
            key,
            names.get(key, key),
            *handed.get(key, (0, 0, 0)),
            accept.get(key, Times()),
            touch.get(key, Times()),
            scores.get(key, Score()),
        )
        for key in keys
    )
    return times.whole, tuple(people)
