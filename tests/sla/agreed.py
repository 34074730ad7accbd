"""Another agreement in force, by the way that both heads go."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from leadbridge.demo.organisation import Cast
from leadbridge.people import documents
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion, Running


def agree(cast: Cast, now: datetime, running: str = Running.KEEP, **parts: Any) -> AgreementVersion:
    """Both heads sign what is in force with these parts replaced, for new clocks only or for the
    running ones too."""
    content = deepcopy(AgreementVersion.objects.get(state="active").content)
    draft = documents.start_draft(AGREEMENT, actor=cast.ana, now=now, content={**content, **parts})
    document = documents.propose(
        AGREEMENT, document_id=draft.pk, actor=cast.ana, now=now, beside={"running": running}
    )
    for head in (cast.ana, cast.max):
        document = documents.sign(
            AGREEMENT, document_id=draft.pk, actor=head, now=now, signed_hash=document.content_hash
        )
    assert document.state == "active"
    return document
