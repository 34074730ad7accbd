"""The page of the audit."""

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import table_response
from leadbridge.kernel.money import money_words
from leadbridge.kernel.uploads import length_of
from leadbridge.kernel.words import duration_words
from leadbridge.people.access import keeps_house
from leadbridge.people.http import Request, signed_in
from sla.clocks.kinds import KINDS
from sla.reports.audit.carrying import carried, carry
from sla.reports.audit.columns import COLUMNS
from sla.reports.audit.judging import (
    USUAL,
    Judged,
    columns_for,
    header_of,
    judge_file,
    require_keeper,
)
from sla.reports.history.leaks import LEAKS
from sla.reports.scope import scope_of

MOST_UPLOADED = 20_000_000  # bytes; one waits for the answer
TOO_LARGE = "The file is larger than 20 MB. Use manage.py import_history with --dry-run for it."
LABELS = {
    "external_id": "Name of the lead", "handed_off_at": "Handed off", "accepted_at": "Accepted",
    "followed_up_at": "Followed up", "outcome": "Outcome", "outcome_at": "Ended",
    "holder": "Holder", "value": "Value", "company": "Company",
}  # fmt: skip


@csrf_exempt  # until the size is known: checking the token reads the whole body
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest) -> HttpResponseBase:
    """Read one's past in a file; nothing of it is kept unless one says so."""
    if request.method == "POST" and length_of(request) > MOST_UPLOADED:
        return render(request, "413.html", {"why": TOO_LARGE}, status=413)
    return _audit(request)


@csrf_protect
@signed_in
def _audit(request: Request) -> HttpResponse:
    scope_of(request.user)
    typed = {name: request.POST.get(name, usual) for name, usual in USUAL.items()}
    context: dict[str, object] = {"typed": typed, "may_keep": keeps_house(request.user)}
    if request.method != "POST":
        return render(request, "sla/audit.html", context)
    keep = bool(request.POST.get("keep"))
    if keep:
        require_keeper(request.user)
    try:
        name, content = _sent(request)
        header = header_of(content, name)
        columns = columns_for(header, typed)
        context |= {
            "name": name,
            "carried": carry(content),
            "columns": [(key, LABELS[key], columns.get(key, ""), header) for key in COLUMNS],
        }
        judged = judge_file(content, name, typed, now=request.now, keep=keep)
    except DomainError as refused:
        return render(request, "sla/audit.html", {**context, "refused": refused}, status=400)
    if table := request.POST.get("table"):
        return table_response("audit", _tables(judged), table)
    return render(request, "sla/audit.html", {**context, "kept": keep, **_shown(judged)})


def _sent(request: Request) -> tuple[str, bytes]:
    """The file's name and content: as it was chosen, or as the page of its figures carries it."""
    sent = request.FILES.get("file")
    if sent is not None:
        return sent.name or "file", b"".join(sent.chunks())
    content = carried(request.POST.get("carried", ""), most=MOST_UPLOADED)
    if content is None:
        raise DomainError("invalid", "Choose a file first.", field="file")
    return request.POST.get("name", "")[:200] or "file", content


def _shown(judged: Judged) -> dict[str, object]:
    leakage = judged.leakage
    rows = []
    for leak in LEAKS:
        found = leakage.found[leak.key]
        age = found.median_age(leakage.last) if leakage.last else None
        rows.append(
            {
                "leak": leak,
                "count": found.count,
                "age": duration_words(age.total_seconds()) if age is not None else "",
                "value": money_words(found.value, settings.CURRENCY) if found.value else "",
                "named": found.named,
            }
        )
    return {
        "judged": judged,
        "leaks": rows,
        "leads": leakage.leads,
        "scores": [
            {"kind": KINDS[kind].label, "score": score}
            for kind, score in judged.result.audit.scores()
            if score.due
        ],
    }


def _tables(judged: Judged) -> Mapping[str, Iterator[Sequence[object]]]:
    return {"leaks": _leaks_table(judged), "promises": _promises_table(judged)}


def _leaks_table(judged: Judged) -> Iterator[Sequence[object]]:
    yield ("leak", "leads", "median_age_seconds", "value")
    for leak in LEAKS:
        found, last = judged.leakage.found[leak.key], judged.leakage.last
        age = found.median_age(last) if last else None
        seconds = "" if age is None else round(age.total_seconds())
        yield (leak.key, "" if leak.silent else found.count, seconds, found.value)


def _promises_table(judged: Judged) -> Iterator[Sequence[object]]:
    yield ("promise", "due", "met", "met_late", "missed_open")
    for kind, score in judged.result.audit.scores():
        yield (kind, score.due, score.met, score.met_late, score.missed_open)
