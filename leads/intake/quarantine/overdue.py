"""What lies in the quarantine past its time: its owner and who manages them hear of it, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from leadbridge.outbox.actions import Post, post_all
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads
from leadbridge.people.models import Role, Side, User
from leadbridge.people.queries import stand_in_of
from leads.intake.quarantine.models import Quarantined

KIND = "quarantine.late"
BATCH = 500
NAMED = 10  # in one mail; the page has them all


def tell_overdue(*, now: datetime, batch: int = BATCH) -> int:
    """Tell of what has come to be late; of how much. Any number of workers at once: each row is
    told by the one that holds it, in the transaction that notes it."""
    with transaction.atomic():
        late = list(
            Quarantined.objects.late(now)
            .filter(told_at=None)
            .defer("raw")
            .select_related("owner")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("due_at", "pk")[:batch]
        )
        post_all([_post(owner, rows, now) for owner, rows in _by_owner(late)])
        Quarantined.objects.filter(pk__in=[row.pk for row in late]).update(told_at=now)
    return len(late)


def _by_owner(rows: Iterable[Quarantined]) -> Iterable[tuple[User | None, list[Quarantined]]]:
    found: dict[int | None, list[Quarantined]] = {}
    for row in rows:
        found.setdefault(row.owner_id, []).append(row)
    return [(group[0].owner, group) for group in found.values()]


def _post(owner: User | None, rows: Sequence[Quarantined], now: datetime) -> Post:
    """One message for all of one owner's: a row is told once, so the first one names it."""
    items = sorted(row.pk for row in rows)
    data = {"items": items, "owner": str(owner) if owner else ""}
    return Post(KIND, f"quarantine-late-{items[0]}", _concerned(owner, now), data, now)


def _concerned(owner: User | None, now: datetime) -> set[int]:
    """Who owns it, or stands in for them, and who manages them; the heads of marketing where nobody
    does, or nobody owns it; administrators where there is no head either."""
    here = (stand_in_of(owner, now) or owner) if owner else None
    people = {here.pk} if here is not None and here.is_active else set()
    people |= _managers_of(owner) if owner else set()
    if len(people) < 2:
        people |= set(active_heads(Side.MARKETING).values_list("pk", flat=True))
    if people:
        return people
    keepers = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return set(keepers.values_list("pk", flat=True))


def _managers_of(owner: User) -> set[int]:
    teams = owner.teams.filter(side=Side.MARKETING, manager__is_active=True)
    return {pk for pk in teams.values_list("manager_id", flat=True) if pk}


def render_late(message: Message) -> Letter | None:
    """Nothing where all of it was decided on meanwhile."""
    return render_together([message])


def render_together(messages: Sequence[Message]) -> Letter | None:
    """What several of them say, as one mail; each thing once, without whom it is about: a mail
    stays where it is when somebody is erased."""
    items = {pk for message in messages for pk in message.data["items"]}
    waiting = Quarantined.objects.waiting().filter(pk__in=items).select_related("owner")
    count = waiting.count()
    if not count:
        return None
    lines = [_line(row) for row in waiting.defer("raw", "told").order_by("due_at", "pk")[:NAMED]]
    if count > NAMED:
        lines.append(f"and {count - NAMED:,} more")
    alone = count == 1
    return Letter(
        f"{'One thing' if alone else f'{count:,} things'} in the quarantine"
        f" {'waits past its' if alone else 'wait past their'} time",
        "Mend it and take it in, or discard it and say why:\n\n"
        + "\n".join(lines)
        + f"\n\n{settings.SITE_URL}/quarantine/\n",
    )


def _line(row: Quarantined) -> str:
    owner = f", {row.owner}’s" if row.owner else ", nobody’s yet"
    return f"{row.ref}, {row.place}{owner}, due {row.due_at:%-d %B, %H:%M} UTC"
