"""What a person may see and whom they lead. The only door for such questions."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from leadbridge.kernel.prepared import Prepared
from leadbridge.people.models import Role, Side, Team, User


def leads_team(user: User, team: Team | None) -> bool:
    """Manages this team, or heads its side."""
    if team is None:
        return False
    return team.manager_id == user.pk or heads_side(user, team.side)


def heads_side(user: User, side: str) -> bool:
    """Is the head of that side."""
    return user.role == {"marketing": Role.MARKETING_HEAD, "sales": Role.SALES_HEAD}[side]


def signing_side(user: User) -> Side | None:
    """For which side this person signs documents; None for whoever heads neither."""
    return next((side for side in Side if heads_side(user, side)), None)


def may_draft(user: User) -> bool:
    """May draft, propose and take back documents: the heads, and administrators who type for them.
    Drafts are theirs alone; from proposing on everybody reads a document."""
    return signing_side(user) is not None or user.is_administrator


def brings_leads(user: User) -> bool:
    """May take leads in by hand or out of files, and answers for them: marketing."""
    return user.is_marketing


def keeps_reasons(user: User) -> bool:
    """May edit the coded reasons that both sides share: the heads, and administrators."""
    return signing_side(user) is not None or user.is_administrator


def keeps_campaigns(user: User) -> bool:
    """May make and edit campaigns, their costs and rules: marketing, and administrators."""
    return user.is_marketing or user.is_administrator


def readout_side(user: User) -> Side | None:
    """For which side this person signs that they read how a campaign began: anybody of marketing,
    and of sales whoever reads figures. None for all others."""
    if user.is_marketing:
        return Side.MARKETING
    return Side.SALES if user.is_sales and sees_figures(user) else None


def keeps_companies(user: User) -> bool:
    """May say who looks after a company: whoever leads a team or a side, and administrators."""
    return keeps_reasons(user) or Team.objects.filter(manager=user).exists()


def recodes_reasons(user: User) -> bool:
    """May give a decision another reason: whoever leads a team or a side, and administrators."""
    return keeps_reasons(user) or Team.objects.filter(manager=user).exists()


def keeps_routing(user: User) -> bool:
    """May draft and publish the rules that place leads: the head of sales, managers of sales teams,
    and administrators. Everybody reads those in force."""
    if heads_side(user, Side.SALES) or user.is_administrator:
        return True
    return Team.objects.filter(manager=user, side=Side.SALES).exists()


def active_heads(side: str) -> QuerySet[User]:
    """Who can sign for a side today."""
    role = {Side.MARKETING: Role.MARKETING_HEAD, Side.SALES: Role.SALES_HEAD}[Side(side)]
    return User.objects.filter(role=role, is_active=True).order_by("pk")


def keeps_house(user: User) -> bool:
    """May make people, teams and memberships, and end them."""
    return user.is_administrator


def plans_for(viewer: "Viewer", person: User) -> bool:
    """May tell that somebody is away: they themselves, who leads them, and administrators."""
    user = viewer.user
    if user.pk == person.pk or keeps_house(user):
        return True
    side = "marketing" if person.is_marketing else "sales" if person.is_sales else ""
    if side and heads_side(user, side):
        return True
    return Team.objects.filter(manager=user, memberships__user=person).exists()


def sees_every_lead(user: User) -> bool:
    """Marketing, the heads and administrators see all leads: both sides read the same figures."""
    return user.role in (
        Role.MARKETER,
        Role.MARKETING_HEAD,
        Role.SALES_HEAD,
        Role.ADMINISTRATOR,
    )


def sees_quarantine(user: User) -> bool:
    """May read what came in and could not be taken: marketing, and administrators who look for what
    is wrong with a form or an interface."""
    return user.is_marketing or user.is_administrator


def settles_quarantine(user: User) -> bool:
    """May take in or discard what could not be taken: marketing answers for what comes in."""
    return user.is_marketing


def keeps_forms(user: User) -> bool:
    """May build web forms and open addresses for other programs: marketing, and administrators."""
    return user.is_marketing or user.is_administrator


def sees_figures(user: User) -> bool:
    """May open the SLA page: managers of a team, heads of both sides, marketing, administrators."""
    return sees_every_lead(user) or Team.objects.filter(manager=user).exists()


def teams_led_by(user: User) -> QuerySet[Team]:
    """Teams that this person manages, or whose side they head."""
    led = Q(manager=user)
    for side in Side.values:
        if heads_side(user, side):
            led |= Q(side=side)
    return Team.objects.filter(led)


def people_led_by(user: User) -> QuerySet[User]:
    """Members of the teams that this person leads."""
    return User.objects.filter(memberships__team__in=teams_led_by(user)).distinct()


@dataclass(frozen=True)
class HourSetter:
    """Who may say when a person, a team or (neither) the whole organisation works.

    Administrators all; who leads a team its own and those of its people; everybody their own.
    What somebody leads is read once when first asked.
    """

    user: User

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """Teams this person leads."""
        return frozenset(teams_led_by(self.user).values_list("pk", flat=True))

    @cached_property
    def people_ids(self) -> frozenset[int]:
        """People this person leads, and the person."""
        return frozenset([self.user.pk, *people_led_by(self.user).values_list("pk", flat=True)])

    def may(self, *, person_id: int | None = None, team_id: int | None = None) -> bool:
        """May this person set those hours?"""
        if self.user.is_administrator:
            return True
        if team_id is not None:
            return team_id in self.team_ids
        return person_id is not None and person_id in self.people_ids


_THEIR_TEAMS = Prepared(
    2,
    lambda member, manager: Team.objects.filter(
        Q(memberships__user=member) | Q(manager=manager)
    ).values_list("pk", "manager_id", "memberships__user_id"),
)


@dataclass(frozen=True)
class Viewer:
    """A person with the teams they belong to and those they manage, read once when first asked."""

    user: User

    @cached_property
    def _teams(self) -> tuple[frozenset[int], frozenset[int]]:
        mine = self.user.pk
        columns = _THEIR_TEAMS.all(mine, mine)
        return (
            frozenset(team for team, _, member in columns if member == mine),
            frozenset(team for team, manager, _ in columns if manager == mine),
        )

    @property
    def team_ids(self) -> frozenset[int]:
        """Teams this person belongs to."""
        return self._teams[0]

    @property
    def managed_ids(self) -> frozenset[int]:
        """Teams this person manages."""
        return self._teams[1]

    def manages(self, team_id: int, side: str) -> bool:
        """Answers for that team, as the head of its side or as its manager."""
        return heads_side(self.user, side) or team_id in self.managed_ids


def viewer_of(user: User) -> Viewer:
    """The person as one who looks at leads; costs at most one query."""
    return Viewer(user)
