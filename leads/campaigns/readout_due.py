"""By when a read-out is signed by both sides: what is agreed, reckoned by whoever registered to
know agreement and working hours; a plain hour where nobody does."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User

log = logging.getLogger(__name__)

AN_HOUR = timedelta(hours=1)
Rule = Callable[[User, datetime], tuple[datetime, datetime]]
_registered: list[Rule] = []


def register_readout(rule: Rule) -> None:
    """Say how to reckon the two instants, at risk and due; the last word counts."""
    _registered[:] = [rule]


def readout_due(marketer: User, now: datetime) -> tuple[datetime, datetime]:
    """When the read-out of a campaign launched now is at risk, and when it is due. A missing
    calendar must not keep a campaign from being launched: then a plain hour counts."""
    for rule in _registered:
        try:
            return rule(marketer, now)
        except DomainError as error:
            log.warning("no working hours for the read-out: %s", error.message)
    return now + AN_HOUR * 0.75, now + AN_HOUR
