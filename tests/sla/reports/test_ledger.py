"""The ledger adds up whatever happens to leads, and says so where somebody breaks it."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db.models import F

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leads.handoff import actions
from leads.handoff.corrections import erase_person, undo_last
from leads.handoff.episodes import reopen_lead
from leads.handoff.merging import merge_lead
from leads.handoff.models import Custody, Event, Lead
from leads.handoff.stages import Stage
from leads.work.actions import log_touch
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from sla.reports.ledger import Ledger, ledger
from sla.reports.proving import prove
from tests.sla.reports.conftest import HOUR, Hand

pytestmark = pytest.mark.django_db


def broken(proof: Ledger) -> dict[str, int]:
    return {rule.name: rule.count for rule in proof.broken if rule.count}


def live_at_random(cast: Cast, lead: Lead, at: datetime, chance: random.Random) -> None:
    """One thing that might happen to a lead; most of what is tried is refused by the table."""
    anybody = chance.choice([cast.mia, cast.sam, cast.dora, cast.max, cast.nora, cast.olu])
    who: User = (lead.holder if chance.random() < 0.6 else None) or anybody
    soon = at.date() + timedelta(days=chance.randint(1, 60))
    key: dict[str, Any] = {"lead_id": lead.pk, "actor": who, "now": at}
    others = Lead.objects.exclude(pk=lead.pk).values_list("pk", flat=True)
    tries: list[Callable[[], object]] = [
        lambda: actions.submit_lead(**key, override_reason="chance"),
        lambda: actions.accept_lead(**key),
        lambda: actions.reject_lead(**key, reason="no_consent"),
        lambda: actions.reject_lead(**key, reason="no_consent"),
        lambda: actions.nurture_lead(**key, review_on=soon),
        lambda: actions.nurture_lead(**key, review_on=soon),
        lambda: log_touch(**key, channel="call", result="talked"),
        lambda: log_touch(**key, channel="call", result="no_answer", next_at=at + 30 * HOUR),
        lambda: actions.qualify_lead(**key, value=Decimal(10), close_on=soon),
        lambda: actions.win_lead(**key, value=Decimal(10)),
        lambda: actions.lose_lead(**key, reason="price"),
        lambda: actions.recycle_lead(**key, reason="timing", return_on=soon, quote="none"),
        lambda: actions.disqualify_lead(**key, reason="no_need"),
        lambda: actions.dispute_lead(**key, because="it fits"),
        lambda: actions.reassign_lead(**key, to=cast.dora, cause="chance"),
        lambda: reopen_lead(**key, cause="chance"),
        lambda: undo_last(**key),
        lambda: undo_last(**key),
        lambda: merge_lead(**key, survivor_id=chance.choice(list(others)))
        if chance.random() < 0.2 else None,
        lambda: erase_person(
            person_id=lead.person_id, actor=who, now=at, request="R-1"
        ) if chance.random() < 0.2 else None,
    ]  # fmt: skip
    with suppress(DomainError):
        chance.choice(tries)()


def test_whatever_happens_every_lead_is_accounted_for(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    chance = random.Random(2)
    for _ in range(8):
        hand(200)
    at = now - 199 * HOUR
    for step in range(500):
        at += timedelta(minutes=chance.randint(0, 30))
        live_at_random(cast, chance.choice(list(Lead.objects.order_by("pk"))), at, chance)
        if step % 25 == 0:
            sweep(now=at)
        if step == 497:
            prove(now=at)
    proof = ledger(now=at)
    been = {line.stage for line in proof.lines if line.came}
    assert been >= {Stage.NURTURING, Stage.REJECTED, Stage.RECYCLED, Stage.WORKING}
    assert (broken(proof), proof.unaccounted) == ({}, 0)
    assert ledger(now=at, anew=False) == proof
    assert proof.flow.submitted > 6 and proof.flow.rejected > 0 < proof.flow.accepted
    halfway = now - 120 * HOUR
    earlier, later = ledger(now=at, end=halfway), ledger(now=at, start=halfway)
    for before, after in zip(earlier.lines, later.lines, strict=True):
        assert before.closing == after.opening
    assert earlier.unaccounted == later.unaccounted == 0


def test_a_lead_that_nobody_holds_is_found(hand: Hand, now: datetime) -> None:
    lead = hand(3)
    Custody.objects.filter(lead=lead, until=None).update(until=now)
    assert broken(ledger(now=now)) == {"holder": 1}
    [rule] = [rule for rule in ledger(now=now).broken if rule.count]
    assert rule.examples == (lead.pk,)


def test_a_lead_held_by_another_than_its_custody_says_is_found(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    lead = hand(3)
    Custody.objects.filter(lead=lead, until=None).update(holder=cast.nora)
    assert broken(ledger(now=now)) == {"holder": 1}


def test_a_lead_without_a_clock_is_found(hand: Hand, now: datetime) -> None:
    lead = hand(3)
    Clock.objects.filter(lead=lead, stopped_at=None).update(
        void_at=now, void_cause="mistake", next_at=None
    )
    assert broken(ledger(now=now)) == {"clock": 1, "next": 1}


def test_a_lead_that_promises_something_else_than_its_clocks_is_found(
    hand: Hand, now: datetime
) -> None:
    lead = hand(3)
    Lead.objects.filter(pk=lead.pk).update(next_due_at=now + 90 * HOUR)
    assert broken(ledger(now=now)) == {"next": 1}


def test_an_ended_lead_that_somebody_still_holds_is_found(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    lead = hand(3, 1)
    assert lead.holder
    actions.disqualify_lead(lead_id=lead.pk, actor=lead.holder, now=now, reason="no_need")
    assert ledger(now=now).unaccounted == 0
    last = Custody.objects.filter(lead=lead).latest("pk")
    Custody.objects.filter(pk=last.pk).update(until=None)
    assert broken(ledger(now=now)) == {"ended": 1}


def test_a_breach_told_to_nobody_or_twice_is_found(hand: Hand, now: datetime) -> None:
    hand(30)
    assert ledger(now=now).unaccounted == 0
    # The clocks of `hand` are a past's, which the sweep leaves alone; these are today's.
    Clock.objects.filter(stopped_at=None, void_at=None).update(
        next_at=now - 20 * HOUR, steps=["tell"], step_times=[now - 20 * HOUR]
    )
    assert sweep(now=now).breached == 2
    assert ledger(now=now).unaccounted == 0
    told = Event.objects.filter(action="breach").latest("pk")
    told.pk = None
    told.save()
    assert broken(ledger(now=now)) == {"told": 1}
    Message.objects.all().delete()
    assert broken(ledger(now=now)) == {"told": 1, "message": 1}


def test_a_breach_without_an_event_is_found(hand: Hand, now: datetime) -> None:
    hand(30)
    Clock.objects.filter(kind="accept").update(breached_at=F("due_at"), detected_at=now)
    assert broken(ledger(now=now)) == {"told": 1}


def test_a_lead_whose_stage_no_event_explains_is_found(hand: Hand, now: datetime) -> None:
    lead = hand(3)
    with pgtrigger.ignore("leads.Lead:allowed_stage_change"):
        Lead.objects.filter(pk=lead.pk).update(stage="captured")
    proof = ledger(now=now)
    assert [(line.stage, line.difference) for line in proof.lines if line.difference] == [
        (Stage.CAPTURED, -1),
        (Stage.SUBMITTED, 1),
    ]
    assert proof.flow.difference == 1
    assert proof.unaccounted == 3


def test_an_administrator_proves_the_ledger_from_the_command_line(
    hand: Hand, now: datetime
) -> None:
    lead = hand(3)
    out = StringIO()
    call_command("ledger", stdout=out)
    assert out.getvalue().splitlines()[-1] == "unaccounted 0"
    assert "submitted 1 = accepted 0 + rejected 0 + waiting 1" in out.getvalue()
    Custody.objects.filter(lead=lead, until=None).update(until=now)
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("ledger", stdout=out)
    assert left.value.code == 1
    assert out.getvalue().splitlines()[-1] == "unaccounted 1"
    assert f"L-{lead.pk}" in out.getvalue()


def test_a_period_that_is_over_is_told_by_its_events_alone(hand: Hand, now: datetime) -> None:
    hand(3, 1)
    proof = ledger(now=now, start=now - 100 * HOUR, end=now - 2.5 * HOUR)
    waiting = next(line for line in proof.lines if line.stage is Stage.SUBMITTED)
    assert (waiting.came, waiting.went, waiting.closing, waiting.standing) == (1, 0, 1, None)
    assert (proof.flow.submitted, proof.flow.waiting) == (1, 1)
    assert proof.unaccounted == 0
