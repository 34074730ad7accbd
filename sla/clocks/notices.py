"""What people are told about clocks, in words."""

from django.conf import settings

from leadbridge.kernel.time import local
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock


def render_breach(message: Message) -> Letter:
    """A promise passed its time: which, whose, since when, and where to act."""
    clock = Clock.objects.select_related(
        "lead__person", "holder", "team", "calendar__calendar", "agreement"
    ).get(pk=message.data["clock"])
    lead, kind = clock.lead, KINDS[clock.kind]
    zone = message.recipient.time_zone or settings.TIME_ZONE
    due = f"{local(clock.due_at, zone):%a %-d %b, %H:%M}"
    owner = str(clock.holder) if clock.holder else f"{clock.team} (pool)"
    mine = clock.holder_id == message.recipient_id
    opening = "waits for you" if mine else f"waits for {owner}"
    return Letter(
        subject=f"Overdue: {kind.label.lower()} of {lead.ref} {lead.name}",
        body=(
            f"{lead.name} ({lead.ref}) {opening}.\n\n"
            f"{kind.label} was due {due} ({zone}).\n"
            f"Counted by {clock.calendar.calendar.name}, agreement {clock.agreement}.\n\n"
            f"{settings.SITE_URL}/leads/{lead.ref}/\n"
        ),
    )
