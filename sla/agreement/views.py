"""The agreement as a page both sides read alike, its editor, and the buttons of its life."""

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.people import documents
from leadbridge.people.access import may_draft
from leadbridge.people.document_queries import Standing, standing_for, versions_for
from leadbridge.people.http import Request, signed_in, zone_of
from sla.agreement import screen
from sla.agreement.forms import Editor
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion
from sla.agreement.paper import paper_of
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
    return _draw(request, _found(request, number), standing_for(AGREEMENT, request.user))


@require_POST
@signed_in
def draft(request: Request) -> HttpResponse:
    """Begin the next version with the words of the one in force."""
    begun = documents.start_draft(AGREEMENT, actor=request.user, now=request.now)
    return redirect("agreement-edit", number=begun.version)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: Request, number: int) -> HttpResponse:
    """The editor of a draft. Only “Save” writes; the other buttons add and remove rows."""
    found = _found(request, number)
    if not may_draft(request.user):
        raise DomainError("forbidden", "Drafts are written by the heads of both sides.", status=403)
    if found.state != AgreementVersion.State.DRAFT:
        return redirect("agreement-version", number=number)
    if request.method != "POST":
        texts = {**texts_of(Agreement.from_content(found.content)), "note": found.note}
        return _draw_editor(request, found, Editor(texts), documents.draft_mark(found))
    texts = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    seen = texts.get("seen", "")
    pressed = press(texts, texts.get("do", ""))
    if pressed is not None:
        return _draw_editor(request, found, Editor(pressed), seen)
    try:
        documents.edit_draft(
            AGREEMENT,
            document_id=found.pk,
            actor=request.user,
            content=read_texts(texts),
            note=texts.get("note", ""),
            seen=seen,
        )
    except DomainError as error:
        editor = Editor(texts, wrong=error.field, message=error.message)
        status = error.status if error.status == 409 else 422
        return _draw_editor(request, found, editor, seen, status)
    messages.success(request, f"Saved version {number} as a draft.")
    return redirect("agreement-version", number=number)


@require_POST
@signed_in
def act(request: Request, number: int, name: str) -> HttpResponse:
    """One step in the life of a version; a refusal is said on its page."""
    found = _found(request, number)
    try:
        said = ACTS[name](request, found)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        standing = standing_for(AGREEMENT, request.user)
        return _draw(request, _found(request, number), standing, refused=error)
    messages.success(request, said)
    if name in {"discard", "confirm"}:
        return redirect("agreement")
    return redirect("agreement-version", number=number)


def _propose(request: Request, found: AgreementVersion) -> str:
    day = _day(request, "effective_from")
    # Midnight where the person lives who names the day.
    zone = ZoneInfo(zone_of(request.user))
    begins = datetime.combine(day, time(), tzinfo=zone) if day else None
    documents.propose(
        AGREEMENT,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        effective_from=begins,
    )
    return f"Proposed version {found.version}. Both heads can sign it now."


def _sign(request: Request, found: AgreementVersion) -> str:
    signed = documents.sign(
        AGREEMENT,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        signed_hash=request.POST.get("content_hash", ""),
    )
    if signed.state == AgreementVersion.State.ACTIVE:
        return f"Signed. Version {found.version} is in force."
    return f"You signed version {found.version}."


def _withdraw(request: Request, found: AgreementVersion) -> str:
    documents.withdraw(AGREEMENT, document_id=found.pk, actor=request.user)
    return f"Version {found.version} is a draft again; signatures given are void."


def _retire(request: Request, found: AgreementVersion) -> str:
    documents.retire(AGREEMENT, document_id=found.pk, actor=request.user, now=request.now)
    return f"Dropped version {found.version}."


def _discard(request: Request, found: AgreementVersion) -> str:
    documents.discard_draft(AGREEMENT, document_id=found.pk, actor=request.user)
    return f"Threw the draft of version {found.version} away."


def _confirm(request: Request, found: AgreementVersion) -> str:
    confirmed = documents.confirm(
        AGREEMENT,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        signed_hash=request.POST.get("content_hash", ""),
        review_on=_day(request, "review_on"),
    )
    if confirmed.completed_at is None:
        return "You confirmed it unchanged. It counts once the other head has done the same."
    return f"Both heads confirmed version {found.version} unchanged."


ACTS: dict[str, Callable[[Request, AgreementVersion], str]] = {
    "propose": _propose,
    "sign": _sign,
    "withdraw": _withdraw,
    "retire": _retire,
    "discard": _discard,
    "confirm": _confirm,
}


def _day(request: Request, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError("invalid", "Write a day as 2026-11-23.", field=name) from None


def _found(request: Request, number: int) -> AgreementVersion:
    found: AgreementVersion | None = (
        versions_for(AGREEMENT, request.user).filter(version=number).first()
    )
    if found is None:
        raise DomainError("not_found", "There is no such agreement.", status=404)
    return found


def _draw(
    request: Request,
    shown: AgreementVersion | None,
    standing: Standing,
    refused: DomainError | None = None,
) -> HttpResponse:
    zone = zone_of(request.user)
    context: dict[str, object] = {
        "version": shown,
        "may": screen.may(request.user, shown, standing),
        "refused": refused,
        "typed": request.POST,
        "history": list(screen.history(standing, shown, zone)),
        "review_on": standing.review_on,
    }
    if shown is not None:
        context |= {
            "paper": paper_of(Agreement.from_content(shown.content)),
            "tag": screen.state_tag(shown, zone),
            "signatures": screen.signatures(shown, zone),
            "changes": screen.difference(shown, standing),
            "base": screen.base_of(shown, standing),
            "coming": standing.on_its_way if shown == standing.active else None,
            "coming_tags": _coming(standing, shown, zone),
            "half": standing.half_confirmed if shown == standing.active else None,
            "half_tags": screen.half_signed(standing.half_confirmed, zone),
        }
    status = refused.status if refused else 200
    return render(request, "sla/agreement.html", context, status=status)


def _coming(standing: Standing, shown: AgreementVersion, zone: str) -> list[screen.Tag]:
    coming = standing.on_its_way
    return screen.signatures(coming, zone) if coming and shown == standing.active else []


def _draw_editor(
    request: Request, found: AgreementVersion, editor: Editor, seen: str, status: int = 200
) -> HttpResponse:
    context = {
        "version": found,
        "editor": editor,
        "seen": seen,
        "note": editor.texts.get("note", ""),
    }
    return render(request, "sla/agreement_edit.html", context, status=status)
