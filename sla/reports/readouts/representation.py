"""Read-outs asked for as a kind of promise: the figure that attainment answers of them."""

from collections.abc import Mapping
from datetime import datetime

from rest_framework.request import Request

from sla.reports.asking import Asked, read_slice
from sla.reports.calls import OF_A_SLICE, counts_of, given_in, not_among, read_call
from sla.reports.groups import By
from sla.reports.links import READOUT
from sla.reports.readouts.counting import readout_score, readout_weeks
from sla.reports.scope import Scope

NARROWING = ("side", "team", "holder", "source")
OF_ALL = "Read-outs are owed by both sides, of the whole organisation; leave it out."
BY = (By.KIND, By.WEEK)


def readouts_kept(request: Request) -> dict[str, object]:
    """What `reports/attainment/` answers where it is asked for read-outs: no team, person or source
    has a part of them, and no relief makes them easier."""
    given = given_in(request)
    by = given.get("by") or By.KIND.value
    wrong = {name: [OF_ALL] for name in NARROWING if given.get(name)}
    asked, now = read_call(
        request, (*OF_A_SLICE, "by"), _period, wrong | not_among("by", by, list(BY))
    )
    start, end = asked.slice.start, asked.slice.end
    score = readout_score(start, end, now)
    groups = {READOUT: score} if by == By.KIND else readout_weeks(start, end, now)
    lines = [{"key": key, "name": key, **counts_of(kept)} for key, kept in groups.items()]
    return {**counts_of(score), "relieved": 0, "relieved_met": 0, "by": lines}


def _period(given: Mapping[str, str], scope: Scope, *, now: datetime) -> Asked:
    period = {name: given[name] for name in ("from", "to", "days") if name in given}
    return read_slice(period, scope, now=now)
