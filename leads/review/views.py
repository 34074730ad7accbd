"""Pages of disputes and precedents, of the coded reasons, and of changing that of a decision."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.forms import PlainForm, keep
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.access import recodes_reasons, viewer_of
from leadbridge.people.http import Request, signed_in
from leads.handoff.disputes import Dispute, DisputeQuerySet
from leads.handoff.models import Event
from leads.handoff.queries import get_lead_for
from leads.handoff.reasons import CODED, Labels
from leads.handoff.recoding import code_of, decisions_of
from leads.handoff.stages import Action
from leads.handoff.views import address, answer_decision, chosen, freshness, page_number
from leads.review.disputes import PAGE, Wish, disputes_for, rows_of
from leads.review.figures import By, tally
from leads.review.forms import FORMS, KindForm, NewKind, NewReason, ReasonForm, Recode
from leads.review.kinds import find_kind, repeated_fields
from leads.review.reasons import all_reasons, find_reason, require_keeper

BY_NAMES = {
    By.CRITERION: "By criterion",
    By.SOURCE: "By source",
    By.SELLER: "By who said no",
    By.MARKETER: "By who contested",
}
DONE = {
    Action.REJECT: "Rejected",
    Action.RECYCLE: "Given back",
    Action.DISQUALIFY: "Disqualified",
    Action.LOSE: "Lost",
}


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: Request, ref: str, name: str) -> HttpResponse:
    """Contest a rejection, or rule on one: asked for (GET) or done (POST)."""
    return answer_decision(request, ref, FORMS[name])


@require_GET
@signed_in
def disputes(request: Request) -> HttpResponse:
    """Every dispute, open ones first; below, how they were settled."""
    viewer, now = viewer_of(request.user), request.now
    wish, by = wish_of(request), chosen(By, request.GET.get("by"), list(By))
    seen = disputes_for(viewer, wish)
    page = Paginator(seen, PAGE).get_page(page_number(request))
    found, mine = list(page.object_list), Dispute.objects.visible_to(viewer)
    return answer_page(
        request,
        page="leads/disputes.html",
        live="leads/_disputes_live.html",
        stamp=stamp_of((stamps(found), freshness(request))),
        context=lambda: {
            "rows": rows_of(found, viewer, now),
            "wish": wish,
            "asked": any(vars(wish).values()),
            "filters": filters_of(request, mine, wish),
            "lines": tally(seen, by),
            "breakdowns": [
                (name, address(request, by=one, page=None), one == by)
                for one, name in BY_NAMES.items()
            ],
            "pager": pager(request, page.number, page.paginator.num_pages, page.paginator.count),
        },
    )


def stamps(found: list[Dispute]) -> list[object]:
    """What changes where somebody rules, or where a lead moves on."""
    ids = {one.lead_id for one in found}
    changed = Dispute.objects.filter(lead__in=ids).values_list("pk", "outcome", "lead__changed_at")
    return [[one.pk for one in found], sorted(changed)]


def wish_of(request: HttpRequest) -> Wish:
    """What the address looks for."""
    names = ("q", "criterion", "reason", "source")
    return Wish(**{name: request.GET.get(name, "").strip()[:100] for name in names})


def filters_of(request: HttpRequest, mine: DisputeQuerySet, wish: Wish) -> list[dict[str, object]]:
    """The menus of the search: what there is a dispute about."""
    labels, rows = Labels(), mine.order_by()
    sentences = dict(rows.exclude(criterion="").values_list("criterion", "sentence"))
    codes = rows.values_list("reason", flat=True).distinct()
    sources = rows.values_list("source", flat=True).distinct()
    named: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("criterion", "Every criterion", {key: words or key for key, words in sentences.items()}),
        ("reason", "Every reason", {code: labels.of(Action.REJECT, code) for code in codes}),
        ("source", "Every source", {source: source for source in sources}),
    )
    menus: list[dict[str, object]] = []
    for name, every, found in named:
        now = str(getattr(wish, name))
        ordered = sorted(found.items(), key=lambda pair: pair[1].casefold())
        options = [
            (words, address(request, page=None, **{name: key}), key == now)
            for key, words in [("", every), *ordered]
        ]
        menus.append({"current": found.get(now, now) or every, "options": options})
    return menus


def pager(request: HttpRequest, here: int, last: int, whole: int) -> dict[str, str] | None:
    """Below more disputes than fit on one page."""
    if last < 2:
        return None
    return {
        "text": f"Page {here} of {last}, {whole:,} disputes",
        "previous": address(request, page=here - 1) if here > 1 else "",
        "next": address(request, page=here + 1) if here < last else "",
    }


@require_GET
@signed_in
def recodings(request: Request, ref: str) -> HttpResponse:
    """The decisions of a lead that have a coded reason, for whoever may give them another."""
    lead = get_lead_for(request.user, ref)
    require_recoder(request)
    labels = Labels()
    context = {
        "lead": lead,
        "decisions": [
            {
                "done": DONE[Action(event.action)],
                "who": str(event.actor or "LeadBridge"),
                "at": event.at,
                "reason": labels.of(event.action, code_of(event)),
                "url": f"/leads/{lead.ref}/reasons/{event.pk}/",
            }
            for event in decisions_of(lead).select_related("actor")
        ],
    }
    return render(request, "leads/recodings.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def recode(request: Request, ref: str, number: int) -> HttpResponse:
    """Give one decision another reason."""
    lead = get_lead_for(request.user, ref)
    require_recoder(request)
    event = event_of(lead.pk, number)
    data = request.POST if request.method == "POST" else None
    form = Recode(data, event=event, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(actor=request.user, now=request.now)
        except DomainError as error:
            form.take_error(error)
        else:
            messages.success(request, f"{lead.name} counts under the other reason now.")
            return redirect(f"/leads/{lead.ref}/")
    label = Labels().of(event.action, code_of(event))
    return show_form(
        request, form, title=f"Another reason: {lead.name}", button="Change the reason",
        back_url=f"/leads/{lead.ref}/reasons/",
        hint=f"{DONE[Action(event.action)]} as “{label}”. The story keeps both.",
    )  # fmt: skip


def event_of(lead_id: int, number: int) -> Event:
    """A coded decision of this lead; DomainError `not_found` (404)."""
    found = Event.objects.filter(pk=number, lead=lead_id, action__in=CODED)
    event = found.select_related("lead").first()
    if event is None:
        raise DomainError("not_found", "There is no such decision.", status=404)
    return event


def require_recoder(request: Request) -> None:
    """DomainError `forbidden` (403)."""
    if not recodes_reasons(request.user):
        raise DomainError(
            "forbidden", "Reasons are changed by managers and administrators.", status=403
        )


@require_GET
@signed_in
def reasons(request: Request) -> HttpResponse:
    """Every code, action by action."""
    require_keeper(request.user)
    groups = [(DONE[Action(action)], found) for action, found in all_reasons().items()]
    labels = Labels()
    repeated = [
        (labels.detail("", "", one.field), one.count) for one in repeated_fields(request.now)
    ]
    return render(request, "leads/reasons.html", {"groups": groups, "repeated": repeated})


@require_http_methods(["GET", "POST"])
@signed_in
def reason_new(request: Request) -> HttpResponse:
    """Add a code."""
    require_keeper(request.user)
    form = NewReason(request.POST if request.method == "POST" else None)
    return save_form(request, form, title="Another reason", button="Add", hint=form.fixed)


@require_http_methods(["GET", "POST"])
@signed_in
def reason_edit(request: Request, action: str, code: str) -> HttpResponse:
    """Change the words or the place of a code, or retire it."""
    require_keeper(request.user)
    reason = find_reason(action, code)
    form = ReasonForm(request.POST if request.method == "POST" else None, reason=reason)
    hint = f"{DONE[Action(action)]}: {code}. Counts against {reason.against}."
    return save_form(request, form, title=reason.label, button="Save", hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def kind_new(request: Request, action: str, code: str) -> HttpResponse:
    """Add a kind to a reason that asks for one."""
    require_keeper(request.user)
    reason = find_reason(action, code)
    form = NewKind(request.POST if request.method == "POST" else None, reason=reason)
    hint = f"{DONE[Action(action)]}: {reason.label}."
    return save_form(request, form, title="Another kind", button="Add", hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def kind_edit(request: Request, action: str, code: str, kind: str) -> HttpResponse:
    """Change the words or the place of a kind, or retire it."""
    require_keeper(request.user)
    found = find_kind(action, code, kind)
    form = KindForm(request.POST if request.method == "POST" else None, kind=found)
    hint = f"{DONE[Action(action)]}: {found.reason.label}."
    return save_form(request, form, title=found.label, button="Save", hint=hint)


Kept = ReasonForm | NewReason | KindForm | NewKind


def save_form(request: Request, form: Kept, *, title: str, button: str, hint: str) -> HttpResponse:
    """Keep what was typed, or show what is wrong at its field."""
    said = keep(form, lambda: form.save(actor=request.user, now=request.now))
    if said is not None:
        messages.success(request, said)
        return redirect("/settings/reasons/")
    return show_form(
        request, form, title=title, button=button, hint=hint, back_url="/settings/reasons/"
    )


def show_form(request: Request, form: PlainForm, **context: str) -> HttpResponse:
    """A form as a page of its own."""
    status = 422 if form.errors else 200
    return render(request, "people/form.html", {"form": form, **context}, status=status)
