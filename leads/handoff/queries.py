"""Reading leads: the only door to one lead."""

from datetime import datetime

from leadbridge.kernel.deadline import Pressure
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.prepared import Prepared
from leadbridge.people.access import Viewer, viewer_of
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.querysets import LeadQuerySet

_HELD = Prepared(
    2,
    lambda lead_id, holder: Lead.objects.filter(pk=lead_id, holder=holder).values_list(
        "pk", flat=True
    ),
)


def lead_id_of(ref: str) -> int:
    """The number in a reference such as `L-20481`; 404 for anything that is none."""
    digits = ref.removeprefix("L-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise unknown_lead(ref)
    return int(digits)


def unknown_lead(ref: str) -> DomainError:
    """The same answer for a lead that does not exist and for one that is none of your business."""
    return DomainError("not_found", f"There is no lead {ref[:24]} that you may see.", status=404)


def get_lead_for(user: User, ref: str) -> Lead:
    """The lead behind a reference, if this person may see it; DomainError `not_found` otherwise."""
    lead = Lead.objects.visible_to(viewer_of(user)).with_people().filter(pk=lead_id_of(ref)).first()
    if lead is None:
        raise unknown_lead(ref)
    return lead


def lead_id_for(viewer: Viewer, ref: str) -> int:
    """The same where the lead itself is read again under its lock."""
    lead_id = lead_id_of(ref)
    # Who acts on a lead mostly holds it, which is the cheapest thing to ask.
    if not (
        _HELD.first(lead_id, viewer.user.pk)
        or Lead.objects.filter(pk=lead_id).visible_to(viewer).exists()
    ):
        raise unknown_lead(ref)
    return lead_id


def late_count(user: User, now: datetime) -> int:
    """How many leads wait for this very person past their time."""
    return late_leads(user, now).count()


def late_leads(user: User, now: datetime) -> LeadQuerySet:
    """The leads that do."""
    return Lead.objects.filter(holder=user).under(Pressure.OVERDUE, now)
