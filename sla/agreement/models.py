"""The signed versions of the agreement between marketing and sales."""

from typing import ClassVar

from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers


class AgreementVersion(VersionedDocument):
    """One version; its content is read by `targets.Agreement.from_content`."""

    class Meta:
        app_label = "sla"
        db_table = "sla_agreement"
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar = document_constraints("agreement")
        triggers: ClassVar = document_triggers()
