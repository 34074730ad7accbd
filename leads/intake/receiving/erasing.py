"""Forgetting a person in what was delivered: the rows stay and count, what was sent goes."""

from django.db.models import Case, Q, Value, When

from leads.handoff.packets import email_key
from leads.intake.naming import naming
from leads.intake.receiving.models import Arrived, Delivery, DeliveryState

ERASED = "What was sent is erased."
UNREAD = (DeliveryState.WAITING, DeliveryState.REFUSED, DeliveryState.FAILED)


def erase_from_deliveries(*, address: str) -> int:
    """Empty every delivery that names this address or brought a lead of whoever has it; how many.
    What nobody has read yet is not read any more. Called before the person is erased, because then
    the address is no longer known."""
    kept = Delivery.objects.exclude(raw=b"")
    theirs = Arrived.objects.filter(lead__person__email_key=email_key(address) or "-")
    found = set(kept.filter(pk__in=theirs.values("delivery")).values_list("pk", flat=True))
    found |= set(naming(kept, address).values_list("pk", flat=True))
    read = Case(When(Q(state__in=UNREAD), then=Value(DeliveryState.NOTHING)), default="state")
    return Delivery.objects.filter(pk__in=found).update(
        raw=b"", url="", headers={}, note=ERASED, state=read
    )
