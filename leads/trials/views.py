"""The pages of what outcomes teach: backtests of the definition, and where both sides disagree."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import table_response
from leadbridge.kernel.http import answer_page, is_live, stamp_of
from leadbridge.kernel.time import local
from leadbridge.people.access import may_draft, sees_figures
from leadbridge.people.document_queries import versions_for
from leadbridge.people.http import Request, signed_in, zone_of
from leads.definition.life import DEFINITION
from leads.handoff.views import downloads
from leads.trials.actions import USUAL_DAYS, ask_backtest, days_of, propose_split
from leads.trials.counted import Counted, Links, counted_ids, counted_leads
from leads.trials.disagreement_screen import disagreement_screen, leads_screen
from leads.trials.known import Window
from leads.trials.models import Backtest, DisagreementRun
from leads.trials.own_criteria import not_in_definition
from leads.trials.queries import backtests_for, get_backtest_for
from leads.trials.reports import read_report
from leads.trials.screen import backtest_screen, headline
from leads.trials.tables import (
    BACKTEST,
    DISAGREEMENT,
    backtest_tables,
    disagreement_tables,
)
from leads.trials.tasks import wake_backtests

LONGEST_AGO = timedelta(days=31)  # how old a report may be whose figures are followed


@require_GET
@signed_in
def backtests(request: Request) -> HttpResponse:
    """The versions that can be tried, and what was tried."""
    return _draw(request)


@require_POST
@signed_in
def ask(request: Request, number: int) -> HttpResponse:
    """Try a version on the past; its page shows how far it is."""
    version = versions_for(DEFINITION, request.user).filter(version=number).first()
    if version is None:
        raise DomainError("not_found", "There is no such definition.", status=404)
    typed = request.POST.get("days", str(USUAL_DAYS)).strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    try:
        asked = ask_backtest(document_id=version.pk, days=days, actor=request.user, now=request.now)
    except DomainError as error:
        if error.status == 403:
            raise
        return _draw(request, refused=error)
    wake_backtests()
    return redirect("backtest", number=asked.pk)


@require_GET
@signed_in
def backtest(request: Request, number: str) -> HttpResponse:
    """One backtest: how far it is, then what it found."""
    found = get_backtest_for(request.user, number)
    if table := request.GET.get("table"):
        tables = backtest_tables(found.result) if found.state == Backtest.State.DONE else {}
        return table_response(f"backtest-{found.pk}", tables, table)
    return answer_page(
        request,
        page="leads/backtest.html",
        live="leads/_backtest_live.html",
        stamp=stamp_of((found.pk, found.state, found.share, found.leads)),
        context=lambda: {
            "tried": backtest_screen(request.user, found),
            "exports": downloads(request, BACKTEST),
        },
    )


def _draw(request: Request, refused: DomainError | None = None) -> HttpResponse:
    if not sees_figures(request.user):
        raise DomainError("forbidden", "Backtests are for those who read figures.", status=403)
    tried = backtests_for(request.user).order_by("-asked_at")[:20]
    context = {
        "versions": versions_for(DEFINITION, request.user)[:10],
        "rows": [headline(one, request.user) for one in tried],
        "days": request.POST.get("days", USUAL_DAYS),
        "refused": refused,
    }
    return render(
        request, "leads/backtests.html", context, status=refused.status if refused else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def disagree(request: Request) -> HttpResponse:
    """Where sales decides otherwise than the definition; a change can be drafted from each row."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "This is for those who read figures.", status=403)
    days, window = _looked_at(request)
    report = read_report(window, actor=request.user, now=request.now)
    if isinstance(report, DisagreementRun):
        wake_backtests()
        return _wait_for(request, days, report.state)
    if is_live(request):  # nobody but who waits for it
        return _wait_for(request, days, DisagreementRun.State.DONE)
    found, criteria, until = report.found, report.criteria, report.window.until
    if request.method == "POST":
        picked = request.POST.get("split", "")
        draft = propose_split(found, picked, actor=request.user, now=request.now)
        messages.success(request, f"Version {draft.version} is a draft. Try it on the past first.")
        return redirect("backtests")
    if table := request.GET.get("table"):
        shown = not_in_definition(found.splits, criteria)
        return table_response("disagreement", disagreement_tables(found, criteria, shown), table)
    links, may = Links(days, until), may_draft(request.user)
    context = disagreement_screen(found, criteria, links, may_propose=may)
    files = downloads(request, DISAGREEMENT, until=until.isoformat())
    kept = "" if until == window.until else local(until, zone_of(request.user))
    context |= {"days": days, "exports": files, "kept": kept}
    return render(request, "leads/disagreement.html", context)


def _wait_for(request: Request, days: int, state: str) -> HttpResponse:
    """A long past is counted by a worker; its page says when it is there."""
    return answer_page(
        request,
        page="leads/disagreement_waits.html",
        live="leads/_disagreement_live.html",
        stamp=stamp_of(state),
        context=lambda: {"days": days, "counted": state == DisagreementRun.State.DONE},
    )


@require_GET
@signed_in
def disagreed_leads(request: Request) -> HttpResponse:
    """Exactly the leads that one figure of the report counts; those that the reader may see."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "This is for those who read figures.", status=403)
    days, window = _looked_at(request)
    asked = {name: text for name, text in request.GET.items() if isinstance(text, str)}
    counted = counted_leads(request.user, counted_ids(window, asked), _page(asked))
    context = leads_screen(counted, asked, zone_of(request.user))
    context |= {"days": days, "pager": _pager(asked, counted)}
    return render(request, "leads/disagreement_leads.html", context)


def _looked_at(request: Request) -> tuple[int, Window]:
    """The days looked back, and the window; an address may name its end, so that a figure and its
    leads are of the same stretch."""
    days, until = days_of(request.GET.get("days", "")), request.now
    try:
        named = datetime.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        named = until
    if named.tzinfo is not None and until - LONGEST_AGO <= named <= until:
        until = named
    return days, Window(until - timedelta(days=days), until)


def _page(asked: Mapping[str, str]) -> int:
    text = asked.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _pager(asked: Mapping[str, str], counted: Counted) -> dict[str, str] | None:
    shown, here = counted.start + len(counted.leads), _page(asked)
    if not counted.start and shown >= counted.seen:
        return None
    return {
        "text": f"{counted.start + 1:,} to {shown:,} of {counted.seen:,}",
        "previous": f"?{urlencode({**asked, 'page': here - 1})}" if here > 1 else "",
        "next": f"?{urlencode({**asked, 'page': here + 1})}" if shown < counted.seen else "",
    }
