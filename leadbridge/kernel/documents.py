"""Documents that two sides sign: versions, signatures, and the guards around them.

A version is drafted, proposed (its hash is fixed), signed by one person of each side on that
hash, put into force, and retired. The database refuses what must never be: a second version in
force, a signature on something else, one person for both sides, a change after proposing.
Whether a signer is head of marketing or of sales is asked by the actions, which know people.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value

from leadbridge.kernel.hashing import content_hash

__all__ = ["VersionedDocument", "content_hash", "document_constraints", "document_triggers"]


class DocumentState(models.TextChoices):
    """From a first sketch to a document that was in force."""

    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Proposed"
    SIGNED = "signed", "Signed by both sides"
    ACTIVE = "active", "In force"
    RETIRED = "retired", "Retired"


# Back to draft is how a proposal is edited; it takes both signatures with it. What both sides
# have signed is never edited: a change is a new version based on it.
TRANSITIONS = (
    ("draft", "proposed"),
    ("proposed", "draft"),
    ("proposed", "signed"),
    ("proposed", "retired"),
    ("signed", "active"),
    ("signed", "retired"),
    ("active", "retired"),
)


class VersionedDocument(models.Model):
    """One version of a document; concrete models add the constraints and triggers below."""

    State = DocumentState

    version = models.PositiveIntegerField()
    state = models.CharField(
        max_length=8, choices=DocumentState.choices, default=DocumentState.DRAFT
    )
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="", help_text="What changes, and why.")
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drafted_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    marketing_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    marketing_signed_at = models.DateTimeField(null=True, blank=True)
    marketing_signed_hash = models.CharField(max_length=64, blank=True, default="")
    sales_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sales_signed_at = models.DateTimeField(null=True, blank=True)
    sales_signed_hash = models.CharField(max_length=64, blank=True, default="")
    effective_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text="From when it is to hold; null until then: from the second signature on.",
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def is_signed_by_both(self) -> bool:
        """Whether both signatures stand on the present hash."""
        hashes = {self.marketing_signed_hash, self.sales_signed_hash}
        return bool(self.content_hash) and hashes == {self.content_hash}

    @property
    def is_unaltered(self) -> bool:
        """Whether the content still is what was hashed when it was proposed."""
        return self.content_hash in ("", content_hash(self.content))


def document_constraints(prefix: str) -> list[models.BaseConstraint]:
    """The constraints of a concrete document's Meta; `prefix` makes their names unique."""
    return [
        models.UniqueConstraint(fields=["version"], name=f"{prefix}_version_once"),
        models.UniqueConstraint(
            fields=["state"], condition=Q(state="active"), name=f"{prefix}_one_active"
        ),
        # Two versions on their way would each be read against one in force that the other replaces.
        models.UniqueConstraint(
            Value(1), condition=Q(state__in=["proposed", "signed"]), name=f"{prefix}_one_on_its_way"
        ),
        _check(
            f"{prefix}_hash_unless_draft",
            Q(state="draft", content_hash="")
            | (~Q(state="draft") & Q(content_hash__regex=r"^[0-9a-f]{64}$")),
        ),
        _check(f"{prefix}_marketing_signature", _signature("marketing")),
        _check(f"{prefix}_sales_signature", _signature("sales")),
        _check(
            f"{prefix}_two_signers",
            Q(marketing_signed_by=None)
            | Q(sales_signed_by=None)
            | ~Q(marketing_signed_by=F("sales_signed_by")),
        ),
        _check(
            f"{prefix}_signed_by_both",
            ~Q(state__in=["signed", "active"])
            | Q(marketing_signed_by__isnull=False, sales_signed_by__isnull=False),
        ),
        _check(f"{prefix}_active_since", ~Q(state="active") | Q(effective_from__isnull=False)),
        _check(
            f"{prefix}_retired_at",
            Q(state="retired", retired_at__isnull=False)
            | (~Q(state="retired") & Q(retired_at__isnull=True)),
        ),
    ]


