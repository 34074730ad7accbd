"""Counting replayed clocks: recorded beside imagined, by kind, team and hour, and who changes
sides. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadbridge.kernel.errors import DomainError
from sla.reports.whatif.replay import AHEAD, MISSED, Ran, Replay, verdict_of

MOST_LISTED = 2_000
Pair = tuple[str, str]
Cell = tuple[str, int, int, Pair]
"""Kind, team and hour of the start, with what was and what would have been."""


@dataclass
class Tally:
    """What a replay counts. A clock counts where its recorded due instant lies in the period, and
    one that was still ahead also where the changes bring it into the period."""

    until: datetime
    cells: Counter[Cell] = field(default_factory=Counter)
    won: list[tuple[int, int]] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    flips: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    stuck: int = 0

    def add(self, clocks: Iterable[Ran], replay: Replay) -> None:
        """Replay some more clocks."""
        for clock in clocks:
            self.replayed += 1
            try:
                due_at = replay.due_at(clock)
            except DomainError:
                self.stuck += 1  # its hours never suffice: never due, and said so
                due_at = self.until
            was = verdict_of(clock.due_at, clock.stopped_at, self.until)
            would = verdict_of(due_at, clock.stopped_at, self.until)
            if was == would == AHEAD:
                continue
            if would == AHEAD and clock.stopped_at is not None:
                would = "met"  # it was kept, and longer time does not unkeep it
            self._count(clock, was, would, replay)

    def _count(self, clock: Ran, was: str, would: str, replay: Replay) -> None:
        hour = clock.started_at.astimezone(replay.hours_of(clock.calendar_id).zone).hour
        self.cells[clock.kind, clock.team_id, hour, (was, would)] += 1
        missed, would_miss = was in MISSED, would in MISSED
        if missed != would_miss:
            side = "won" if missed else "lost"
            self.flips[side] += 1
            listed = self.won if missed else self.lost
            if len(listed) < MOST_LISTED:
                listed.append((clock.id, clock.lead_id))

    @property
    def by_kind(self) -> dict[str, Counter[Pair]]:
        """By promise."""
        found: dict[str, Counter[Pair]] = defaultdict(Counter)
        for (kind, _, _, pair), count in self.cells.items():
            found[kind][pair] += count
        return found

    @property
    def by_team(self) -> dict[int, Counter[Pair]]:
        """By the id of the team."""
        found: dict[int, Counter[Pair]] = defaultdict(Counter)
        for (_, team_id, _, pair), count in self.cells.items():
            found[team_id][pair] += count
        return found

    @property
    def by_hour(self) -> dict[int, Counter[Pair]]:
        """By the hour of the day, where the clock counts, in which it began."""
        found: dict[int, Counter[Pair]] = defaultdict(Counter)
        for (_, _, hour, pair), count in self.cells.items():
            found[hour][pair] += count
        return found


def both(pairs: Mapping[Pair, int]) -> dict[str, Any]:
    """Recorded and imagined scores of one line."""
    return {"recorded": _score(pairs, 0), "imagined": _score(pairs, 1)}


def _score(pairs: Mapping[Pair, int], side: int) -> dict[str, int]:
    found = {"due": 0, "met": 0, "met_late": 0, "missed_open": 0}
    for pair, count in pairs.items():
        if pair[side] != AHEAD:
            found[pair[side]] += count
            found["due"] += count
    return found


def report(tally: Tally, teams: Mapping[int, str]) -> dict[str, Any]:
    """The counts as they are kept, scores by kind, team and hour of the start."""
    whole: Counter[Pair] = Counter()
    by_hour = tally.by_hour
    for pairs in by_hour.values():
        whole += pairs
    return {
        "clocks": tally.replayed,
        "stuck": tally.stuck,
        **both(whole),
        "won": {"count": tally.flips["won"], "clocks": tally.won},
        "lost": {"count": tally.flips["lost"], "clocks": tally.lost},
        "by_kind": [{"kind": kind, **both(pairs)} for kind, pairs in tally.by_kind.items()],
        "by_team": [
            {"team": teams.get(pk, str(pk)), **both(pairs)}
            for pk, pairs in sorted(tally.by_team.items(), key=lambda one: teams.get(one[0], ""))
        ],
        "by_hour": [{"hour": hour, **both(by_hour[hour])} for hour in sorted(by_hour)],
    }
