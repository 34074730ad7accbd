"""Taking in what somebody sent."""

import logging
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.campaigns.attribution import count_packet
from leads.campaigns.words import Attribution
from leads.handoff.actions import submit_lead
from leads.handoff.episodes import Captured, Packet, capture_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Stage

log = logging.getLogger(__name__)

# A lead that sales sent back waits for marketing's own answer: a further act of the person does
# not overrule the rejection.
HANDED_OVER_AT_ONCE = frozenset({Stage.CAPTURED, Stage.NURTURING, Stage.RECYCLED})


def take_in(
    *,
    packet: Packet,
    origin: str,
    marketer: User,
    actor: User | None,
    now: datetime,
    counts: Attribution | None = None,
) -> Captured:
    """Capture an act of interest and, where the definition says yes, hand it over at once.

    What it counts for, source and campaign, follows from its words (see leads.campaigns; `counts`:
    the rules, where they were read before).
    Any other verdict waits for the marketer's triage, and so does a lead that cannot be handed
    over (no route, no name): its triage clock runs, nothing is lost. DomainError as
    `capture_lead` raises it.
    """
    with transaction.atomic():
        packet = count_packet(packet, counts)
        captured = capture_lead(
            packet=packet, origin=origin, marketer=marketer, actor=actor, now=now
        )
        lead = captured.lead
        if lead.verdict == "yes" and lead.stage in HANDED_OVER_AT_ONCE:
            lead = _hand_over(lead, now)
    return Captured(lead, captured.joined)


def _hand_over(lead: Lead, now: datetime) -> Lead:
    try:
        return submit_lead(lead_id=lead.pk, actor=None, now=now)
    except DomainError as refusal:
        log.warning("%s stays with marketing: %s", lead.ref, refusal.message)
        return lead