def _check(name: str, condition: Q) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=name)


def _signature(side: str) -> Q:
    """Nothing of a signature, or all of it, and then on exactly the proposed hash."""
    who, when, what = f"{side}_signed_by", f"{side}_signed_at", f"{side}_signed_hash"
    absent = Q((f"{who}__isnull", True), (f"{when}__isnull", True), (what, ""))
    given = Q((f"{who}__isnull", False), (f"{when}__isnull", False), (what, F("content_hash")))
    return absent | (given & ~Q(state="draft"))


def document_triggers() -> list[pgtrigger.Trigger]:
    """The triggers of a concrete document's Meta: what an UPDATE or DELETE may never do."""
    return [
        pgtrigger.Trigger(
            name="document_frozen", when=pgtrigger.Before, operation=pgtrigger.Update, func=_FROZEN
        ),
        pgtrigger.FSM(name="document_life", field="state", transitions=list(TRANSITIONS)),
        pgtrigger.Protect(
            name="document_kept",
            operation=pgtrigger.Delete,
            condition=~pgtrigger.Q(old__state="draft"),
        ),
    ]


# Written out because each part of the row is frozen from another step on: what was proposed from
# proposing, a signature from the moment it is given, the day from when it holds until it does.
_FROZEN = """
    IF OLD.state = 'draft' AND (
        NEW.marketing_signed_by_id IS NOT NULL OR NEW.sales_signed_by_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'version % is signed only after it was proposed', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND (
        NEW.content IS DISTINCT FROM OLD.content
        OR NEW.version IS DISTINCT FROM OLD.version
        OR NEW.based_on_id IS DISTINCT FROM OLD.based_on_id
        OR NEW.note IS DISTINCT FROM OLD.note
        OR (NEW.state <> 'draft' AND (
            NEW.content_hash IS DISTINCT FROM OLD.content_hash
            OR NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id
            OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at))
    ) THEN
        RAISE EXCEPTION 'version % was proposed and cannot be changed', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND NEW.state <> 'draft'
        AND NEW.effective_from IS DISTINCT FROM OLD.effective_from
        AND NOT (NEW.state = 'active' AND OLD.state = 'signed'
                 AND (OLD.effective_from IS NULL OR NEW.effective_from >= OLD.effective_from))
    THEN
        RAISE EXCEPTION 'version % was proposed for another day', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'proposed' AND NEW.state <> 'draft' AND (
        (OLD.marketing_signed_by_id IS NOT NULL AND (
            NEW.marketing_signed_by_id IS DISTINCT FROM OLD.marketing_signed_by_id
            OR NEW.marketing_signed_at IS DISTINCT FROM OLD.marketing_signed_at))
        OR (OLD.sales_signed_by_id IS NOT NULL AND (
            NEW.sales_signed_by_id IS DISTINCT FROM OLD.sales_signed_by_id
            OR NEW.sales_signed_at IS DISTINCT FROM OLD.sales_signed_at))
    ) THEN
        RAISE EXCEPTION 'a signature under version % is not given to another', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('signed', 'active', 'retired') AND (
        NEW.marketing_signed_by_id IS DISTINCT FROM OLD.marketing_signed_by_id
        OR NEW.marketing_signed_at IS DISTINCT FROM OLD.marketing_signed_at
        OR NEW.marketing_signed_hash IS DISTINCT FROM OLD.marketing_signed_hash
        OR NEW.sales_signed_by_id IS DISTINCT FROM OLD.sales_signed_by_id
        OR NEW.sales_signed_at IS DISTINCT FROM OLD.sales_signed_at
        OR NEW.sales_signed_hash IS DISTINCT FROM OLD.sales_signed_hash
    ) THEN
        RAISE EXCEPTION 'the signatures of version % cannot be changed', OLD.version
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
