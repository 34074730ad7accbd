"""Figures in words, as the SLA page and its lists say them."""

from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.words import duration_words, seconds_between
from sla.clocks.kinds import KINDS
from sla.reports.attainment import Score
from sla.reports.overview import Handed, Overview, Standing
from sla.reports.times import Times


@dataclass(frozen=True)
class Stat:
    """One figure of the strip (components/stat.html)."""

    label: str
    value: str
    note: str
    url: str
    tone: str = ""


def share_words(score: Score) -> str:
    """ "93.4 %", or counts where a share would say nothing: "3 of 4"."""
    if score.share is None:
        return f"{score.met} of {score.due}" if score.due else "–"
    return f"{score.share:.1f} %"


def share_note(score: Score, before: Score, goals: tuple[float, ...]) -> str:
    """ "▲ 2.1 · goal 95 · n 212", with the range where few fell due."""
    if score.share is None:
        return "Nothing fell due" if not score.due else f"n {score.due}, too few for a share"
    parts = []
    if score.interval:
        low, high = score.interval
        parts.append(f"{low:.0f} to {high:.0f}")
    elif before.share is not None:
        parts.append(change_words(score.share - before.share))
    if goals:
        low, high = goals[0], goals[-1]
        parts.append(f"goal {low:g}" if low == high else f"goal {low:g} to {high:g}")
    return " · ".join([*parts, f"n {score.due:,}"])


def change_words(points: float) -> str:
    """ "▲ 2.1", "▼ 0.4", "unchanged"."""
    rounded = round(points, 1)
    return "unchanged" if not rounded else f"{'▲' if rounded > 0 else '▼'} {abs(rounded):.1f}"


def time_words(times: Times) -> str:
    """ "1 h 12", "not reached", or nothing measured."""
    if not times.n:
        return "–"
    return "not reached" if times.median is None else duration_words(times.median)


def times_note(times: Times) -> str:
    """ "p90 3 h 40, working time"."""
    if not times.n:
        return "Nothing began in this time"
    if times.median is None:
        return f"More than half of {times.n:,} still wait"
    if times.p90 is None:
        return "p90 not reached, working time"
    return f"p90 {duration_words(times.p90)}, working time"


def time_label(kind: str) -> str:
    """ "Median time to accept"."""
    label = KINDS[kind or "accept"].label.lower()
    return f"Median time to {label}" if kind in ("", "accept", "first_touch") else f"Median {label}"


def late_note(late: Standing, now: datetime) -> str:
    """ "oldest 1 d 3 h late"."""
    if late.first_due_at is None:
        return "every promise is on time"
    return f"oldest {duration_words(seconds_between(late.first_due_at, now))} late"


def soon_note(soon: Standing) -> str:
    """ "5 unassigned"."""
    return f"{soon.unassigned:,} unassigned" if soon.count else "nothing presses"


def ledger_note(handed: Handed) -> str:
    """ "1,021 + 188 + 75 = 1,284": accepted, rejected and waiting make up all that was handed
    over; what was merged or erased while it waited is the fourth."""
    parts = [handed.accepted, handed.rejected, handed.waiting]
    if handed.otherwise:
        parts.append(handed.otherwise)
    equals = "=" if not handed.unexplained else "≠"
    return f"{' + '.join(f'{part:,}' for part in parts)} {equals} {handed.leads:,}"


def reasons_note(seen: Overview) -> str:
    """How many rejected leads had met every agreed criterion."""
    count = seen.rejected_though_qualified
    return f"{count:,} of them met every agreed criterion." if count else ""
