"""Leads brought to any stage by the real actions, and everything that is written about one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction

from leadbridge.demo.organisation import Cast
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
from leads.handoff.consents import Consent
from leads.handoff.corrections import erase_person, undo_last
from leads.handoff.disputes import Dispute
from leads.handoff.effort import waive_attempts
from leads.handoff.episodes import Packet, capture_lead, reopen_lead
from leads.handoff.handing_on import entrust_lead
from leads.handoff.merging import merge_lead
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.handoff.pauses import Pause
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.recoding import Recoding
from leads.handoff.stages import Action, Stage
from leads.intake.attesting import attest_facts
from leads.routing.models import Turn
from leads.work.actions import log_touch
from leads.work.debriefs import debrief_lead
from leads.work.models import Debrief, Question, Ruling, Touch
from leads.work.questions import answer_questions, ask_question
from leads.work.rulings import rule_on_dispute
from leads.work.statuses import ask_status, report_status
from sla.clocks.models import Clock

_numbers = count(1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def packet(**given: Any) -> Packet:
    """A hand-raise from a German company of 240 people: qualified, tier 1, for team EMEA."""
    number = next(_numbers)
    usual = {
        "source": "web form",
        "email": f"kim{number}@brandt{number}.example",
        "phone": "+49 30 901820",
        "first_name": "Kim",
        "last_name": "Brandt",
        "title": "Head of Operations",
        "company": f"Brandt {number} GmbH",
        "country": "DE",
        "employees": 240,
        "industry": "manufacturing",
        "request": "demo",
        "message": "Please call me about the price.",
    }
    return Packet(**{**usual, **given})


def captured(cast: Cast, now: datetime, **given: Any) -> Lead:
    """A lead that waits for triage with Mia."""
    return capture_lead(
        packet=packet(**given), origin="form", marketer=cast.mia, actor=None, now=now
    ).lead


def submitted(cast: Cast, now: datetime, *, to: User | None = None, **given: Any) -> Lead:
    """A lead that Mia has just submitted, and whose turn it was (Sam's) waits for them."""
    before = {cast.sam: cast.dora, cast.dora: cast.sam}[to or cast.sam]
    Turn.objects.update_or_create(team=cast.emea, defaults={"last": before})
    lead = submit_lead(lead_id=captured(cast, now, **given).pk, actor=cast.mia, now=now)
    assert lead.holder == (to or cast.sam)
    return lead


def pooled(cast: Cast, now: datetime, **given: Any) -> Lead:
    """A lead that waits in the pool of EMEA: no rule can place it without a country."""
    return submit_lead(
        lead_id=captured(cast, now, **{"country": "", **given}).pk, actor=cast.mia, now=now
    )


def accepted(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has accepted it."""
    return accept_lead(lead_id=submitted(cast, now, **given).pk, actor=cast.sam, now=now)


def touch(lead: Lead, actor: User | None, now: datetime, **given: Any) -> Lead:
    """Log a call; answers the lead as it then stands."""
    usual: dict[str, Any] = {"channel": "call", "result": "talked"}
    log_touch(lead_id=lead.pk, actor=actor, now=now, **{**usual, **given})
    return again(lead)


def working(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has talked to them."""
    return touch(accepted(cast, now, **given), cast.sam, now)


def opportunity(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam sees a deal."""
    lead = working(cast, now, **given)
    return qualify_lead(
        lead_id=lead.pk,
        actor=cast.sam,
        now=now,
        value=Decimal(5000),
        close_on=(now + 30 * DAY).date(),
    )


def rejected(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has said no."""
    lead = submitted(cast, now, **given)
    return reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="no_consent")


def nurturing(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Mia has parked it for thirty days."""
    lead = captured(cast, now, **given)
    return nurture_lead(lead_id=lead.pk, actor=cast.mia, now=now, review_on=(now + 30 * DAY).date())


def recycled(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has given it back for thirty days."""
    lead = working(cast, now, **given)
    return recycle_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, reason="timing",
        return_on=(now + 30 * DAY).date(), quote="Ask me again in spring.",
    )  # fmt: skip


def won(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has won it."""
    lead = opportunity(cast, now, **given)
    return win_lead(lead_id=lead.pk, actor=cast.sam, now=now, value=Decimal(4800))


def lost(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has lost it."""
    lead = opportunity(cast, now, **given)
    return lose_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="price")


def disqualified(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has found that it will not become business."""
    lead = working(cast, now, **given)
    return disqualify_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, reason="no_need", quote="We stay as we are."
    )


def merged(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Mia has merged it into another."""
    lead, other = captured(cast, now, **given), captured(cast, now)
    return merge_lead(lead_id=lead.pk, survivor_id=other.pk, actor=cast.mia, now=now)


def erased(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Olu has forgotten the person."""
    lead = captured(cast, now, **given)
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request="R-1")
    return again(lead)


def disputed(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has said no, and Mia contests it."""
    lead = rejected(cast, now, **given)
    return dispute_lead(lead_id=lead.pk, actor=cast.mia, now=now, because="They have a budget.")


def asked(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has accepted it and asks Mia for something to send."""
    lead = accepted(cast, now, **given)
    ask_question(
        lead_id=lead.pk, actor=cast.sam, now=now, kind="asset", question="A case from their trade?"
    )
    return again(lead)


def status_asked(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has accepted it, and Mia asks how it stands."""
    lead = accepted(cast, now, **given)
    return again(ask_status(lead_id=lead.pk, actor=cast.mia, now=now, question="Any news?"))


def paused(cast: Cast, now: datetime, **given: Any) -> Lead:
    """Sam has accepted it, and they asked to be called in three days."""
    lead = accepted(cast, now, **given)
    return pause_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, code="asked_for_date", until=now + 3 * DAY
    )


SCENES = {
    Stage.CAPTURED: captured,
    Stage.NURTURING: nurturing,
    Stage.SUBMITTED: submitted,
    Stage.REJECTED: rejected,
    Stage.ACCEPTED: accepted,
    Stage.WORKING: working,
    Stage.OPPORTUNITY: opportunity,
    Stage.RECYCLED: recycled,
    Stage.WON: won,
    Stage.LOST: lost,
    Stage.DISQUALIFIED: disqualified,
    Stage.MERGED: merged,
    Stage.ERASED: erased,
}


def at_stage(cast: Cast, stage: Stage, now: datetime) -> Lead:
    """A lead that stands at `stage`, held by Sam where sales holds it."""
    lead = again(SCENES[stage](cast, now))
    assert lead.stage == stage, (lead.stage, stage)
    return lead


def do(
    action: Action, lead: Lead, actor: User | None, now: datetime, cast: Cast, **given: Any
) -> Lead:
    """Carry out any action with harmless input; answers the lead as it then stands."""
    common: dict[str, Any] = {"lead_id": lead.pk, "actor": actor, "now": now}
    in_a_month = (now + 30 * DAY).date()
    calls: dict[Action, tuple[Any, dict[str, Any]]] = {
        Action.SUBMIT: (submit_lead, {"override_reason": "They asked me at the fair."}),
        Action.NURTURE: (nurture_lead, {"review_on": in_a_month}),
        Action.ACCEPT: (accept_lead, {}),
        Action.REJECT: (reject_lead, {"reason": "no_consent"}),
        Action.TOUCH: (log_touch, {"channel": "call", "result": "no_answer"}),
        Action.QUALIFY: (qualify_lead, {"value": Decimal(900), "close_on": in_a_month}),
        Action.WIN: (win_lead, {"value": Decimal(850)}),
        Action.LOSE: (lose_lead, {"reason": "price"}),
        Action.RECYCLE: (
            recycle_lead, {"reason": "timing", "return_on": in_a_month, "quote": "none"}
        ),
        Action.DISQUALIFY: (disqualify_lead, {"reason": "no_need", "quote": "none"}),
        Action.REASSIGN: (reassign_lead, {"to": cast.dora, "cause": "holiday"}),
        Action.ENTRUST: (entrust_lead, {"to": cast.ana, "cause": "Mia is away."}),
        Action.DISPUTE: (dispute_lead, {"because": "It meets every criterion."}),
        Action.RULE: (rule_on_dispute, {"verdict": "overturned", "because": "Read again."}),
        Action.ASK: (ask_question, {"kind": "question", "question": "Which page did they read?"}),
        Action.ANSWER: (answer_questions, {"reply": "The price list."}),
        Action.ASK_STATUS: (ask_status, {"question": "Any news?"}),
        Action.REPORT: (report_status, {"status": "They decide in May."}),
        Action.ATTEST: (attest_facts, {"initials": "MK", "facts": {"employees": 240}}),
        Action.DEBRIEF: (
            debrief_lead, {"decided": "Price.", "learnt": "Ask first.", "advice": "nothing"}
        ),
        Action.PAUSE: (pause_lead, {"code": "asked_for_date", "until": now + 2 * DAY}),
        Action.RESUME: (resume_lead, {}),
        Action.REOPEN: (reopen_lead, {"cause": "They called."}),
        Action.WAIVE: (waive_attempts, {"because": "Their number is dead."}),
        Action.UNDO: (undo_last, {}),
    }  # fmt: skip
    survivor = given.pop("survivor_id", None)
    if action is Action.MERGE:
        merge_lead(**common, survivor_id=survivor or captured(cast, now).pk)
    elif action is Action.ERASE:
        erase_person(person_id=lead.person_id, actor=actor, now=now, request="R-2")
    else:
        call, usual = calls[action]
        call(**common, **{**usual, **given})
    return again(lead)


@contextmanager
def as_if_never() -> Iterator[None]:
    """Whatever is done in this block is rolled back at its end: one scene serves many tries."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def again(lead: Lead) -> Lead:
    """The lead as the database has it now."""
    return Lead.objects.select_related("person").get(pk=lead.pk)


def snapshot(*leads: Lead) -> dict[str, list[dict[str, Any]]]:
    """Every row that is written about these leads: what a refusal must leave alone."""
    ids = [lead.pk for lead in leads]
    tables = {
        "lead": Lead.objects.filter(pk__in=ids),
        "person": Person.objects.filter(leads__in=ids),
        "events": Event.objects.filter(lead__in=ids),
        "remarks": Remark.objects.filter(event__lead__in=ids),
        "custody": Custody.objects.filter(lead__in=ids),
        "consents": Consent.objects.filter(lead__in=ids),
        "clocks": Clock.objects.filter(lead__in=ids),
        "touches": Touch.objects.filter(lead__in=ids),
        "questions": Question.objects.filter(lead__in=ids),
        "disputes": Dispute.objects.filter(lead__in=ids),
        "recodings": Recoding.objects.filter(event__lead__in=ids),
        "rulings": Ruling.objects.filter(lead__in=ids),
        "debriefs": Debrief.objects.filter(lead__in=ids),
        "pauses": Pause.objects.filter(lead__in=ids),
    }
    return {name: list(rows.order_by("pk").values()) for name, rows in tables.items()} | {
        "how many leads": [{"n": Lead.objects.count()}]
    }
