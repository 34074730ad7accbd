"""What people say on a version while it can still be changed: by anybody, and kept."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.access import may_draft
from leadbridge.people.models import User
from leads.definition.models import DefinitionRemark, DefinitionVersion

LONGEST_REMARK = 2_000
OPEN = (DocumentState.DRAFT, DocumentState.PROPOSED, DocumentState.SIGNED)


def remarks_on(version: DefinitionVersion) -> QuerySet[DefinitionRemark]:
    """All that was said on a version, in the order it was said."""
    return version.remarks.select_related("by")


def may_remark(user: User, version: DefinitionVersion) -> bool:
    """Everybody on what is before the heads; drafts are known to those who draft."""
    if version.state == DocumentState.DRAFT:
        return may_draft(user)
    return version.state in OPEN


def remark_on(*, document_id: int, actor: User, now: datetime, text: str) -> DefinitionRemark:
    """Say something on a version that is not in force yet. DomainError `not_found`, `invalid`,
    `not_allowed` (409) once it is."""
    try:
        said = clean_text(text, longest=LONGEST_REMARK, lines=True)
    except Refused as refusal:
        raise DomainError("invalid", str(refusal), field="text") from None
    if not said:
        raise DomainError("invalid", "Write what you want to say.", field="text")
    with transaction.atomic():
        rows = DefinitionVersion.objects.select_for_update(no_key=True)
        version = rows.filter(pk=document_id).first()
        if version is None or (version.state == DocumentState.DRAFT and not may_draft(actor)):
            raise DomainError("not_found", "There is no such definition.", status=404)
        if not may_remark(actor, version):
            word = DocumentState(version.state).label.lower()
            raise DomainError(
                "not_allowed",
                f"{version} is {word}; say it on the next proposal.",
                status=409,
            )
        return DefinitionRemark.objects.create(document=version, by=actor, at=now, text=said)
