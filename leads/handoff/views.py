"""The pages of the handoff: the inbox of sales, what became of marketing's leads, one lead, and
every decision that can be taken on one."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.access import recodes_reasons, viewer_of
from leadbridge.people.http import Request, signed_in, zone_of
from leadbridge.people.saved_menu import with_views
from leads.handoff import inbox as inbox_list
from leads.handoff import outcomes
from leads.handoff.decision import Decision
from leads.handoff.forms import DECISIONS
from leads.handoff.inbox import PAGE, Scope, Show
from leads.handoff.merging import may_join
from leads.handoff.models import Lead
from leads.handoff.outcomes import Group, Whose
from leads.handoff.overrides import overrides_at
from leads.handoff.parties import actions_for, permit
from leads.handoff.portrait import portrait_of
from leads.handoff.queries import get_lead_for, late_count
from leads.handoff.rerouting import is_named
from leads.handoff.stages import UNDOABLE, Action, Stage

Choice = TypeVar("Choice", bound=StrEnum)

FRESH_SECONDS = 300  # words such as "3 working hours" are said anew at least this often


@require_GET
@signed_in
def inbox(request: Request) -> HttpResponse:
    """What waits for me, for my pool or for my team, soonest due first."""
    viewer, now = viewer_of(request.user), request.now
    scopes = inbox_list.scopes_of(viewer)
    scope = chosen(Scope, request.GET.get("who"), scopes)
    show = chosen(Show, request.GET.get("show"), list(Show))
    q = request.GET.get("q", "").strip()[:100]
    listing = inbox_list.list_due(viewer, scope, now=now, show=show, q=q, page=page_number(request))
    # What the navigation counts is otherwise among what the list counts.
    late = late_count(request.user, now) if q or scope is Scope.POOL else None
    return answer_page(
        request,
        page="leads/inbox.html",
        live="leads/_inbox_live.html",
        stamp=stamp_of((listing, late, freshness(request))),
        context=lambda: {
            "rows": inbox_list.rows_of(listing.page, viewer, now),
            "listing": listing,
            "tags": tags_of(request, listing, inbox_list.owed_debriefs(viewer).count()),
            "scopes": [(SCOPE_NAMES[s], f"?who={s}", s == scope) for s in scopes],
            "scope": scope,
            "show": show,
            "q": q,
            "pager": pager(request, listing.start, len(listing.page), listing.shown),
        },
    )


SCOPE_NAMES = {Scope.MINE: "Mine", Scope.TEAM: "Team", Scope.POOL: "Pool"}


def tags_of(
    request: HttpRequest, listing: inbox_list.Listing, debriefs: int
) -> list[dict[str, object]]:
    """The counts beside the title; each opens exactly the leads that it counts."""
    tags = (
        (Show.OVERDUE, listing.overdue, "overdue", "late"),
        (Show.SOON, listing.soon, "due within the hour", "risk"),
        (Show.ALL, listing.waiting, "waiting", ""),
        (Show.DEBRIEF, debriefs, "debrief owed" if debriefs == 1 else "debriefs owed", "risk"),
    )
    return [
        {
            "text": f"{counted(count)} {words}",
            "tone": tone,
            "url": address(request, show=show, page=None),
            "current": request.GET.get("show", "") == show,
        }
        for show, count, words, tone in tags
        if count or show is Show.ALL
    ]


@require_GET
@signed_in
@with_views("handoffs")
def handoffs(request: Request) -> HttpResponse:
    """What became of my leads: one row each, whatever has happened last on top."""
    viewer, now = viewer_of(request.user), request.now
    choices = outcomes.whose_of(request.user)
    whose = chosen(Whose, request.GET.get("who"), choices)
    group = chosen(Group, request.GET.get("show"), list(Group))
    q = request.GET.get("q", "").strip()[:100]
    listing = outcomes.list_outcomes(
        request.user, whose, group=group, q=q, page=page_number(request), now=now
    )
    return answer_page(
        request,
        page="leads/handoffs.html",
        live="leads/_handoffs_live.html",
        stamp=stamp_of((listing, late_count(request.user, now), freshness(request))),
        context=lambda: {
            "rows": outcomes.rows_of(listing.page, viewer, now),
            "counts": [
                {**stat, "url": address(request, show=stat["show"], page=None)}
                for stat in outcomes.counts(request.user, whose, listing.overdue)
            ],
            "choices": [(WHOSE_NAMES[w], f"?who={w}", w == whose) for w in choices],
            "filters": [
                (label, address(request, show=g, page=None), g == group)
                for g, label in outcomes.GROUP_NAMES.items()
            ],
            "filter_name": outcomes.GROUP_NAMES[group],
            "group": group,
            "whose": whose,
            "q": q,
            "pager": pager(request, listing.start, len(listing.page), None, more=listing.more),
            "capture_url": "/handoffs/new/" if request.user.is_marketing else "",
            "overrides": overrides_at(now) if request.user.is_marketing else None,
        },
    )


WHOSE_NAMES = {Whose.MINE: "Mine", Whose.ALL: "All"}


@require_GET
@signed_in
def lead(request: Request, ref: str) -> HttpResponse:
    """One lead: what is owed, what happened, why it qualifies, who it is."""
    viewer, now = viewer_of(request.user), request.now
    found = get_lead_for(request.user, ref)
    allowed = actions_for(found, viewer, now)
    if Action.SUBMIT in allowed and is_named(found):
        allowed.append("hand-on")
    last_event = found.events.order_by("-pk").values_list("pk", flat=True).first()
    merged = found.stage == Stage.MERGED and may_join(viewer)
    apart = [take_back_button(found)] if merged else []
    seen = (found.changed_at, found.stage, allowed, last_event)
    return answer_page(
        request,
        page="leads/lead.html",
        live="leads/_lead_live.html",
        stamp=stamp_of((seen, late_count(request.user, now), freshness(request))),
        context=lambda: {
            "portrait": portrait_of(found, zone=zone_of(request.user), now=now),
            "found": found,
            "back": {"name": "Inbox", "url": "/inbox/"}
            if request.user.is_sales
            else {"name": "Handoffs", "url": "/handoffs/"},
            "actions": buttons_of(found, allowed, HEAD_ACTIONS, "primary", "") + apart,
            "takes_apart": may_join(viewer),
            "story_actions": buttons_of(found, allowed, STORY_ACTIONS, ""),
            "can_undo": Action.UNDO in allowed,
            "overrides": overrides_at(now) if counts_as_override(found, allowed) else None,
            "recode_url": f"/leads/{found.ref}/reasons/"
            if found.reason and recodes_reasons(request.user)
            else "",
        },
    )


def take_back_button(lead: Lead) -> dict[str, object]:
    """For a lead that was joined into another one; leads.duplicates answers at this address."""
    url = f"/leads/{lead.ref}/separate/"
    return {"name": "Take the merge back", "key": "", "url": url, "look": "", "dialog": True}


def counts_as_override(lead: Lead, allowed: Collection[str]) -> bool:
    """Whether handing it over now would be one."""
    return Action.SUBMIT in allowed and lead.verdict != "yes" and not lead.overturned


# What the head of a lead offers, in this order; the first that is allowed is the main one.
HEAD_ACTIONS = (
    ("accept", "Accept", "A"),
    ("rule", "Rule", ""),
    ("debrief", "Debrief", ""),
    ("qualify", "Sales-qualified", ""),
    ("win", "Won", ""),
    ("hand-on", "Hand over as sales named", ""),
    ("submit", "Hand over", "A"),
    ("attest", "Fill in what is asked", ""),
    ("answer", "Answer", ""),
    ("reject", "Reject", "R"),
    ("lose", "Lost", ""),
    ("nurture", "Nurture", ""),
    ("dispute", "Dispute", ""),
    ("recycle", "Recycle", ""),
    ("disqualify", "Disqualify", ""),
    ("reopen", "Reopen", ""),
    ("reassign", "Reassign", ""),
)


# Beside the story: what is told, asked or left standing on the way.
STORY_ACTIONS = (
    ("touch", "Log follow-up", "F"),
    ("report", "Say how it stands", ""),
    ("ask", "Ask marketing", ""),
    ("ask_status", "Ask for status", ""),
    ("waive", "Waive attempts", ""),
    ("resume", "Resume", ""),
    ("pause", "Pause", ""),
)
ONE_CLICKS = {name for name, decision in DECISIONS.items() if not decision.asks} | {"resume"}


def buttons_of(
    lead: Lead, allowed: list[str], offered: Sequence[tuple[str, str, str]], *looks: str
) -> list[dict[str, object]]:
    """Those of the offered buttons that are allowed; `dialog` where one asks something first.

    `looks`: those of the first ones; all others are quiet.
    """
    shown = [action for action in offered if action[0] in allowed]
    return [
        {
            "name": label,
            "key": key,
            "url": f"/leads/{lead.ref}/{name}/",
            "look": looks[number] if number < len(looks) else "quiet",
            "dialog": name not in ONE_CLICKS,
        }
        for number, (name, label, key) in enumerate(shown)
    ]


@require_http_methods(["GET", "POST"])
@signed_in
def decide(request: Request, ref: str, name: str) -> HttpResponse:
    """Any decision of the table, asked for (GET) or taken (POST)."""
    return answer_decision(request, ref, DECISIONS[name])


def answer_decision(request: Request, ref: str, decision: type[Decision]) -> HttpResponse:
    """Ask, decide, and say what came of it: as a page, or as parts of the page that asked."""
    lead = get_lead_for(request.user, ref)
    back = safe_next(request, lead)
    try:
        if request.method == "GET":
            if not decision.asks:
                return redirect(f"/leads/{lead.ref}/")
            permit(lead, decision.action, actor=request.user, now=request.now)
            code = request.GET.get("reason", "")
            asked = decision(lead=lead, now=request.now, user=request.user, chosen=code)
            if request.htmx and "reason" in request.GET:
                return render(request, "leads/_asked.html", {"form": asked})
            return ask(request, asked, back, status=200)
        form = decision(request.POST, lead=lead, now=request.now, user=request.user)
        if not form.is_valid():
            return ask(request, form, back, status=422)
        try:
            said = form.decide(actor=request.user, now=request.now)
        except DomainError as error:
            if not form.take_error(error):
                raise
            return ask(request, form, back, status=422)
    except DomainError as error:
        return refuse(request, lead, error, back)
    return tell(request, lead, said, back, undo=decision.action in UNDOABLE)


def ask(request: Request, form: Decision, back: str, *, status: int) -> HttpResponse:
    """The question: a dialog in the page, or a page of its own. Errors stand at their field."""
    context = {
        "form": form,
        "title": f"{form.title}: {form.lead.name}",
        "hint": form.hint,
        "button": form.button,
        "post_url": request.path,
        "back_url": back,
    }
    template = "leads/_dialog.html" if request.htmx else "leads/decide.html"
    response = render(request, template, context, status=status)
    if request.htmx:
        # A one-click decision that has to ask after all was not pressed in the dialog.
        response = reswap(retarget(response, "#dialog"), "innerHTML")
    patch_vary_headers(response, ("HX-Request",))
    return response


def tell(request: Request, lead: Lead, said: str, back: str, *, undo: bool) -> HttpResponse:
    """What was done, with the way back for ten minutes; the list asks for itself again."""
    undo_url = f"/leads/{lead.ref}/undo/" if undo else ""
    if not request.htmx:
        messages.success(request, said, extra_tags=undo_url)
        return HttpResponseRedirect(back)
    response = render(
        request, "components/said.html", {"text": said, "undo_url": undo_url, "tone": "success"}
    )
    trigger_client_event(response, "dialog-close")
    return trigger_client_event(response, "live:now")


def refuse(request: Request, lead: Lead, error: DomainError, back: str) -> HttpResponse:
    """A refusal, where it was asked for: the row says what is true now, and who was quicker."""
    if not request.htmx:
        messages.error(request, error.message)
        return HttpResponseRedirect(back)
    context = {
        "text": error.message,
        "undo_url": "",
        "tone": "error",
        "lead": lead,
        "lead_url": f"/leads/{lead.ref}/",
    }
    response = render(request, "leads/_refused.html", context, status=error.status)
    return trigger_client_event(response, "dialog-close")


DIALOGS = {*Action, *DECISIONS, "separate"}


def safe_next(request: Request, lead: Lead) -> str:
    """The page a person came from, if it is ours and no dialog; else the page of the lead."""
    for url in (request.POST.get("next"), request.META.get("HTTP_REFERER")):
        ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
        if url and ours and not url.rstrip("/").endswith(tuple(f"/{name}" for name in DIALOGS)):
            return url
    return f"/leads/{lead.ref}/"


def chosen(kind: type[Choice], asked: str | None, among: list[Choice]) -> Choice:
    """The member that an address names, or the first where it names none that may be chosen."""
    return next((choice for choice in among if choice.value == asked), among[0])


def page_number(request: HttpRequest) -> int:
    """The page an address names; the first where it names nothing sensible."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def freshness(request: Request) -> int:
    """Changes every few minutes, so that words about a length of time do not grow old."""
    return int(request.now.timestamp()) // FRESH_SECONDS


