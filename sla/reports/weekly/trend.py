"""Attainment week by week, as a whole and broken down, beside what was promised then.

One aggregate by week and kind gives the line and its promise, another by week and group the rest;
both through the kept days. A week is judged by the agreement that was in force at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sla.reports.attainment import Score
from sla.reports.groups import By, names_of
from sla.reports.rollups.counting import counts_of
from sla.reports.scorecard.promises import added, goals_of, promised_of
from sla.reports.scorecard.weeks import (
    Change,
    Week,
    begin_of,
    changes_between,
    first_monday,
    monday_of,
    weeks_of,
)
from sla.reports.slices import Slice

TREND_BY = (By.TEAM, By.HOLDER, By.SOURCE, By.TIER, By.KIND)


@dataclass(frozen=True)
class Line:
    """One group week by week, from the oldest on."""

    key: str
    name: str
    weeks: tuple[Score, ...]

    @property
    def whole(self) -> Score:
        """All of its weeks."""
        return added(self.weeks)


@dataclass(frozen=True)
class Trend:
    """`promised` is what was agreed of each week, None where nothing was; `changes` what came into
    force meanwhile; `lines` the breakdown, those of whom most fell due first."""

    weeks: tuple[Week, ...]
    whole: Line
    promised: tuple[float | None, ...]
    changes: tuple[Change, ...]
    lines: tuple[Line, ...] = ()


def recent(slice_: Slice, *, now: datetime) -> Slice:
    """The usual twelve weeks of what a slice narrows down; the one that runs is the last."""
    return replace(slice_, start=begin_of(first_monday(now)), end=now)


def trend_of(slice_: Slice, *, now: datetime, by: By | None = None) -> Trend:
    """The weeks of a slice. The week that runs ends with the week, so that a screen shows the same
    from one second to the next; what is not yet due is in none of it."""
    following = begin_of(monday_of(slice_.end) + timedelta(weeks=1))
    weeks = tuple(weeks_of(slice_.start, following if slice_.end >= now else slice_.end))
    kinds, goals = _weekly(slice_, By.KIND, now), goals_of(weeks)
    whole = Line("", "All", tuple(added(one for one, _ in _of_week(kinds, week)) for week in weeks))
    promised = tuple(
        promised_of({kind: score for score, kind in _of_week(kinds, week)}, goals[week.key])
        for week in weeks
    )
    changes = tuple(changes_between(slice_.start, slice_.end))
    return Trend(weeks, whole, promised, changes, _lines(slice_, weeks, by, now) if by else ())


def _lines(slice_: Slice, weeks: tuple[Week, ...], by: By, now: datetime) -> tuple[Line, ...]:
    found = _weekly(slice_, by, now)
    keys = sorted({key for _, key in found})
    names = names_of(by, keys)
    lines = [
        Line(
            key,
            names.get(key) or key or "Not said",
            tuple(found.get((week.key, key), Score()) for week in weeks),
        )
        for key in keys
    ]
    return tuple(sorted(lines, key=lambda one: (-one.whole.due, one.name.casefold(), one.key)))


def _weekly(slice_: Slice, by: By, now: datetime) -> Mapping[tuple[str, str], Score]:
    """The score of each week and group."""
    counted = counts_of(slice_, (By.WEEK, by), now)
    return {(week, key): Score(*counts) for (week, key), counts in counted.items()}


def _of_week(found: Mapping[tuple[str, str], Score], week: Week) -> list[tuple[Score, str]]:
    return [(score, key) for (monday, key), score in found.items() if monday == week.key]
