"""What people do at random: one act on one lead, through the very actions that pages call."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.actions import (
    accept_lead,
    dispute_lead,
    disqualify_lead,
    lose_lead,
    nurture_lead,
    qualify_lead,
    reassign_lead,
    recycle_lead,
    reject_lead,
    submit_lead,
    win_lead,
)
from leads.handoff.corrections import undo_last
from leads.handoff.episodes import reopen_lead
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.stages import Stage
from leads.work.actions import log_touch
from leads.work.debriefs import debrief_lead
from leads.work.models import Channel, Result
from leads.work.questions import answer_questions, ask_question
from leads.work.rulings import rule_on_dispute
from leads.work.statuses import ask_status, report_status
from tests.sla.simulation.organisation import Organisation

DAY = timedelta(days=1)
# What is done with a lead at each stage, and how often in comparison.
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    Stage.CAPTURED: {"submit": 6, "nurture": 2, "disqualify": 1},
    Stage.NURTURING: {"submit": 3, "disqualify": 1},
    Stage.RECYCLED: {"submit": 3, "nurture": 1, "disqualify": 1},
    Stage.REJECTED: {"submit": 2, "dispute": 4, "rule": 6, "nurture": 1, "disqualify": 1},
    Stage.SUBMITTED: {
        "accept": 9, "reject": 3, "touch": 3, "reassign": 2, "ask": 1, "pause": 1, "resume": 1,
        "ask_status": 2, "report": 1,
    },
    Stage.ACCEPTED: {
        "touch": 9, "reassign": 1, "ask": 2, "pause": 3, "resume": 2, "recycle": 1, "disqualify": 1,
        "answer": 1, "ask_status": 1, "report": 1,
    },
    Stage.WORKING: {
        "touch": 9, "qualify": 5, "recycle": 2, "disqualify": 1, "ask": 2, "answer": 2, "pause": 3,
        "resume": 2, "reassign": 1, "ask_status": 1, "report": 1,
    },
    Stage.OPPORTUNITY: {"touch": 3, "win": 3, "lose": 3, "recycle": 1, "ask": 1, "answer": 1},
    Stage.WON: {"debrief": 5, "reopen": 1},
    Stage.LOST: {"debrief": 4, "recycle": 2, "reopen": 1},
    Stage.DISQUALIFIED: {"reopen": 1},
}  # fmt: skip


@dataclass(frozen=True)
class Try:
    """Somebody is about to do something."""

    organisation: Organisation
    rng: random.Random
    lead: Lead
    now: datetime

    @property
    def marketing(self) -> User:
        return self.organisation.people[self.lead.marketer_id]

    @property
    def manager(self) -> User:
        return self.organisation.people[self.lead.team.manager_id]

    @property
    def seller(self) -> User:
        """The holder; of the pool anybody in the team."""
        if self.lead.holder_id:
            return self.organisation.people[self.lead.holder_id]
        return self.colleague

    @property
    def colleague(self) -> User:
        members = self.lead.team.members.order_by("pk").values_list("pk", flat=True)
        return self.organisation.people[self.rng.choice(list(members))]

    @property
    def day(self) -> Any:
        return (self.now + self.rng.randint(1, 12) * DAY).date()

    def soon(self, hours: float) -> datetime:
        return self.now + timedelta(seconds=self.rng.randint(600, int(hours * 3600)))


def act(tried: Try) -> str:
    """Do one thing; its name, blank where it was refused."""
    weights = WEIGHTS.get(tried.lead.stage)
    if weights is None:
        return ""
    name = tried.rng.choices(list(weights), list(weights.values()))[0]
    try:
        ACTS[name](tried, {"lead_id": tried.lead.pk, "now": tried.now})
    except DomainError:
        return ""
    return name


def take_back(tried: Try) -> bool:
    """Undo what was done last, whoever did it."""
    if tried.lead.last_actor_id is None:
        return False
    actor = tried.organisation.people[tried.lead.last_actor_id]
    try:
        undo_last(lead_id=tried.lead.pk, actor=actor, now=tried.now)
    except DomainError:
        return False
    return True


Common = dict[str, Any]


def _submit(tried: Try, common: Common) -> None:
    submit_lead(**common, actor=tried.marketing, override_reason="They asked me at the fair.")


def _disqualify(tried: Try, common: Common) -> None:
    with_marketing = tried.lead.holder_id == tried.lead.marketer_id
    actor = tried.marketing if with_marketing else tried.seller
    disqualify_lead(**common, actor=actor, reason="no_need")


def _accept(tried: Try, common: Common) -> None:
    by = tried.manager if tried.rng.random() < 0.1 else tried.seller
    accept_lead(**common, actor=by)


def _touch(tried: Try, common: Common) -> None:
    rng = tried.rng
    backdated = tried.now - timedelta(seconds=rng.randint(60, 5 * 3600))
    log_touch(
        **common, actor=tried.seller, channel=rng.choice(Channel.values),
        result=rng.choice(Result.values), at=backdated if rng.random() < 0.15 else None,
        next_at=tried.soon(90) if rng.random() < 0.6 else None,
    )  # fmt: skip


def _reassign(tried: Try, common: Common) -> None:
    in_pool = tried.lead.stage == Stage.SUBMITTED and tried.rng.random() < 0.2
    to = None if in_pool else tried.colleague
    reassign_lead(**common, actor=tried.manager, to=to, cause="They know the trade.")


def _rule(tried: Try, common: Common) -> None:
    cast, rng = tried.organisation.cast, tried.rng
    by, verdict = rng.choice([cast.ana, cast.max]), rng.choice(["upheld", "overturned"])
    rule_on_dispute(**common, actor=by, verdict=verdict, because="I read it again.")


def _answer(tried: Try, common: Common) -> None:
    answer_questions(**common, actor=tried.marketing, reply="The price list.")


ACTS: Mapping[str, Callable[[Try, Common], object]] = {
    "submit": _submit,
    "disqualify": _disqualify,
    "accept": _accept,
    "touch": _touch,
    "reassign": _reassign,
    "rule": _rule,
    "answer": _answer,
    "ask_status": lambda t, common: ask_status(**common, actor=t.marketing, question="News?"),
    "report": lambda t, common: report_status(**common, actor=t.seller, status="In May."),
    "nurture": lambda t, common: nurture_lead(**common, actor=t.marketing, review_on=t.day),
    "dispute": lambda t, common: dispute_lead(**common, actor=t.marketing, because="It fits."),
    "reject": lambda t, common: reject_lead(**common, actor=t.seller, reason="no_consent"),
    "ask": lambda t, common: ask_question(
        **common, actor=t.seller, kind="question", question="Which page did they read?"
    ),
    "pause": lambda t, common: pause_lead(
        **common, actor=t.seller, code=t.rng.choice(["asked_for_date", "awaiting_marketing"]),
        until=t.soon(72),
    ),
    "resume": lambda t, common: resume_lead(**common, actor=t.seller),
    "recycle": lambda t, common: recycle_lead(
        **common, actor=t.seller, reason="timing", return_on=t.day, quote="none"
    ),
    "qualify": lambda t, common: qualify_lead(
        **common, actor=t.seller, value=Decimal(900), close_on=t.day
    ),
    "win": lambda t, common: win_lead(**common, actor=t.seller, value=Decimal(850)),
    "lose": lambda t, common: lose_lead(**common, actor=t.seller, reason="price"),
    "debrief": lambda t, common: debrief_lead(
        **common, actor=t.seller, decided="Price.", learnt="Ask first.", advice="nothing"
    ),
    "reopen": lambda t, common: reopen_lead(**common, actor=t.manager, cause="They called."),
}  # fmt: skip
