"""Saving an edit together with what it asks for running clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from sla.agreement.models import Running
from sla.calendars.actions import edit_calendar, working_content
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar
from sla.clocks.foreseeing import preview_edit
from sla.clocks.models import Rebuild
from sla.clocks.rebuild import start_rebuild


@dataclass(frozen=True)
class Saved:
    """The calendar after an edit, and the rebuild that takes running clocks along, if one began."""

    calendar: Calendar
    rebuild: Rebuild | None


def save_edit(
    *,
    calendar_id: int,
    base: int | None,
    name: str,
    content: Mapping[str, object],
    running: Running,
    actor: User,
    now: datetime,
) -> Saved:
    """Renew a calendar, and ask for running clocks to be moved, all at once or not at all.

    DomainErrors of `edit_calendar`; `no_working_time` where running clocks are to be moved to hours
    that can give some of them no due time.
    """
    with transaction.atomic():
        calendar = edit_calendar(
            calendar_id=calendar_id, base=base, name=name, content=content, actor=actor, now=now
        )
        if running is Running.KEEP:
            return Saved(calendar, None)
        refuse_stuck(calendar_id, content, now)
        return Saved(calendar, start_rebuild(calendar_id=calendar_id, actor=actor, now=now))


def refuse_stuck(calendar_id: int, content: Mapping[str, object], now: datetime) -> None:
    """A week without any hours may leave a clock without a due time: refused before it happens."""
    clean = working_content(content, now=now)
    if any(BusinessCalendar.from_content(clean).week):
        return
    stuck = preview_edit(calendar_id=calendar_id, content=clean, now=now).stuck
    if stuck:
        raise DomainError(
            "no_working_time",
            f"calendar: under these hours {stuck} running clocks could never fall due. Give at "
            "least one weekday open hours, or let the change count for new clocks only.",
            field="calendar",
        )
