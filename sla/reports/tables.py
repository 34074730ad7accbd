"""The tables of the SLA page, the funnel and the ledger as files: the numbers behind the words."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sla.reports.bands import BANDS
from sla.reports.crowd.people import Crowd
from sla.reports.funnel import Funnel, FunnelGroup
from sla.reports.ledger import Ledger
from sla.reports.overview import Overview
from sla.reports.times import Times
from sla.reports.waiting import BlackHole, Loss

Row = Sequence[object]
Tables = Mapping[str, Iterator[Row]]

SLA_TABLES = {
    "people": "By salesperson",
    "promises": "What became of the promises",
    "reasons": "Why sales said no",
    "hole": "What is late now",
}
LEDGER_TABLES = {"stages": "Every stage", "rules": "Rules"}
FUNNEL_TABLES = {"funnel": "This table"}


def overview_tables(seen: Overview, everybody: Callable[[], Crowd]) -> Tables:
    """The tables of the SLA page by the names that an address asks for them with; that by
    salesperson has everybody, of whom the page shows the first."""
    return {
        "people": _people(everybody),
        "promises": _promises(seen),
        "reasons": _reasons(seen),
        "hole": _hole(seen.hole),
    }


def ledger_tables(proof: Ledger) -> Tables:
    """The tables of the ledger."""
    return {"stages": _stages(proof), "rules": _rules(proof)}


def funnel_tables(groups: Sequence[FunnelGroup], whole: Funnel) -> Tables:
    """The funnel, all of it in the last line."""
    return {"funnel": _funnel([*groups, FunnelGroup("", "All", whole)])}


def _people(everybody: Callable[[], Crowd]) -> Iterator[Row]:
    yield ("who", "handed_over", "accepted", "rejected", "accept_median_seconds", "accept_n",
           "first_touch_median_seconds", "first_touch_n", "due", "met", "met_late",
           "missed_open")  # fmt: skip
    for one in everybody().people:
        score = one.score
        yield (one.name, one.handed, one.accepted, one.rejected, *_times(one.accept),
               *_times(one.first_touch), score.due, score.met, score.met_late,
               score.missed_open)  # fmt: skip


def _times(times: Times) -> tuple[object, int]:
    """The median, empty where it is not reached, and of how many."""
    return ("" if times.median is None else times.median, times.n)


def _promises(seen: Overview) -> Iterator[Row]:
    yield ("counted", "due", "met", "met_late", "missed_open")
    for name, score in (("period", seen.score), ("period_before", seen.before)):
        yield (name, score.due, score.met, score.met_late, score.missed_open)
    yield ("relieved", seen.relieved.due, seen.relieved.met, "", "")


def _reasons(seen: Overview) -> Iterator[Row]:
    yield ("code", "reason", "rejected")
    for one in seen.reasons:
        yield (one.code, one.label, one.count)


def _hole(hole: BlackHole) -> Iterator[Row]:
    yield ("by", "name", "overdue", "people_waiting", "value")
    for kind, loss in hole.kinds:
        yield ("promise", kind, *_loss(loss))
    for holder in hole.holders:
        yield ("pool" if holder.pool else "holder", holder.name, *_loss(holder.loss))
    for times, count in zip(BANDS, hole.bands, strict=True):
        yield ("times_of_the_promise", times, count, "", "")
    yield ("all", "", *_loss(hole.whole))


def _loss(loss: Loss) -> Row:
    return (loss.count, loss.people, loss.money)


def _stages(proof: Ledger) -> Iterator[Row]:
    yield ("stage", "came", "went", "should_stand", "stand", "difference")
    for line in proof.lines:
        yield (line.stage.value, line.came, line.went, line.closing, line.standing, line.difference)


def _rules(proof: Ledger) -> Iterator[Row]:
    yield ("rule", "broken_by", "examples")
    for rule in proof.broken:
        yield (rule.sentence, rule.count, " ".join(f"L-{lead}" for lead in rule.examples))


def _funnel(groups: Sequence[FunnelGroup]) -> Iterator[Row]:
    yield ("name", "handed_over", "accepted", "opportunities", "won", "value_won",
           "median_days_to_win")  # fmt: skip
    for one in groups:
        found = one.funnel
        days = "" if found.days is None else round(found.days, 1)
        yield (one.name or "Not said", found.handed, found.accepted, found.opportunities, found.won,
               found.value, days)  # fmt: skip
