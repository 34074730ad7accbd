"""The one receiver of the handoff's signal: one change at a time, or many that begin at once."""

from leads.handoff.changes import Agenda, Change, Gathering
from leads.handoff.models import Lead
from sla.clocks.engine import write_change
from sla.clocks.gathered import gathered_clocks


def on_lead_changed(
    sender: type[Lead], *, change: Change, gathering: Gathering | None = None, **_: object
) -> Agenda | None:
    """Do to the clocks of a lead what its change asks for, and answer what is due next on it."""
    if gathering is None:
        return write_change(change)
    return gathered_clocks(gathering).on_change(change)
