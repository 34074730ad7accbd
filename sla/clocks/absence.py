"""What becomes of leads whose holder is away, by the rule that both sides signed.

`cover`: all of them go to who stands in, else to whose turn it is. `reoffer`: only those that
nobody accepted yet; the others wait, unless somebody stands in. `pause`: they stay. What marketing
holds goes to who stands in or leads there, whatever the rule. Nothing comes back by itself.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leadbridge.people.models import Absence
from leadbridge.people.queries import cover_of, live_at, until_words
from leads.handoff.handing_on import Handover, held_by, try_hand_on
from leads.handoff.models import Lead
from leads.handoff.stages import MARKETING_STAGES, SALES_STAGES, Stage
from sla.agreement.queries import active_agreement

COVER, REOFFER, PAUSE = "cover", "reoffer", "pause"


def absence_rule() -> str:
    """What the agreement in force says about leads of somebody who is away."""
    active = active_agreement()
    return active.agreement.absence if active else COVER


def apply_absences(*, now: datetime) -> int:
    """Go through what people hold who are away now; answers how many leads moved.

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
        leads = Lead.objects.filter(held_by(absence.user, role=False), _moved_by(rule, handover))
        if absence.handled_at is not None:
            leads = leads.filter(Q(last_actor=None) | ~Q(last_actor=absence.user))
        lead_id = leads.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
        if lead_id is None:
            if absence.handled_at is None:
                absence.handled_at = now
                absence.save(update_fields=["handled_at"])
            return None, False
        return lead_id, try_hand_on(handover, lead_id)


def _handover(absence: Absence, now: datetime) -> Handover:
    return Handover(
        giver=absence.user,
        now=now,
        cause="absence",
        because=f"{absence.user} is away {until_words(absence)}.",
        heir=cover_of(absence.user_id, now),
    )


def _moved_by(rule: str, handover: Handover) -> Q:
    """Which of their leads move under this rule."""
    stages = set(MARKETING_STAGES)
    if rule == COVER or (rule == REOFFER and handover.heir is not None):
        stages |= SALES_STAGES
    elif rule == REOFFER:
        stages.add(Stage.SUBMITTED)
    return Q(stage__in=sorted(stages))
