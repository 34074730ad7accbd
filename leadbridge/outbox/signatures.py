"""Whose signature a proposal waits for is told to them: once for each proposal."""

from datetime import datetime
from typing import Any

from django.conf import settings

from leadbridge.kernel.documents import DocumentState
from leadbridge.outbox.actions import post
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads, signing_side
from leadbridge.people.document_rules import Kind
from leadbridge.people.models import Side, User


def proposed(kind: Kind[Any]) -> str:
    """The kind of message that says it."""
    return f"{kind.name}.proposed"


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
