"""The buttons in the life of a document, for the pages of every kind of them.

A room draws its own text; what a button does, and what is said of it, is the same everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.errors import DomainError
from leadbridge.people import documents
from leadbridge.people.access import may_draft
from leadbridge.people.document_queries import versions_for
from leadbridge.people.document_rules import Kind
from leadbridge.people.http import Request, zone_of

Redraw = Callable[[Any, DomainError], HttpResponse]
Texts = dict[str, str]


@dataclass(frozen=True)
class Desk:
    """How a room edits a draft of its kind: `texts_of` a content are what the form shows, `read`
    gives the content back, `press` does what a button other than “Save” says (None: it was that),
    and `draw` shows the form, with a refusal at its field."""

    kind: Kind[Any]
    texts_of: Callable[[Any], Texts]
    read: Callable[[Texts], object]
    press: Callable[[Texts, str], Texts | None]
    draw: Callable[[Any, Texts, str, DomainError | None], HttpResponse]


def answer_edit(desk: Desk, request: Request, number: int) -> HttpResponse:
    """The editor of a draft. Only “Save” writes; the other buttons add, move and remove rows."""
    kind, found = desk.kind, found_version(desk.kind, request, number)
    here = f"{kind.path}v{number}/"
    if not may_draft(request.user):
        raise DomainError("forbidden", "Drafts are written by the heads of both sides.", status=403)
    if found.state != DocumentState.DRAFT:
        return redirect(here)
    if request.method != "POST":
        texts = {**desk.texts_of(found.content), "note": found.note}
        return desk.draw(found, texts, documents.draft_mark(found), None)
    texts = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    seen, pressed = texts.get("seen", ""), desk.press(texts, texts.get("do", ""))
    if pressed is not None:
        return desk.draw(found, pressed, seen, None)
    try:
        documents.edit_draft(
            kind,
            document_id=found.pk,
            actor=request.user,
            content=desk.read(texts),
            note=texts.get("note", ""),
            seen=seen,
        )
    except DomainError as error:
        return desk.draw(found, texts, seen, error)
    messages.success(request, f"Saved version {number} as a draft.")
    return redirect(here)


def wrong_of(refused: DomainError | None) -> dict[str, str]:
    """Where an editor shows a refusal, and in what words."""
    return {"wrong": refused.field, "message": refused.message} if refused else {}


def edit_status(refused: DomainError | None) -> int:
    """The status of an editor that is drawn with or without a refusal."""
    if refused is None:
        return 200
    return 409 if refused.status == 409 else 422


def answer_act(
    kind: Kind[Any], request: Request, number: int, name: str, redraw: Redraw
) -> HttpResponse:
    """One step in the life of a version; a refusal is said on its page, which `redraw` draws."""
    found = found_version(kind, request, number)
    try:
        said = ACTS[name](kind, request, found)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return redraw(found_version(kind, request, number), error)
    messages.success(request, said)
    return redirect(kind.path if name in {"discard", "confirm"} else f"{kind.path}v{number}/")


def _propose(kind: Kind[Any], request: Request, found: Any) -> str:
    day = _day(request, "effective_from")
    # Midnight where the person lives who names the day.
    zone = ZoneInfo(zone_of(request.user))
    begins = datetime.combine(day, time(), tzinfo=zone) if day else None
    documents.propose(
        kind,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        effective_from=begins,
        acknowledged=bool(request.POST.get("acknowledged")),
        beside={name: request.POST[name] for name in kind.beside if name in request.POST},
    )
    return f"Proposed version {found.version}. Both heads can sign it now."


def _sign(kind: Kind[Any], request: Request, found: Any) -> str:
    signed = documents.sign(
        kind,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        signed_hash=request.POST.get("content_hash", ""),
    )
    if signed.state == DocumentState.ACTIVE:
        return f"Signed. Version {found.version} is in force."
    return f"You signed version {found.version}."


def _withdraw(kind: Kind[Any], request: Request, found: Any) -> str:
    documents.withdraw(kind, document_id=found.pk, actor=request.user)
    return f"Version {found.version} is a draft again; signatures given are void."


def _retire(kind: Kind[Any], request: Request, found: Any) -> str:
    documents.retire(kind, document_id=found.pk, actor=request.user, now=request.now)
    return f"Dropped version {found.version}."


def _discard(kind: Kind[Any], request: Request, found: Any) -> str:
    documents.discard_draft(kind, document_id=found.pk, actor=request.user)
    return f"Threw the draft of version {found.version} away."


def _confirm(kind: Kind[Any], request: Request, found: Any) -> str:
    confirmed = documents.confirm(
        kind,
        document_id=found.pk,
        actor=request.user,
        now=request.now,
        signed_hash=request.POST.get("content_hash", ""),
        review_on=_day(request, "review_on"),
    )
    if confirmed.completed_at is None:
        return "You confirmed it unchanged. It counts once the other head has done the same."
    return f"Both heads confirmed version {found.version} unchanged."


ACTS: dict[str, Callable[[Kind[Any], Request, Any], str]] = {
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


def found_version(kind: Kind[Any], request: Request, number: int) -> Any:
    """The version of that number, for who may read it; 404 otherwise."""
    found = versions_for(kind, request.user).filter(version=number).first()
    if found is None:
        raise DomainError("not_found", f"There is no such {kind.name}.", status=404)
    return found
