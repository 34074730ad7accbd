"""The agreement as a page both sides read alike, its editor, and the buttons of its life."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.people import documents
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
from leadbridge.people.document_screen import sheet_of
from leadbridge.people.http import Request, signed_in, zone_of
from sla.agreement.forms import Editor
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion
from sla.agreement.paper import paper_of
from sla.agreement.screen import difference, running_asked
from sla.agreement.sheet import press, read_texts, texts_of
from sla.agreement.targets import Agreement


@require_GET
@signed_in
def agreement(request: Request) -> HttpResponse:
    """The version in force."""
    standing = standing_for(AGREEMENT, request.user)
    return _draw(request, standing.active, standing)


@require_GET
@signed_in
def version(request: Request, number: int) -> HttpResponse:
    """Any version: a draft, what is before the heads, or what once was agreed."""
    return _draw(
        request, found_version(AGREEMENT, request, number), standing_for(AGREEMENT, request.user)
    )


@require_POST
@signed_in
def draft(request: Request) -> HttpResponse:
    """Begin the next version with the words of the one in force."""
    begun = documents.start_draft(AGREEMENT, actor=request.user, now=request.now)
    return redirect("agreement-edit", number=begun.version)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: Request, number: int) -> HttpResponse:
    """The editor of a draft."""

    def draw(
        found: AgreementVersion, texts: Texts, seen: str, refused: DomainError | None
    ) -> HttpResponse:
        editor = Editor(texts, **wrong_of(refused))
        note = editor.texts.get("note", "")
        context = {"version": found, "editor": editor, "seen": seen, "note": note}
        status = edit_status(refused)
        return render(request, "sla/agreement_edit.html", context, status=status)

    desk = Desk(
        AGREEMENT,
        texts_of=lambda content: texts_of(Agreement.from_content(content)),
        read=read_texts,
        press=press,
        draw=draw,
    )
    return answer_edit(desk, request, number)


@require_POST
@signed_in
def act(request: Request, number: int, name: str) -> HttpResponse:
    """One step in the life of a version; a refusal is said on its page."""

    def redraw(shown: AgreementVersion, refused: DomainError) -> HttpResponse:
        return _draw(request, shown, standing_for(AGREEMENT, request.user), refused)

    return answer_act(AGREEMENT, request, number, name, redraw)


def _draw(
    request: Request,
    shown: AgreementVersion | None,
    standing: Standing,
    refused: DomainError | None = None,
) -> HttpResponse:
    context = sheet_of(AGREEMENT, request.user, shown, standing, zone_of(request.user))
    context |= {"refused": refused, "typed": request.POST}
    if shown is not None:
        context |= {
            "paper": paper_of(Agreement.from_content(shown.content)),
            "changes": difference(shown, standing),
            "running": running_asked(shown, standing),
        }
    status = refused.status if refused else 200
    return render(request, "sla/agreement.html", context, status=status)
