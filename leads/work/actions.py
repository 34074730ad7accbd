"""Logging what was done."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.actions import touch_lead
from leads.handoff.models import Event
from leads.work.models import Channel, Result, Touch


def log_touch(
    *,
    lead_id: int,
    actor: User | None,
    now: datetime,
    channel: str,
    result: str,
    note: str = "",
    quote: str = "",
    at: datetime | None = None,
    next_at: datetime | None = None,
) -> Touch:
    """Log an attempt with its channel and result; it stops the clock of the first touch.

    See `touch_lead` for `at` and `next_at`. DomainError names the field of a bad value.
    """
    for name, value, known in (("channel", channel, Channel), ("result", result, Result)):
        if value not in known.values:
            raise DomainError("invalid", f"Choose one of: {', '.join(known.values)}.", field=name)
    with transaction.atomic():
        event = touch_lead(
            lead_id=lead_id,
            actor=actor,
            now=now,
            at=at,
            next_at=next_at,
            data={"channel": channel, "result": result},
            words={"note": note, "quote": quote},
        )
        return Touch.objects.create(
            event=event,
            lead=event.lead,
            by=actor,
            at=at or now,
            channel=channel,
            result=result,
            next_at=next_at,
        )


def log_touches_of_past(
    told: Iterable[tuple[Event, User, datetime]], *, channel: str, result: str
) -> None:
    """The attempts of many leads whose past is lived through, by events that are written."""
    Touch.objects.bulk_create(
        Touch(event=event, lead=event.lead, by=actor, at=at, channel=channel, result=result)
        for event, actor, at in told
    )
