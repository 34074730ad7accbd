"""Somebody leaves: what they hold, where it would go, and giving all of it on at that instant."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from leadbridge.kernel.errors import DomainError
from leadbridge.people import leaving
from leadbridge.people.founding import write_role
from leadbridge.people.models import Departure, Role, Team, User
from leadbridge.people.queries import absent_ids, departure_of
from leads.handoff.handing_on import Handover, held_by, try_hand_on
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, MARKETING_STAGES, SALES_STAGES, Stage

FEW = 40  # leads that are given on at once; more are the work of a worker


@dataclass(frozen=True)
class Group:
    """So many leads of one stage, and where they would go."""

    stage: str
    label: str
    leads: int
    goes_to: str


@dataclass(frozen=True)
class Preview:
    """What would happen if somebody left now. `first`: what has to be done before."""

    user: User
    groups: list[Group]
    role_only: int
    leads: int
    successor: User | None
    first: list[str]


def preview_leaving(*, user: User, actor: User, now: datetime) -> Preview:
    """How many open leads they hold by stage, and where each group would go."""
    leaving.require_housekeeper(actor)
    held = Lead.objects.filter(held_by(user, role=False))
    rows = held.values("stage", "team").annotate(leads=Count("pk")).order_by()
    teams = {team.pk: team for team in Team.objects.select_related("manager")}
    here = _here_by_team(user, now)
    successor = default_successor(user)
    counted: dict[tuple[Stage, str], int] = {}
    for row in rows:
        stage, team = Stage(row["stage"]), teams[row["team"]]
        key = stage, _goes_to(stage, team, here.get(team.pk, 0), successor)
        counted[key] = counted.get(key, 0) + row["leads"]
    order = list(Stage)
    groups = [
        Group(stage, LABELS[stage], leads, goes_to)
        for (stage, goes_to), leads in sorted(counted.items(), key=lambda at: order.index(at[0][0]))
    ]
    role_only = Lead.objects.filter(_role_only(user)).count()
    leads = sum(group.leads for group in groups) + role_only
    first = leaving.why_not_leave(user, actor)
    return Preview(user, groups, role_only, leads, successor, first)


def _role_only(user: User) -> Q:
    """Leads in sales' hands that they answer for on marketing's side."""
    return Q(marketer=user, stage__in=sorted(SALES_STAGES))


def _here_by_team(leaver: User, now: datetime) -> dict[int, int]:
    """How many others each team has who can take leads now."""
    people = User.objects.filter(role=Role.SELLER, is_active=True)
    people = people.exclude(pk__in=absent_ids(now) | {leaver.pk})
    rows = people.values("memberships__team").annotate(people=Count("pk")).order_by()
    return {row["memberships__team"]: row["people"] for row in rows if row["memberships__team"]}


def _goes_to(stage: Stage, team: Team, here: int, successor: User | None) -> str:
    if stage in MARKETING_STAGES:
        return f"{successor}" if successor else f"{team.manager}, who manages {team}"
    if here:
        return f"{team}, in turn among {here}" if here > 1 else f"{team}, the one who is here"
    if stage == Stage.SUBMITTED:
        return f"the pool of {team}; {team.manager} answers"
    return f"{team.manager}, because nobody else in {team} is here"


def default_successor(user: User) -> User | None:
    """Who takes over on marketing's side if nobody is named: their manager, else a head."""
    if not user.is_marketing:
        return None
    managers = User.objects.filter(manages__memberships__user=user, is_active=True)
    heads = User.objects.filter(role=Role.MARKETING_HEAD, is_active=True)
    for people in (managers, heads):
        found = people.exclude(pk=user.pk).order_by("pk").first()
        if found is not None:
            return found
    return None


def deactivate_person(
    *, user: User, actor: User, now: datetime, successor: User | None = None
) -> Departure:
    """Somebody leaves. From this instant nothing new reaches them, and all they held moves on.

    A few leads move at once; with more, `done_at` is None and a worker goes on with
    `finish_departure`. DomainError `forbidden`, or `not_allowed` (409) naming what comes first.
    """
    if successor is not None:
        _require_successor(user, successor)
    with transaction.atomic():
        leads = Lead.objects.filter(held_by(user, role=True)).count()
        departure = leaving.end_place(
            user=user, actor=actor, now=now, leads=leads,
            successor=successor or default_successor(user),
        )  # fmt: skip
    if leads <= FEW:
        finish_departure(departure_id=departure.pk, now=now)
        departure.refresh_from_db()
    return departure


def finish_departure(*, departure_id: int, now: datetime) -> int:
    """Give on whatever somebody who left still holds; answers how many leads moved.

    May be killed anywhere and repeated. All moves bear the instant at which they left: so old
    custody ends there, and the new holder's clock begins there.
    """
    departure = Departure.objects.select_related("user", "successor").get(pk=departure_id)
    if departure.returned_at is not None:
        return 0
    user = departure.user
    handover = Handover(
        giver=user,
        now=departure.left_at,
        cause="leaver",
        because=f"{user} has left.",
        heir=_present(departure.successor),
        role=True,
    )
    held = Lead.objects.filter(held_by(user, role=True)).order_by("pk")
    moved = sum(try_hand_on(handover, pk) for pk in list(held.values_list("pk", flat=True)))
    if departure.done_at is None and not held.exists():
        Departure.objects.filter(pk=departure_id, done_at=None).update(done_at=now)
    return moved


def unfinished_departures() -> list[int]:
    """Departures whose leads have not all moved, or to whom one came back behind our back."""
    gone = Departure.objects.filter(returned_at=None).values_list("pk", "user_id")
    people = {user_id: pk for pk, user_id in gone}
    open_leads = Lead.objects.open()
    held = open_leads.filter(holder__in=people).values_list("holder_id", flat=True)
    answered = open_leads.filter(marketer__in=people).values_list("marketer_id", flat=True)
    with_leads = {people[user] for user in {*held.distinct(), *answered.distinct()}}
    waiting = Departure.objects.filter(returned_at=None, done_at=None)
    return sorted(with_leads | set(waiting.values_list("pk", flat=True)))


def leads_left(user: User) -> int:
    """How many open leads still wait for new hands."""
    return Lead.objects.filter(held_by(user, role=True)).count()


def change_role(*, actor: User, user: User, role: str) -> User:
    """Another role; refused (409) while they hold open leads that the new one cannot hold."""
    leaving.require_housekeeper(actor)
    after = User(role=role)
    kept_apart = (after.is_marketing, after.is_sales) != (user.is_marketing, user.is_sales)
    if kept_apart and (held := leads_left(user)):
        raise DomainError(
            "not_allowed",
            f"{user} holds {held} open leads as {Role(user.role).label.lower()}: "
            "reassign them first, or end this account and make a new one.",
            status=409,
            field="role",
        )
    return write_role(actor=actor, user=user, role=role)


def _present(successor: User | None) -> User | None:
    """The successor, unless they have left as well since."""
    while successor is not None and not successor.is_active:
        departure = departure_of(successor.pk)
        successor = departure.successor if departure else None
    return successor


def _require_successor(user: User, successor: User) -> None:
    if successor.pk == user.pk or not successor.is_active or not successor.is_marketing:
        raise DomainError(
            "invalid", f"{successor} cannot take over on marketing's side.", field="successor"
        )
