"""Taking in many people set-wise: what `take_in` makes of one.

The same rules in memory, the same signal for the clocks; a test holds that both write the same
rows. Whoever is known, or comes twice, is taken in one by one (`running`).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, connection
from psycopg2.errors import LockNotAvailable

from leadbridge.kernel.copying import copy_rows, fresh, point, twin
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.campaigns.attribution import attribution, count_packet
from leads.definition.judge import Sitting
from leads.definition.queries import active_definition
from leads.definition.verdict import Verdict
from leads.handoff.accounts import owner_ids_of
from leads.handoff.changes import Gathering
from leads.handoff.consents import Consent
from leads.handoff.crowd import Life, Unforeseen, asking, told_before, write_people, write_ways
from leads.handoff.deeds import submission
from leads.handoff.episodes import Captured, lead_of, marketing_team, told_of
from leads.handoff.joining import consent_of
from leads.handoff.judging import facts_of, judge_by
from leads.handoff.models import Lead, Person
from leads.handoff.packets import Packet, email_key
from leads.handoff.recognition import (
    fill_person,
    lock_leads_of,
    names_of,
    names_of_lead,
)
from leads.handoff.rules import require_packet
from leads.handoff.stages import Action, Stage, row_for
from leads.intake.actions import HANDED_OVER_AT_ONCE
from leads.routing.actions import choose_holders
from leads.routing.desk import Arrival

log = logging.getLogger(__name__)


@dataclass
class _Story:
    """A lead, new or `known` before, with the acts that come after it is handed over (`after`)."""

    life: Life
    verdict: Verdict | None
    consents: list[Consent]
    known: bool = False
    handed_over: bool = False
    after: list[Packet] = field(default_factory=list)


def take_in_together(
    *, packets: Sequence[Packet], origin: str, marketer: User, now: datetime
) -> list[Captured]:
    """The leads of new people and of who comes back, in the order of their packets; who comes more
    than once, or has an open lead, joins it. In a transaction of its own.

    IntegrityError where somebody else took one of them in meanwhile, Unforeseen where it cannot be
    known beforehand who is handed over: nothing is written then.
    """
    scene = _Scene(origin, marketer, now)
    counted = [count_packet(packet, scene.counts) for packet in packets]
    scene.meet(counted)
    told = [scene.hear(packet) for packet in counted]
    stories = list({id(story): story for story, _ in told}.values())
    write_people([one.life for one in stories if not one.known])
    _hand_over(scene)
    with _not_waited_for(packets):
        write_ways([*scene.ended, *(one.life for one in stories)])
    consents = [consent for one in stories for consent in one.consents]
    point(consents, "lead")
    copy_rows(consents, numbered=False)
    scene.gathering.write()
    return [Captured(story.life.lead, joined) for story, joined in told]


@contextmanager
def _not_waited_for(packets: Sequence[Packet]) -> Iterator[None]:
    """Whoever takes in one of these ids by itself at this moment may wait for our turn, so we do
    not wait for them. People were written before any turn was locked."""
    if not any(packet.external_id for packet in packets):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Unforeseen from error
        raise
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


class _Scene:
    """What is the same for all of a group, and who came in it so far."""

    def __init__(self, origin: str, marketer: User, now: datetime) -> None:
        self.origin, self.marketer, self.now = origin, marketer, now
        self.team, self.active = marketing_team(marketer), Sitting.of(active_definition())
        self.counts, self.gathering = attribution(), Gathering()
        self.ask = asking(self.gathering, {self.team.pk: self.team})
        self.ready: list[_Story] = []  # in the order in which they are handed over
        self.ended: list[Life] = []  # of those who came back, as it ended before
        self._known: dict[tuple[str, ...], _Story] = {}
        self._back: dict[str, Lead] = {}

    def meet(self, packets: Sequence[Packet]) -> None:
        """Whose lead is open already, and who comes back. Locked, so that none ends before it is
        joined."""
        still, self._back = lock_leads_of(packets)
        for lead in still:
            told = told_before(lead.person)
            life = Life(lead, self.ask, twin(lead), is_new=False, told_first=told)
            story = _Story(life, None, [], known=True)
            self._known.update(dict.fromkeys(names_of_lead(lead), story))
            self.gathering.known.append(lead)

    def hear(self, packet: Packet) -> tuple[_Story, bool]:
        """One act in its turn: of somebody new, or (true) of somebody of this group."""
        names = names_of(packet)
        story = next((self._known[name] for name in names if name in self._known), None)
        if story is not None:
            self._join(story, packet)
            return story, True
        story = self._begin(packet)
        self._known.update(dict.fromkeys(names, story))
        self._look(story)
        return story, False

    def _begin(self, packet: Packet) -> _Story:
        key = email_key(packet.email)
        before = self._back.get(key)
        if before is None:
            person = fresh(Person, email=packet.email, email_key=key or None)
        else:
            person = before.person
        told = told_before(person)
        lead = lead_of(
            packet, fill_person(person, packet), episode=before.episode + 1 if before else 1,
            origin=self.origin, marketer=self.marketer, team=self.team, now=self.now,
        )  # fmt: skip
        if before is not None:
            self._follow(lead, before)
        verdict = judge_by(self.active, lead, self.now)
        life = Life(lead, self.ask, told_first=told)
        words = {"message": packet.message}
        life.begin(actor=self.marketer, now=self.now, data=told_of(lead), words=words)
        consent = consent_of(lead, packet, self.now)
        return _Story(life, verdict, [consent] if consent else [])

    def _follow(self, lead: Lead, old: Lead) -> None:
        """As `handoff.episodes` links a new episode to the one before."""
        life = Life(old, self.ask, twin(old), is_new=False, told_first=told_before(old.person))
        lead.previous = old
        if row_for(Action.REOPEN, Stage(old.stage)):
            old.reopened_at = max(self.now, old.changed_at)
            life.note(Action.REOPEN, actor=None, now=self.now)
            self.ended.append(life)

    def _join(self, story: _Story, packet: Packet) -> None:
        """Told at once while marketing holds the lead; else when it is handed over."""
        if story.handed_over:
            story.after.append(packet)
        else:
            self.add(story, packet)
            self._look(story)

    def add(self, story: _Story, packet: Packet) -> None:
        """A further act, in memory."""
        lead = story.life.lead
        verdict = story.life.join(packet, self.active, actor=self.marketer, now=self.now)
        story.verdict = verdict or story.verdict
        if (consent := consent_of(lead, packet, self.now)) is not None:
            story.consents.append(consent)

    def _look(self, story: _Story) -> None:
        if _is_ready(story):
            if story.life.lead.paused_until:  # a pause ends first, one by one
                raise Unforeseen
            story.handed_over = True
            self.ready.append(story)


def _hand_over(scene: _Scene) -> None:
    """Where the definition says yes, to whom the rules say, dealt out like single arrivals; what
    cannot be handed over stays."""
    ready, now = scene.ready, scene.now
    leads = [one.life.lead for one in ready]

    def owners() -> list[int | None]:
        found = owner_ids_of(leads)
        return [found.get(lead.pk) for lead in leads]

    arrivals = [Arrival(facts_of(lead), now) for lead in leads]
    choices = choose_holders(arrivals=arrivals, now=now, owners=owners) if ready else []
    for one, choice in zip(ready, choices, strict=True):
        lead, verdict = one.life.lead, one.verdict
        if choice is None:
            if one.after:
                raise Unforeseen
            log.warning("%s stays with marketing: no rule and no pool takes it", lead.ref)
            continue
        assert verdict is not None, "it is a yes"
        one.life.move(
            submission(lead, verdict, scene.active, choice, actor=None, now=now, because="")
        )
        for packet in one.after:
            scene.add(one, packet)


def _is_ready(one: _Story) -> bool:
    """With marketing, qualified, and with all that sales needs."""
    if one.life.lead.stage not in HANDED_OVER_AT_ONCE:
        return False
    if one.verdict is None or one.verdict.answer != "yes":
        return False
    try:
        require_packet(one.life.lead)
    except DomainError as refusal:
        log.warning("%s stays with marketing: %s", one.life.lead.ref, refusal.message)
        return False
    return True
