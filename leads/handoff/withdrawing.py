"""Taking a lead back that should never have come in, as when a whole file was the wrong one: it is
forgotten like a person who asks for it, while it still stands as it came."""

from datetime import datetime

from django.db import transaction

from leadbridge.outbox.webhooks.bodies import forget_bodies
from leadbridge.people.models import User
from leads.handoff.consents import Consent
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead, Person, Remark
from leads.handoff.moves import Move, carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import Action, Stage

BLANK: dict[str, object] = {
    "email_key": "", "external_id": "", "message": "", "title": "", "company": "",
    "attributes": {}, "verdict_lines": [], "debrief": "",
}  # fmt: skip


def withdraw_lead(*, lead_id: int, by: User, now: datetime, why: str) -> Lead:
    """Forget a lead, and its person where nothing else is known of them. The system does it for
    whoever brought the lead in (`by`); whether it still stands as it came, the caller knows."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ERASE, actor=None, now=now)
        carry_out(
            lead,
            Move(
                Action.ERASE,
                Stage.ERASED,
                None,
                now,
                lead.holder_id,
                lead.team_id,
                BLANK,
                data={"request": why, "by": by.pk},
            ),
        )
        Remark.objects.filter(event__lead=lead).update(text="")
        Consent.objects.filter(lead=lead).delete()
        forget_bodies(about=[lead.pk])
        others = Lead.objects.filter(person=lead.person_id).exclude(stage=Stage.ERASED)
        if not others.exists():
            Person.objects.filter(pk=lead.person_id, erased_at=None).update(
                email="", email_key=None, phone="", phone_key="", first_name="", last_name="",
                erased_at=now,
            )  # fmt: skip
    return lead
