"""The status in words: what needs a look, and every figure with its unit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.kernel.words import duration_words
from leadbridge.status.figures import Status
from sla.clocks.models import Outage
from sla.clocks.outage import outage_words

PATIENCE = 6  # sweeps that may be missed before something is wrong
MAIL_MAY_WAIT = timedelta(minutes=5)
SEEN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Figure:
    """One figure on top of the page."""

    label: str
    value: str
    note: str
    tone: str


@dataclass(frozen=True)
class Line:
    """One part of the system, how it stands, and since when (ISO, counted on by the browser)."""

    name: str
    state: str
    tone: str
    since: str = ""
    ago: str = ""


def problems(found: Status, *, now: datetime, interval: float) -> list[str]:
    """What needs a look, each as a sentence that says what to do; none: everything runs."""
    late = timedelta(seconds=PATIENCE * interval)
    told = [f"{name.capitalize()}: {says}." for name, says in found.parts if says != "ok"]
    if found.sweep is None or now - found.sweep.at > late:
        told.append("The sweep does not run: nothing that falls due is noticed.")
    if not seen(found, now):
        told.append("No worker was seen within the last minute: start one.")
    if found.beat is None or now - found.beat.at > late:
        told.append("Beat gives no orders: nothing happens by itself until it is started.")
    if (found.last_hour.worst or 0) > late.total_seconds():
        words = seconds_words(found.last_hour.worst)
        told.append(f"Within the last hour a miss was noticed {words} after it was due.")
    if found.queue.oldest and now - found.queue.oldest > MAIL_MAY_WAIT:
        told.append("Mail that may leave has waited for more than five minutes.")
    if found.queue.failed:
        told.append(f"{counted(found.queue.failed, 'message')} could not be sent.")
    if found.set_aside:
        told.append(f"{counted(found.set_aside, 'clock')} failed in the sweep and stand aside.")
    return told


def seen(found: Status, now: datetime) -> int:
    """How many workers showed that they live within the last minute."""
    return sum(now - worker.at <= SEEN_WITHIN for worker in found.workers)


def figures(found: Status, *, now: datetime) -> list[Figure]:
    """The figures on top."""
    lag, queue, workers = found.last_hour, found.queue, seen(found, now)
    waits = now - queue.oldest if queue.oldest else None
    oldest = f"oldest {duration_words(waits.total_seconds())}" if waits else "nothing is due"
    failed = queue.failed + found.set_aside
    return [
        Figure("The sweep took", f"{found.took_ms} ms", "the last time it ran", ""),
        Figure("Noticed after due", seconds_words(lag.median), "median, last hour", ""),
        Figure(
            "Mail that waits",
            f"{queue.waiting:,}",
            oldest,
            "risk" if waits and waits > MAIL_MAY_WAIT else "",
        ),
        Figure("Failed", f"{failed:,}", "messages and clocks", "late" if failed else "ok"),
        Figure("Workers", str(workers), "seen within a minute", "" if workers else "late"),
    ]


def lines(found: Status, *, now: datetime, interval: float) -> list[Line]:
    """Every part of the system."""
    late = timedelta(seconds=PATIENCE * interval)
    rows = [
        Line(name.capitalize(), *(("reachable", "ok") if says == "ok" else (says, "late")))
        for name, says in found.parts
    ]
    for name, sign in (("Sweep", found.sweep), ("Beat", found.beat)):
        rows.append(_line(name, sign.at if sign else None, now, late))
    return rows + [_line(f"Worker {one.name}", one.at, now, SEEN_WITHIN) for one in found.workers]


def _line(name: str, at: datetime | None, now: datetime, patience: timedelta) -> Line:
    if at is None:
        return Line(name, "never seen", "late")
    age = now - at
    state, tone = ("runs", "ok") if age <= patience else ("silent", "late")
    return Line(name, state, tone, at.isoformat(), duration_words(age.total_seconds()))


def lag_rows(found: Status) -> list[tuple[str, list[str]]]:
    """Our own lateness as rows of a table."""
    return [
        (name, [f"{lag.count:,}", *map(seconds_words, (lag.median, lag.p99, lag.worst))])
        for name, lag in (("Last hour", found.last_hour), ("Last day", found.last_day))
    ]


def queue_rows(found: Status) -> list[tuple[str, str]]:
    """The outbox as rows of a table."""
    queue = found.queue
    return [
        ("May leave now", f"{queue.due:,}"),
        ("With a worker", f"{queue.sending:,}"),
        ("Wait for working hours", f"{queue.later:,}"),
        ("Tried in vain, will be tried again", f"{queue.put_off:,}"),
        ("Given up", f"{queue.failed:,}"),
    ]


def seconds_words(seconds: float | None) -> str:
    """A short length of time: "4.2 s", "1 min", or a dash where there is none."""
    if seconds is None:
        return "–"
    return f"{max(seconds, 0):.1f} s" if seconds < 60 else duration_words(seconds)


def counted(number: int, word: str) -> str:
    """A number with its word: "1 message", "12 messages"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def outage_rows(outages: Iterable[tuple[Outage, int]], zone: str) -> list[dict[str, object]]:
    """Each outage as a sentence; and how far a worker is, while clocks still wait to begin anew."""
    rows: list[dict[str, object]] = []
    for outage, begun in outages:
        row: dict[str, object] = {"words": outage_words(outage, zone)}
        if begun < outage.restarted:
            row["progress"] = f"{begun:,} of {outage.restarted:,} that ran still began anew"
            share = round(100 * begun / outage.restarted)
            row["parts"] = [{"start": 0, "share": share, "tone": "accent"}]
        rows.append(row)
    return rows
