"""What each action makes of a lead, as a `Move`: asked by the actions, and by whoever lives many
leads through at once. Nothing is read and nothing is written here."""

from collections.abc import Mapping
from datetime import datetime

from leadbridge.people.models import User
from leads.definition.queries import ActiveDefinition
from leads.definition.verdict import Verdict
from leads.handoff.evidence import UNASKED, Proof
from leads.handoff.judging import apply_verdict
from leads.handoff.models import Lead
from leads.handoff.moves import Move
from leads.handoff.stages import Action, Stage
from leads.routing.choice import Choice

# A handover begins the lead's time with sales anew: nothing of an earlier one stands any more.
AFRESH: dict[str, object] = {
    "decision": "",
    "decided_at": None,
    "decided_by": None,
    "accepted_at": None,
    "reason": "",
    "reason_criterion": "",
    "reason_detail": "",
    "disputed_at": None,
    "park_until": None,
    "first_touch_at": None,
    "qualified_at": None,
    "paused_until": None,
    "paused_for": "",
    "waived_at": None,
}


# A rejection is a new case, whatever was ruled on an earlier one.
UNRULED: dict[str, object] = {"marketing_ruling": "", "sales_ruling": ""}


def submission(
    lead: Lead,
    verdict: Verdict,
    by: ActiveDefinition | None,
    choice: Choice,
    *,
    actor: User | None,
    now: datetime,
    because: str,
) -> Move:
    """The lead goes to whom the choice names, with the verdict it was given. What both sides ruled
    on a dispute stands above the definition, so it is no override."""
    ruled = verdict.answer != "yes" and lead.overturned
    overridden = verdict.answer != "yes" and not ruled
    return Move(
        Action.SUBMIT,
        Stage.SUBMITTED,
        actor,
        now,
        choice.holder_id,
        choice.team_id,
        {
            **apply_verdict(verdict, by),
            "submitted_at": now,
            "overridden": overridden,
            "routing": choice.kept(),
            **AFRESH,
        },
        data={
            "verdict": verdict.answer,
            "overridden": overridden,
            "holder": choice.holder_id,
            "team": choice.team_id,
            **({"ruled": True} if ruled else {}),
        },
        words={"comment": because},
    )


def acceptance(lead: Lead, *, actor: User, now: datetime) -> Move:
    """The holder takes the lead on; from a pool, whoever accepts becomes its holder."""
    fields = {**_decision(Action.ACCEPT, actor, now), "accepted_at": now}
    holder_id = lead.holder_id or actor.pk
    return Move(Action.ACCEPT, Stage.ACCEPTED, actor, now, holder_id, lead.team_id, fields)


def rejection(
    lead: Lead,
    reason: str,
    criterion: str,
    *,
    actor: User,
    now: datetime,
    words: Mapping[str, str],
    proof: Proof = UNASKED,
) -> Move:
    """The lead goes back to its marketer with a coded reason, and what that reason asks for."""
    given = {"reason": reason, "reason_criterion": criterion, **proof.fields, **UNRULED}
    return to_marketing(
        lead,
        Action.REJECT,
        Stage.REJECTED,
        actor,
        now,
        {**_decision(Action.REJECT, actor, now), **given},
        data={"reason": reason, "criterion": criterion, **proof.data},
        words={**words, **proof.words},
    )


def touching(
    lead: Lead,
    *,
    to: Stage,
    actor: User | None,
    now: datetime,
    at: datetime,
    next_at: datetime | None,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Move:
    """An attempt that happened at `at`; where nobody had accepted yet, it accepts."""
    fields: dict[str, object] = {"last_touch_at": max(at, lead.last_touch_at or at)}
    if lead.first_touch_at is None:
        fields["first_touch_at"] = at
    if lead.stage == Stage.SUBMITTED and actor is not None:
        fields |= {**_decision(Action.ACCEPT, actor, now), "accepted_at": at}
    holder_id = lead.holder_id or (actor.pk if actor else None)
    return Move(
        Action.TOUCH,
        to,
        actor,
        now,
        holder_id,
        lead.team_id,
        fields,
        data,
        words,
        at=at,
        promised_at=next_at,
    )


def decided(
    lead: Lead,
    action: Action,
    to: Stage,
    fields: Mapping[str, object],
    *,
    actor: User,
    now: datetime,
    words: Mapping[str, str] | None = None,
    proof: Proof = UNASKED,
) -> Move:
    """A decision after which the holder stays who it is."""
    data: dict[str, object] = {}
    if "reason" in fields:
        fields = {**fields, **proof.fields}
        data = {"reason": fields["reason"], **proof.data}
    words = {**(words or {}), **proof.words}
    return Move(action, to, actor, now, lead.holder_id, lead.team_id, fields, data, words)


def beside(
    lead: Lead,
    action: Action,
    fields: Mapping[str, object],
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object] | None = None,
    words: Mapping[str, str] | None = None,
) -> Move:
    """An act beside the way of a lead: stage and holder stay."""
    return Move(
        action,
        Stage(lead.stage),
        actor,
        now,
        lead.holder_id,
        lead.team_id,
        fields,
        data or {},
        words or {},
    )


def to_marketing(
    lead: Lead,
    action: Action,
    to: Stage,
    actor: User,
    now: datetime,
    fields: Mapping[str, object],
    data: Mapping[str, object] | None = None,
    words: Mapping[str, str] | None = None,
) -> Move:
    """A move after which the marketer holds the lead."""
    return Move(
        action,
        to,
        actor,
        now,
        lead.marketer_id,
        lead.marketing_team_id,
        fields,
        data or {},
        words or {},
    )


def _decision(action: Action, actor: User, now: datetime) -> dict[str, object]:
    return {"decision": action.value, "decided_at": now, "decided_by": actor}
