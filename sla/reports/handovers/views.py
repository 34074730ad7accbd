"""A marketer's figures: why leads were refused, which sources sales wants, and the month's pace."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import table_response
from leadbridge.people.access import heads_side
from leadbridge.people.http import Request, signed_in
from leadbridge.people.models import Side
from leads.handoff.views import address, downloads
from sla.reports.asking import Asked
from sla.reports.handovers.queries import (
    Detail,
    PaceDay,
    Refused,
    SourceLine,
    handed_by_source,
    pace_days,
    refused_by_criterion,
    refused_by_detail,
    sources_of,
)
from sla.reports.handovers.screen import detail_rows, pace_rows, refused_rows, source_rows
from sla.reports.ledger import one_snapshot
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import PERIOD, read_card
from sla.reports.scorecard.pace import pace_of
from sla.reports.scorecard.screen import pace_row, period_words
from sla.reports.screen import filters

TABLES = {
    "refusals": "Refusals by criterion",
    "kinds": "Refusals by kind",
    "sources": "Sources",
    "pace": "Pace day by day",
}
WHOSE = (("mine", "Mine"), ("all", "All"))


@require_GET
@signed_in
def handover_figures(request: Request) -> HttpResponse:
    """What became of what was handed over, in figures."""
    scope, now = scope_of(request.user), request.now
    asked = read_card(request.GET, scope, now=now)
    whose = whose_of(request)
    exact = narrowed_to(asked.exact, request) if whose == "mine" else asked.exact
    with one_snapshot():
        handed = handed_by_source(exact.slice, now=now)
        refused, details = refused_by_criterion(handed), refused_by_detail(handed)
        sources = sources_of(handed)
        pace = pace_of(asked.exact.slice, now=now)
        days = pace_days(pace, now=now) if pace else []
    if table := request.GET.get("table", ""):
        tables = {
            "refusals": refusals_table(refused),
            "kinds": kinds_table(details),
            "sources": sources_table(sources),
            "pace": pace_table(days),
        }
        return table_response("handoffs", tables, table)
    context = {
        **filters(asked.menu, scope, "/handoffs/figures/"),
        "kinds": [],
        **({} if dict(asked.menu.params).keys() & PERIOD else {"period_name": "Last 12 weeks"}),
        "period": period_words(exact, now),
        "choices": [(name, address(request, who=key), key == whose) for key, name in WHOSE]
        if request.user.is_marketing
        else [],
        "refused": refused_rows(refused, exact),
        "details": detail_rows(details, exact),
        "sources": source_rows(sources, exact),
        "pace": pace_row(pace, asked.exact),
        "days": pace_rows(days, pace) if pace else [],
        "exports": downloads(request, TABLES),
    }
    return render(request, "sla/handover_figures.html", context)


def whose_of(request: Request) -> str:
    """Marketers see their own first, the head of marketing and everybody else all."""
    if not request.user.is_marketing:
        return "all"
    usual = "all" if heads_side(request.user, Side.MARKETING) else "mine"
    wanted = request.GET.get("who", usual)
    return wanted if wanted in dict(WHOSE) else usual


def narrowed_to(asked: Asked, request: Request) -> Asked:
    """The same of the leads of whoever asks."""
    user = request.user
    params = (*asked.params, ("marketer", user.username))
    return replace(asked, slice=replace(asked.slice, marketer_id=user.pk), params=params)


def refusals_table(lines: Sequence[Refused]) -> Iterator[Sequence[object]]:
    """A line for each criterion."""
    yield ("criterion", "sentence", "refused", "though_definition_said_yes")
    for one in lines:
        yield (one.key, one.sentence, one.count, one.though_yes)


def kinds_table(lines: Sequence[Detail]) -> Iterator[Sequence[object]]:
    """A line for each thing that was named beside a reason."""
    yield ("reason", "label", "named", "words", "refused")
    for one in lines:
        yield (one.code, one.reason, one.key, one.named, one.count)


def sources_table(lines: Sequence[SourceLine]) -> Iterator[Sequence[object]]:
    """A line for each source."""
    yield ("source", "handed_over", "accepted", "decided", "opportunities", "won")
    for one in lines:
        counts = (one.handed, one.accepted, one.decided, one.opportunities, one.won)
        yield (one.source, *counts)


def pace_table(days: Sequence[PaceDay]) -> Iterator[Sequence[object]]:
    """A line for each day of the month."""
    yield ("day", "came", "even_pace")
    for one in days:
        yield (one.day.isoformat(), one.so_far, round(one.paced, 1))
