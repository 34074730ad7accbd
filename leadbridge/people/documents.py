"""The life of a document that both sides sign: draft, propose, sign, put into force, retire.

One set of actions for every such document; what makes an agreement an agreement is told by its
`Kind`. Each action locks the version it changes, so that of two heads at once both are told true.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from leadbridge.kernel.confirmations import Confirmation
from leadbridge.kernel.documents import DocumentState, VersionedDocument, content_hash
from leadbridge.kernel.errors import DomainError
from leadbridge.people.document_rules import (
    FURTHEST,
    ON_ITS_WAY,
    Document,
    Kind,
    already_signed,
    changed_since,
    clean_note,
    not_allowed,
    require_ahead,
    require_another,
    require_drafter,
    require_free_way,
    require_head,
    require_read,
    require_same_day,
    require_signers,
    require_unsigned,
    stated_beside,
    wrong_state,
)
from leadbridge.people.models import Side, User


def start_draft(
    kind: Kind[Document],
    *,
    actor: User,
    now: datetime,
    content: object = None,
    note: str = "",
) -> Document:
    """A draft of the next version; without a content it starts as the version in force stands."""
    require_drafter(kind, actor)
    with transaction.atomic():
        _lock_numbers(kind)
        active = kind.rows.filter(state=DocumentState.ACTIVE).first()
        given = content if content is not None else (active.content if active else {})
        highest = kind.rows.aggregate(highest=Max("version"))["highest"] or 0
        draft: Document = kind.rows.create(
            version=highest + 1,
            content=kind.clean(given),
            note=clean_note(note),
            based_on=active,
            drafted_by=actor,
            drafted_at=now,
        )
    return draft


def edit_draft(
    kind: Kind[Document],
    *,
    document_id: int,
    actor: User,
    content: object,
    note: str | None = None,
    seen: str | None = None,
) -> Document:
    """Rewrite a draft. `seen`: the `draft_mark` of what the editor began with; DomainError
    `changed` (409) where somebody else has saved since, so that nobody's words are lost."""
    require_drafter(kind, actor)
    clean = kind.clean(content)
    with transaction.atomic():
        draft = _lock(kind, document_id, DocumentState.DRAFT, "edited")
        if seen is not None and seen != draft_mark(draft):
            raise DomainError(
                "changed", "Somebody saved this draft meanwhile. Look at it anew.", status=409
            )
        draft.content = clean
        draft.note = draft.note if note is None else clean_note(note)
        draft.save(update_fields=["content", "note"])
    return draft


def discard_draft(kind: Kind[Document], *, document_id: int, actor: User) -> None:
    """Throw a draft away. What was ever proposed is kept."""
    require_drafter(kind, actor)
    with transaction.atomic():
        _lock(kind, document_id, DocumentState.DRAFT, "thrown away").delete()


def propose(
    kind: Kind[Document],
    *,
    document_id: int,
    actor: User,
    now: datetime,
    effective_from: datetime | None = None,
    beside: Mapping[str, object] | None = None,
    acknowledged: bool = False,
) -> Document:
    """Fix a draft and lay it before both heads. Without `effective_from` it holds from the second
    signature on. `beside`: what the kind states beside its text, fixed with it; `acknowledged`:
    who proposes has read what the kind warns of. DomainError `not_confirmed` (409) with that
    warning otherwise, `no_signer` (409) where one side has no head who could sign."""
    require_drafter(kind, actor)
    require_ahead(effective_from, now)
    stated = stated_beside(kind, beside or {})
    with transaction.atomic():
        _lock_numbers(kind)
        draft = _lock(kind, document_id, DocumentState.DRAFT, "proposed")
        require_read(kind, draft, acknowledged=acknowledged)
        require_signers(kind)
        require_free_way(kind)
        active = kind.rows.filter(state=DocumentState.ACTIVE).first()
        draft.content = kind.clean(draft.content)
        if active is not None and content_hash(draft.content) == active.content_hash:
            raise not_allowed(
                f"This draft says what {active} says. Confirm {active} unchanged instead."
            )
        draft.state, draft.content_hash = DocumentState.PROPOSED, content_hash(draft.content)
        draft.based_on, draft.effective_from = active, effective_from
        draft.proposed_by, draft.proposed_at = actor, now
        for name, choice in stated.items():
            setattr(draft, name, choice)
        draft.save()
        kind.tell(kind, draft, actor, now)
    return draft


def withdraw(kind: Kind[Document], *, document_id: int, actor: User) -> Document:
    """Take a proposal back to draft, to edit it. Signatures given so far are void."""
    require_drafter(kind, actor)
    with transaction.atomic():
        document = _lock(kind, document_id, DocumentState.PROPOSED, "taken back")
        document.state, document.content_hash = DocumentState.DRAFT, ""
        document.proposed_by = document.proposed_at = document.effective_from = None
        for side in Side:
            _set_signature(document, side, by=None, at=None, signed="")
        document.save()
    return document


