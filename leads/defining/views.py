"""The definition as a page both sides read alike, its editor, its talk, and the own fields."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.people import documents
from leadbridge.people.access import keeps_house, may_draft
from leadbridge.people.document_pages import (
    Desk,
    Texts,
    answer_act,
    answer_edit,
    edit_status,
    found_version,
    wrong_of,
)
from leadbridge.people.document_queries import Standing, standing_for
from leadbridge.people.document_rules import unread
from leadbridge.people.document_screen import sheet_of
from leadbridge.people.http import Request, signed_in, zone_of
from leads.defining import screen
from leads.defining.forms import Editor
from leads.defining.life import DEFINITION
from leads.defining.sheet import press, read_texts, texts_of
from leads.defining.triggers import triggers_of
from leads.definition import fields
from leads.definition.cautions import caution_of
from leads.definition.criteria import Definition
from leads.definition.evidence import evidence_for
from leads.definition.models import DefinitionVersion, OwnField
from leads.definition.own_fields import TYPES
from leads.definition.paper import paper_of
from leads.definition.remarks import may_remark, remark_on
from leads.definition.starter import STARTER
from leads.definition.vanished import vanished_fields


@require_GET
@signed_in
def definition(request: Request) -> HttpResponse:
    """The version in force."""
    standing = standing_for(DEFINITION, request.user)
    return _draw(request, standing.active, standing)


@require_GET
@signed_in
def version(request: Request, number: int) -> HttpResponse:
    """Any version: a draft, what is before the heads, or what once was agreed."""
    found = found_version(DEFINITION, request, number)
    return _draw(request, found, standing_for(DEFINITION, request.user))


@require_POST
@signed_in
def draft(request: Request) -> HttpResponse:
    """Begin the next version with the words of the one in force, the first one with the house's."""
    holds = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).exists()
    begun = documents.start_draft(
        DEFINITION, actor=request.user, now=request.now, content=None if holds else STARTER
    )
    return redirect("definition-edit", number=begun.version)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: Request, number: int) -> HttpResponse:
    """The editor of a draft."""
    own = fields.live_fields()

    def draw(
        found: DefinitionVersion, texts: Texts, seen: str, refused: DomainError | None
    ) -> HttpResponse:
        editor = Editor(texts, own=own, **wrong_of(refused))
        context = {
            "version": found,
            "editor": editor,
            "seen": seen,
            "note": editor.texts.get("note", ""),
            "candidates": screen.candidates(),
            "keeps_house": keeps_house(request.user),
        }
        status = edit_status(refused)
        return render(request, "leads/definition_edit.html", context, status=status)

    desk = Desk(
        DEFINITION,
        texts_of=lambda content: texts_of(Definition.from_content(content)),
        read=lambda texts: read_texts(texts, DEFINITION.clean),
        press=press,
        draw=draw,
    )
    return answer_edit(desk, request, number)


@require_POST
@signed_in
def act(request: Request, number: int, name: str) -> HttpResponse:
    """One step in the life of a version; a refusal is said on its page."""

    def redraw(shown: DefinitionVersion, refused: DomainError) -> HttpResponse:
        return _draw(request, shown, standing_for(DEFINITION, request.user), refused)

    if name == "propose" and not request.POST.get("acknowledged") and may_draft(request.user):
        # A page asks more than the action: a text that nobody tried is proposed knowingly, too.
        found = found_version(DEFINITION, request, number)
        if caution := caution_of(found):
            return redraw(found, unread(caution))
    return answer_act(DEFINITION, request, number, name, redraw)


@require_POST
@signed_in
def remark(request: Request, number: int) -> HttpResponse:
    """Say something on a proposal."""
    found = found_version(DEFINITION, request, number)
    text = request.POST.get("text", "")
    try:
        remark_on(document_id=found.pk, actor=request.user, now=request.now, text=text)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return _draw(request, found, standing_for(DEFINITION, request.user), error)
    messages.success(request, "Your comment stands with the proposal.")
    return redirect(f"/definition/v{number}/#remarks")


def _draw(
    request: Request,
    shown: DefinitionVersion | None,
    standing: Standing,
    refused: DomainError | None = None,
) -> HttpResponse:
    zone = zone_of(request.user)
    context = sheet_of(DEFINITION, request.user, shown, standing, zone)
    context |= {"refused": refused, "typed": request.POST}
    if shown is not None:
        text = Definition.from_content(shown.content)
        in_force = shown == standing.active
        context |= evidence_for(request.user, shown)
        context |= {
            "caution": caution_of(shown),
            "vanished": vanished_fields(text),
            "paper": paper_of(text, screen.marked_against(shown, standing)),
            "changes": screen.difference(shown, standing),
            "remarks": screen.said_on(shown, zone),
            "may_remark": may_remark(request.user, shown),
            "readable": screen.readable(text.examples, request.user),
            "triggers": triggers_of(shown, standing.review_on, request.now) if in_force else [],
        }
    status = refused.status if refused else 200
    return render(request, "leads/definition.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own_fields(request: Request) -> HttpResponse:
    """The own fields: everybody may look them up, administrators add, change and retire them."""
    if request.method != "POST":
        return _draw_fields(request)
    told = request.POST
    try:
        said = _change_fields(request)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        status = 409 if error.status == 409 else 422
        return _draw_fields(request, error, told.get("do", "") or "add", status)
    messages.success(request, said)
    return redirect("own-fields")


def _change_fields(request: Request) -> str:
    """Do what the pressed button says; what to tell of it."""
    told, actor = request.POST, request.user
    done, _, key = told.get("do", "add").partition(" ")
    label, choices = told.get("label", ""), told.get("choices", "").replace("\r", "").split("\n")
    on_forms = bool(told.get("on_forms"))
    if done == "retire":
        return f"{fields.retire_field(key=key, actor=actor, now=request.now)} is no longer asked."
    if done == "restore":
        return f"{fields.restore_field(key=key, actor=actor)} is asked for again."
    if done == "change":
        chosen = [one for one in choices if one.strip()]
        row = fields.change_field(
            key=key, actor=actor, label=label, choices=chosen, on_forms=on_forms
        )
        return f"Saved {row}."
    added = fields.add_field(
        actor=actor, now=request.now, key=told.get("key", ""), label=label,
        type=told.get("type", ""), choices=choices, on_forms=on_forms,
    )  # fmt: skip
    return f"Added {added}. Leads can have it, and criteria can ask for it."


def _draw_fields(
    request: Request, refused: DomainError | None = None, done: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "rows": list(OwnField.objects.all()),
        "types": TYPES.items(),
        "may_change": keeps_house(request.user),
        "refused": refused,
        "done": done,
        "typed": request.POST if refused else {},
    }
    return render(request, "leads/own_fields.html", context, status=status)
