"""A document in force confirmed unchanged: an act of both sides, signed like the document itself.

One side opens it, the other completes it. It holds the hash of the very version in force; the
database refuses one on anything else, one person for both sides, and a signature that wanders.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = ["Confirmation", "confirmation_constraints", "confirmation_triggers"]


class Confirmation(models.Model):
    """Concrete models add `document`, and the constraints and triggers below."""

    content_hash = models.CharField(max_length=64)
    review_on = models.DateField(null=True, help_text="When both want to look at it again.")
    marketing_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    marketing_signed_at = models.DateTimeField(null=True)
    sales_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sales_signed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"confirmed {self.completed_at:%Y-%m-%d}" if self.completed_at else "half confirmed"


def confirmation_constraints(prefix: str) -> list[models.BaseConstraint]:
    """The constraints of a concrete confirmation's Meta; `prefix` makes their names unique."""
    by_marketing, by_sales = _signed("marketing"), _signed("sales")
    return [
        models.UniqueConstraint(
            fields=["document"], condition=Q(completed_at=None), name=f"{prefix}_one_open"
        ),
        _check(f"{prefix}_marketing_signature", _unsigned("marketing") | by_marketing),
        _check(f"{prefix}_sales_signature", _unsigned("sales") | by_sales),
        _check(f"{prefix}_signed_by_one", by_marketing | by_sales),
        _check(
            f"{prefix}_two_signers",
            Q(marketing_signed_by=None)
            | Q(sales_signed_by=None)
            | ~Q(marketing_signed_by=F("sales_signed_by")),
        ),
        _check(
            f"{prefix}_complete_by_both",
            Q(completed_at__isnull=False) & by_marketing & by_sales
            | Q(completed_at__isnull=True) & (_unsigned("marketing") | _unsigned("sales")),
        ),
    ]


def _check(name: str, condition: Q) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=name)


def _signed(side: str) -> Q:
    return Q((f"{side}_signed_by__isnull", False), (f"{side}_signed_at__isnull", False))


def _unsigned(side: str) -> Q:
    return Q((f"{side}_signed_by__isnull", True), (f"{side}_signed_at__isnull", True))


def confirmation_triggers(documents: str) -> list[pgtrigger.Trigger]:
    """The triggers of a concrete confirmation's Meta; `documents` is the table confirmed."""
    return [
        pgtrigger.Trigger(
            name="confirmation_of_what_holds",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[("held", "text")],
            func=_OF_WHAT_HOLDS.format(documents=documents),
        ),
        pgtrigger.Trigger(
            name="confirmation_frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_FROZEN,
        ),
        pgtrigger.Protect(
            name="confirmation_kept",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Q(old__completed_at__isnull=False),
        ),
    ]


_OF_WHAT_HOLDS = """
    SELECT content_hash INTO held FROM {documents}
        WHERE id = NEW.document_id AND state = 'active';
    IF held IS DISTINCT FROM NEW.content_hash THEN
        RAISE EXCEPTION 'only what is in force is confirmed, and only as it is'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

_FROZEN = """
    IF OLD.completed_at IS NOT NULL
        OR NEW.document_id IS DISTINCT FROM OLD.document_id
        OR NEW.content_hash IS DISTINCT FROM OLD.content_hash
        OR NEW.review_on IS DISTINCT FROM OLD.review_on
        OR NEW.opened_at IS DISTINCT FROM OLD.opened_at
        OR (OLD.marketing_signed_by_id IS NOT NULL AND (
            NEW.marketing_signed_by_id IS DISTINCT FROM OLD.marketing_signed_by_id
            OR NEW.marketing_signed_at IS DISTINCT FROM OLD.marketing_signed_at))
        OR (OLD.sales_signed_by_id IS NOT NULL AND (
            NEW.sales_signed_by_id IS DISTINCT FROM OLD.sales_signed_by_id
            OR NEW.sales_signed_at IS DISTINCT FROM OLD.sales_signed_at))
    THEN
        RAISE EXCEPTION 'a confirmation that was signed cannot be changed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
