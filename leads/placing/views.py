"""The rules that place leads: reading, writing, trying, publishing them, and going back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import sees_figures
from leadbridge.people.http import Request, signed_in
from leads.definition.fields import live_fields
from leads.placing import screen
from leads.placing.forms import Editor
from leads.placing.rehearsal import MOST_LEADS, USUAL_LEADS, replay
from leads.placing.sheet import press, read_texts, texts_of
from leads.routing import versions
from leads.routing.explanation import why_of
from leads.routing.models import RoutingVersion
from leads.routing.ruleset import RuleSet

State = RoutingVersion.State


@require_GET
@signed_in
def routing(request: Request) -> HttpResponse:
    """The rules in force, and a lead tried on them."""
    published = RoutingVersion.objects.filter(state=State.PUBLISHED).first()
    return _draw(request, published)


@require_GET
@signed_in
def version(request: Request, number: int) -> HttpResponse:
    """Any version: a draft, or what once was in force."""
    return _draw(request, versions.get_version_for(request.user, number))


@require_POST
@signed_in
def draft(request: Request) -> HttpResponse:
    """Begin the next version with the rules in force."""
    begun = versions.start_draft(actor=request.user, now=request.now)
    return redirect("routing-edit", number=begun.version)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: Request, number: int) -> HttpResponse:
    """The editor of a draft. Only “Save” writes; the other buttons add, move and remove rows."""
    versions.require_keeper(request.user)
    found = versions.get_version_for(request.user, number)
    if found.state != State.DRAFT:
        return redirect("routing-version", number=number)
    groups, own = screen.groups_today(), live_fields()
    if request.method != "POST":
        texts = {**texts_of(RuleSet.from_content(found.content), groups), "note": found.note}
        editor = Editor(texts, groups=groups, own=own)
        return _draw_editor(request, found, editor, versions.draft_mark(found))
    texts = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    seen = texts.get("seen", "")
    pressed = press(texts, texts.get("do", ""))
    if pressed is not None:
        return _draw_editor(request, found, Editor(pressed, groups=groups, own=own), seen)
    try:
        content = read_texts(texts, versions.clean)
        versions.edit_draft(
            version_id=found.pk, actor=request.user, content=content,
            note=texts.get("note", ""), seen=seen,
        )  # fmt: skip
    except DomainError as error:
        editor = Editor(texts, groups=groups, own=own, wrong=error.field, message=error.message)
        return _draw_editor(request, found, editor, seen, 409 if error.status == 409 else 422)
    messages.success(request, f"Saved version {number} as a draft. Try it on the last leads first.")
    return redirect("routing-version", number=number)


@require_POST
@signed_in
def publish(request: Request, number: int) -> HttpResponse:
    """From now on leads are placed by this version."""
    found = versions.get_version_for(request.user, number)
    try:
        published = versions.publish_draft(version_id=found.pk, actor=request.user, now=request.now)
    except DomainError as error:
        return _refused(request, found, error)
    messages.success(request, f"Leads are placed by version {published.version} from now on.")
    return redirect("routing")


@require_POST
@signed_in
def drop(request: Request, number: int) -> HttpResponse:
    """Throw a draft away."""
    found = versions.get_version_for(request.user, number)
    try:
        versions.drop_draft(version_id=found.pk, actor=request.user)
    except DomainError as error:
        return _refused(request, found, error)
    messages.success(request, f"The draft of version {number} is gone.")
    return redirect("routing")


@require_POST
@signed_in
def restore(request: Request, number: int) -> HttpResponse:
    """Publish an earlier version again."""
    found = versions.get_version_for(request.user, number)
    try:
        again = versions.roll_back(version_id=found.pk, actor=request.user, now=request.now)
    except DomainError as error:
        return _refused(request, found, error)
    messages.success(request, f"Version {number} is in force again, as version {again.version}.")
    return redirect("routing")


@require_GET
@signed_in
def replay_page(request: Request, number: int) -> HttpResponse:
    """The last leads by this version: who would have got what."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "This is for those who read figures.", status=403)
    found = versions.get_version_for(request.user, number)
    typed = request.GET.get("leads", str(USUAL_LEADS)).strip()
    leads = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    context: dict[str, Any] = {"version": found, "typed": typed, "most": MOST_LEADS}
    context["here"] = f"/routing/v{found.version}/"
    if not 1 <= leads <= MOST_LEADS:
        wrong = f"Give a number from 1 to {MOST_LEADS}."
        return render(request, "leads/routing_replay.html", {**context, "wrong": wrong}, status=422)
    context["replay"] = replay(screen.force_of(found), user=request.user, leads=leads)
    return render(request, "leads/routing_replay.html", context)


def _refused(request: Request, found: RoutingVersion, error: DomainError) -> HttpResponse:
    if error.status in (403, 404):
        raise error
    return _draw(request, found, error)


def _draw(
    request: Request, shown: RoutingVersion | None, refused: DomainError | None = None
) -> HttpResponse:
    context = screen.version_screen(request.user, shown)
    context |= {"refused": refused, "figures": sees_figures(request.user)}
    if shown is not None:
        context |= _tried(request, shown)
    status = refused.status if refused else context.get("status", 200)
    return render(request, "leads/routing.html", context, status=status)


def _tried(request: Request, shown: RoutingVersion) -> dict[str, Any]:
    """The dry run, as far as one was asked for."""
    force, typed = screen.force_of(shown), request.GET
    told = {name: str(text) for name, text in typed.items()}
    wanted = screen.wanted_by(force.rules, live_fields(), told)
    context: dict[str, Any] = {"wanted": wanted, "lead": told.get("lead", "")}
    try:
        choice = screen.tried(request.user, force, told, request.now)
        if choice is not None:
            context |= {"choice": screen.told_of(choice), "why": why_of(choice.explanation())}
    except DomainError as error:
        context |= {"wrong": error.message, "status": 422}
    return context


def _draw_editor(
    request: Request, found: RoutingVersion, editor: Editor, seen: str, status: int = 200
) -> HttpResponse:
    context = {"version": found, "editor": editor, "seen": seen}
    context["note"] = editor.texts.get("note", "")
    return render(request, "leads/routing_edit.html", context, status=status)