def sign(
    kind: Kind[Document], *, document_id: int, actor: User, now: datetime, signed_hash: str
) -> Document:
    """Sign for the side one heads, on exactly the hash one has read. The second signature puts the
    version into force, if its day has come. DomainError: `forbidden` (403), `already_decided`,
    `same_signer`, `changed` (409)."""
    side = require_head(kind, actor)
    with transaction.atomic():
        document = _lock(kind, document_id, DocumentState.PROPOSED, "signed")
        require_unsigned(document, side)
        require_another(document, side, actor)
        if signed_hash != document.content_hash or not document.is_unaltered:
            raise changed_since(document.content_hash)
        _set_signature(document, side, by=actor, at=now, signed=signed_hash)
        if document.is_signed_by_both:
            document.state = DocumentState.SIGNED
        document.save()
        if document.state == DocumentState.PROPOSED:
            kind.tell(kind, document, actor, now)
        elif _has_come(document, now):
            _put_into_force(kind, document, now)
    return document


def bring_into_force(kind: Kind[Document], *, now: datetime) -> Document | None:
    """Put the signed version into force whose day has come, if there is one."""
    with transaction.atomic():
        signed: Document | None = (
            kind.rows.select_for_update(no_key=True, of=("self",))
            .filter(state=DocumentState.SIGNED)
            .first()
        )
        if signed is None or not _has_come(signed, now):
            return None
        _put_into_force(kind, signed, now)
    return signed


def retire(kind: Kind[Document], *, document_id: int, actor: User, now: datetime) -> Document:
    """Drop a proposal, or a signed version that is not in force yet; it is kept as retired. What
    is in force ends only with the version that follows it: nothing may be promised by nobody."""
    require_head(kind, actor)
    with transaction.atomic():
        document = _lock(kind, document_id, None, "retired")
        if document.state == DocumentState.ACTIVE:
            raise not_allowed(
                f"{document} is in force. It ends when the version that follows it is signed by "
                "both heads; propose that one."
            )
        if document.state not in ON_ITS_WAY:
            raise wrong_state(document, "retired")
        _retire(document, now)
    return document


def confirm(
    kind: Kind[Document],
    *,
    document_id: int,
    actor: User,
    now: datetime,
    signed_hash: str,
    review_on: date | None = None,
) -> Confirmation:
    """Sign that what is in force stays as it is; complete once the other head has done the same.

    The first one names the day on which to look at it again, the second agrees to it (and may
    name it or not). The first one may think again until then, by confirming with another day.
    """
    side = require_head(kind, actor)
    if review_on is not None and not now.date() < review_on <= (now + 2 * FURTHEST).date():
        raise DomainError("invalid", "Choose a day ahead, within two years.", field="review_on")
    with transaction.atomic():
        document = _lock(kind, document_id, DocumentState.ACTIVE, "confirmed")
        if signed_hash != document.content_hash or not document.is_unaltered:
            raise changed_since(document.content_hash)
        other = kind.confirmations.filter(document=document, completed_at=None).first()
        if other is not None and getattr(other, f"{side}_signed_by_id") is not None:
            if other.review_on == review_on:
                raise already_signed(other, side)
            other.delete()
            other = None
        if other is None:
            row: Any = kind.confirmation  # its document is a field of the concrete models only
            other = row(
                document=document, content_hash=signed_hash, review_on=review_on, opened_at=now
            )
        else:
            require_another(other, side, actor)
            require_same_day(other, review_on)
            other.completed_at = now
        _set_signature(other, side, by=actor, at=now)
        other.save()
        if other.completed_at is None and kind.tell_other is not None:
            kind.tell_other(kind, other, actor, now)
    found: Confirmation = other
    return found


def draft_mark(document: VersionedDocument) -> str:
    """What an editor sends back, to show that nobody saved in between."""
    return content_hash([document.content, document.note])


def _put_into_force(kind: Kind[Document], document: Document, now: datetime) -> None:
    """Retire the version in force and follow it, in one transaction. From `now` and not from the
    day that was agreed: whatever came in between was judged by the former."""
    former = kind.rows.filter(state=DocumentState.ACTIVE)
    for one in former.select_for_update(no_key=True, of=("self",)):
        _retire(one, now)
    document.state = DocumentState.ACTIVE
    document.effective_from = max(now, document.effective_from or now)
    document.save(update_fields=["state", "effective_from"])
    if kind.follow is not None:
        kind.follow(document, now)


def _retire(document: VersionedDocument, now: datetime) -> None:
    document.state, document.retired_at = DocumentState.RETIRED, now
    document.save(update_fields=["state", "retired_at"])


def _has_come(document: VersionedDocument, now: datetime) -> bool:
    return document.effective_from is None or document.effective_from <= now


def _set_signature(
    row: Any, side: Side, *, by: User | None, at: datetime | None, **more: str
) -> None:
    setattr(row, f"{side}_signed_by", by)
    setattr(row, f"{side}_signed_at", at)
    if "signed" in more:
        setattr(row, f"{side}_signed_hash", more["signed"])


def _lock(
    kind: Kind[Document], document_id: int, state: DocumentState | None, done: str
) -> Document:
    """The version under its lock; 404 for an unknown one, 409 for one in another state."""
    rows = kind.rows.select_for_update(no_key=True, of=("self",))
    document: Document | None = rows.filter(pk=document_id).first()
    if document is None:
        raise DomainError("not_found", f"There is no such {kind.name}.", status=404)
    if state is not None and document.state != state:
        raise wrong_state(document, done)
    return document


def _lock_numbers(kind: Kind[Document]) -> None:
    """One after the other: whoever takes a number, and whoever lays a version before the heads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [kind.model._meta.db_table])
