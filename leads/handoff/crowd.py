"""Many leads at once, lived through in memory by the rules of `moves` and written set-wise.

For leads that nobody else can know of yet, such as those of a past, or that are locked: there is
nothing to read again. What a change makes of clocks is asked of whoever lives the lives, because
clocks are not known here. A new lead is written once, as it stands when it was handed over; what
comes after that, and all that happens to a lead which there was, is written as a change.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from leadbridge.kernel.copying import copy_rows, number_rows, point, twin
from leadbridge.people.models import Team, User
from leads.definition.queries import ActiveDefinition
from leads.definition.verdict import Verdict
from leads.handoff.changes import Agenda, Change, Gathering, announce
from leads.handoff.joining import work_out_joining
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.handoff.moves import (
    Move,
    Moved,
    keep_agenda,
    work_out,
    work_out_beginning,
    work_out_record,
)
from leads.handoff.packets import FACTS_OF_PERSON, Packet
from leads.handoff.stages import Action


class Unforeseen(Exception):
    """What cannot be known before others are written was counted upon: these have to be done one by
    one. Nothing is written then."""


Ask = Callable[[Change], Agenda | None]
NO_WORDS: Mapping[str, str] = {}
# What a move may change: everything that is not said once and for all when a lead begins.
_GIVEN = frozenset({"id", "person_id", "episode", "previous_id", "origin", "source"})
_COLUMNS = tuple(f.attname for f in Lead._meta.concrete_fields if f.attname not in _GIVEN)


@dataclass
class Life:
    """One lead that is being lived through, and all that there will be to write of it. `first`: how
    it stands in the database, or will; `later`: how it stands after each change that follows."""

    lead: Lead
    ask: Ask
    first: Lead | None = None
    is_new: bool = True
    events: list[Event] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    custody: list[Custody] = field(default_factory=list)
    later: list[dict[str, object]] = field(default_factory=list)
    added_to: bool = False
    told_first: tuple[str, ...] = ()
    left_at: datetime | None = None

    def begin(
        self,
        *,
        actor: User | None,
        now: datetime,
        data: Mapping[str, object],
        words: Mapping[str, str] = NO_WORDS,
    ) -> Event:
        """The capture."""
        begun = work_out_beginning(self.lead, actor=actor, now=now, data=data, words=words)
        return self._keep(begun)

    def move(self, move: Move) -> Event:
        """Anything after it."""
        begins = self.is_new and self.first is None
        if begins and move.action is not Action.SUBMIT:
            self.first, begins = twin(self.lead), False
        event = self._keep(work_out(self.lead, move))
        if begins:
            self.first = twin(self.lead)
        else:
            self.later.append(self._state())
        return event

    def join(
        self,
        packet: Packet,
        definition: ActiveDefinition | None,
        *,
        actor: User | None,
        now: datetime,
    ) -> Verdict | None:
        """A further act of the same person; the verdict where the definition judged again."""
        joined = work_out_joining(self.lead, packet, lambda: definition, actor=actor, now=now)
        self.events.append(joined.event)
        self.remarks += joined.remarks
        self.added_to = True
        return joined.verdict

    def note(self, action: Action, *, actor: User | None, now: datetime) -> None:
        """What leaves the lead as it stands, but is the last thing that happened to it."""
        lead = self.lead
        lead.last_action, lead.last_actor = action, actor
        lead.changed_at = max(now, lead.changed_at)
        event, _ = work_out_record(lead, action, actor=actor, now=now, data={}, words={})
        self.events.append(event)
        self.later.append(self._state())

    def settle(self) -> None:
        """No more will happen: what was added since the last move belongs to the state after it;
        without any it is a state of its own, unless the lead is still to be written."""
        if self.added_to and self.later:
            self.later[-1] = self._state()
        elif self.added_to and not self.is_new:
            self.later.append(self._state())
        elif self.is_new and (self.added_to or self.first is None):
            self.first = self.lead

    def _state(self) -> dict[str, object]:
        values = self.lead.__dict__
        return {name: values[name] for name in _COLUMNS}

    def _keep(self, moved: Moved) -> Event:
        self.events.append(moved.change.event)
        self.remarks += moved.remarks
        if moved.leaves and self.custody:
            self.custody[-1].until = moved.change.now
        elif moved.leaves:  # a lead that there was already
            self.left_at = moved.change.now
        if moved.enters is not None:
            self.custody.append(moved.enters)
        keep_agenda(self.lead, self.ask(moved.change))
        return moved.change.event


def asking(gathering: Gathering, teams: dict[int, Team]) -> Ask:
    """Asks whoever keeps the clocks of a gathering. Each team is read once: without this, its name
    would be read again for every lead."""

    def ask(change: Change) -> Agenda | None:
        lead = change.lead
        if lead.team_id not in teams:
            teams[lead.team_id] = lead.team
        lead.team = teams[lead.team_id]
        return announce(change, gathering)

    return ask


def write_lives(lives: Sequence[Life]) -> None:
    """Write new people with their leads and all that happened to them. In a transaction."""
    write_people(lives)
    write_ways(lives)


def write_people(lives: Sequence[Life]) -> None:
    """The people of new leads, which know their ids from now on. Written before anybody asks whose
    turn it is: a turn is locked after people, and never before them, or two who take in the same
    person at once would wait for each other."""
    strangers = [life for life in lives if life.lead.person._state.adding]
    copy_rows([life.lead.person for life in strangers])
    point([life.lead for life in lives], "person")
    for life in strangers:
        life.told_first = told_before(life.lead.person)
    number_rows([life.lead for life in lives])


def _write_leads(lives: Sequence[Life]) -> None:
    """The leads of people that are written."""
    leads = [life.first for life in lives if life.first is not None]
    for life, lead in zip(lives, leads, strict=True):
        lead.pk = life.lead.pk
    point(leads, "person")
    copy_rows(leads)
    for life in lives:
        life.lead._state.adding, life.lead._state.db = False, "default"


def write_ways(lives: Sequence[Life]) -> None:
    """New leads, what became of others since, and all that tells of it."""
    for life in lives:
        life.settle()
    _write_leads([life for life in lives if life.is_new])
    _change_people([life for life in lives if told_before(life.lead.person) != life.told_first])
    for number in range(max((len(life.later) for life in lives), default=0)):
        _change([life for life in lives if number < len(life.later)], number)
    events = [event for life in lives for event in life.events]
    remarks = [remark for life in lives for remark in life.remarks]
    custody = [link for life in lives for link in life.custody]
    for at in {life.left_at for life in lives if life.left_at}:
        left = [life.lead.pk for life in lives if life.left_at == at]
        Custody.objects.filter(lead__in=left, until=None).update(until=at)
    point([*events, *custody], "lead")
    copy_rows(events)
    point(remarks, "event")
    copy_rows(remarks, numbered=False)
    copy_rows(custody, numbered=False)


_CHANGE_PERSON = """
    UPDATE leads_person AS person SET first_name = new.first_name, last_name = new.last_name,
        phone = new.phone, phone_key = new.phone_key
    FROM jsonb_populate_recordset(NULL::leads_person, %s::jsonb) AS new WHERE person.id = new.id
