"""Mending what was set aside, and taking it in."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from leadbridge.people.models import Side, User
from leads.definition.fields import live_fields
from leads.handoff.episodes import Captured, Packet
from leads.intake.actions import take_in
from leads.intake.cleaning import read_packet
from leads.intake.quarantine.actions import lock_waiting, require_settler
from leads.intake.quarantine.models import Quarantined, State


def take_in_mended(
    *, item_id: int, actor: User, now: datetime, fields: Mapping[str, object] | None = None
) -> Captured:
    """Take in what was set aside with these fields (None: as it was sent, for what was at fault
    here and not in what they sent). FieldErrors as any capture raises them: then it still waits."""
    require_settler(actor)
    with transaction.atomic():
        item = lock_waiting(item_id)
        packet = read_packet(item.told if fields is None else fields, now=now, own=live_fields())
        captured = _capture(item, packet, actor, now)
        item.state, item.lead = State.TAKEN_IN, captured.lead
        item.settled_at, item.settled_by = now, actor
        item.save(update_fields=["state", "lead", "settled_at", "settled_by"])
    return captured


def _capture(item: Quarantined, packet: Packet, actor: User, now: datetime) -> Captured:
    marketer = item.marketer or item.owner or actor
    if not marketer.teams.filter(side=Side.MARKETING).exists():
        marketer = actor  # a lead is answered for by somebody of a marketing team
    return take_in(packet=packet, origin=item.origin, marketer=marketer, actor=actor, now=now)
