"""By when a read-out is signed by both sides: what is agreed, reckoned by whoever registered to
know agreement and working hours; a plain hour where nobody does."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User

log = logging.getLogger(__name__)

AN_HOUR = timedelta(hours=1)


class Owed(NamedTuple):
    """When a read-out is at risk, when due, and when it is brought before the heads; `reminds`: is
    a reminder agreed?"""

    at_risk_at: datetime
    due_at: datetime
    raise_at: datetime
    reminds: bool = True


Rule = Callable[[User, datetime], Owed]
_registered: list[Rule] = []


def register_readout(rule: Rule) -> None:
    """Say how to reckon what is owed; the last word counts."""
    _registered[:] = [rule]


def readout_due(marketer: User, now: datetime) -> Owed:
    """What is owed of a campaign launched now. A missing calendar must not keep a campaign from
    being launched: then a plain hour counts."""
    for rule in _registered:
        try:
            return rule(marketer, now)
        except DomainError as error:
            log.warning("no working hours for the read-out: %s", error.message)
    return Owed(now + AN_HOUR * 0.75, now + AN_HOUR, now + 2 * AN_HOUR)
