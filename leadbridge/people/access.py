"""What a person may see and whom they lead. The only door for such questions."""

from dataclasses import dataclass

from django.db.models import Q

from leadbridge.people.models import Role, Team, User


def leads_team(user: User, team: Team | None) -> bool:
    """Manages this team, or heads its side."""
    if team is None:
        return False
    return team.manager_id == user.pk or heads_side(user, team.side)


def heads_side(user: User, side: str) -> bool:
    """Is the head of that side."""
    return user.role == {"marketing": Role.MARKETING_HEAD, "sales": Role.SALES_HEAD}[side]


def sees_every_lead(user: User) -> bool:
    """Marketing, the heads and administrators see all leads: both sides read the same figures."""
    return user.role in (
        Role.MARKETER,
        Role.MARKETING_HEAD,
        Role.SALES_HEAD,
        Role.ADMINISTRATOR,
    )


def sees_figures(user: User) -> bool:
    """May open the SLA page: managers of a team, heads of both sides, marketing, administrators."""
    return sees_every_lead(user) or Team.objects.filter(manager=user).exists()


def team_ids_of(user: User) -> list[int]:
    """The teams a person belongs to or manages."""
    teams = Team.objects.filter(Q(memberships__user=user) | Q(manager=user))
    return list(teams.order_by("pk").values_list("pk", flat=True).distinct())


@dataclass(frozen=True)
class Viewer:
    """A person with the teams they belong to and those they manage, read once."""

    user: User
    team_ids: frozenset[int]
    managed_ids: frozenset[int]

    def manages(self, team_id: int, side: str) -> bool:
        """Answers for that team, as its manager or as the head of its side."""
        return team_id in self.managed_ids or heads_side(self.user, side)


def viewer_of(user: User) -> Viewer:
    """The person with their teams, in one query."""
    rows = Team.objects.filter(Q(memberships__user=user) | Q(manager=user)).values_list(
        "pk", "manager_id", "memberships__user_id"
    )
    member, managed = set(), set()
    for team_id, manager_id, member_id in rows:
        if member_id == user.pk:
            member.add(team_id)
        if manager_id == user.pk:
            managed.add(team_id)
    return Viewer(user, frozenset(member), frozenset(managed))
