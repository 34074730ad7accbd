"""The signed versions of the definition of a qualified lead."""

from typing import ClassVar

from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers


class DefinitionVersion(VersionedDocument):
    """One version; its content is read by `criteria.Definition.from_content`."""

    class Meta:
        app_label = "leads"
        db_table = "leads_definition"
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar = document_constraints("definition")
        triggers: ClassVar = document_triggers()
