"""Everything that can be done to a lead on its way, each as one typed function.

They read alike: lock, ask the table, say what becomes of the lead, carry it out. All take the
acting person (None is the system) and `now`, and raise DomainError where the table, the person or
the input does not allow it; nothing has changed then.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team, User
from leads.definition.queries import active_definition
from leads.handoff.accounts import owner_id_of
from leads.handoff.deeds import (
    acceptance,
    decided,
    rejection,
    submission,
    to_marketing,
    touching,
)
from leads.handoff.disputes import open_dispute
from leads.handoff.effort import require_effort
from leads.handoff.evidence import NOTHING, UNASKED, Evidence, prove
from leads.handoff.judging import facts_of, judge_lead
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead
from leads.handoff.moves import Move, carry_out
from leads.handoff.overrides import overrides_at, require_room
from leads.handoff.parties import permit
from leads.handoff.pausing import end_pauses
from leads.handoff.reasons import Reason, reason_for
from leads.handoff.rerouting import choice_as_named
from leads.handoff.rules import (
    amount_of,
    park_until,
    require_criterion,
    require_here,
    require_packet,
    spoken,
    team_for,
    touched_at,
)
from leads.handoff.stages import NURTURE_LIMIT, Action, Stage
from leads.routing.actions import choose_holder
from leads.routing.choice import Choice


def submit_lead(
    *,
    lead_id: int,
    actor: User | None,
    now: datetime,
    override_reason: str = "",
    to: Choice | None = None,
    as_named: bool = False,
) -> Lead:
    """Hand a lead to sales: judge it by the definition in force, route it, start sales' clocks.

    Where the verdict is not yes, `override_reason` says why it goes all the same. `to` is who got
    it where that was decided elsewhere, as in a past that is lived through: no turn moves then.
    `as_named`: to whom sales said it belongs when it said no, past the rules that were wrong.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.SUBMIT, actor=actor, now=now)
        require_packet(lead)
        verdict = judge_lead(lead, now)
        if verdict.answer != "yes" and not (lead.overturned or override_reason.strip()):
            raise DomainError(
                "not_qualified",
                f"{verdict.because} Say why it should go to sales all the same, or nurture it.",
                status=409,
                field="override_reason",
                data={"overrides": overrides_at(now).content()},
            )
        if verdict.answer != "yes" and not (lead.overturned or to):
            require_room(lead, now)
        choice = to or (choice_as_named(lead, now) if as_named else _by_rules(lead, now))
        if lead.paused_until:
            end_pauses(lead, max(now, lead.changed_at))
        by, because = active_definition(), override_reason
        move = submission(lead, verdict, by, choice, actor=actor, now=now, because=because)
        carry_out(lead, move)
    return lead


def _by_rules(lead: Lead, now: datetime) -> Choice:
    return choose_holder(facts=facts_of(lead), now=now, owner=lambda: owner_id_of(lead))


def nurture_lead(*, lead_id: int, actor: User, now: datetime, review_on: date) -> Lead:
    """Park a lead with marketing until a date, at most 90 days ahead."""
    park = park_until(review_on, now, limit=NURTURE_LIMIT, name="review_on")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.NURTURE, actor=actor, now=now)
        carry_out(
            lead,
            to_marketing(lead, Action.NURTURE, Stage.NURTURING, actor, now, {"park_until": park}),
        )
    return lead


def accept_lead(*, lead_id: int, actor: User, now: datetime) -> Lead:
    """Sales takes the lead and the duty to follow up; from a pool, this claims it."""
    with transaction.atomic():
        # The clock that begins asks for the team, and the answer for the others.
        lead = lock_lead(lead_id, along=("person", "team", "marketer"))
        permit(lead, Action.ACCEPT, actor=actor, now=now)
        carry_out(lead, acceptance(lead, actor=actor, now=now))
    return lead


def reject_lead(
    *,
    lead_id: int,
    actor: User,
    now: datetime,
    reason: str,
    criterion: str = "",
    comment: str = "",
    evidence: Evidence = NOTHING,
) -> Lead:
    """Sales returns the lead before any contact, with a coded reason; marketing's rework begins."""
    code = reason_for(Action.REJECT, reason, comment=comment, criterion=criterion)
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.REJECT, actor=actor, now=now)
        require_criterion(lead, criterion)
        proof, words = prove(code, evidence, lead=lead, actor=actor), {"comment": comment}
        move = rejection(
            lead, reason, criterion, actor=actor, now=now, words=words, proof=proof
        )  # fmt: skip
        carry_out(lead, move)
    return lead


