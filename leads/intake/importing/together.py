"""Taking in many people of whom nobody knows yet, set-wise: what `take_in` makes of one.

The same rules in memory, the same signal for the clocks; a test holds that both write the same
rows. Whoever is known, or comes twice, is taken in one by one (`running`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Team, User
from leads.campaigns.attribution import attribution, count_packet
from leads.definition.queries import ActiveDefinition, active_definition
from leads.definition.verdict import Verdict, judge
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
from leads.routing.actions import choose_holder, choose_holders
from leads.routing.choice import Choice
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
    _hand_over([one for one in begun if _may_go(one)], active, now)
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


def _may_go(begun: _Begun) -> bool:
    """The definition says yes, and a seller would know whom to ask for."""
    if begun.verdict is None or begun.verdict.answer != "yes":
        return False
    try:
        require_packet(begun.life.lead)
    except DomainError as refusal:
        log.warning("%s stays with marketing: %s", begun.life.lead.ref, refusal.message)
        return False
    return True


def _hand_over(qualified: Sequence[_Begun], active: ActiveDefinition | None, now: datetime) -> None:
    """To whom the rules say, in the order in which they came; what cannot be routed stays."""
    choices = _choices([facts_of(one.life.lead) for one in qualified], now)
    for one, choice in zip(qualified, choices, strict=True):
        lead, verdict = one.life.lead, one.verdict
        if choice is None or verdict is None:
            log.warning("%s stays with marketing: it cannot be routed", lead.ref)
            continue
        one.life.move(submission(lead, verdict, active, choice, actor=None, now=now, because=""))


def _choices(facts: Sequence[Mapping[str, object]], now: datetime) -> list[Choice | None]:
    """Who would have got each, one after the other; None where no rule and no pool takes it."""
    if not facts:
        return []
    try:
        return [*choose_holders(arrivals=[Arrival(known, now) for known in facts], now=now)]
    except DomainError:  # no pool takes what no rule places; the others have their place
        return [_choice(known, now) for known in facts]


def _choice(facts: Mapping[str, object], now: datetime) -> Choice | None:
    try:
        return choose_holder(facts=facts, now=now)
    except DomainError:
        return None
