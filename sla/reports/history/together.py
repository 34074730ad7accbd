"""Living many pasts through at once: the same steps by the same rules, written set-wise."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from leadbridge.kernel.copying import fresh
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.definition.judge import Sitting
from leads.definition.queries import ActiveDefinition, active_definition
from leads.handoff.changes import Agenda, Change
from leads.handoff.crowd import Life, write_lives
from leads.handoff.deeds import acceptance, decided, rejection, submission, touching
from leads.handoff.episodes import email_key, fill_person, lead_of, told_of
from leads.handoff.judging import facts_of, judge_by
from leads.handoff.models import Event, Person
from leads.handoff.moves import Move
from leads.handoff.rules import amount_of
from leads.handoff.stages import Action
from leads.work.actions import log_touches_of_past
from sla.clocks.past import PastClocks, write_past_clocks
from sla.reports.history.living import (
    HOW,
    OVERRIDE,
    REASON,
    ended_as,
    holder_of,
    packet_of,
    receiver,
)
from sla.reports.history.pasts import Past
from sla.reports.history.scene import Scene
from sla.reports.history.steps import Step, steps_of

Told = tuple[Event, User, datetime]


def live_together(pasts: Sequence[Past], scene: Scene) -> list[int]:
    """Live through the pasts of people whom nobody knows yet; the ids of their leads. In a
    transaction, under the past's terms (`judged_by`)."""
    active = Sitting.of(active_definition())
    if active is None:
        raise DomainError("no_definition", "No definition of a qualified lead is in force.")
    lives: list[Life] = []
    clocks: list[PastClocks] = []
    touches: list[Told] = []
    for past in pasts:
        own = PastClocks()
        life, touched = _live(past, scene, own, active)
        lives.append(life)
        clocks.append(own)
        touches += touched
    write_lives(lives)
    write_past_clocks(clocks)
    log_touches_of_past(touches, **HOW)
    return [life.lead.pk for life in lives]


def _live(
    past: Past, scene: Scene, clocks: PastClocks, active: ActiveDefinition
) -> tuple[Life, list[Told]]:
    begun, *way = steps_of(past)
    packet, marketer = packet_of(past, scene), scene.marketer
    key = email_key(packet.email)
    person = fill_person(fresh(Person, email=packet.email, email_key=key or None), packet)
    lead = lead_of(
        packet, person, episode=1, origin="history", marketer=marketer,
        team=scene.marketing, now=begun.at,
    )  # fmt: skip

    def ask(change: Change) -> Agenda | None:
        # The team is known: without this, its name would be read again for every lead.
        lead.team = scene.team if lead.team_id == scene.team.pk else scene.marketing
        return clocks.on_change(change)

    life = Life(lead, ask)
    judge_by(active, lead, begun.at)
    by_marketing = marketer if past.captured_at else None
    life.begin(actor=by_marketing, now=begun.at, data=told_of(lead))
    holder = holder_of(past, way, scene)
    touches: list[Told] = []
    for step in way:
        if step.action is Action.SUBMIT:
            verdict = active.judge(facts_of(lead), step.at)
            choice = receiver(scene, holder)
            life.move(
                submission(
                    lead, verdict, active, choice, actor=by_marketing, now=step.at,
                    because=OVERRIDE,
                )
            )  # fmt: skip
            continue
        assert holder is not None, "somebody acted"
        clocks.dated = step.dated
        event = life.move(_move(step, life, holder, past))
        if step.action is Action.TOUCH:
            touches.append((event, holder, step.at))
    return life, touches


def _move(step: Step, life: Life, holder: User, past: Past) -> Move:
    """What a step makes of a lead, as the action of the same name would."""
    lead, at, value = life.lead, step.at, amount_of(past.value or Decimal(0))
    words = {"comment": ended_as(past)}
    match step.action:
        case Action.ACCEPT:
            return acceptance(lead, actor=holder, now=at)
        case Action.TOUCH:
            return touching(
                lead, to=step.to, actor=holder, now=at, at=at, next_at=None, data=HOW, words={}
            )
        case Action.QUALIFY:
            fields = {"value": value, "close_on": at.date(), "qualified_at": at}
            return decided(lead, step.action, step.to, fields, actor=holder, now=at)
        case Action.WIN:
            fields = {"value": value, "debrief": ""}
            return decided(lead, step.action, step.to, fields, actor=holder, now=at)
        case Action.REJECT:
            return rejection(lead, REASON, "", actor=holder, now=at, words=words)
        case Action.DISQUALIFY:
            fields = {"reason": REASON}
            return decided(lead, step.action, step.to, fields, actor=holder, now=at, words=words)
    raise AssertionError(f"a past does not {step.action}")
