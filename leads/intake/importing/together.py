"""Taking in many people of whom nobody knows yet, set-wise: what `take_in` makes of one.

The same rules in memory, the same signal for the clocks; a test holds that both write the same
rows. Whoever is known, or comes twice, is taken in one by one (`running`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team, User
from leads.campaigns.attribution import attribution, count_packet
from leads.definition.queries import ActiveDefinition, active_definition
from leads.definition.verdict import Verdict, judge
from leads.handoff.accounts import owner_ids_of
from leads.handoff.changes import Agenda, Change, Gathering, announce
from leads.handoff.consents import Consent
from leads.handoff.crowd import Ask, Life, write_beginnings, write_ways
from leads.handoff.deeds import submission
from leads.handoff.episodes import lead_of, marketing_team, told_of
from leads.handoff.judging import apply_verdict, facts_of
from leads.handoff.models import Lead, Person
from leads.handoff.packets import Packet, email_key
from leads.handoff.recognition import fill_person
from leads.handoff.rules import require_packet
from leads.routing.actions import choose_holders
from leads.routing.desk import Arrival

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Begun:
    life: Life
    packet: Packet
    verdict: Verdict | None


def take_in_together(
    *, packets: Sequence[Packet], origin: str, marketer: User, now: datetime
) -> list[Lead]:
    """The leads of new people, in the order of their packets. In a transaction of its own.

    IntegrityError where somebody else took one of them in meanwhile: nothing is written then.
    """
    team, active = marketing_team(marketer), active_definition()
    gathering = Gathering()
    ask = _asking(gathering, {team.pk: team})
    counts = attribution()
    begun = [
        _begin(count_packet(packet, counts), origin, marketer, team, active, ask, now)
        for packet in packets
    ]
    lives = [one.life for one in begun]
    write_beginnings(lives)
    _hand_over(begun, active, now)
    write_ways(lives)
    Consent.objects.bulk_create(
        [
            Consent(
                lead=one.life.lead,
                text=one.packet.consent_text,
                version=one.packet.consent_version,
                at=one.packet.consent_at or now,
            )
            for one in begun
            if one.packet.consent_text
        ]
    )
    gathering.write()
    return [life.lead for life in lives]


def _asking(gathering: Gathering, teams: dict[int, Team]) -> Ask:
    def ask(change: Change) -> Agenda | None:
        # The team is known: without this, its name would be read again for every lead.
        lead = change.lead
        if lead.team_id not in teams:
            teams[lead.team_id] = lead.team
        lead.team = teams[lead.team_id]
        return announce(change, gathering)

    return ask


def _begin(
    packet: Packet,
    origin: str,
    marketer: User,
    team: Team,
    active: ActiveDefinition | None,
    ask: Ask,
    now: datetime,
) -> _Begun:
    key = email_key(packet.email)
    person = fill_person(Person(email=packet.email, email_key=key or None), packet)
    lead = lead_of(packet, person, episode=1, origin=origin, marketer=marketer, team=team, now=now)
    verdict = None
    if active is not None:
        verdict = judge(active.definition, facts_of(lead), now=now)
        for name, value in apply_verdict(verdict, active).items():
            setattr(lead, name, value)
    life = Life(lead, ask)
    life.begin(actor=marketer, now=now, data=told_of(lead), words={"message": packet.message})
    return _Begun(life, packet, verdict)


def _hand_over(begun: Sequence[_Begun], active: ActiveDefinition | None, now: datetime) -> None:
    """Where the definition says yes, to whom the rules say, dealt out like single arrivals; what
    cannot be handed over stays."""
    ready = [one for one in begun if _is_ready(one)]
    leads = [one.life.lead for one in ready]

    def owners() -> list[int | None]:
        found = owner_ids_of(leads)
        return [found.get(lead.pk) for lead in leads]

    arrivals = [Arrival(facts_of(lead), now) for lead in leads]
    choices = choose_holders(arrivals=arrivals, now=now, owners=owners) if ready else []
    for one, choice in zip(ready, choices, strict=True):
        lead, verdict = one.life.lead, one.verdict
        if choice is None:
            log.warning("%s stays with marketing: no rule and no pool takes it", lead.ref)
            continue
        assert verdict is not None, "it is a yes"
        move = submission(lead, verdict, active, choice, actor=None, now=now, because="")
        one.life.move(move)


def _is_ready(one: _Begun) -> bool:
    """Qualified, and with all that sales needs."""
    if one.verdict is None or one.verdict.answer != "yes":
        return False
    try:
        require_packet(one.life.lead)
    except DomainError as refusal:
        log.warning("%s stays with marketing: %s", one.life.lead.ref, refusal.message)
        return False
    return True
