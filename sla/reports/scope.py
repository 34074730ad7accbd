"""Whose figures somebody may read: every team's, or those of the teams they manage."""

from dataclasses import dataclass

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import sees_every_lead
from leadbridge.people.models import Team, User


@dataclass(frozen=True)
class Scope:
    """The teams that may be chosen; `everything` where that is no restriction."""

    teams: tuple[Team, ...]
    everything: bool

    @property
    def team_ids(self) -> frozenset[int] | None:
        """The teams to count when none is chosen; None is every team."""
        return None if self.everything else frozenset(team.pk for team in self.teams)


def scope_of(user: User) -> Scope:
    """DomainError `forbidden` (403) for somebody who neither sees every lead nor manages a team."""
    everything = sees_every_lead(user)
    teams = Team.objects.all() if everything else Team.objects.filter(manager=user)
    found = tuple(teams.order_by("name", "pk"))
    if not (everything or found):
        raise DomainError(
            "forbidden",
            "The figures are for managers, both heads and marketing. Your leads are in the inbox.",
            status=403,
        )
    return Scope(found, everything)
