"""How long it took: median and p90 in working time, with those who still wait taken into account.

Kaplan and Meier (1958): somebody who still waits is known to have waited at least so long. Leaving
them out would make a team that never answers look quick. "Not reached" is a legal answer: more
than half (or a tenth) still wait.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import TextField, Value

from sla.calendars.arithmetic import elapsed, read_pauses
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.queries import began_running
from sla.clocks.states import IS_RUNNING
from sla.reports.groups import By, key_of, names_of
from sla.reports.rollups.survival import reached
from sla.reports.rollups.took import Seconds, took_in
from sla.reports.slices import Part, Slice, clocks_in


@dataclass(frozen=True)
class Times:
    """Working seconds; None is "not reached". `n` counts everybody, `waiting` those without end."""

    n: int = 0
    waiting: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True)
class TimedGroup:
    """One line of a breakdown."""

    key: str
    name: str
    times: Times


def times_of(slice_: Slice, *, now: datetime, wall: bool = False) -> Times:
    """How long the clocks of one kind took that started in the period, in working time or by the
    clock on the wall."""
    return _estimates(slice_, None, now, wall=wall).get("", Times())


def times_by(by: By, slice_: Slice, *, now: datetime) -> list[TimedGroup]:
    """The same broken down, in the order of the names."""
    found = _estimates(slice_, by, now, wall=False)
    names = names_of(by, list(found))
    groups = [TimedGroup(key, names.get(key, key), times) for key, times in found.items()]
    return sorted(groups, key=lambda group: (group.name.casefold(), group.key))


@dataclass(frozen=True)
class HoldersTimes:
    """How long some holders took to accept and to touch first; `whole` is how long all together
    took to accept."""

    whole: Times
    accept: dict[str, Times]
    first_touch: dict[str, Times]


def times_of_holders(slice_: Slice, only: Collection[str], *, now: datetime) -> HoldersTimes:
    """Both at once, so that what runs is looked for once."""
    wanted = frozenset(only)
    both = {
        kind: took_in(replace(slice_, kind=kind), By.HOLDER, now=now, wall=False, only=wanted)
        for kind in ("accept", "first_touch")
    }
    for kind, group, waited in _waiting(slice_, tuple(both), By.HOLDER, now, wall=False):
        name = group if group in wanted else ""
        both[kind].setdefault(name, Seconds()).left.append(waited)
    accept, touch = both.values()
    whole = Seconds()
    for seconds in accept.values():
        whole.ends += seconds.ends
        whole.left += seconds.left
    of = [{key: _estimate(took[key]) for key in only if key in took} for took in (accept, touch)]
    return HoldersTimes(_estimate(whole), of[0], of[1])


def _estimates(slice_: Slice, by: By | None, now: datetime, *, wall: bool) -> dict[str, Times]:
    assert slice_.kind, "times are those of one kind: a triage and a ruling have no common median"
    found = took_in(slice_, by, now=now, wall=wall)
    for _, group, seconds in _waiting(slice_, (slice_.kind,), by, now, wall=wall):
        found.setdefault(group, Seconds()).left.append(seconds)
    return {group: _estimate(seconds) for group, seconds in found.items()}


def _estimate(seconds: Seconds) -> Times:
    ends, left = sorted(seconds.ends), sorted(seconds.left)
    return Times(
        len(ends) + len(left), len(left), reached(ends, left, 0.5), reached(ends, left, 0.1)
    )


def _waiting(
    slice_: Slice, kinds: Sequence[str], by: By | None, now: datetime, *, wall: bool
) -> Iterator[tuple[str, str, int]]:
    """The kind, the group and the time so far of the clocks that run: working time by the calendar
    of each. Which they are is told by the index of what runs; only their rows are read."""
    key = key_of(by) if by else Value("", TextField())
    begun = clocks_in(replace(slice_, kind=""), Part.TIMED, now).filter(
        IS_RUNNING, began_running(slice_.start), kind__in=kinds
    )
    running = Clock.objects.filter(pk__in=begun.values("pk")).order_by()
    columns = running.values_list("kind", key, "calendar_id", "started_at", "pauses")
    for kind, group, calendar_id, started_at, kept in columns:
        if wall:
            waited = (now - started_at).total_seconds()
        else:
            waited = elapsed(calendar_of(calendar_id), started_at, now, read_pauses(kept))
        yield kind, group, int(waited)
