"""Letting a lead stand still, and going on with it."""

from datetime import UTC, datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import Move, carry_out
from leads.handoff.parties import permit
from leads.handoff.pauses import Allowed, Pause, allowed_pauses, told_of
from leads.handoff.stages import Action, Stage


def pause_lead(
    *,
    lead_id: int,
    actor: User | None,
    now: datetime,
    code: str,
    until: datetime,
    comment: str = "",
) -> Lead:
    """Let what sales promised on a lead stand still from now until an instant within the agreed
    cap. What was due already stays due. A pause that overlaps another joins it."""
    until = until.astimezone(UTC)
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.PAUSE, actor=actor, now=now)
        start = max(now, lead.changed_at)
        pause = _pause_of(lead, actor, start, code, until)
        longest = max(until, lead.paused_until or until)
        move = Move(
            Action.PAUSE,
            Stage(lead.stage),
            actor,
            start,
            lead.holder_id,
            lead.team_id,
            {"paused_until": until, "paused_for": pause.label} if longest == until else {},
            data={"code": code, "until": until.isoformat()},
            words={"comment": comment},
            pauses=told_of([*lead.pauses.all(), pause]),
        )
        pause.event = carry_out(lead, move)
        pause.save(force_insert=True)
    return lead


def _pause_of(lead: Lead, actor: User | None, start: datetime, code: str, until: datetime) -> Pause:
    """The pause that is asked for, not yet written; DomainError names the field that is wrong."""
    allowed = _allowed(lead, actor, start, code)
    if not start < until <= allowed.latest:
        raise DomainError(
            "invalid",
            f"It ends after now, and at the latest on {allowed.latest:%-d %B %Y at %H:%M} UTC.",
            field="until",
        )
    return Pause(
        lead=lead, code=code, label=allowed.label, kinds=list(allowed.kinds),
        starts_at=start, ends_at=until, made_by=actor, made_at=start,
    )  # fmt: skip


def _allowed(lead: Lead, actor: User | None, now: datetime, code: str) -> Allowed:
    known = {one.code: one for one in allowed_pauses(lead, now) if one.by_people or actor is None}
    if code not in known:
        raise DomainError(
            "invalid", f"Choose one of: {', '.join(known) or 'none is agreed'}.", field="code"
        )
    return known[code]


def resume_lead(*, lead_id: int, actor: User | None, now: datetime) -> Lead:
    """Go on with a lead now: every pause that covers this instant ends."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.RESUME, actor=actor, now=now)
        at = max(now, lead.changed_at)
        end_pauses(lead, at)
        move = Move(
            Action.RESUME,
            Stage(lead.stage),
            actor,
            at,
            lead.holder_id,
            lead.team_id,
            {"paused_until": None, "paused_for": ""},
            pauses=told_of(lead.pauses.all()),
        )
        carry_out(lead, move)
    return lead


def end_pauses(lead: Lead, at: datetime) -> None:
    """End what still pauses a locked lead. Nobody pauses ahead of time, so all have begun."""
    Pause.objects.filter(lead=lead, ended_at=None, ends_at__gt=at).update(ended_at=at)
