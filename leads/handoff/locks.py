"""Named locks. Order: leads by id, then their person, then the routing turn, then clocks by id."""

from collections.abc import Collection

from leadbridge.kernel.errors import DomainError
from leads.handoff.models import Lead


def lock_lead(lead_id: int) -> Lead:
    """The lead, locked for this transaction and read afresh.

    `no_key` leaves other transactions free to insert rows that point to the lead: a plain
    FOR UPDATE deadlocks with the sweep, which inserts events. People and team are read when they
    are asked for: most actions ask for none of them, and five joins cost more than the lock.
    """
    lead = Lead.objects.select_for_update(no_key=True, of=("self",)).filter(pk=lead_id).first()
    if lead is None:
        raise DomainError("not_found", f"There is no lead L-{lead_id}.", status=404)
    return lead


def lock_leads(lead_ids: Collection[int]) -> None:
    """Many leads, locked for this transaction in the order of their ids."""
    leads = Lead.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=lead_ids)
    list(leads.order_by("pk").values_list("pk", flat=True))
