"""Keeping the kinds between which a reason is told apart, as the reasons themselves are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.models import Event
from leads.handoff.reasons import Reason, ReasonKind
from leads.handoff.stages import Action
from leads.review.reasons import (
    find_reason,
    require_code,
    require_keeper,
    require_label,
    require_place,
)

LOOKS_BACK = timedelta(days=90)
REPEATS = 3  # times that one field was wrong or missing, from which on a form should ask for it


def find_kind(action: str, code: str, kind: str) -> ReasonKind:
    """One kind of a reason; DomainError `not_found` (404)."""
    rows = ReasonKind.objects.filter(reason__action=action, reason__code=code, code=kind)
    found = rows.select_related("reason").first()
    if found is None:
        raise DomainError("not_found", "There is no such kind.", status=404)
    return found


def add_kind(
    *, action: str, reason: str, actor: User, code: str, label: str, position: int = 0
) -> ReasonKind:
    """A new kind; it can be chosen at once."""
    require_keeper(actor)
    row = find_reason(action, reason)
    if row.asks != Reason.Ask.KIND:
        raise DomainError("not_allowed", "This reason does not ask for a kind.", status=409)
    require_code(code)
    fields = {"code": code, "label": require_label(label), "position": require_place(position)}
    try:
        with transaction.atomic():
            return ReasonKind.objects.create(reason=row, **fields)
    except IntegrityError:
        raise DomainError(
            "already_exists", "This reason has such a kind already.", status=409, field="code"
        ) from None


def edit_kind(
    *,
    action: str,
    reason: str,
    kind: str,
    actor: User,
    now: datetime,
    label: str | None = None,
    position: int | None = None,
    retired: bool | None = None,
) -> ReasonKind:
    """Change the words, the place, or whether it may be chosen; None leaves as it is.

    DomainError `last_kind` (409) where the reason would be left without any.
    """
    require_keeper(actor)
    with transaction.atomic():
        found = find_kind(action, reason, kind)
        rows = ReasonKind.objects.filter(reason=found.reason_id).select_for_update(no_key=True)
        by_code = {row.code: row for row in rows}
        row = by_code[kind]
        if label is not None:
            row.label = require_label(label)
        if position is not None:
            row.position = require_place(position)
        if retired is not None:
            _retire(row, by_code, now if retired else None)
        row.save(update_fields=["label", "position", "retired_at"])
    return row


def _retire(kind: ReasonKind, rows: Mapping[str, ReasonKind], at: datetime | None) -> None:
    others = [row for row in rows.values() if row.retired_at is None and row.pk != kind.pk]
    if at and not others:
        raise DomainError(
            "last_kind",
            "It is the last one that may be chosen: add another first.",
            status=409,
            field="retired",
        )
    if bool(at) != bool(kind.retired_at):
        kind.retired_at = at


@dataclass(frozen=True)
class Repeated:
    """A field that was wrong or missing again and again."""

    field: str
    count: int


def repeated_fields(now: datetime) -> list[Repeated]:
    """Which fields sales refused leads for, more than once or twice of late, most first."""
    named = KeyTransform("evidence", F("data"))
    rows = (
        Event.objects.filter(action=Action.REJECT, at__gte=now - LOOKS_BACK, at__lte=now)
        .annotate(named=KeyTextTransform("field", named))
        .filter(named__isnull=False)
        .values_list("named")
        .annotate(count=Count("pk"))
        .filter(count__gte=REPEATS)
        .order_by("-count", "named")
    )
    return [Repeated(named, count) for named, count in rows]
