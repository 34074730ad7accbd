"""Asking what would have been, and replaying it."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from sla.calendars.queries import get_calendar_for
from sla.reports.scope import scope_of
from sla.reports.whatif.changes import Changes
from sla.reports.whatif.models import WhatIf
from sla.reports.whatif.running import replay_past

log = logging.getLogger(__name__)

USUAL_DAYS, MOST_DAYS = 90, 3_650
FAILED = "The database could not do it. Try fewer days, or tell whoever runs LeadBridge."
PATIENCE = timedelta(minutes=20)  # a run that is older was lost with its worker


def ask_whatif(*, content: object, days: int, actor: User, now: datetime) -> WhatIf:
    """Have the clocks of the last so many days replayed under changed settings; a worker does it.

    DomainError `forbidden` (403) for who may not read figures, `not_found` (404) for a calendar
    that one may not see, `invalid` or what the calendars say for what cannot be read.
    """
    scope = scope_of(actor)
    if not 1 <= days <= MOST_DAYS:
        raise DomainError("invalid", f"Choose 1 to {MOST_DAYS:,} days.", field="days")
    changes = Changes.from_content(content)
    for calendar_id in changes.calendars:
        get_calendar_for(actor, calendar_id)
    return WhatIf.objects.create(
        changes=changes.content(),
        team_ids=None if scope.team_ids is None else sorted(scope.team_ids),
        since=now - timedelta(days=days),
        until=now,
        asked_by=actor,
        asked_at=now,
    )


def run_whatif(*, whatif_id: int, now: datetime) -> bool:
    """Do one that waits, or was lost half-way; False where another worker has it or it is done."""
    with transaction.atomic():
        found = WhatIf.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        asked = found.filter(pk=whatif_id, state__in=WhatIf.OPEN).first()
        if asked is None or (asked.started_at and asked.started_at > now - PATIENCE):
            return False
        asked.state, asked.started_at = WhatIf.State.RUNNING, now
        asked.save(update_fields=["state", "started_at"])
    began = monotonic()
    row = WhatIf.objects.filter(pk=asked.pk)
    try:
        result = replay_past(
            Changes.from_content(asked.changes),
            since=asked.since,
            until=asked.until,
            team_ids=asked.team_ids,
            tell=lambda clocks, share: row.update(clocks=clocks, share=share),
        )
        ended = {"state": WhatIf.State.DONE, "result": result, "share": 100}
    except DomainError as refusal:
        ended = {"state": WhatIf.State.FAILED, "error": refusal.message}
    except DatabaseError:
        log.exception("what-if %s failed", asked.pk)
        ended = {"state": WhatIf.State.FAILED, "error": FAILED}
    still = row.filter(state=WhatIf.State.RUNNING)
    still.update(**ended, finished_at=now + timedelta(seconds=monotonic() - began))
    return True


def waiting_whatifs() -> list[int]:
    """What is still to be done, the oldest first."""
    rows = WhatIf.objects.filter(state__in=WhatIf.OPEN).order_by("asked_at")
    return list(rows.values_list("pk", flat=True))
