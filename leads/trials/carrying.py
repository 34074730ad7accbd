"""Doing what was asked of a worker: once, whoever else tries, and again where a run was lost."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

from django.db import DatabaseError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.runs import Run

Asked = TypeVar("Asked", bound=Run)

log = logging.getLogger(__name__)

FAILED = "The database could not do it. Try fewer days, or tell whoever runs LeadBridge."
PATIENCE = timedelta(minutes=20)  # a run that is older was lost with its worker


def carry_out(
    model: type[Asked], run_id: int, reckon: Callable[[Asked], dict[str, Any]], *, now: datetime
) -> bool:
    """Do one that waits, or was lost half-way; False where another worker has it or it is done.
    `reckon` answers the fields to be kept with it."""
    with transaction.atomic():
        found = model._default_manager.select_for_update(skip_locked=True, of=("self",))
        run = found.filter(pk=run_id, state__in=Run.OPEN).first()
        if run is None or (run.started_at and run.started_at > now - PATIENCE):
            return False
        run.state, run.started_at = Run.State.RUNNING, now
        run.save(update_fields=["state", "started_at"])
    began = monotonic()
    try:
        ended = {"state": Run.State.DONE, "share": 100, **reckon(run)}
    except DomainError as refusal:
        ended = {"state": Run.State.FAILED, "error": refusal.message}
    except DatabaseError:
        log.exception("%s failed", run)
        ended = {"state": Run.State.FAILED, "error": FAILED}
    still = model._default_manager.filter(pk=run.pk, state=Run.State.RUNNING)
    still.update(**ended, finished_at=now + timedelta(seconds=monotonic() - began))
    return True
