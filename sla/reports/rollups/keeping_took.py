"""The worker that writes down how long the clocks took that began on a day."""

from array import array
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sla.clocks.kinds import KINDS
from sla.reports.rollups.days import ONE, begins
from sla.reports.rollups.keeping import first_due
from sla.reports.rollups.models import Took
from sla.reports.rollups.rounds import Store, keep
from sla.reports.rollups.stores import TOOK
from sla.reports.rollups.took import WALL, WORKING, with_ending
from sla.reports.slices import Part, Slice, clocks_in

# Of whom, and whether it ended by what it was for.
Ended = dict[tuple[int, bool], list[tuple[int, int]]]


def _count(days: Collection[date], zone: ZoneInfo, now: datetime) -> None:
    for day in days:
        rows = [
            row
            for kind in KINDS
            for row in rows_of(kind, day, Slice(begins(day, zone), begins(day + ONE, zone)), now)
        ]
        Took.objects.bulk_create(rows)


def rows_of(kind: str, day: date, slice_: Slice, now: datetime) -> list[Took]:
    """What is kept of a kind and a day."""
    clocks = clocks_in(Slice(slice_.start, slice_.end, kind=kind), Part.TIMED, now)
    ended = with_ending(clocks.filter(stopped_at__isnull=False), kind).order_by()
    of_team: defaultdict[int, Ended] = defaultdict(dict)
    rows = ended.values_list("team_id", "holder_id", "ended", WORKING, WALL)
    for team_id, holder_id, by_purpose, working, wall in rows:
        of_team[team_id].setdefault((holder_id or 0, by_purpose), []).append((working, wall))
    return [_packed(kind, day, team_id, of) for team_id, of in sorted(of_team.items())]


def _packed(kind: str, day: date, team_id: int, of: Ended) -> Took:
    whose, working, wall = array("i"), array("i"), array("i")
    for holder in sorted({holder for holder, _ in of}):
        ends, left = of.get((holder, True), []), of.get((holder, False), [])
        whose.extend((holder, len(ends), len(left)))
        for part in (ends, left):
            working.extend(sorted(seconds for seconds, _ in part))
            wall.extend(sorted(seconds for _, seconds in part))
    return Took(
        day=day, kind=kind, team_id=team_id,
        whose=whose.tobytes(), working=working.tobytes(), wall=wall.tobytes(),
    )  # fmt: skip


# The first to fall due began a while before; what began earlier still is read from its rows.
STORE = Store(TOOK, 0x4C42_0003, (Took,), first_due, _count)


def keep_took(*, now: datetime) -> int:
    """Keep the times of days that are over; how many days were counted."""
    return keep(STORE, now=now)
