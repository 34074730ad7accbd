"""How a lead ended, told by a file some time later: the whole way there in one transaction.

Whoever brings the file says it, not whoever holds the lead; nobody knows when each step was, so no
promise is judged by it (`undated`), nobody is told, and no debrief is owed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team, User
from leads.definition.queries import active_definition
from leads.handoff.accounts import owner_id_of
from leads.handoff.deeds import acceptance, decided, submission, touching
from leads.handoff.judging import facts_of, judge_lead
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import Move, carry_out
from leads.handoff.pausing import end_pauses
from leads.handoff.rules import amount_of
from leads.handoff.stages import MARKETING_STAGES, Action, Stage
from leads.routing.actions import choose_holder

WON, LOST = "won", "lost"
REASON = "other"
_ENDED_AS = {WON: frozenset({Stage.WON}), LOST: frozenset({Stage.LOST, Stage.DISQUALIFIED})}


def tell_outcome(
    *,
    lead_id: int,
    outcome: str,
    value: Decimal | None,
    actor: User,
    now: datetime,
    words: str,
) -> Lead:
    """Bring a lead to the end that it had elsewhere. Nothing happens where it ended like that;
    DomainError `not_allowed` (409) where it ended otherwise.

    Whoever could not become business without ever being an opportunity here is disqualified:
    `lost` is kept for opportunities.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        if lead.stage in _ENDED_AS[outcome]:
            return lead
        if not lead.is_open:
            raise DomainError(
                "not_allowed",
                f"{lead.ref} has ended as {lead.stage}; reopen it before another end is told.",
                status=409,
                field="outcome",
            )
        if lead.paused_until:
            end_pauses(lead, max(now, lead.changed_at))
        steps = steps_to(
            outcome, lead, value, lambda: _handed_over(lead, actor, now), actor=actor, now=now
        )
        for number, step in enumerate(steps):
            said = {"comment": words} if number == 0 else {}
            move = step()
            carry_out(lead, replace(move, undated=True, words={**move.words, **said}))
    return lead


Step = Callable[[], Move]


def steps_to(
    outcome: str,
    lead: Lead,
    value: Decimal | None,
    handed_over: Step,
    *,
    actor: User,
    now: datetime,
) -> list[Step]:
    """The steps that are missing to an end; `handed_over` makes the one to whoever's turn it is."""
    if outcome == WON:
        return _to_won(lead, value, handed_over, actor, now)
    return _to_lost(lead, actor, now)


def _to_won(
    lead: Lead, value: Decimal | None, handed_over: Step, actor: User, now: datetime
) -> list[Step]:
    """The steps of the table that are missing, each worked out when the one before is done."""
    worth = amount_of(value if value is not None else lead.value or Decimal(0))
    opportunity = {"value": worth, "close_on": now.date(), "qualified_at": now}
    won = {"value": worth, "debrief": ""}
    steps: list[Step] = []
    if lead.stage in MARKETING_STAGES:
        steps.append(handed_over)
    if lead.stage in MARKETING_STAGES | {Stage.SUBMITTED}:
        steps.append(lambda: acceptance(lead, actor=actor, now=now))
    if lead.stage in MARKETING_STAGES | {Stage.SUBMITTED, Stage.ACCEPTED}:
        steps.append(lambda: _touched(lead, actor, now))
    if lead.stage != Stage.OPPORTUNITY:
        steps.append(
            lambda: decided(
                lead, Action.QUALIFY, Stage.OPPORTUNITY, opportunity, actor=actor, now=now
            )
        )
    steps.append(lambda: decided(lead, Action.WIN, Stage.WON, won, actor=actor, now=now))
    return steps


def _to_lost(lead: Lead, actor: User, now: datetime) -> list[Step]:
    """An opportunity is lost; anything before it is disqualified, with sales once it was taken."""
    lost: dict[str, object] = {"reason": REASON, "debrief": ""}
    gone: dict[str, object] = {"reason": REASON}
    if lead.stage == Stage.OPPORTUNITY:
        return [lambda: decided(lead, Action.LOSE, Stage.LOST, lost, actor=actor, now=now)]
    steps: list[Step] = []
    if lead.stage == Stage.SUBMITTED:
        steps.append(lambda: acceptance(lead, actor=actor, now=now))
    steps.append(
        lambda: decided(lead, Action.DISQUALIFY, Stage.DISQUALIFIED, gone, actor=actor, now=now)
    )
    return steps


def _handed_over(lead: Lead, actor: User, now: datetime) -> Move:
    """To whom the rules say; the pool's manager answers where it is nobody's turn."""
    choice = choose_holder(facts=facts_of(lead), now=now, owner=lambda: owner_id_of(lead))
    if choice.holder_id is None:
        manager = Team.objects.get(pk=choice.team_id).manager_id
        choice = replace(choice, holder_id=manager)
    verdict, by = judge_lead(lead, now), active_definition()
    return submission(lead, verdict, by, choice, actor=actor, now=now, because="")


def _touched(lead: Lead, actor: User, now: datetime) -> Move:
    """Nobody wins without having talked; of the talk no more is known."""
    at = max(now, lead.submitted_at or now)
    return touching(
        lead,
        to=Stage.WORKING,
        actor=actor,
        now=now,
        at=at,
        next_at=None,
        data={"channel": "call", "result": "talked"},
        words={},
    )
