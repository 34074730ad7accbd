"""Ending and giving back somebody's place here. What they held is given on by the handoff."""

from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_house
from leadbridge.people.models import Absence, ApiKey, Departure, Role, Team, User

SINGLE = {
    Role.MARKETING_HEAD: "head of marketing",
    Role.SALES_HEAD: "head of sales",
    Role.ADMINISTRATOR: "administrator",
}


def why_not_leave(user: User, actor: User) -> list[str]:
    """What has to be done before this person can leave; nothing where they can."""
    bars = [why for why in (_last_of_role(user),) if why]
    if user.pk == actor.pk:
        bars.append("Nobody ends their own account: ask another administrator.")
    teams = Team.objects.filter(manager=user)
    bars += [f"They manage {team}: give the team another manager first." for team in teams]
    return bars


def _last_of_role(user: User) -> str:
    """Why their role cannot be left empty."""
    words = SINGLE.get(Role(user.role))
    others = User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk)
    if words is None or not user.is_active or others.exists():
        return ""
    return f"They are the last {words}: give somebody else that role first."


def require_may_lead(user: User, role: str) -> None:
    """A role is not changed away from the last who has it; DomainError `not_allowed` (409)."""
    if role != user.role and (why := _last_of_role(user)):
        raise DomainError("not_allowed", why, status=409, field="role")


def end_place(
    *, user: User, actor: User, now: datetime, successor: User | None, leads: int
) -> Departure:
    """Nothing new comes to them from here on: no sign-in, no key, no lead.

    Their password goes with them, which ends every session, and a return begins with a new one.
    DomainError `forbidden`, or `not_allowed` (409) with what has to be done first.
    """
    require_housekeeper(actor)
    with transaction.atomic():
        person = lock_with_peers(user)
        if not person.is_active:
            raise DomainError("already_decided", f"{person} has left already.", status=409)
        if bars := why_not_leave(person, actor):
            raise DomainError("not_allowed", " ".join(bars), status=409, data={"first": bars})
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        ApiKey.objects.filter(user=person, revoked_at=None).update(revoked_at=now)
        Absence.objects.filter(user=person, cancelled_at=None, ends_at__gt=now).update(
            cancelled_at=now
        )
        return Departure.objects.create(
            user=person, left_at=now, made_by=actor, successor=successor, leads=leads
        )


def lock_with_peers(user: User) -> User:
    """Somebody, read afresh and locked with all who have their role: of the last two heads who
    leave at once, one stays. A key share of whoever just gives them a lead waits here, too."""
    peers = User.objects.filter(role=user.role, is_active=True) | User.objects.filter(pk=user.pk)
    locked = {peer.pk: peer for peer in peers.select_for_update().order_by("pk")}
    return locked[user.pk]


def give_back_place(*, user: User, actor: User, now: datetime) -> User:
    """Somebody who had left is here again, with the role and teams they had; nothing they held
    comes back by itself."""
    require_housekeeper(actor)
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if person.is_active:
            raise DomainError("already_decided", f"{person} is here already.", status=409)
        person.is_active = True
        person.save(update_fields=["is_active"])
        Departure.objects.filter(user=person, returned_at=None).update(returned_at=now)
    return person


def require_housekeeper(actor: User) -> None:
    """DomainError `forbidden` for everybody but administrators."""
    if not keeps_house(actor):
        raise DomainError("forbidden", "This is for administrators.", status=403)
