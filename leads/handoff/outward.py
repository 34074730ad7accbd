"""What other programs are told of a lead: nothing by which its person could be known, so that no
body has to be called back when somebody is erased. Whoever may know more asks the API."""

from django.conf import settings

from leadbridge.kernel.time import utc_text
from leads.handoff.models import Event, Lead
from leads.handoff.told import TOLD_AS

LEAD_EVENTS = sorted({event for event in TOLD_AS.values() if event.startswith("lead.")})
INSTANTS = (
    "captured_at", "submitted_at", "accepted_at", "first_touch_at", "decided_at", "closed_at",
)  # fmt: skip


def data_of_event(event_id: int) -> dict[str, object]:
    """An act on a lead, and the lead as it stands when this is sent."""
    event = _event(event_id)
    return {
        "action": event.action,
        "at": utc_text(event.at),
        "by": event.actor.username if event.actor else None,
        "from_stage": event.from_stage or None,
        "to_stage": event.to_stage or None,
        "lead": lead_data(event.lead),
    }


def _event(event_id: int) -> Event:
    rows = Event.objects.select_related("actor", "lead__holder", "lead__team", "lead__marketer")
    return rows.get(pk=event_id)


def lead_data(lead: Lead) -> dict[str, object]:
    """A lead without its person."""
    return {
        "id": lead.pk,
        "ref": lead.ref,
        "url": f"{settings.SITE_URL}/leads/{lead.ref}/",
        "external_id": lead.external_id,
        "stage": lead.stage,
        "episode": lead.episode,
        "source": lead.source,
        "campaign": lead.campaign,
        "value": None if lead.value is None else float(lead.value),
        "verdict": lead.verdict or None,
        "fit": lead.fit,
        "interest": lead.interest,
        "tier": lead.tier,
        "reason": lead.reason or None,
        "criterion": lead.reason_criterion or None,
        "holder": lead.holder.username if lead.holder else None,
        "team": lead.team.slug,
        "marketer": lead.marketer.username,
        **{name: utc_text(getattr(lead, name)) for name in INSTANTS},
    }
