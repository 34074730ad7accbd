"""A seller's own figures, and the clocks behind them."""

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import table_response
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.kernel.time import utc_text
from leadbridge.people.http import Request, signed_in, zone_of
from leads.handoff.disputes import Dispute
from leads.handoff.views import downloads, freshness, page_number
from sla.clocks.models import Clock
from sla.reports.asking import read_slice
from sla.reports.ledger import one_snapshot
from sla.reports.listing import list_clocks
from sla.reports.mine.promises import Own, contested, dropped, own_promises, own_slice, ruled_on
from sla.reports.mine.screen import dispute_rows, own_rows, week_names
from sla.reports.scope import Scope
from sla.reports.scorecard.weeks import Week, weeks_of
from sla.reports.screen import list_row, narrowed_words
from sla.reports.views import pager, read_part

MOST_DROPPED = 50
TABLES = {"promises": "My promises", "late": "Next steps gone past", "disputes": "My refusals"}


@require_GET
@signed_in
def mine(request: Request) -> HttpResponse:
    """My promises, my next steps gone past, my refusals and what was ruled on them."""
    require_seller(request)
    user, now = request.user, request.now
    with one_snapshot():
        slice_ = own_slice(user, now=now)
        weeks = weeks_of(slice_.start, slice_.end)
        own = own_promises(user, weeks, slice_, now)
        late = dropped(user, now)
        late_clocks = list(late[:MOST_DROPPED])
        late_count = late.count() if len(late_clocks) == MOST_DROPPED else len(late_clocks)
        disputes = list(contested(user))
    table = request.GET.get("table") or ("promises" if request.GET.get("format") == "csv" else "")
    if table:
        tables = {
            "promises": own_table(own, weeks),
            "late": late_table(late),
            "disputes": disputes_table(disputes),
        }
        return table_response("my", tables, table)
    context = {
        "rows": own_rows(own, weeks),
        "weeks": week_names(weeks),
        "late_count": late_count,
        "late": [list_row(clock, zone_of(user), now) for clock in late_clocks],
        "late_url": "/mine/clocks/?part=overdue&kind=next_step",
        "ruled": ruled_on(disputes),
        "disputes": dispute_rows(disputes),
        "exports": downloads(request, TABLES),
    }
    return render(request, "sla/mine.html", context)


@require_GET
@signed_in
def mine_clocks(request: Request) -> HttpResponse:
    """The clocks behind a figure of mine."""
    require_seller(request)
    user, now, part = request.user, request.now, read_part(request)
    given = {**request.GET.dict(), "holder": user.username, "team": ""}
    asked = read_slice(given, Scope((), everything=True), now=now)
    listing = list_clocks(asked.slice, part, now=now, page=page_number(request))
    return answer_page(
        request,
        page="sla/mine_clocks.html",
        live="sla/_clocks_live.html",
        stamp=stamp_of((listing.seen, freshness(request))),
        context=lambda: {
            "title": listing.title,
            "narrowed": narrowed_words(asked),
            "whole": listing.whole,
            "rows": [list_row(clock, zone_of(user), now) for clock in listing.clocks],
            "pager": pager(request, listing),
        },
    )


def require_seller(request: Request) -> None:
    """DomainError `forbidden` (403) for whoever makes none of sales' promises."""
    if not request.user.is_sales:
        raise DomainError("forbidden", "These are the promises of sellers.", status=403)


def own_table(own: Sequence[Own], weeks: Sequence[Week]) -> Iterator[Sequence[object]]:
    """A line for each promise and week."""
    yield ("week", "promise", "due", "met", "met_late", "missed_open", "agreed")
    for one in own:
        for score, week in zip(one.weeks, weeks, strict=True):
            counts = (score.due, score.met, score.met_late, score.missed_open)
            yield (week.key, one.kind, *counts, "" if one.agreed is None else one.agreed)


def late_table(clocks: Iterable[Clock]) -> Iterator[Sequence[object]]:
    """A line for each next step that went past."""
    yield ("lead", "name", "due_at")
    for clock in clocks:
        yield (clock.lead.ref, clock.lead.name, utc_text(clock.due_at))


def disputes_table(disputes: Sequence[Dispute]) -> Iterator[Sequence[object]]:
    """A line for each contested refusal; `ruled` is empty while it waits for one."""
    yield ("lead", "name", "reason", "ruled")
    for one in disputes:
        yield (one.lead.ref, one.lead.name, one.reason, one.outcome)