"""


def told_before(person: Person) -> tuple[str, ...]:
    """What is known of somebody: what differs later was told by a further act."""
    return tuple(getattr(person, name) for name in FACTS_OF_PERSON)


def _change_people(lives: Sequence[Life]) -> None:
    """Write what further acts told of people."""
    if not lives:
        return
    names = ("id", *FACTS_OF_PERSON, "phone_key")
    rows = [{name: getattr(life.lead.person, name) for name in names} for life in lives]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE_PERSON, [json.dumps(rows)])


AT_ONCE = 100  # leads in one text: what a choice among many people was made of is long
_CHANGE = """
    UPDATE leads_lead AS lead SET {columns}
    FROM jsonb_populate_recordset(NULL::leads_lead, %s::jsonb) AS new WHERE lead.id = new.id
"""


def _change(lives: Sequence[Life], number: int) -> None:
    """Bring leads to the state after their move of that number; columns that none of them changes
    are left alone."""
    pairs = [(life, life.later[number], _before(life, number)) for life in lives]
    names = [
        name for name in _COLUMNS if any(after[name] != before[name] for _, after, before in pairs)
    ]
    if not names:
        return
    columns = ", ".join(f'"{name}" = new."{name}"' for name in names)
    with connection.cursor() as cursor:
        for part in range(0, len(pairs), AT_ONCE):
            rows = [
                {"id": life.lead.pk, **{name: after[name] for name in names}}
                for life, after, _ in pairs[part : part + AT_ONCE]
            ]
            cursor.execute(_CHANGE.format(columns=columns), [json.dumps(rows, default=str)])


def _before(life: Life, number: int) -> Mapping[str, object]:
    return life.later[number - 1] if number else life.first.__dict__
