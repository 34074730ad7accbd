"""The signed versions of the definition of a qualified lead, what was said of them, own fields."""

from typing import ClassVar

import pgtrigger
from django.db import models

from leadbridge.kernel.confirmations import (
    Confirmation,
    confirmation_constraints,
    confirmation_triggers,
)
from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers
from leadbridge.people.models import User
from leads.definition.own_fields import TYPES

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


class OwnField(models.Model):
    """A field that this organisation adds to its leads; see `own_fields`. Never deleted, because
    leads and signed texts go on naming it."""

    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=60)
    type = models.CharField(max_length=8, choices=list(TYPES.items()))
    choices = models.JSONField(default=list)
    on_forms = models.BooleanField(default=False, help_text="Asked for in hosted forms.")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "leads"
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_own_field_type", condition=models.Q(type__in=list(TYPES))
            ),
        ]

    def __str__(self) -> str:
        return self.label


class DefinitionRemark(models.Model):
    """What somebody said on a version before it was signed: kept, in the order it was said."""

    document = models.ForeignKey(
        DefinitionVersion, on_delete=models.CASCADE, related_name="remarks"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        app_label = "leads"
        db_table = "leads_definition_remark"
        ordering: ClassVar[list[str]] = ["at", "id"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="said_once", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.text[:60]