def address(request: HttpRequest, **changes: object) -> str:
    """The present address with some parameters changed; None or blank leaves one out."""
    asked = request.GET.copy()
    asked.pop("stamp", None)
    for name, value in changes.items():
        asked.pop(name, None)
        if value:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"


def downloads(
    request: HttpRequest, tables: Mapping[str, str], **changes: object
) -> list[tuple[str, str]]:
    """The tables of a page as files: names, and addresses that ask for what the page shows."""
    return [(name, address(request, table=key, **changes)) for key, name in tables.items()]


def counted(number: int) -> str:
    """A count in words; a scope is counted up to a thousand."""
    return f"{number:,}" if number < inbox_list.MOST_COUNTED else f"{number:,}+"


def pager(
    request: HttpRequest, start: int, length: int, whole: int | None, *, more: bool = False
) -> dict[str, str] | None:
    """Below a list that does not fit on one page; nothing where it does."""
    follows = more if whole is None else start + length < whole
    if not start and not follows:
        return None
    here = start // PAGE + 1
    text = f"{start + 1:,} to {start + length:,}"
    return {
        "text": text if whole is None else f"{text} of {counted(whole)}",
        "previous": address(request, page=here - 1 if here > 2 else None) if start else "",
        "next": address(request, page=here + 1) if follows else "",
    }
