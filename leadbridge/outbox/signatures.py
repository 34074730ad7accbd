"""Whose signature is missing, to a proposal or to leaving things as they are, hears of it once."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings

from leadbridge.kernel.documents import DocumentState
from leadbridge.outbox.actions import post
from leadbridge.outbox.kinds import Letter, register
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads, signing_side
from leadbridge.people.document_rules import Kind
from leadbridge.people.models import Side, User


def proposed(kind: Kind[Any]) -> str:
    """The kind of message that says it."""
    return f"{kind.name}.proposed"


def half_confirmed(kind: Kind[Any]) -> str:
    """The kind of message that says that one head leaves what is in force unchanged."""
    return f"{kind.name}.half_confirmed"


def register_letters(kind: Kind[Any]) -> None:
    """Put into words what heads are told of one kind of document."""
    register(proposed(kind), partial(render_proposal, kind))
    register(half_confirmed(kind), partial(render_half_confirmed, kind))


def tell_who_signs(kind: Kind[Any], document: Any, actor: User, now: datetime) -> None:
    """Tell the heads of every side that has not signed, but not whoever acts now. Asked when a
    version is proposed and when one side has signed it: so a head who proposed it hears that only
    their own signature is missing, and nobody hears anything twice."""
    unsigned = [side for side in Side if getattr(document, f"{side}_signed_by_id") is None]
    post(
        kind=proposed(kind),
        key=f"{kind.name}-{document.pk}-proposed-{document.proposed_at:%Y%m%d%H%M%S%f}",
        to={head.pk for side in unsigned for head in active_heads(side)} - {actor.pk},
        data={"document": document.pk},
        now=now,
    )


def render_proposal(kind: Kind[Any], message: Message) -> Letter | None:
    """What waits and where to read it; nothing where it was signed or taken back meanwhile."""
    document = kind.rows.select_related("proposed_by").filter(pk=message.data["document"]).first()
    side = signing_side(message.recipient)
    if document is None or document.state != DocumentState.PROPOSED or side is None:
        return None
    if getattr(document, f"{side}_signed_by_id") is not None:
        return None
    other = Side.SALES if side == Side.MARKETING else Side.MARKETING
    signed = getattr(document, f"{other}_signed_by")
    paragraphs = (
        f"{document.proposed_by} proposes version {document.version} of the {kind.name}."
        + (f" {signed} has signed it for {other}." if signed else ""),
        document.note,
        f"It waits for your signature for {side}:\n{settings.SITE_URL}{kind.path}",
    )
    return Letter(
        subject=f"The {kind.name} waits for your signature: version {document.version}",
        body="\n\n".join(filter(None, paragraphs)) + "\n",
    )


def tell_who_confirms(kind: Kind[Any], confirmation: Any, actor: User, now: datetime) -> None:
    """Tell the heads of the other side that only their signature is missing for what is in force to
    stay as it is; once for each confirmation that somebody begins."""
    unsigned = [side for side in Side if getattr(confirmation, f"{side}_signed_by_id") is None]
    post(
        kind=half_confirmed(kind),
        key=f"{kind.name}-confirmation-{confirmation.pk}",
        to={head.pk for side in unsigned for head in active_heads(side)} - {actor.pk},
        data={"confirmation": confirmation.pk},
        now=now,
    )


def render_half_confirmed(kind: Kind[Any], message: Message) -> Letter | None:
    """Who confirmed what, and until when it would stay; nothing where it was settled meanwhile."""
    rows = kind.confirmations.select_related("document", "marketing_signed_by", "sales_signed_by")
    half = rows.filter(pk=message.data["confirmation"], completed_at=None).first()
    side = signing_side(message.recipient)
    if half is None or side is None or getattr(half, f"{side}_signed_by_id") is not None:
        return None
    if half.document.state != DocumentState.ACTIVE:
        return None
    by = half.marketing_signed_by or half.sales_signed_by
    until = f" and would look at it again on {half.review_on:%-d %B %Y}" if half.review_on else ""
    return Letter(
        subject=f"The {kind.name} is to stay as it is: your signature is missing",
        body=(
            f"{by} confirmed version {half.document.version} of the {kind.name} unchanged{until}.\n"
            f"\nIt counts once you have done the same for {side}, or propose a change:\n"
            f"{settings.SITE_URL}{kind.path}\n"
        ),
    )
