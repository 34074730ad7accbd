"""What people of the demo ask, rule, pause and tell beside the way of their leads.

With dice of its own, so that the way itself stays the same for the same seed.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead
from leads.work.debriefs import debrief_lead
from leads.work.questions import answer_questions, ask_question
from leads.work.rulings import rule_on_dispute

QUESTIONS = (
    ("question", "Which page did they come from?", "The price page, twice this week."),
    ("question", "Did they say why now?", "Their contract ends in spring, they wrote."),
    ("asset", "A case from their trade, two pages at most?", "Sent you the one of the paper mill."),
    ("asset", "The security sheet in German?", "It is in the shared folder now."),
)
DEBRIEFS = (
    ("They trusted the pilot.", "Let them try before we talk price.", "Show the pilot first."),
    ("Price, and a rival inside.", "Ask for the budget in the first call.", "nothing"),
    ("Their head of operations wanted it.", "Two people must want it.", "More of this trade."),
)
RULINGS = (
    "The criterion names people, not desks.",
    "They said so on the phone, it is in the note.",
)


class Past(Protocol):
    """What of the simulation is needed here."""

    @property
    def cast(self) -> Cast: ...
    @property
    def dice(self) -> random.Random: ...
    def plan(self, at: datetime, step: Callable[[datetime], None]) -> None: ...
    def hours_later(self, lead: Lead, at: datetime, hours: float) -> datetime: ...


def after_touch(past: Past, lead: Lead, seller: User, at: datetime) -> None:
    """Now and then a seller needs something, or was asked to call on another day."""
    roll = past.dice.random()
    if roll < 0.07:
        kind, question, reply = past.dice.choice(QUESTIONS)
        ask_question(lead_id=lead.pk, actor=seller, now=at, kind=kind, question=question)
        later = past.hours_later(lead, at, past.dice.uniform(0.5, 20))
        past.plan(later, lambda then: _answer(past, lead.pk, reply, then))
    elif roll < 0.1:
        until = at + timedelta(days=past.dice.randrange(2, 12))
        pause_lead(lead_id=lead.pk, actor=seller, now=at, code="asked_for_date", until=until)


def _answer(past: Past, lead_id: int, reply: str, at: datetime) -> None:
    answer_questions(lead_id=lead_id, actor=past.cast.mia, now=at, reply=reply)


def after_end(past: Past, lead: Lead, seller: User, at: datetime) -> None:
    """Most deals are told of, nearly all of them in time."""
    if past.dice.random() < 0.9:
        later = past.hours_later(lead, at, past.dice.uniform(0.5, 42))
        past.plan(later, lambda then: _debrief(past, lead.pk, seller, then))


def _debrief(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    decided, learnt, advice = past.dice.choice(DEBRIEFS)
    debrief_lead(
        lead_id=lead_id, actor=seller, now=at, decided=decided, learnt=learnt, advice=advice
    )


def after_dispute(past: Past, lead: Lead, at: datetime) -> None:
    """Both heads rule, each when they come to it."""
    for judge in (past.cast.max, past.cast.ana):
        later = past.hours_later(lead, at, past.dice.uniform(2, 26))
        verdict = past.dice.choice(("overturned", "overturned", "upheld"))
        past.plan(later, _ruling(past, lead.pk, judge, verdict))


def _ruling(past: Past, lead_id: int, judge: User, verdict: str) -> Callable[[datetime], None]:
    because = past.dice.choice(RULINGS)

    def rule(at: datetime) -> None:
        rule_on_dispute(lead_id=lead_id, actor=judge, now=at, verdict=verdict, because=because)

    return rule
