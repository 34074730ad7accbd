"""Writing messages, and what administrators do with them."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.hours import works_at
from leadbridge.outbox.models import Message
from leadbridge.people.models import User

log = logging.getLogger(__name__)


def post(
    *, kind: str, key: str, to: Collection[int], data: Mapping[str, object], now: datetime
) -> None:
    """Write one message to each of these people, in the transaction of what it tells; it leaves
    when they work. `key` names the fact: whatever is repeated, each of them hears it once."""
    if not to:
        return
    instants = works_at(to, now)
    Message.objects.bulk_create(
        [
            Message(
                key=f"{key}-{user_id}",
                kind=kind,
                recipient_id=user_id,
                data=dict(data),
                created_at=now,
                next_try_at=instants[user_id],
            )
            for user_id in sorted(to)
        ],
        ignore_conflicts=True,
    )


def retry_messages(*, actor: User, now: datetime) -> int:
    """Let every message that was given up try again from the start; how many. Administrators only
    (DomainError `forbidden`)."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator sends mail again.", status=403)
    failed = Message.objects.filter(failed_at__isnull=False)
    count = failed.update(failed_at=None, next_try_at=now, attempts=0, error="")
    log.info("%s lets %d messages try again", actor, count)
    return count
