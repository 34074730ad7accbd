"""Clocks that a sweep set aside, because something about them failed, are given back to it."""

import logging
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from sla.clocks.models import FAILED, Clock, ClockStep
from sla.clocks.states import IS_RUNNING

log = logging.getLogger(__name__)


def retry_clocks(*, actor: User, now: datetime) -> int:
    """Let the sweep look again at every clock that was set aside, from the step at which it
    stopped, and carry out again what failed to move a lead; how many. Administrators only
    (DomainError `forbidden`)."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator gives clocks back.", status=403)
    clocks = Clock.objects.filter(set_aside_at__isnull=False)
    # What an act has answered meanwhile is dropped by the ladder itself, with its reason.
    failed = ClockStep.objects.filter(
        clock__in=clocks, state=ClockStep.State.DROPPED, outcome__startswith=FAILED
    )
    failed.update(state=ClockStep.State.PENDING, outcome="")
    # One that was set aside before its miss was told has that step still to come.
    step_at = Coalesce(F("step_times__0"), F("next_at"))
    count = clocks.filter(IS_RUNNING).update(next_at=step_at, set_aside_at=None, error="")
    clocks.update(set_aside_at=None, error="")
    log.info("%s gives %d clocks back to the sweep", actor, count)
    return count
