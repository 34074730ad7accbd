"""How promises were kept week by week: the page, and its file."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import csv_response
from leadbridge.people.http import Request, signed_in
from leads.handoff.views import address
from sla.reports.ledger import one_snapshot
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import PERIOD
from sla.reports.scorecard.screen import period_words
from sla.reports.screen import filters
from sla.reports.weekly.asking import read_trend
from sla.reports.weekly.screen import NAMES, group_table, trend_rows
from sla.reports.weekly.trend import Trend, trend_of


@require_GET
@signed_in
def trend(request: Request) -> HttpResponse:
    """Attainment week by week, as a whole and by team, person, source, tier or clock."""
    scope, now = scope_of(request.user), request.now
    asked, by = read_trend(request.GET, scope, now=now)
    exact = asked.exact
    with one_snapshot():
        seen = trend_of(exact.slice, now=now, by=by)
    if request.GET.get("format") == "csv":
        # What decorators are typed for; a download is sent alike.
        return cast("HttpResponse", csv_response(f"trend-by-{by}", trend_table(seen)))
    context = {
        **filters(asked.menu, scope, "/sla/trend/"),
        **({} if dict(asked.menu.params).keys() & PERIOD else {"period_name": "Last 12 weeks"}),
        "period": period_words(exact, now),
        "weeks": trend_rows(seen, exact, now),
        "group": group_table(seen, by, exact, now),
        "choices": [
            (name, address(request, by=one.value), one is by) for one, name in NAMES.items()
        ],
        "export_url": address(request, format="csv"),
    }
    return render(request, "sla/trend.html", context)


def trend_table(seen: Trend) -> Iterator[Sequence[object]]:
    """A line for each week of the whole and of each group."""
    yield ("group", "week", "due", "met", "met_late", "missed_open", "promised")
    for line in (seen.whole, *seen.lines):
        for score, week, promised in zip(line.weeks, seen.weeks, seen.promised, strict=True):
            counts = (score.due, score.met, score.met_late, score.missed_open)
            agreed = "" if promised is None or line is not seen.whole else round(promised, 1)
            yield (line.name, week.key, *counts, agreed)
