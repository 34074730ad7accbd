"""Keeping the coded reasons: their words, their order, new ones, and those no longer chosen."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_reasons
from leadbridge.people.models import User
from leads.handoff.reasons import CODED, Reason
from leads.handoff.stages import Action

CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")
MOST_POSITION = 999


@dataclass(frozen=True)
class Wanted:
    """A reason to be added; what it asks for and whom it counts against never changes later."""

    action: str
    code: str
    label: str
    asks: str = ""
    needs_words: bool = False
    needs_attempts: bool = False
    against: str = Reason.Against.NOBODY
    next_step: str = ""
    position: int = 0


def find_reason(action: str, code: str) -> Reason:
    """One reason; DomainError `not_found` (404)."""
    found = Reason.objects.filter(action=action, code=code).first()
    if found is None:
        raise DomainError("not_found", "There is no such reason.", status=404)
    return found


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever may not edit what both sides share."""
    if not keeps_reasons(user):
        raise DomainError(
            "forbidden", "Reasons are kept by both heads and administrators.", status=403
        )


def add_reason(*, actor: User, wanted: Wanted) -> Reason:
    """A new code; it can be chosen at once."""
    require_keeper(actor)
    if wanted.action not in CODED:
        raise DomainError("invalid", f"Choose one of: {', '.join(CODED)}.", field="action")
    require_code(wanted.code)
    _one_of(Reason.Ask.values, wanted.asks, "asks")
    _one_of(Reason.Against.values, wanted.against, "against")
    if wanted.asks == Reason.Ask.CRITERION and wanted.action != Action.REJECT:
        raise DomainError("invalid", "Only a rejection names a criterion.", field="asks")
    if wanted.asks == Reason.Ask.OWNER and wanted.action != Action.REJECT:
        raise DomainError("invalid", "Only a rejection names the right owner.", field="asks")
    fields = {
        **vars(wanted),
        "label": require_label(wanted.label),
        "position": require_place(wanted.position),
    }
    try:
        with transaction.atomic():
            return Reason.objects.create(**fields)
    except IntegrityError:
        raise DomainError(
            "already_exists", "This action has such a code already.", status=409, field="code"
        ) from None


def edit_reason(
    *,
    action: str,
    code: str,
    actor: User,
    now: datetime,
    label: str | None = None,
    next_step: str | None = None,
    position: int | None = None,
    retired: bool | None = None,
) -> Reason:
    """Change the words, the place, or whether it may be chosen; None leaves as it is.

    DomainError `last_reason` (409) where an action would be left without any.
    """
    require_keeper(actor)
    with transaction.atomic():
        # All of the action are locked: two who retire the last two at once must not both succeed.
        rows = {row.code: row for row in _locked(action)}
        if code not in rows:
            find_reason(action, code)
        reason = rows[code]
        if label is not None:
            reason.label = require_label(label)
        if next_step is not None:
            reason.next_step = next_step.strip()
        if position is not None:
            reason.position = require_place(position)
        if retired is not None:
            _retire(reason, rows, now if retired else None)
        reason.save(update_fields=["label", "next_step", "position", "retired_at"])
    return reason


def _locked(action: str) -> list[Reason]:
    return list(Reason.objects.filter(action=action).select_for_update(no_key=True))


def _retire(reason: Reason, rows: dict[str, Reason], at: datetime | None) -> None:
    others = [row for row in rows.values() if row.retired_at is None and row.pk != reason.pk]
    if at and not others:
        raise DomainError(
            "last_reason",
            "It is the last one that may be chosen: add another first.",
            status=409,
            field="retired",
        )
    if bool(at) != bool(reason.retired_at):
        reason.retired_at = at


def require_code(code: str) -> None:
    """A code that programs can rely on."""
    if not CODE.fullmatch(code):
        raise DomainError(
            "invalid",
            "A code is 2 to 30 small letters, digits or underscores, as in “no_budget”.",
            field="code",
        )


def require_label(label: str) -> str:
    """The words for it; there are some."""
    if not label.strip():
        raise DomainError("invalid", "Give it a name.", field="label")
    return label.strip()


def require_place(position: int) -> int:
    """A place in the list."""
    if not 0 <= position <= MOST_POSITION:
        raise DomainError("invalid", f"From 0 to {MOST_POSITION}.", field="position")
    return position


def _one_of(known: list[str], value: str, name: str) -> None:
    if value not in known:
        words = ", ".join(one or "nothing" for one in known)
        raise DomainError("invalid", f"Choose one of: {words}.", field=name)


def all_reasons() -> dict[str, list[Reason]]:
    """Every code by its action: those that may be chosen in their order, retired ones last."""
    found: dict[str, list[Reason]] = {action.value: [] for action in CODED}
    retired = F("retired_at").asc(nulls_first=True)
    for reason in Reason.objects.order_by(retired, "position", "id").prefetch_related("kinds"):
        found[reason.action].append(reason)
    return found
