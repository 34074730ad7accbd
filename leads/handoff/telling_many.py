"""How many leads ended, told by a file: what `telling` makes of one, worked out in memory and
written set-wise. A test holds that both leave the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from leadbridge.kernel.copying import copy_rows, twin
from leadbridge.people.models import Team, User
from leads.definition.judge import Sitting
from leads.definition.queries import active_definition
from leads.handoff.changes import Gathering
from leads.handoff.crowd import Life, Unforeseen, asking, told_before, write_ways
from leads.handoff.deeds import submission
from leads.handoff.joining import consent_of
from leads.handoff.judging import facts_of
from leads.handoff.models import Lead
from leads.handoff.moves import Move
from leads.handoff.packets import Packet
from leads.handoff.stages import MARKETING_STAGES
from leads.handoff.telling import WON, steps_to
from leads.routing.actions import choose_holders
from leads.routing.choice import Choice
from leads.routing.desk import Arrival
from leads.routing.queries import rules_in_force


@dataclass(frozen=True)
class End:
    """What a file tells of the end of one lead, and beside it (`facts`)."""

    lead_id: int
    outcome: str
    value: Decimal | None
    facts: Packet | None
    actor: User
    words: str


def tell_outcomes(ends: Sequence[End], *, now: datetime) -> None:
    """Bring open leads to the ends that they had elsewhere, in this order. In a transaction.

    Unforeseen, with nothing written, where that has to be done one by one.
    """
    active = Sitting.of(active_definition())
    leads = _lock_open(ends)
    if active is None:
        raise Unforeseen
    gathering = Gathering(known=list(leads.values()))
    ask = asking(gathering, {})
    lives = {
        pk: Life(one, ask, twin(one), is_new=False, told_first=told_before(one.person))
        for pk, one in leads.items()
    }
    consents = []
    for end in ends:
        if end.facts is not None:
            life = lives[end.lead_id]
            life.join(end.facts, active, actor=end.actor, now=now)
            if (consent := consent_of(life.lead, end.facts, now)) is not None:
                consents.append(consent)
    taken = _dealt_out([(end, leads[end.lead_id]) for end in ends], now)
    for end in ends:
        _end(lives[end.lead_id], end, taken.get(end.lead_id), active, now)
    write_ways(list(lives.values()))
    copy_rows(consents, numbered=False)
    gathering.write()


def _lock_open(ends: Sequence[End]) -> dict[int, Lead]:
    """The leads of these ends, by their ids; each once, open, and not paused."""
    ids = {end.lead_id for end in ends}
    found = Lead.objects.open().filter(pk__in=ids, paused_until=None).select_related("person")
    locked = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
    leads = {lead.pk: lead for lead in locked}
    if len(leads) < len(ends):
        raise Unforeseen
    return leads


def _dealt_out(pairs: Sequence[tuple[End, Lead]], now: datetime) -> dict[int, Choice]:
    """Who got those that were never handed over, by the id of the lead. Whoever wins one may become
    the owner of a company, and holds one lead less again: where the rules ask for either, each has
    to be dealt out after the one before has ended."""
    ready = [lead for end, lead in pairs if end.outcome == WON and lead.stage in MARKETING_STAGES]
    if not ready:
        return {}
    rules = rules_in_force().rules
    if rules.owner_first or any(terms.asks_loads for terms in rules.teams.values()):
        raise Unforeseen
    choices = choose_holders(arrivals=[Arrival(facts_of(lead), now) for lead in ready], now=now)
    managers = dict(Team.objects.values_list("pk", "manager"))
    found = {}
    for lead, choice in zip(ready, choices, strict=True):
        if choice is None:
            raise Unforeseen
        holder = choice.holder_id or managers[choice.team_id]
        found[lead.pk] = replace(choice, holder_id=holder)
    return found


def _end(life: Life, end: End, choice: Choice | None, active: Sitting, now: datetime) -> None:
    lead = life.lead

    def handed_over() -> Move:
        assert choice is not None, "it was dealt out"
        verdict = active.judge(facts_of(lead), now)
        return submission(lead, verdict, active, choice, actor=end.actor, now=now, because="")

    steps: Sequence[Callable[[], Move]] = steps_to(
        end.outcome, lead, end.value, handed_over, actor=end.actor, now=now
    )
    for number, step in enumerate(steps):
        move, said = step(), {"comment": end.words} if number == 0 else {}
        life.move(replace(move, undated=True, words={**move.words, **said}))
