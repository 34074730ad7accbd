"""The signed versions of the definition of a qualified lead."""

from typing import ClassVar

from django.db import models

from leadbridge.kernel.confirmations import (
    Confirmation,
    confirmation_constraints,
    confirmation_triggers,
)
from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers

TABLE = "leads_definition"


class DefinitionVersion(VersionedDocument):
    """One version; its content is read by `criteria.Definition.from_content`."""

    class Meta:
        app_label = "leads"
        db_table = TABLE
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar = document_constraints("definition")
        triggers: ClassVar = document_triggers()


class DefinitionConfirmation(Confirmation):
    """Both heads looked at the definition in force and left it as it is."""

    document = models.ForeignKey(
        DefinitionVersion, on_delete=models.PROTECT, related_name="confirmations"
    )

    class Meta:
        app_label = "leads"
        db_table = "leads_definition_confirmation"
        constraints: ClassVar = confirmation_constraints("definition_confirmation")
        triggers: ClassVar = confirmation_triggers(TABLE)