def touch_lead(
    *,
    lead_id: int,
    actor: User | None,
    now: datetime,
    at: datetime | None = None,
    next_at: datetime | None = None,
    data: dict[str, object],
    words: dict[str, str],
) -> Event:
    """Log a human attempt; on a submitted lead it also accepts. Returns the event of the touch.

    `at` is when it happened (at most 24 hours ago, never before the handover), `next_at` the date
    of the next step; without one the bound of the agreement counts.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        row = permit(lead, Action.TOUCH, actor=actor, now=now)
        touched = touched_at(lead, at, now)
        if next_at is not None and next_at <= now:
            raise DomainError("invalid", "The next step lies in the future.", field="next_at")
        assert row.to is not None, "every touch of the table names its stage"
        touch = touching(
            lead, to=row.to, actor=actor, now=now, at=touched, next_at=next_at, data=data,
            words=words,
        )  # fmt: skip
        return carry_out(lead, touch)


def qualify_lead(
    *, lead_id: int, actor: User, now: datetime, value: Decimal, close_on: date
) -> Lead:
    """Sales confirms a real opportunity, with its amount and the expected close."""
    return _decide(
        lead_id,
        Action.QUALIFY,
        actor,
        now,
        {"value": amount_of(value), "close_on": close_on, "qualified_at": now},
    )


def win_lead(
    *, lead_id: int, actor: User, now: datetime, value: Decimal, debrief: str = "owed"
) -> Lead:
    """The opportunity became business worth `value`. Of a past that is lived through nobody owes a
    debrief (`debrief` blank)."""
    fields: dict[str, object] = {"value": amount_of(value), "debrief": debrief}
    return _decide(lead_id, Action.WIN, actor, now, fields)


def lose_lead(
    *,
    lead_id: int,
    actor: User,
    now: datetime,
    reason: str,
    comment: str = "",
    evidence: Evidence = NOTHING,
) -> Lead:
    """The opportunity went elsewhere, with a coded reason."""
    code = reason_for(Action.LOSE, reason, comment=comment)
    fields: dict[str, object] = {"reason": reason, "debrief": "owed"}
    words = {"comment": comment}
    return _decide(lead_id, Action.LOSE, actor, now, fields, words, (code, evidence))


def disqualify_lead(
    *,
    lead_id: int,
    actor: User,
    now: datetime,
    reason: str,
    comment: str = "",
    quote: str = "",
    evidence: Evidence = NOTHING,
) -> Lead:
    """It will not become business; said by whoever holds it, with a coded reason. After a
    conversation their words belong to it, or "none"."""
    code = reason_for(Action.DISQUALIFY, reason, comment=comment)
    words = {"comment": comment, "quote": quote}
    fields: dict[str, object] = {"reason": reason}
    return _decide(lead_id, Action.DISQUALIFY, actor, now, fields, words, (code, evidence))


def recycle_lead(
    *,
    lead_id: int,
    actor: User,
    now: datetime,
    reason: str,
    return_on: date,
    quote: str,
    evidence: Evidence = NOTHING,
) -> Lead:
    """Right lead, wrong time: back to marketing with a return date and the prospect's words."""
    code = reason_for(Action.RECYCLE, reason)
    if not quote.strip():
        raise DomainError("invalid", "Give the prospect's words, or “none”.", field="quote")
    park = park_until(return_on, now, limit=timedelta(days=731), name="return_on")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.RECYCLE, actor=actor, now=now)
        require_effort(code, lead, quote)
        proof = prove(code, evidence, lead=lead, actor=actor)
        fields = {"park_until": park, "reason": reason, "debrief": "", **proof.fields}
        carry_out(
            lead,
            to_marketing(
                lead,
                Action.RECYCLE,
                Stage.RECYCLED,
                actor,
                now,
                fields,
                data={"reason": reason, **proof.data},
                words={"quote": spoken(quote), **proof.words},
            ),
        )
    return lead


def reassign_lead(
    *,
    lead_id: int,
    actor: User | None,
    now: datetime,
    to: User | None,
    cause: str,
    team: Team | None = None,
    code: str = "",
) -> Lead:
    """Give a lead to another person, or to the pool of a team (`to` None). Earlier holders are kept
    in custody. `code` says for programs what gave it: an absence, somebody's leaving.

    DomainError `absent` (409) where a person gives it by hand to somebody who is away.
    """
    if not cause.strip():
        raise DomainError("invalid", "Say why it changes hands.", field="cause")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.REASSIGN, actor=actor, now=now)
        team = team_for(to, lead, team)
        if to is None and lead.stage != Stage.SUBMITTED:
            raise DomainError(
                "invalid", "An accepted lead needs a person; choose who takes it over.", field="to"
            )
        if actor is not None and to is not None:
            require_here(to, now)
        if (to.pk if to else None, team.pk) == (lead.holder_id, lead.team_id):
            raise DomainError("invalid", "They hold this lead already.", field="to")
        carry_out(
            lead,
            Move(
                Action.REASSIGN,
                Stage(lead.stage),
                actor,
                now,
                to.pk if to else None,
                team.pk,
                data={
                    "to": to.pk if to else None,
                    "team": team.pk,
                    **({"cause": code} if code else {}),
                },
                words={"comment": cause},
            ),
        )
    return lead


def dispute_lead(*, lead_id: int, actor: User, now: datetime, because: str) -> Lead:
    """Marketing contests a rejection within its time to rework it; both managers rule on it."""
    if not because.strip():
        raise DomainError("invalid", "Say why it meets the definition.", field="because")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.DISPUTE, actor=actor, now=now)
        move = to_marketing(
            lead,
            Action.DISPUTE,
            Stage.REJECTED,
            actor,
            now,
            {"disputed_at": now},
            words={"comment": because},
        )
        open_dispute(lead, carry_out(lead, move), actor=actor, now=now)
    return lead


def _decide(
    lead_id: int,
    action: Action,
    actor: User,
    now: datetime,
    fields: dict[str, object],
    words: dict[str, str] | None = None,
    coded: tuple[Reason, Evidence] | None = None,
) -> Lead:
    """A decision after which the holder stays who it is."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        row = permit(lead, action, actor=actor, now=now)
        proof = UNASKED
        if coded is not None:
            reason, evidence = coded
            require_effort(reason, lead, "".join((words or {}).values()))
            proof = prove(reason, evidence, lead=lead, actor=actor)
        assert row.to is not None, "every decision of the table names its stage"
        kept = {kind: spoken(text) for kind, text in (words or {}).items()}
        move = decided(
            lead, action, row.to, fields, actor=actor, now=now, words=kept, proof=proof
        )  # fmt: skip
        carry_out(lead, move)
    return lead
