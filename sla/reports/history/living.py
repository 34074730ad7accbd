"""Living a past through: the very actions of today, each at its real instant.

`together` does the same for many pasts at once, and a test holds that it does.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.campaigns.attribution import count_packet
from leads.handoff.actions import (
    accept_lead,
    disqualify_lead,
    qualify_lead,
    reject_lead,
    submit_lead,
    win_lead,
)
from leads.handoff.episodes import Packet, capture_lead
from leads.handoff.stages import Action
from leads.routing.choice import Choice
from leads.work.actions import log_touch
from sla.clocks.past import leave_last_unjudged
from sla.reports.history.pasts import Past
from sla.reports.history.scene import NOBODY_KNOWN, Scene
from sla.reports.history.steps import Step, steps_of

OVERRIDE = "Handed over before LeadBridge."
REASON = "other"
HOW = {"channel": "call", "result": "talked"}


def live_through(past: Past, scene: Scene) -> int:
    """Do again what was done to a past lead; answers its id. In a transaction, under the past's
    terms (`judged_by`), so that nobody is told.

    DomainError where the lead cannot be one of its own, as when its person has an open lead now.
    """
    begun, *way = steps_of(past)
    by_marketing = scene.marketer if past.captured_at else None
    captured = capture_lead(
        packet=packet_of(past, scene),
        origin="history",
        marketer=scene.marketer,
        actor=by_marketing,
        now=begun.at,
    )
    if captured.joined:
        raise DomainError("invalid", f"The same person has an open lead, {captured.lead.ref}.")
    lead_id = captured.lead.pk
    holder = holder_of(past, way, scene)
    for step in way:
        if step.action is Action.SUBMIT:
            submit_lead(
                lead_id=lead_id,
                actor=by_marketing,
                now=step.at,
                override_reason=OVERRIDE,
                to=receiver(scene, holder),
            )
        else:
            assert holder is not None, "somebody acted"
            _do(step, lead_id, holder, past)
    undated = sum(not step.dated for step in way)
    if undated:
        leave_last_unjudged(lead_id, undated)
    return lead_id


def _do(step: Step, lead_id: int, holder: User, past: Past) -> None:
    at, words = step.at, ended_as(past)
    match step.action:
        case Action.ACCEPT:
            accept_lead(lead_id=lead_id, actor=holder, now=at)
        case Action.TOUCH:
            log_touch(
                lead_id=lead_id, actor=holder, now=at, channel=HOW["channel"], result=HOW["result"]
            )
        case Action.QUALIFY:
            value = past.value or Decimal(0)
            qualify_lead(lead_id=lead_id, actor=holder, now=at, value=value, close_on=at.date())
        case Action.WIN:
            win_lead(
                lead_id=lead_id, actor=holder, now=at, value=past.value or Decimal(0), debrief=""
            )
        case Action.REJECT:
            reject_lead(lead_id=lead_id, actor=holder, now=at, reason=REASON, comment=words)
        case Action.DISQUALIFY:
            disqualify_lead(lead_id=lead_id, actor=holder, now=at, reason=REASON, comment=words)
        case _:
            raise AssertionError(f"a past does not {step.action}")


def holder_of(past: Past, way: Sequence[Step], scene: Scene) -> User | None:
    """Whoever had it; somebody unknown where sales acted and nobody is named."""
    acted = any(step.is_of_sales for step in way)
    return scene.holder(past.holder or NOBODY_KNOWN) if past.holder or acted else None


def ended_as(past: Past) -> str:
    """The outcome in the words of the file."""
    return f"Ended as “{past.said or past.outcome}” in the history."


def receiver(scene: Scene, holder: User | None) -> Choice:
    """Whoever got it then; without anybody known, the pool of the past's team."""
    return Choice(scene.team.pk, holder.pk if holder else None, "", "As it was in the past.")


def packet_of(past: Past, scene: Scene) -> Packet:
    """What is known of the person. A past without addresses gets one that can reach nobody."""
    texts = dict(past.texts)
    if not (texts.get("email") or texts.get("phone")):
        mark = hashlib.sha256(f"{past.source}\n{past.external_id}".encode()).hexdigest()[:20]
        texts["email"] = f"{mark}@history.invalid"
    if not (texts.get("company") or texts.get("first_name") or texts.get("last_name")):
        texts["company"] = f"{past.source} {past.external_id}"[:200]
    packet = Packet(
        source=past.source,
        external_id=past.external_id,
        value=past.value,
        **texts,  # type: ignore[arg-type]  # names of TEXTS are those of text fields
    )
    return count_packet(packet, scene.counts)
