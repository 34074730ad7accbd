"""The page of the audit."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.money import money_words
from leadbridge.kernel.uploads import length_of
from leadbridge.kernel.words import duration_words
from leadbridge.people.http import Request, signed_in
from sla.clocks.kinds import KINDS
from sla.reports.audit.judging import COLUMNS, USUAL, Judged, judge_file
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
    """Read one's past in a file; nothing of it is kept."""
    if request.method == "POST" and length_of(request) > MOST_UPLOADED:
        return render(request, "413.html", {"why": TOO_LARGE}, status=413)
    return _audit(request)


@csrf_protect
@signed_in
def _audit(request: Request) -> HttpResponse:
    scope_of(request.user)
    typed = {name: request.POST.get(name, usual) for name, usual in USUAL.items()}
    context: dict[str, object] = {
        "typed": typed,
        "columns": [(name, LABELS[name], typed[name]) for name in COLUMNS],
    }
    if request.method != "POST":
        return render(request, "sla/audit.html", context)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise DomainError("invalid", "Choose a file first.", field="file")
        judged = judge_file(sent.chunks(), sent.name or "file", typed, now=request.now)
    except DomainError as refused:
        return render(request, "sla/audit.html", {**context, "refused": refused}, status=400)
    return render(request, "sla/audit.html", {**context, "name": sent.name, **_shown(judged)})


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
