"""What becomes of leads whose holder is away, by the rule that both sides signed.

`cover`: all of them go to who stands in, else to whose turn it is. `reoffer`: only those that
nobody accepted yet; the others wait, unless somebody stands in. `pause`: they stay, and what their
holder owes stands still as long as the agreement lets it. What marketing holds goes to who stands
in or leads there, whatever the rule. No lead comes back by itself.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Absence
from leadbridge.people.queries import absent_ids, cover_of, live_at, until_words
from leads.handoff.handing_on import Handover, held_by, try_hand_on
from leads.handoff.models import Lead
from leads.handoff.pauses import Pause, allowed_pauses
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.stages import MARKETING_STAGES, SALES_STAGES, Stage
from sla.agreement.queries import active_agreement

log = logging.getLogger(__name__)

COVER, REOFFER, PAUSE = "cover", "reoffer", "pause"
CODE = "absence"  # of the pause in the agreement, and of what a handover was caused by


def absence_rule() -> str:
    """What the agreement in force says about leads of somebody who is away."""
    active = active_agreement()
    return active.agreement.absence if active else COVER


def apply_absences(*, now: datetime) -> int:
    """Go through what people hold who are away now; answers how many leads moved
    or were paused.

    Any number of workers may do this: each absence is claimed for one lead at a time. When it
    begins all its leads are gone through; later only what came to them by others' doing.
    """
    rule = absence_rule()
    begun = Absence.objects.filter(live_at(now)).values_list("pk", flat=True)
    moved = 0
    for absence_id in begun:
        last: int | None = 0
        while last is not None:
            last, gone = _apply_one(absence_id, rule, after=last, now=now)
            moved += gone
    _end_pauses(now)
    return moved


def _apply_one(absence_id: int, rule: str, *, after: int, now: datetime) -> tuple[int | None, bool]:
    """The next lead of one absence, in one transaction; None where there is none, or where another
    worker has the absence."""
    with transaction.atomic():
        claimed = Absence.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        absence = claimed.filter(live_at(now), pk=absence_id).select_related("user").first()
        if absence is None:
            return None, False
        handover = _handover(absence, now)
        leads = Lead.objects.filter(held_by(absence.user, role=False), _meant_by(rule, handover))
        if rule == PAUSE:
            leads = leads.exclude(_paused_since(absence))
        if absence.handled_at is not None:
            leads = leads.filter(Q(last_actor=None) | ~Q(last_actor=absence.user))
        lead = leads.filter(pk__gt=after).order_by("pk").first()
        if lead is None:
            if absence.handled_at is None:
                absence.handled_at = now
                absence.save(update_fields=["handled_at"])
            return None, False
        if rule == PAUSE and lead.stage in SALES_STAGES:
            return lead.pk, _pause(lead, absence, handover)
        return lead.pk, try_hand_on(handover, lead.pk)


def _handover(absence: Absence, now: datetime) -> Handover:
    return Handover(
        giver=absence.user,
        now=now,
        cause=CODE,
        because=f"{absence.user} is away {until_words(absence)}.",
        heir=cover_of(absence.user_id, now),
    )


def _meant_by(rule: str, handover: Handover) -> Q:
    """Which of their leads this rule means."""
    stages = set(MARKETING_STAGES)
    if rule in (COVER, PAUSE) or (rule == REOFFER and handover.heir is not None):
        stages |= SALES_STAGES
    elif rule == REOFFER:
        stages.add(Stage.SUBMITTED)
    return Q(stage__in=sorted(stages))


def _paused_since(absence: Absence) -> Exists:
    """Leads that were paused for this absence: once, so that the agreed cap stays one."""
    paused = Pause.objects.filter(lead=OuterRef("pk"), code=CODE)
    return Exists(paused.filter(starts_at__gte=absence.starts_at))


def _pause(lead: Lead, absence: Absence, handover: Handover) -> bool:
    """Let a lead stand still until its holder is back, or as long as the agreement lets it."""
    now = handover.now
    agreed = next((one for one in allowed_pauses(lead, now) if one.code == CODE), None)
    if agreed is None:
        return False
    try:
        pause_lead(
            lead_id=lead.pk, actor=None, now=now, code=CODE,
            until=min(absence.ends_at, agreed.latest), comment=handover.because,
        )  # fmt: skip
    except DomainError as error:
        log.warning("L-%s of %s was not paused: %s", lead.pk, absence.user, error.message)
        return False
    return True


def _end_pauses(now: datetime) -> None:
    """Go on with leads that stand still for an absence and whose holder is here again, or another.
    One that stands still for another reason as well is left to its holder."""
    live = Pause.objects.filter(lead=OuterRef("pk"), ended_at=None, ends_at__gt=now)
    leads = Lead.objects.filter(Exists(live.filter(code=CODE)), stage__in=sorted(SALES_STAGES))
    here = leads.exclude(Exists(live.exclude(code=CODE))).exclude(holder__in=absent_ids(now))
    for lead_id in here.values_list("pk", flat=True):
        try:
            resume_lead(lead_id=lead_id, actor=None, now=now)
        except DomainError as error:
            log.warning("L-%s was not resumed: %s", lead_id, error.message)
