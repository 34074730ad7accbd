"""The page of people who look alike: both side by side, and what was joined lately."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leadbridge.people.http import Request, signed_in
from leads.duplicates.actions import say_different, say_same, separate_lead
from leads.duplicates.forms import Separate
from leads.duplicates.likeness import WORDS
from leads.duplicates.queries import Pair, joins_leads, lately_joined, pairs_of, waiting_pairs
from leads.handoff.models import Lead
from leads.handoff.queries import get_lead_for
from leads.handoff.stages import LABELS, Stage
from leads.handoff.views import ask, refuse, safe_next, tell

SHOWN = 10
HERE = "/duplicates/"


@dataclass(frozen=True)
class Row:
    """One thing that is known of both, side by side; `same`: they agree on it."""

    name: str
    left: str
    right: str
    same: bool


@require_http_methods(["GET", "POST"])
@signed_in
def duplicates(request: Request) -> HttpResponse:
    """Ask about each pair; take an answer, or a merge back."""
    viewer = viewer_of(request.user)
    if not joins_leads(viewer):
        raise DomainError(
            "forbidden", "Whether two are the same is said by marketing and managers.", status=403
        )
    if request.method == "POST":
        return answer(request)
    waiting = waiting_pairs(viewer)
    shown = pairs_of(waiting[:SHOWN])
    context = {
        "pairs": [card_of(pair) for pair in shown],
        "more": max(0, waiting.count() - SHOWN) if len(shown) == SHOWN else 0,
        "joined": lately_joined(viewer),
    }
    return render(request, "duplicates/duplicates.html", context)


def answer(request: Request) -> HttpResponse:
    """`do` is "same ID KEEP", "different ID" or "separate LEAD"."""
    done, *numbers = request.POST.get("do", "").split() or [""]
    if not all(number.isascii() and number.isdecimal() and len(number) < 18 for number in numbers):
        numbers = []
    actor, now = request.user, request.now
    match done, [int(number) for number in numbers]:
        case "same", [pair, keep]:
            kept = say_same(likeness_id=pair, keep_id=keep, actor=actor, now=now)
            messages.success(request, f"Joined. {kept.ref} goes on and tells the story of both.")
        case "different", [pair]:
            say_different(likeness_id=pair, actor=actor, now=now)
            messages.success(request, "Kept apart. Nobody asks about these two again.")
        case "separate", [lead_id]:
            lead = separate_lead(lead_id=lead_id, actor=actor, now=now)
            messages.success(request, f"Taken back. {lead.ref} stands where it stood.")
        case _:
            raise DomainError("invalid", "Choose one of the answers on the page.")
    return redirect(HERE)


@require_http_methods(["GET", "POST"])
@signed_in
def separate(request: Request, ref: str) -> HttpResponse:
    """Take the merge of a lead back: asked for (GET) or done (POST), from its own page or from that
    of the lead it goes on as."""
    lead = get_lead_for(request.user, ref)
    back = safe_next(request, lead)
    form = Separate(request.POST or None, lead=lead, now=request.now, user=request.user)
    try:
        if request.method == "GET":
            form.foresee(request.user)
            return ask(request, form, back, status=200)
        said = form.decide(actor=request.user, now=request.now)
    except DomainError as error:
        return refuse(request, lead, error, back)
    return tell(request, lead, said, back, undo=False)


def card_of(pair: Pair) -> dict[str, object]:
    """A pair as it is drawn, the lead that should go on first."""
    return {
        "id": pair.id,
        "why": [WORDS.get(code, code) for code in pair.why],
        "keeps": pair.keeps,
        "other": pair.other,
        "rows": rows_of(pair.keeps, pair.other),
    }


def rows_of(left: Lead, right: Lead) -> Sequence[Row]:
    """What is known of either, name by name."""
    facts = zip(facts_of(left), facts_of(right), strict=True)
    rows = [
        Row(name, one, other, one.casefold() == other.casefold())
        for (name, one), (_, other) in facts
    ]
    return [row for row in rows if row.left or row.right]


def facts_of(lead: Lead) -> list[tuple[str, str]]:
    """What people compare, in this order."""
    person = lead.person
    acts = getattr(lead, "acts", 0)
    return [
        ("Name", person.full_name),
        ("E-mail", person.email),
        ("Phone", person.phone),
        ("Company", lead.company),
        ("Function", lead.title),
        ("Country", lead.country),
        ("Stands at", LABELS[Stage(lead.stage)]),
        ("Held by", str(lead.holder or f"the pool of {lead.team}")),
        ("Came by", " · ".join(filter(None, (lead.source, lead.campaign)))),
        ("Came on", f"{timezone.localtime(lead.captured_at):%-d %b %Y, %H:%M}"),
        ("In its story", f"{acts} entr{'y' if acts == 1 else 'ies'}"),
    ]
