"""Which messages a worker takes: a batch of single ones, or all bundled ones of one receiver.

The condition stands in the statement that claims: of two workers each gets other rows, and of one
receiver only one gets any.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from leadbridge.outbox.kinds import families
from leadbridge.outbox.models import Message, Pace

BATCH = 100
MOST_IN_ONE_MAIL = 5000
LEASE = timedelta(minutes=5)
# Between two bundled mails to one receiver: a few notices leave as they come, a storm becomes one
# digest a minute.
PAUSE = timedelta(minutes=1)
BREATH = timedelta(seconds=1)
FEW = 3

# The rows are chosen in a part of its own, which runs once: a subquery behind IN may be planned to
# run once a row, and would then pass over those it took before and take more than `most`.
_CLAIM = """
    WITH taken AS (
        SELECT id FROM outbox_message WHERE next_try_at <= %(now)s AND kind <> ALL(%(kinds)s)
        ORDER BY next_try_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox_message AS message SET next_try_at = %(lease)s, attempts = attempts + 1
    FROM taken WHERE message.id = taken.id
    RETURNING message.id
"""
# A mail whose sending was cut off goes out again as it was, under its name and without what came
# since: a mail server that had it already drops the repetition, and nothing else with it.
_CLAIM_BUNDLE = """
    WITH free AS (
        SELECT recipient_id FROM outbox_pace AS pace
        WHERE free_at <= %(now)s AND EXISTS (
            SELECT FROM outbox_message AS waiting
            WHERE waiting.recipient_id = pace.recipient_id AND waiting.next_try_at <= %(now)s
                AND waiting.kind = ANY(%(kinds)s)
        )
        ORDER BY free_at, recipient_id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), held AS (
        UPDATE outbox_pace AS pace SET free_at = %(lease)s
        FROM free WHERE pace.recipient_id = free.recipient_id RETURNING pace.recipient_id
    ), first AS (
        SELECT waiting.recipient_id, waiting.bundle_id FROM outbox_message AS waiting
        JOIN held ON held.recipient_id = waiting.recipient_id
        WHERE waiting.next_try_at <= %(now)s AND waiting.kind = ANY(%(kinds)s)
        ORDER BY waiting.bundle_id NULLS LAST LIMIT 1
    ), taken AS (
        SELECT message.id FROM outbox_message AS message
        JOIN first ON first.recipient_id = message.recipient_id
            AND first.bundle_id IS NOT DISTINCT FROM message.bundle_id
        WHERE message.next_try_at <= %(now)s AND message.kind = ANY(%(kinds)s)
        ORDER BY message.next_try_at, message.id LIMIT %(most)s FOR UPDATE OF message SKIP LOCKED
    )
    UPDATE outbox_message AS message
    SET next_try_at = %(lease)s, attempts = message.attempts + 1,
        bundle_id = coalesce(message.bundle_id, (SELECT min(id) FROM taken))
    FROM taken WHERE message.id = taken.id
    RETURNING message.id
"""
_KNOW_RECEIVERS = """
    INSERT INTO outbox_pace (recipient_id, free_at)
    SELECT DISTINCT recipient_id, %(now)s::timestamptz FROM outbox_message AS message
    WHERE next_try_at <= %(now)s AND kind = ANY(%(kinds)s) AND NOT EXISTS (
        SELECT FROM outbox_pace AS pace WHERE pace.recipient_id = message.recipient_id
    )
    ON CONFLICT DO NOTHING
"""


def claim(*, now: datetime) -> list[int]:
    """Take for this worker alone, for the length of a lease, all bundled messages that wait for
    one receiver; else up to a batch of single ones."""
    for kinds in families():
        if found := _claim_bundle(now, kinds):
            return found
    bundled = [kind for kinds in families() for kind in kinds]
    return _run(_CLAIM, now, bundled, BATCH)


def _claim_bundle(now: datetime, kinds: list[str]) -> list[int]:
    if found := _run(_CLAIM_BUNDLE, now, kinds, MOST_IN_ONE_MAIL):
        return found
    with connection.cursor() as cursor:
        cursor.execute(_KNOW_RECEIVERS, {"now": now, "kinds": kinds})
        unknown = cursor.rowcount
    return _run(_CLAIM_BUNDLE, now, kinds, MOST_IN_ONE_MAIL) if unknown else []


def _run(statement: str, now: datetime, kinds: list[str], most: int) -> list[int]:
    lease = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "lease": lease, "kinds": kinds, "most": most})
        return sorted(row[0] for row in cursor.fetchall())


def give_back(messages: Sequence[Message], now: datetime) -> None:
    """What was claimed and not tried waits again, and no try is counted."""
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(next_try_at=now, attempts=F("attempts") - 1)
    set_pace(messages, now)


def pace_after(messages: Sequence[Message]) -> timedelta:
    """How long the receiver of a bundled mail is left in peace after it."""
    return BREATH if len(messages) <= FEW else PAUSE


def set_pace(messages: Sequence[Message], free_at: datetime) -> None:
    """From when on the receivers of bundled messages may get the next mail."""
    receivers = {message.recipient_id for message in messages if message.bundle_id}
    if receivers:
        Pace.objects.filter(recipient__in=receivers).update(free_at=free_at)
