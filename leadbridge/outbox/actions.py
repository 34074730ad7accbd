"""What administrators do with messages."""

import logging
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.models import Message
from leadbridge.people.models import User

log = logging.getLogger(__name__)


def retry_messages(*, actor: User, now: datetime) -> int:
    """Let every message that was given up try again from the start; how many. Administrators only
    (DomainError `forbidden`)."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator sends mail again.", status=403)
    failed = Message.objects.filter(failed_at__isnull=False)
    count = failed.update(failed_at=None, next_try_at=now, attempts=0, error="")
    log.info("%s lets %d messages try again", actor, count)
    return count
