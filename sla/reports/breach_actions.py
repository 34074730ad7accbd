"""What a manager does about a broken promise from the list: nudge its holder, or take note."""

from datetime import datetime, timedelta

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.actions import post
from leadbridge.people.access import Viewer, viewer_of
from leadbridge.people.models import Side, User
from leads.handoff.locks import lock_lead
from sla.clocks.models import Clock
from sla.clocks.notices import NUDGED
from sla.clocks.queries import get_clock_for
from sla.clocks.states import State, state_of
from sla.reports.breach_models import BreachEntry

BETWEEN_NUDGES = timedelta(hours=1)
LONGEST_NOTE = 300
_MISSED = (State.OVERDUE, State.MET_LATE)


def answers_for(viewer: Viewer, clock: Clock) -> bool:
    """Leads the team or heads the side that owes this promise; of both sides, either head."""
    sides = Side.values if clock.side == "both" else [clock.side]
    return any(viewer.manages(clock.team_id, side) for side in sides)


def nudge_holder(*, clock_id: int, actor: User, now: datetime) -> BreachEntry:
    """Tell the holder that somebody asks for it; the manager of the team where nobody holds it.

    DomainError `too_soon` (409) within an hour of the last nudge, `conflict` (409) where it is not
    overdue any more, `invalid` where it would reach nobody but the one who asks.
    """
    with transaction.atomic():
        clock = _locked(clock_id, actor)
        if state_of(clock, now) is not State.OVERDUE:
            raise DomainError("conflict", "It is not overdue any more.", status=409)
        since = now - BETWEEN_NUDGES
        nudges = BreachEntry.objects.filter(clock=clock, deed=BreachEntry.Deed.NUDGED)
        if nudges.filter(at__gt=since).exists():
            raise DomainError("too_soon", "It was nudged within the last hour.", status=409)
        entry = BreachEntry.objects.create(
            clock=clock, deed="nudged", at=now, by=actor, to=_receiver(clock, actor)
        )
        post(
            kind=NUDGED,
            key=f"nudge-{entry.pk}",
            to=[entry.to_id] if entry.to_id else [],
            data={"clock": clock.pk, "by": str(actor)},
            now=now,
        )
    return entry


def acknowledge_breach(*, clock_id: int, actor: User, now: datetime, note: str) -> BreachEntry:
    """Say for good why a promise was missed. DomainError `invalid` without words, `conflict` (409)
    where it was kept."""
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE or "\0" in note:
        raise DomainError("invalid", f"Say why, in up to {LONGEST_NOTE} characters.", field="note")
    with transaction.atomic():
        clock = _locked(clock_id, actor)
        if state_of(clock, now) not in _MISSED:
            raise DomainError("conflict", "This promise was not missed.", status=409)
        return BreachEntry.objects.create(
            clock=clock, deed="acknowledged", at=now, by=actor, note=note
        )


def _locked(clock_id: int, actor: User) -> Clock:
    """The clock read afresh under the lock of its lead, for somebody who answers for it."""
    lock_lead(get_clock_for(actor, clock_id).lead_id)
    clock = get_clock_for(actor, clock_id)
    if not answers_for(viewer_of(actor), clock):
        raise DomainError(
            "forbidden", "Only who leads that team or heads that side acts on it.", status=403
        )
    return clock


def _receiver(clock: Clock, actor: User) -> User:
    holder = clock.holder if clock.holder and clock.holder.is_active else clock.team.manager
    if holder == actor or not holder.is_active:
        raise DomainError("invalid", "Nobody else holds it; reassign it instead.")
    return holder
