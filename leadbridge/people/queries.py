"""Who is away or has left, until when, and who stands in for them."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.people.models import Absence, Departure, Team, User


def live_at(at: datetime) -> Q:
    """Absences during which somebody is away at `at`; one that was ended early ended then."""
    kept = Q(cancelled_at=None) | Q(cancelled_at__gt=at)
    return Q(starts_at__lte=at, ends_at__gt=at) & kept


def is_absent(user_id: int, at: datetime) -> bool:
    """Is this person away at that instant?"""
    return Absence.objects.filter(live_at(at), user=user_id).exists()


def absent_ids(at: datetime) -> frozenset[int]:
    """Everybody who is away at that instant."""
    return frozenset(Absence.objects.filter(live_at(at)).values_list("user_id", flat=True))


def absences_at(at: datetime, user_ids: Collection[int]) -> dict[int, Absence]:
    """Who of these is away at that instant, each with the absence; one query."""
    found = Absence.objects.filter(live_at(at), user__in=user_ids).select_related("user", "cover")
    return {absence.user_id: absence for absence in found}


def absence_of(user_id: int, at: datetime) -> Absence | None:
    """The absence of one person at that instant."""
    return absences_at(at, [user_id]).get(user_id)


def cover_of(user_id: int, at: datetime) -> User | None:
    """Who stands in for somebody who is away: their cover, or where that one is away too, theirs
    in turn. None where nobody does."""
    seen = {user_id}
    absence = absence_of(user_id, at)
    while absence is not None and absence.cover is not None:
        cover = absence.cover
        if cover.pk in seen or not cover.is_active:
            return None
        seen.add(cover.pk)
        absence = absence_of(cover.pk, at)
        if absence is None:
            return cover
    return None


def stand_in_of(user: User, at: datetime) -> User | None:
    """Who takes new work in place of somebody who has left or is away; None: they themselves."""
    seen = {user.pk}
    here = user
    while not here.is_active:
        departure = departure_of(here.pk)
        if departure is None or departure.successor is None or departure.successor_id in seen:
            return None
        here = departure.successor
        seen.add(here.pk)
    here = cover_of(here.pk, at) or here
    return None if here.pk == user.pk else here


def departure_of(user_id: int) -> Departure | None:
    """How somebody who is gone left."""
    gone = Departure.objects.filter(user=user_id, returned_at=None)
    return gone.select_related("successor", "made_by").first()


def until_words(absence: Absence) -> str:
    """`until Mon 30 Nov`: the day they are back, in their own zone, with the time within a day."""
    zone = absence.user.time_zone or settings.TIME_ZONE
    return away_words(absence.starts_at, absence.ends_at, zone)


def away_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """The same of somebody's time away, in their zone."""
    there = local(ends_at, zone)
    clock = "" if (there.hour, there.minute) == (0, 0) else f" {there:%H:%M}"
    year = f" {there.year}" if there.year != starts_at.year else ""
    return f"until {there:%a} {there.day} {there:%b}{year}{clock}"


def find_person(username: str) -> User:
    """The person of this name; DomainError `not_found` otherwise."""
    person = User.objects.filter(username=username).first()
    if person is None:
        raise DomainError("not_found", f"There is nobody called {username[:40]}.", status=404)
    return person


def find_team(slug: str) -> Team:
    """The team of this name; DomainError `not_found` otherwise."""
    team = Team.objects.select_related("manager").filter(slug=slug).first()
    if team is None:
        raise DomainError("not_found", f"There is no team called {slug[:40]}.", status=404)
    return team
