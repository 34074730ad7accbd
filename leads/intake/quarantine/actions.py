"""Setting aside what could not be taken, and discarding it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import active_heads, settles_quarantine
from leadbridge.people.models import Side, User
from leadbridge.people.queries import stand_in_of
from leads.handoff.episodes import email_key
from leads.handoff.models import Lead
from leads.intake.quarantine.due import due_for
from leads.intake.quarantine.keeping import plain, sorted_fields, storable, summary_of
from leads.intake.quarantine.models import LONGEST_REASON, Origin, Quarantined, State

MOST_ERRORS = 30


@dataclass(frozen=True)
class Sent:
    """One thing that somebody sent, and why it could not be taken.

    `told`: what we understood of it, by our own names (see `cleaning.KNOWN`); names that are none
    of ours are kept among the attributes. `key`: whatever tells that the same thing comes again.
    """

    origin: Origin
    place: str
    raw: bytes
    error: DomainError
    told: Mapping[str, object] = field(default_factory=dict)
    content_type: str = ""
    key: str = ""


def set_aside(*, sent: Sent, marketer: User | None, now: datetime) -> Quarantined:
    """Keep what could not be taken until somebody decides on it. The same `key` again adds to the
    row that is there. `marketer` is who would answer for the lead: they own it, else the head of
    marketing."""
    owner = owner_for(marketer, now)
    row = _row(sent, marketer, owner, due_for(owner, now), now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not row.key:
            raise
        _again(row.key, now)
        return Quarantined.objects.get(key=row.key)
    return row


def set_aside_all(*, sent: Iterable[Sent], marketer: User | None, now: datetime) -> int:
    """Many at once, as an import refuses them; how many were not there yet. Those that came before
    (the same `key`) are counted up."""
    owner = owner_for(marketer, now)
    due = due_for(owner, now)
    rows = [_row(one, marketer, owner, due, now) for one in sent]
    keys = [row.key for row in rows if row.key]
    with transaction.atomic():
        before = Quarantined.objects.filter(key__in=keys)
        known = set(before.values_list("key", flat=True))
        before.update(times=F("times") + 1, last_at=now)
        new = [row for row in rows if row.key is None or row.key not in known]
        Quarantined.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def owner_for(marketer: User | None, now: datetime) -> User | None:
    """Who decides on it: the marketer or who stands in for them, else the head of marketing."""
    if marketer is not None:
        here = stand_in_of(marketer, now) or marketer
        if here.is_active:
            return here
    return active_heads(Side.MARKETING).first()


def errors_of(error: DomainError) -> dict[str, list[str]]:
    """Sentences by field; blank is the whole."""
    if isinstance(error, FieldErrors):
        return error.errors
    return {error.field: [error.message]}


def _row(
    sent: Sent,
    marketer: User | None,
    owner: User | None,
    due: tuple[datetime, datetime],
    now: datetime,
) -> Quarantined:
    told = sorted_fields(sent.told)
    address = told.get("email")
    errors = dict(list(errors_of(sent.error).items())[:MOST_ERRORS])
    return Quarantined(
        origin=sent.origin,
        place=plain(sent.place, 200),
        content_type=plain(sent.content_type),
        raw=sent.raw,
        told=told,
        code=sent.error.code[:40],
        errors=storable(errors),
        summary=summary_of(told),
        email_key=email_key(address)[:254] if isinstance(address, str) else "",
        key=_digest(sent.key) if sent.key else None,
        marketer=marketer,
        owner=owner,
        received_at=now,
        last_at=now,
        at_risk_at=due[0],
        due_at=due[1],
    )


def _again(key: str, now: datetime) -> None:
    Quarantined.objects.filter(key=key).update(times=F("times") + 1, last_at=now)


def settle_by_itself(*, keys: Sequence[str], lead: Lead, now: datetime) -> int:
    """What waits under these keys was taken in another way: its fields came after all."""
    digests = [_digest(key) for key in keys]
    waiting = Quarantined.objects.waiting().filter(key__in=digests)
    return waiting.update(state=State.TAKEN_IN, lead=lead, settled_at=now)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def lock_waiting(item_id: int) -> Quarantined:
    """One that still waits, locked for this transaction. DomainError `not_found`, or
    `already_decided` (409) with who did it and when."""
    rows = Quarantined.objects.select_for_update(no_key=True, of=("self",))
    item = rows.select_related("marketer", "owner", "settled_by").filter(pk=item_id).first()
    if item is None:
        raise unknown_item(f"Q-{item_id}")
    if item.state != State.WAITING:
        by, done = str(item.settled_by or "LeadBridge"), State(item.state).label.lower()
        raise DomainError(
            "already_decided",
            f"{item.ref} was {done} by {by}.",
            status=409,
            data={"by": by, "at": utc_text(item.settled_at)},
        )
    return item


def unknown_item(ref: str) -> DomainError:
    """The answer about something that is not there, or none of your business."""
    return DomainError(
        "not_found", f"There is nothing like {ref[:24]} in the quarantine.", status=404
    )


def require_settler(user: User) -> None:
    """DomainError `forbidden` (403) for whoever may not decide on it."""
    if not settles_quarantine(user):
        raise DomainError("forbidden", "Marketing decides on the quarantine.", status=403)


def discard(*, item_ids: Sequence[int], actor: User, now: datetime, reason: str) -> int:
    """Decide that these never become leads, and why; they stay readable. All of them or none: an
    `already_decided` (409) among them leaves the others waiting."""
    require_settler(actor)
    words = _reason(reason)
    if not item_ids:
        raise DomainError("invalid", "Choose at least one.", field="items")
    with transaction.atomic():
        for item_id in sorted(set(item_ids)):
            item = lock_waiting(item_id)
            item.state, item.reason = State.DISCARDED, words
            item.settled_at, item.settled_by = now, actor
            item.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    return len(set(item_ids))


def _reason(raw: str) -> str:
    try:
        words = clean_text(raw, longest=LONGEST_REASON)
    except Refused as refusal:
        raise DomainError("invalid", str(refusal), field="reason") from None
    if not words:
        raise DomainError("invalid", "Say why it never becomes a lead.", field="reason")
    return words
