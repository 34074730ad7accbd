"""The signed versions of the agreement between marketing and sales."""

from typing import ClassVar

from django.db import models

from leadbridge.kernel.confirmations import (
    Confirmation,
    confirmation_constraints,
    confirmation_triggers,
)
from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers

TABLE = "sla_agreement"


class AgreementVersion(VersionedDocument):
    """One version; its content is read by `targets.Agreement.from_content`."""

    class Meta:
        app_label = "sla"
        db_table = TABLE
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar = document_constraints("agreement")
        triggers: ClassVar = document_triggers()


class AgreementConfirmation(Confirmation):
    """Both heads looked at the agreement in force and left it as it is."""

    document = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="confirmations"
    )

    class Meta:
        app_label = "sla"
        db_table = "sla_agreement_confirmation"
        constraints: ClassVar = confirmation_constraints("agreement_confirmation")
        triggers: ClassVar = confirmation_triggers(TABLE)
