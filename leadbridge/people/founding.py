"""Making people and teams, and saying who belongs where and who leads."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.leaving import lock_with_peers, require_housekeeper, require_may_lead
from leadbridge.people.models import Membership, Role, Side, Team, User

RESERVED = frozenset({"me", "new", "teams"})  # addresses of other pages below /people/


def create_person(
    *,
    actor: User | None,
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    role: str,
    time_zone: str = "",
    team: Team | None = None,
) -> User:
    """Somebody new, who cannot sign in before they chose a password by their one-time link.

    `actor` None is whoever runs this machine. DomainError `invalid` with the field at fault.
    """
    _require(actor)
    require_role(role)
    require_zone(time_zone)
    if username.lower() in RESERVED:
        raise DomainError("invalid", "This name has another meaning here.", field="username")
    person = User(
        username=username, first_name=first_name, last_name=last_name, email=email, role=role,
        time_zone=time_zone,
    )  # fmt: skip
    person.set_unusable_password()
    _require_clean(person)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            if team is not None:
                add_member(actor=actor, team=team, user=person)
    except IntegrityError as error:
        raise DomainError(
            "invalid", f"There is somebody called {username} already.", field="username"
        ) from error
    return person


def create_team(*, actor: User | None, name: str, side: str, manager: User) -> Team:
    """A team of one side. Its manager answers for its pool, so there is one from the first day."""
    _require(actor)
    if side not in Side.values:
        raise DomainError("invalid", "Choose marketing or sales.", field="side")
    slug = slugify(name)
    if not slug:
        raise DomainError("invalid", "Give it a name with letters or digits.", field="name")
    _require_of_side(manager, side, field="manager")
    try:
        with transaction.atomic():
            return Team.objects.create(name=name, slug=slug, side=side, manager=manager)
    except IntegrityError as error:
        raise DomainError(
            "invalid", f"There is a team called {name} already.", field="name"
        ) from error


def set_manager(*, actor: User | None, team: Team, manager: User) -> Team:
    """Somebody else leads the team and answers for its pool."""
    _require(actor)
    _require_of_side(manager, team.side, field="manager")
    Team.objects.filter(pk=team.pk).update(manager=manager)
    team.manager = manager
    return team


def take_unrouted(*, actor: User | None, team: Team) -> Team:
    """This team's pool takes what no routing rule can place; there is one such team at most."""
    _require(actor)
    if team.side != Side.SALES:
        raise DomainError("invalid", f"{team} does not work leads.", field="team")
    with transaction.atomic():
        Team.objects.filter(takes_unrouted=True).exclude(pk=team.pk).update(takes_unrouted=False)
        Team.objects.filter(pk=team.pk).update(takes_unrouted=True)
    team.takes_unrouted = True
    return team


def add_member(*, actor: User | None, team: Team, user: User) -> Membership:
    """Somebody joins a team of their side; twice is once."""
    _require(actor)
    _require_of_side(user, team.side, field="user")
    return Membership.objects.get_or_create(team=team, user=user)[0]


def remove_member(*, actor: User | None, team: Team, user: User) -> None:
    """Somebody leaves a team. What they hold there stays theirs until it is reassigned."""
    _require(actor)
    Membership.objects.filter(team=team, user=user).delete()


def change_facts(
    *, actor: User, user: User, first_name: str, last_name: str, email: str, time_zone: str
) -> User:
    """Name, address and zone; one's own may be changed by oneself."""
    if actor.pk != user.pk:
        require_housekeeper(actor)
    require_zone(time_zone)
    user.first_name, user.last_name, user.email = first_name, last_name, email
    user.time_zone = time_zone
    _require_clean(user)
    user.save(update_fields=["first_name", "last_name", "email", "time_zone"])
    return user


def write_role(*, actor: User, user: User, role: str) -> User:
    """Another role; whether their hands are free for it is asked by the handoff before."""
    require_housekeeper(actor)
    require_role(role)
    with transaction.atomic():
        person = lock_with_peers(user)
        require_may_lead(person, role)
        _require_fits_teams(person, role)
        person.role = role
        person.save(update_fields=["role"])
    return person


def _require(actor: User | None) -> None:
    if actor is not None:
        require_housekeeper(actor)


def _require_clean(person: User) -> None:
    """FieldErrors where a column cannot hold what was given."""
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise FieldErrors(error.message_dict) from error


def require_role(role: str) -> None:
    """DomainError `invalid` for a role there is not."""
    if role not in Role.values:
        raise DomainError("invalid", f"Choose one of {', '.join(Role.values)}.", field="role")


def require_zone(zone: str) -> None:
    """DomainError `invalid` for a zone there is not; blank is the organisation's."""
    if zone and zone not in available_timezones():
        raise DomainError("invalid", "Give a zone such as Europe/Berlin.", field="time_zone")


def _require_of_side(user: User, side: str, *, field: str) -> None:
    works = user.is_marketing if side == Side.MARKETING else user.is_sales
    if not (works and user.is_active):
        raise DomainError("invalid", f"{user} does not work in {side}.", field=field)


def _require_fits_teams(user: User, role: str) -> None:
    """Nobody stays in a team of a side they no longer work on."""
    after = User(role=role)
    teams = Team.objects.filter(memberships__user=user) | Team.objects.filter(manager=user)
    for team in teams.distinct():
        if not (after.is_marketing if team.side == Side.MARKETING else after.is_sales):
            raise DomainError(
                "not_allowed",
                f"They belong to {team}, which works in {team.side}: take them out first.",
                status=409,
                field="role",
            )
