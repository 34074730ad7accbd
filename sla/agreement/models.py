"""The signed versions of the agreement between marketing and sales."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from leadbridge.kernel.confirmations import (
    Confirmation,
    confirmation_constraints,
    confirmation_triggers,
)
from leadbridge.kernel.documents import VersionedDocument, document_constraints, document_triggers

TABLE = "sla_agreement"

# What was proposed is signed as it is, and this with it.
_RUNNING_FROZEN = """
    IF OLD.state <> 'draft' AND NEW.state <> 'draft'
        AND NEW.running IS DISTINCT FROM OLD.running
    THEN
        RAISE EXCEPTION 'version % was proposed for other clocks', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Running(models.TextChoices):
    """What becomes of clocks that run when what they count by is edited."""

    KEEP = "keep", "New clocks only"  # they go on by the version they were started under
    MOVE = "move", "Running ones too"  # they are reckoned anew


class AgreementVersion(VersionedDocument):
    """One version; its content is read by `targets.Agreement.from_content`.

    `running` is for which clocks it counts when it comes into force: stated with the proposal, so
    that both heads sign knowing it.
    """

    running = models.CharField(
        max_length=4, choices=Running.choices, default=Running.KEEP, db_default=Running.KEEP
    )

    class Meta:
        app_label = "sla"
        db_table = TABLE
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar = [
            *document_constraints("agreement"),
            models.CheckConstraint(
                name="agreement_running_known", condition=Q(running__in=["keep", "move"])
            ),
        ]
        triggers: ClassVar = [
            *document_triggers(),
            pgtrigger.Trigger(
                name="running_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_RUNNING_FROZEN,
            ),
        ]


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
