"""The steps of a ladder that move a lead: offered to the pool, given to somebody else, and in the
end to the manager in person.

The sweep notes them as pending; here each is carried out in a transaction of its own, lead first,
through the handoff. An act on the lead that came in between has ended the clock, and the step is
dropped. What happened stands in `outcome`, in words.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.actions import post
from leadbridge.people.models import User
from leads.handoff.actions import reassign_lead
from leads.handoff.judging import facts_of
from leads.handoff.locks import lock_free_lead
from leads.handoff.models import Custody, Lead
from leads.handoff.stages import SALES_STAGES, Stage
from leads.routing.actions import choose_in_team
from sla.agreement.ladder import OFFER, REASSIGN
from sla.agreement.queries import agreement_version
from sla.clocks.models import FAILED, Clock, ClockStep
from sla.clocks.sweep import keep_error

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Going:
    """To whom a lead goes (None: the pool), and why in words."""

    to: User | None
    because: str


class Dropped(Exception):
    """The step has nothing to do any more; its text says why."""


def climb(*, now: datetime) -> int:
    """Carry out the steps that wait; how many moved a lead. Any number of workers at once.

    The longest due comes first, and of those due at the same instant the older lead, whichever
    worker noted it in whichever batch, or began its clock: so whose turn it is does not depend on
    how the work was cut into pieces.
    """
    waiting = ClockStep.objects.filter(state=ClockStep.State.PENDING)
    waiting = waiting.order_by("due_at", "clock__lead_id", "clock_id", "pk")
    return sum(
        _carry_out(step_id, lead_id, now)
        for step_id, lead_id in waiting.values_list("pk", "clock__lead_id").iterator()
    )


def _carry_out(step_id: int, lead_id: int, now: datetime) -> bool:
    """One step; a failure that is no refusal is put on its clock, and the others go on."""
    try:
        with transaction.atomic():
            lead = lock_free_lead(lead_id)
            if lead is None:
                return False  # somebody acts on it, or another worker has it: the next sweep asks
            step = (
                ClockStep.objects.select_for_update(no_key=True, of=("self",))
                .select_related("clock")
                .filter(pk=step_id, state=ClockStep.State.PENDING)
                .first()
            )
            return step is not None and _move(step, lead, now)
    except Exception as error:  # one lead's fault must not hold up the others
        log.exception("step %s could not be carried out", step_id)
        _set_aside(step_id, error, now)
        return False


def _move(step: ClockStep, lead: Lead, now: datetime) -> bool:
    before = lead.holder_id
    try:
        going = _where_to(step, lead, now)
        with transaction.atomic():  # a refusal leaves no half of a move behind
            lead = reassign_lead(
                lead_id=lead.pk, actor=None, now=now, to=going.to, team=lead.team,
                cause=going.because,
            )  # fmt: skip
    except (Dropped, DomainError) as refusal:
        _note(step, ClockStep.State.DROPPED, str(refusal))
        return False
    _note(step, ClockStep.State.DONE, going.because)
    # The new holder hears of a lead that arrives, from the engine, as of any other.
    people = {before, lead.team.manager_id} - {lead.holder_id}
    _tell(step, {user_id for user_id in people if user_id}, now)
    return True


def _where_to(step: ClockStep, lead: Lead, now: datetime) -> Going:
    """The receiver of a step; Dropped where it has nothing to do any more."""
    clock = step.clock
    if clock.stopped_at or clock.void_at:
        raise Dropped("Answered, or handed on, before it came to this.")
    if lead.stage not in SALES_STAGES:
        raise Dropped("Sales does not hold this lead any more.")
    if clock.kind == "first_touch" and lead.stage == Stage.SUBMITTED:
        raise Dropped("Nobody has accepted it yet: that promise has a ladder of its own.")
    if step.step == OFFER:
        return _to_pool(lead)
    if step.step == REASSIGN:
        return _to_another(clock, lead, now)
    return _to_manager(lead)


def _to_pool(lead: Lead) -> Going:
    if lead.holder_id is None:
        raise Dropped("It is in the pool already.")
    if lead.stage != Stage.SUBMITTED:
        raise Dropped("Somebody has accepted it: an accepted lead needs a person.")
    if _climbed(lead, OFFER):
        raise Dropped("It was offered to the pool before.")
    return Going(None, "Not answered in time: offered to the pool.")


def _to_another(clock: Clock, lead: Lead, now: datetime) -> Going:
    """The next in turn who has not held it yet; the manager after the last hop."""
    hops = agreement_version(clock.agreement_id).agreement.hops
    if _climbed(lead, REASSIGN) >= hops:
        return _to_manager(lead)
    since = lead.submitted_at or lead.captured_at
    held = Custody.objects.filter(lead=lead, since__gte=since, holder__isnull=False)
    skipped = frozenset(held.values_list("holder_id", flat=True))
    choice = choose_in_team(team=lead.team, facts=facts_of(lead), now=now, without=skipped)
    if choice.holder_id is None:
        return _to_manager(lead)
    to = User.objects.get(pk=choice.holder_id)
    return Going(to, f"Not answered in time: now with {to}.")


def _to_manager(lead: Lead) -> Going:
    if lead.holder_id == lead.team.manager_id:
        raise Dropped("The manager holds it already.")
    manager = lead.team.manager
    return Going(manager, f"Not answered in time: now with {manager} in person.")


def _climbed(lead: Lead, step: str) -> int:
    """How often the ladder took this step since the lead was handed over."""
    return ClockStep.objects.filter(
        clock__lead=lead,
        clock__started_at__gte=lead.submitted_at or lead.captured_at,
        step=step,
        state=ClockStep.State.DONE,
    ).count()


def _note(step: ClockStep, state: str, outcome: str) -> None:
    step.state, step.outcome = state, outcome[:200]
    step.save(update_fields=["state", "outcome"])


def _tell(step: ClockStep, people: set[int], now: datetime) -> None:
    """Tell the former holder and the manager, each when they work."""
    clock = step.clock
    told = {"clock": clock.pk, "lead": clock.lead_id, "kind": clock.kind, "step": step.step}
    post(
        kind="clock.escalated",
        key=f"clock-{clock.pk}-{step.step}",
        to=people,
        data={**told, "due_at": clock.due_at.isoformat(), "outcome": step.outcome},
        now=now,
    )


def _set_aside(step_id: int, error: Exception, now: datetime) -> None:
    """Keep the error on the clock, where the status page shows it; the step is not tried again
    unless an administrator says so (`repair`)."""
    step = ClockStep.objects.filter(pk=step_id, state=ClockStep.State.PENDING).first()
    if step is None:
        return
    _note(step, ClockStep.State.DROPPED, f"{FAILED}{error}")
    keep_error(step.clock_id, error, now)
