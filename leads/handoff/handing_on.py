"""What somebody holds who is away or has left, given on lead by lead.

Each lead is one transaction and is looked at again under its lock, so whoever repeats this after a
kill, or does it at the same time, gives on what is left and nothing twice.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Role, Side, Team, User
from leadbridge.people.queries import absent_ids
from leads.handoff.actions import reassign_lead
from leads.handoff.judging import facts_of
from leads.handoff.locks import lock_lead
from leads.handoff.models import Custody, Lead
from leads.handoff.moves import Move, carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import MARKETING_STAGES, OPEN_STAGES, Action, Stage
from leads.routing.actions import choose_in_team

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handover:
    """From whom, since when, and why. `heir`: who takes what they can; None asks the routing.

    `cause` is for programs, `because` for people. With `role`, what sales holds goes on answering
    to the heir on marketing's side as well; without, only what marketing holds.
    """

    giver: User
    now: datetime
    cause: str
    because: str
    heir: User | None = None
    role: bool = False


def held_by(user: User, *, role: bool) -> Q:
    """Open leads that are this person's to give on; with `role` those they answer for, too."""
    mine = Q(holder=user) | Q(marketer=user) if role else Q(holder=user)
    return mine & Q(stage__in=sorted(OPEN_STAGES))


def hand_on(handover: Handover, lead_id: int) -> bool:
    """Give on one lead; False where it is theirs no longer, or nobody can take it."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        if not lead.is_open:
            return False
        moved = False
        if lead.marketer_id == handover.giver.pk and (handover.role or _with_marketing(lead)):
            moved = _entrust(lead, handover)
        if lead.holder_id == handover.giver.pk and not _with_marketing(lead):
            moved = _reassign(lead, handover) or moved
        return moved


def try_hand_on(handover: Handover, lead_id: int) -> bool:
    """The same where one lead that cannot go must not keep the others."""
    try:
        return hand_on(handover, lead_id)
    except DomainError as error:
        log.warning("L-%s of %s was not given on: %s", lead_id, handover.giver, error.message)
        return False


def _with_marketing(lead: Lead) -> bool:
    return lead.stage in MARKETING_STAGES


def _reassign(lead: Lead, handover: Handover) -> bool:
    """What sales holds: to the heir, else to whose turn it is in the team, else to its pool; what
    was accepted needs a person, and that is the manager who answers for the pool."""
    to: User | None
    if handover.heir is not None and _works_leads(handover.heir):
        to, team = handover.heir, None
    else:
        to, team = _next_in_team(lead, handover)
        if to is None and lead.stage != Stage.SUBMITTED:
            to = team.manager
    if to is not None and to.pk == handover.giver.pk:
        return False
    reassign_lead(
        lead_id=lead.pk, actor=None, now=handover.now, to=to, team=team,
        cause=handover.because, code=handover.cause,
    )  # fmt: skip
    return True


def _works_leads(person: User) -> bool:
    """In sales, and in a team or leading one: elsewhere no lead can be held."""
    teams = Team.objects.filter(side=Side.SALES)
    return (
        person.is_sales and teams.filter(Q(memberships__user=person) | Q(manager=person)).exists()
    )


def _next_in_team(lead: Lead, handover: Handover) -> tuple[User | None, Team]:
    team = Team.objects.select_related("manager").get(pk=lead.team_id)
    had_it = Custody.objects.filter(lead=lead, holder__isnull=False)
    choice = choose_in_team(
        team=team,
        facts=facts_of(lead),
        now=handover.now,
        without={handover.giver.pk},
        had_it=set(had_it.values_list("holder_id", flat=True)),
    )
    return (User.objects.get(pk=choice.holder_id) if choice.holder_id else None), team


def _entrust(lead: Lead, handover: Handover) -> bool:
    """Another marketer answers for it: the heir, else who leads marketing there."""
    to = heir_in_marketing(lead.marketing_team, handover)
    if to is None:
        return False
    entrust_lead(
        lead_id=lead.pk, actor=None, now=handover.now, to=to,
        cause=handover.because, code=handover.cause,
    )  # fmt: skip
    return True


def heir_in_marketing(team: Team, handover: Handover) -> User | None:
    """Who takes over on marketing's side: the heir, the manager of the team, or its head."""
    if handover.heir is not None and handover.heir.is_marketing:
        return handover.heir
    heads = User.objects.filter(role=Role.MARKETING_HEAD, is_active=True).order_by("pk")
    away = absent_ids(handover.now)
    people = [one for one in (team.manager, *heads) if one.is_active and one != handover.giver]
    return min(people, key=lambda one: one.pk in away, default=None)


def entrust_lead(
    *, lead_id: int, actor: User | None, now: datetime, to: User, cause: str, code: str = ""
) -> Lead:
    """Another marketer answers for a lead: holds it while it is with marketing, and has it back
    when sales gives it back."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ENTRUST, actor=actor, now=now)
        team = _marketing_team_of(to, lead)
        if to.pk == lead.marketer_id:
            raise DomainError("invalid", "They answer for this lead already.", field="to")
        held = _with_marketing(lead)
        move = Move(
            Action.ENTRUST,
            Stage(lead.stage),
            actor,
            now,
            to.pk if held else lead.holder_id,
            team.pk if held else lead.team_id,
            {"marketer": to, "marketing_team": team},
            data={"to": to.pk, "team": team.pk, **({"cause": code} if code else {})},
            words={"comment": cause},
        )
        carry_out(lead, move)
    return lead


def _marketing_team_of(person: User, lead: Lead) -> Team:
    """The team in which they take it over: the present one if it is theirs, else their first."""
    theirs = Team.objects.filter(side=Side.MARKETING)
    theirs = (theirs.filter(memberships__user=person) | theirs.filter(manager=person)).distinct()
    teams = list(theirs.order_by("pk"))
    if person.role == Role.MARKETING_HEAD and not teams:
        teams = [lead.marketing_team]
    if not (teams and person.is_active and person.is_marketing):
        raise DomainError("invalid", f"{person} belongs to no marketing team.", field="to")
    return next((one for one in teams if one.pk == lead.marketing_team_id), teams[0])
