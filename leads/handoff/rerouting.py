"""A lead that came to the wrong desk: whom sales named when it said no, and handing it to them."""

from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team, User
from leads.handoff.judging import facts_of
from leads.handoff.models import Lead
from leads.handoff.rules import require_here, team_for
from leads.handoff.stages import Stage
from leads.routing.actions import choose_in_team
from leads.routing.choice import Choice

BECAUSE = "Sales named them when it said no to the rules' choice."


@dataclass(frozen=True)
class Named:
    """A person or a team of sales."""

    person: User | None = None
    team: Team | None = None

    def __str__(self) -> str:
        return str(self.person or self.team)


def is_named(lead: Lead) -> bool:
    """Did sales say whose this rejected lead is? Asked of every row of a list: reads nothing."""
    return lead.stage == Stage.REJECTED and lead.reason_detail.startswith(("user-", "team-"))


def named_on(lead: Lead) -> Named | None:
    """Whom sales named; None where nobody, or nobody who is still here."""
    if not is_named(lead):
        return None
    kind, _, number = lead.reason_detail.partition("-")
    if kind == "user":
        person = User.objects.filter(pk=number, is_active=True).first()
        return Named(person=person) if person else None
    team = Team.objects.filter(pk=number).first()
    return Named(team=team) if team else None


def choice_as_named(lead: Lead, now: datetime) -> Choice:
    """To whom it goes: the person, or whose turn it is in the team. DomainError `not_named` (409)
    where sales named nobody, `absent` (409) where they are away."""
    named = named_on(lead)
    if named is None:
        raise DomainError(
            "not_named", "Sales did not say whose it is: hand it over by the rules.", status=409
        )
    if named.person is not None:
        require_here(named.person, now)
        team = team_for(named.person, lead, None)
        return Choice(team.pk, named.person.pk, rule="", because=BECAUSE)
    assert named.team is not None, "a person or a team"
    return choose_in_team(team=named.team, facts=facts_of(lead), now=now)
