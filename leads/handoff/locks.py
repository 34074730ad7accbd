"""Named locks. Order: leads by id, then their person, then the routing turn, then clocks by id."""

from collections.abc import Collection
from functools import cache
from typing import Any

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.prepared import Prepared
from leads.handoff.models import Lead
from leads.handoff.querysets import LeadQuerySet


def _locking(*, skip_locked: bool = False) -> LeadQuerySet:
    return Lead.objects.select_for_update(no_key=True, skip_locked=skip_locked, of=("self",))


def lock_lead(lead_id: int, *, along: tuple[str, ...] = ()) -> Lead:
    """The lead, locked for this transaction and read afresh.

    `no_key` leaves other transactions free to insert rows that point to the lead: a plain
    FOR UPDATE deadlocks with the sweep, which inserts events. People and team are read when they
    are asked for: most actions ask for none of them, and five joins cost more than the lock. What
    is named by `along` comes with it, unlocked.
    """
    lead = _the_lead(along).first(lead_id)
    if lead is None:
        raise DomainError("not_found", f"There is no lead L-{lead_id}.", status=404)
    return lead


@cache
def _the_lead(along: tuple[str, ...]) -> Prepared[Lead]:
    def make(lead_id: Any) -> LeadQuerySet:
        locking = _locking().filter(pk=lead_id)
        return locking.select_related(*along) if along else locking

    return Prepared(1, make)


def lock_free_lead(lead_id: int) -> Lead | None:
    """The same for a worker with other things to do: None where somebody is at the lead now."""
    return _locking(skip_locked=True).filter(pk=lead_id).first()


def lock_leads(lead_ids: Collection[int]) -> None:
    """Many leads, locked for this transaction in the order of their ids."""
    list(_locking().filter(pk__in=lead_ids).order_by("pk").values_list("pk", flat=True))
