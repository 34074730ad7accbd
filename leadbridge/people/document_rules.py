"""What the actions on documents ask before they write, each refusal with its cure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import TextChoices

from leadbridge.kernel.confirmations import Confirmation
from leadbridge.kernel.documents import DocumentState, VersionedDocument
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import active_heads, may_draft, signing_side
from leadbridge.people.models import Side, User

FURTHEST = timedelta(days=366)
LONGEST_NOTE = 2_000
ON_ITS_WAY = (DocumentState.PROPOSED, DocumentState.SIGNED)

Document = TypeVar("Document", bound=VersionedDocument)


@dataclass(frozen=True)
class Kind(Generic[Document]):
    """One kind of document. `clean` gives back the whole content, every default written out, or
    raises `DomainError`; `review_on` reads the day on which a content is to be looked at again;
    `tell` lets the heads know whose signature a proposal waits for, but for who acts now;
    `beside` names what a proposal states beside its text, the first choice unless somebody says
    otherwise; `tell_other` lets the other side's head know of the first signature that leaves what
    is in force unchanged; `follow` does what follows when a version comes into force, in the same
    transaction; `caution` says what whoever proposes a draft has to have read before, blank where
    there is nothing to say."""

    name: str
    path: str
    model: type[Document]
    confirmation: type[Confirmation]
    clean: Callable[[object], dict[str, object]]
    review_on: Callable[[Mapping[str, object]], date | None]
    tell: Callable[["Kind[Any]", Any, User, datetime], None]
    beside: Mapping[str, type[TextChoices]] = field(default_factory=dict)
    tell_other: Callable[["Kind[Any]", Any, User, datetime], None] | None = None
    follow: Callable[[Any, datetime], None] | None = None
    caution: Callable[[Any], str] | None = None

    @property
    def rows(self) -> Any:
        """All versions. Untyped, because an abstract model has no manager."""
        return self.model._default_manager

    @property
    def confirmations(self) -> Any:
        """All confirmations, for the same reason."""
        return self.confirmation._default_manager


def require_drafter(kind: Kind[Document], actor: User) -> None:
    """Heads and administrators draft; 403 for everybody else."""
    if not may_draft(actor):
        raise DomainError(
            "forbidden",
            f"The {kind.name} is drafted by the heads of both sides and by administrators.",
            status=403,
        )


def require_read(kind: Kind[Document], draft: Document, *, acknowledged: bool) -> None:
    """409 `not_confirmed`, with what there is to read, until whoever proposes says they have."""
    caution = kind.caution(draft) if kind.caution and not acknowledged else ""
    if caution:
        raise unread(caution)


def unread(caution: str) -> DomainError:
    """The refusal of who proposes without having read what is to be said of the draft."""
    return DomainError(
        "not_confirmed",
        f"{caution} To propose it all the same, say that you have read this.",
        status=409,
        field="acknowledged",
        data={"caution": caution},
    )


def require_head(kind: Kind[Document], actor: User) -> Side:
    """The side somebody signs for; 403 for whoever heads neither."""
    side = signing_side(actor)
    if side is None:
        raise DomainError(
            "forbidden",
            f"The {kind.name} is signed by the heads of marketing and sales only.",
            status=403,
        )
    return side


def stated_beside(kind: Kind[Document], given: Mapping[str, object]) -> dict[str, str]:
    """What a proposal states beside its text; DomainError names the field of a bad choice."""
    stated = {}
    for name, choices in kind.beside.items():
        chosen = given.get(name, choices.values[0])
        if chosen not in choices.values:
            known = " or ".join(choices.values)
            raise DomainError("invalid", f"{name}: choose {known}.", field=name)
        stated[name] = str(chosen)
    return stated


def require_signers(kind: Kind[Document]) -> None:
    """Nothing is proposed that one side could not sign."""
    for side in Side:
        if not active_heads(side).exists():
            raise DomainError(
                "no_signer",
                f"Nobody is head of {side}, so nobody can sign this {kind.name} for {side}. Give "
                f"somebody the role “Head of {side}” first.",
                status=409,
            )


def require_free_way(kind: Kind[Document]) -> None:
    """One version at a time is on its way; the database decides it, this says it in words."""
    other = kind.rows.filter(state__in=ON_ITS_WAY).first()
    if other is not None:
        word = DocumentState(other.state).label.lower()
        raise not_allowed(f"{other} is {word} already. Take it back or retire it first.")


def require_ahead(effective_from: datetime | None, now: datetime) -> None:
    """Nothing holds from an instant that has passed."""
    if effective_from is not None and not now <= effective_from <= now + FURTHEST:
        raise DomainError(
            "invalid",
            "Choose an instant ahead, within a year; or none, for as soon as both have signed.",
            field="effective_from",
        )


def require_unsigned(document: VersionedDocument, side: Side) -> None:
    """Each side signs once."""
    if getattr(document, f"{side}_signed_by_id") is not None:
        raise already_signed(document, side)


def require_another(row: Any, side: Side, actor: User) -> None:
    """A head who has changed sides since cannot sign for both."""
    other = Side.SALES if side == Side.MARKETING else Side.MARKETING
    if getattr(row, f"{other}_signed_by_id") == actor.pk:
        raise DomainError(
            "same_signer",
            f"You signed for {other} already; somebody else signs for {side}.",
            status=409,
        )


def require_same_day(confirmation: Confirmation, review_on: date | None) -> None:
    """The second head agrees to the day the first one named."""
    if review_on is not None and review_on != confirmation.review_on:
        day = confirmation.review_on
        named = f"{day:%-d %B %Y}" if day else "no day"
        raise DomainError(
            "changed",
            f"The other head named {named} for the next review. Agree to it, or talk.",
            status=409,
            field="review_on",
        )


def clean_note(note: str) -> str:
    """What changes and why, fit to be kept."""
    text = note.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise DomainError("invalid", f"At most {LONGEST_NOTE:,} characters.", field="note")
    return text


def already_signed(row: Any, side: Side) -> DomainError:
    """That side has signed: by whom, and when."""
    by, at = getattr(row, f"{side}_signed_by"), getattr(row, f"{side}_signed_at")
    return DomainError(
        "already_decided",
        f"{by} has signed for {side} already.",
        status=409,
        data={"by": str(by), "at": at.isoformat().replace("+00:00", "Z")},
    )


def changed_since(present: str) -> DomainError:
    """Somebody would sign what they have not read."""
    return DomainError(
        "changed",
        "This is not what you have read: the text has another hash now. Read it anew, then sign.",
        status=409,
        data={"content_hash": present},
    )


def wrong_state(document: VersionedDocument, done: str) -> DomainError:
    """The version stands where this cannot be done."""
    word = DocumentState(document.state).label.lower()
    return not_allowed(f"{document} is {word}; it cannot be {done} now.")


def not_allowed(message: str) -> DomainError:
    """Refused by where the document stands, not by who asks."""
    return DomainError("not_allowed", message, status=409)
