"""Telling that somebody will be away, and taking it back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import plans_for, viewer_of
from leadbridge.people.models import Absence, User
from leadbridge.people.queries import until_words

LONGEST = timedelta(days=731)
AHEAD = timedelta(days=731)


def record_absence(
    *,
    user: User,
    actor: User,
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    cover: User | None = None,
) -> Absence:
    """Somebody will be away from `starts_at` until `ends_at`, and `cover` stands in.

    DomainError `forbidden` where `actor` is neither they themselves nor leads them, `invalid` for
    times or a cover that cannot be, `overlaps` (409) with another absence of theirs.
    """
    _require_leave(user, actor)
    _require_span(starts_at, ends_at, now)
    with transaction.atomic():
        person = _lock_person(user.pk)
        if not person.is_active:
            raise DomainError("invalid", f"{person} has left already.", field="person")
        _require_free(person, starts_at, ends_at)
        if cover is not None:
            _require_cover(person, cover, starts_at, ends_at)
        return Absence.objects.create(
            user=person, starts_at=starts_at, ends_at=ends_at, cover=cover, made_by=actor,
            made_at=now,
        )  # fmt: skip


def cancel_absence(*, absence_id: int, actor: User, now: datetime) -> Absence:
    """They do not go, or are back early. What was given to others meanwhile stays with them."""
    with transaction.atomic():
        absence = find_absence(absence_id)
        _require_leave(absence.user, actor)
        _lock_person(absence.user_id)
        changed = Absence.objects.filter(pk=absence_id, cancelled_at=None, ends_at__gt=now)
        if not changed.update(cancelled_at=now):
            raise DomainError(
                "already_decided", "This absence is over or was cancelled already.", status=409
            )
    absence.cancelled_at = now
    return absence


def find_absence(absence_id: int) -> Absence:
    """One absence; DomainError `not_found` otherwise. Everybody may know who is away."""
    found = Absence.objects.select_related("user", "cover", "made_by").filter(pk=absence_id).first()
    if found is None:
        raise DomainError("not_found", "There is no such absence.", status=404)
    return found


def _lock_person(user_id: int) -> User:
    """Absences of one person are told one after the other, so that no two can overlap."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _require_leave(user: User, actor: User) -> None:
    if not plans_for(viewer_of(actor), user):
        raise DomainError(
            "forbidden",
            f"Absences of {user} are told by themselves, their manager or an administrator.",
            status=403,
        )


def _require_span(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise DomainError("invalid", "The day back lies after the first day away.", field="ends_at")
    if ends_at <= now:
        raise DomainError("invalid", "This is over already; give a day ahead.", field="ends_at")
    if starts_at > now + AHEAD or ends_at - starts_at > LONGEST:
        raise DomainError("invalid", "Give a time within the next two years.", field="starts_at")


def _require_free(person: User, starts_at: datetime, ends_at: datetime) -> None:
    other = _live(person, starts_at, ends_at).select_related("user").first()
    if other is not None:
        raise DomainError(
            "overlaps",
            f"{person} is away {until_words(other)} already. Cancel that one first.",
            status=409,
            field="starts_at",
        )


def _live(person: User, starts_at: datetime, ends_at: datetime) -> QuerySet[Absence]:
    within = Q(starts_at__lt=ends_at, ends_at__gt=starts_at, cancelled_at=None)
    return Absence.objects.filter(within, user=person)


def _require_cover(person: User, cover: User, starts_at: datetime, ends_at: datetime) -> None:
    if cover.pk == person.pk:
        raise DomainError("invalid", "Nobody stands in for themselves.", field="cover")
    if not cover.is_active:
        raise DomainError("invalid", f"{cover} has left; choose somebody else.", field="cover")
    if (cover.is_marketing, cover.is_sales) != (person.is_marketing, person.is_sales):
        raise DomainError(
            "invalid", f"{cover} works on the other side; choose a colleague.", field="cover"
        )
    if _away_throughout(cover, starts_at, ends_at):
        raise DomainError(
            "invalid",
            f"{cover} is away all that time as well; choose somebody who is here.",
            field="cover",
        )


def _away_throughout(person: User, starts_at: datetime, ends_at: datetime) -> bool:
    """Do their absences leave no moment of this span?"""
    reached = starts_at
    for absence in _live(person, starts_at, ends_at).order_by("starts_at"):
        if absence.starts_at > reached:
            return False
        reached = max(reached, absence.ends_at)
    return reached >= ends_at
