"""Writing messages, and what administrators do with them."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.hours import works_at
from leadbridge.outbox.models import Message
from leadbridge.people.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """One message to each of some people. `key` names the fact: whatever is repeated, each of them
    hears it once."""

    kind: str
    key: str
    to: Collection[int]
    data: Mapping[str, object]
    now: datetime


def post(
    *, kind: str, key: str, to: Collection[int], data: Mapping[str, object], now: datetime
) -> None:
    """Write one message to each of these people, in the transaction of what it tells; it leaves
    when they work."""
    post_all([Post(kind, key, to, data, now)])


def post_all(posts: Sequence[Post]) -> None:
    """The same for much that is told at once."""
    people: dict[datetime, set[int]] = {}
    for one in posts:
        if one.to:
            people.setdefault(one.now, set()).update(one.to)
    instants = {now: works_at(to, now) for now, to in people.items()}
    messages = [
        Message(
            key=f"{one.key}-{user_id}",
            kind=one.kind,
            recipient_id=user_id,
            data=dict(one.data),
            created_at=one.now,
            next_try_at=instants[one.now][user_id],
        )
        for one in posts
        for user_id in sorted(one.to)
    ]
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)


def retry_messages(*, actor: User, now: datetime) -> int:
    """Let every message that was given up try again from the start; how many. Administrators only
    (DomainError `forbidden`)."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator sends mail again.", status=403)
    failed = Message.objects.filter(failed_at__isnull=False)
    count = failed.update(failed_at=None, next_try_at=now, attempts=0, error="")
    log.info("%s lets %d messages try again", actor, count)
    return count
