"""Reading the versions of a document: which one holds, which is on its way, and who signed what."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from leadbridge.kernel.confirmations import Confirmation
from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import may_draft, signing_side
from leadbridge.people.document_rules import ON_ITS_WAY, Document, Kind
from leadbridge.people.models import User

_PEOPLE = ("marketing_signed_by", "sales_signed_by")


def versions_for(kind: Kind[Document], user: User) -> Any:
    """All versions that somebody may read, the newest first: drafts are for those who draft."""
    rows = kind.rows.select_related(*_PEOPLE, "proposed_by", "drafted_by", "based_on")
    return rows if may_draft(user) else rows.exclude(state=DocumentState.DRAFT)


def get_version_for(kind: Kind[Document], user: User, number: str) -> Document:
    """One version by its id; DomainError `not_found` (404) where there is none to be seen."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    found: Document | None = (
        versions_for(kind, user).filter(pk=int(number)).first() if plain else None
    )
    if found is None:
        raise DomainError("not_found", f"There is no such {kind.name}.", status=404)
    return found


@dataclass(frozen=True)
class Standing:
    """Where a document stands today. `review_on`: when both want to look at what is in force."""

    active: Any
    on_its_way: Any
    drafts: list[Any]
    former: list[Any]
    confirmations: list[Confirmation]
    review_on: date | None

    @property
    def half_confirmed(self) -> Confirmation | None:
        """The confirmation that one side has signed and the other has not."""
        return next((one for one in self.confirmations if one.completed_at is None), None)


def standing_for(kind: Kind[Document], user: User) -> Standing:
    """What a person may see of a document, in two queries."""
    versions = list(versions_for(kind, user))
    active = next((one for one in versions if one.state == DocumentState.ACTIVE), None)
    rows = kind.confirmations.filter(document=active) if active else kind.confirmations.none()
    confirmations = list(rows.select_related(*_PEOPLE).order_by("-opened_at", "-pk"))
    return Standing(
        active=active,
        on_its_way=next((one for one in versions if one.state in ON_ITS_WAY), None),
        drafts=[one for one in versions if one.state == DocumentState.DRAFT],
        former=[one for one in versions if one.state == DocumentState.RETIRED],
        confirmations=confirmations,
        review_on=review_day(kind, active, confirmations) if active else None,
    )


def review_day(
    kind: Kind[Document], active: Document, confirmations: list[Confirmation]
) -> date | None:
    """The day of the last confirmation that both signed, else the day the content names."""
    for one in confirmations:
        if one.completed_at is not None:
            return one.review_on
    return kind.review_on(active.content)


def acts_for(user: User, version: Any, half: Confirmation | None) -> list[str]:
    """What somebody may do with a version as it stands; the actions ask again. `half`: the open
    confirmation of what is in force."""
    drafts, side, state = may_draft(user), signing_side(user), version.state
    signs = side is not None
    unsigned = signs and getattr(version, f"{side}_signed_by_id") is None
    unconfirmed = signs and (half is None or getattr(half, f"{side}_signed_by_id") is None)
    possible = {
        "edit": drafts and state == DocumentState.DRAFT,
        "propose": drafts and state == DocumentState.DRAFT,
        "discard": drafts and state == DocumentState.DRAFT,
        "sign": unsigned and state == DocumentState.PROPOSED,
        "withdraw": drafts and state == DocumentState.PROPOSED,
        "retire": signs and state in ON_ITS_WAY,
        "confirm": unconfirmed and state == DocumentState.ACTIVE,
    }
    return [name for name, allowed in possible.items() if allowed]
