"""Marketing asks how a lead stands; sales owes a word, and whatever says it ends the waiting."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message
from leads.handoff.models import Lead
from leads.handoff.stages import STATUS_PATIENCE, Action
from leads.work.statuses import ask_status, report_status
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from tests.leads.handoff.scenes import (
    DAY,
    MINUTE,
    accepted,
    again,
    do,
    pooled,
    snapshot,
    status_asked,
    submitted,
    working,
)
from tests.pages import Browser


def status_clock(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, kind="status").latest("id")


def test_the_holder_owes_a_word_and_is_told(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    due_next = lead.next_kind, lead.next_due_at
    ask_status(lead_id=lead.pk, actor=cast.mia, now=now + MINUTE, question="Did they answer?")
    after, clock = again(lead), status_clock(lead)
    assert (after.status_owed, after.status_asked_at) == (True, now + MINUTE)
    assert (after.next_kind, after.next_due_at) == due_next
    assert (clock.side, clock.holder, clock.started_at) == ("sales", cast.sam, now + MINUTE)
    [message] = Message.objects.filter(kind="lead.status_asked")
    assert message.recipient == cast.sam
    letter = letter_of([message])
    assert letter is not None
    assert "Did they answer?" in letter.body


def test_of_the_pool_its_manager_is_asked(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    ask_status(lead_id=lead.pk, actor=cast.mia, now=now + MINUTE)
    [message] = Message.objects.filter(kind="lead.status_asked")
    assert (lead.holder, message.recipient) == (None, cast.max)


def test_the_word_of_sales_reaches_the_marketer(cast: Cast, now: datetime) -> None:
    lead = status_asked(cast, now)
    report_status(lead_id=lead.pk, actor=cast.sam, now=now + DAY, status="They decide in May.")
    assert again(lead).status_owed is False
    assert (status_clock(lead).stopped_at, status_clock(lead).void_at) == (now + DAY, None)
    [message] = Message.objects.filter(kind="lead.reported")
    assert message.recipient == cast.mia
    page = Browser(cast.mia, now + DAY).get(f"/leads/{lead.ref}/")
    assert "They decide in May." in page


@pytest.mark.parametrize(
    ("scene", "act"),
    [
        (accepted, Action.TOUCH), (submitted, Action.REJECT), (working, Action.QUALIFY),
        (accepted, Action.RECYCLE), (accepted, Action.DISQUALIFY),
    ],
)  # fmt: skip
def test_what_sales_does_with_it_answers_as_well(
    cast: Cast, now: datetime, scene: Callable[..., Lead], act: Action
) -> None:
    lead = scene(cast, now)
    do(Action.ASK_STATUS, lead, cast.mia, now + MINUTE, cast)
    after = do(act, lead, cast.sam, now + 2 * MINUTE, cast)
    assert after.status_owed is False
    assert status_clock(lead).stopped_at == now + 2 * MINUTE


def test_a_decision_that_is_taken_back_leaves_the_word_owed(cast: Cast, now: datetime) -> None:
    lead = status_asked(cast, now)
    do(Action.RECYCLE, lead, cast.sam, now + MINUTE, cast)
    after = do(Action.UNDO, lead, cast.sam, now + 2 * MINUTE, cast)
    assert after.status_owed is True
    [running] = Clock.objects.filter(IS_RUNNING, lead=lead, kind="status")
    assert running.started_at == now


def test_who_gets_the_lead_owes_the_word(cast: Cast, now: datetime) -> None:
    lead = status_asked(cast, now)
    do(Action.REASSIGN, lead, cast.max, now + MINUTE, cast)
    assert (again(lead).status_owed, status_clock(lead).holder) == (True, cast.dora)


@pytest.mark.parametrize(
    ("later", "code"), [(MINUTE, "not_allowed"), (STATUS_PATIENCE - MINUTE, "not_allowed")]
)
def test_nobody_is_asked_twice_a_day(
    cast: Cast, now: datetime, later: timedelta, code: str
) -> None:
    lead = status_asked(cast, now)
    if later > MINUTE:
        report_status(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE, status="Tomorrow.")
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        ask_status(lead_id=lead.pk, actor=cast.mia, now=now + later)
    assert refusal.value.code == code
    assert snapshot(lead) == before
    if later > MINUTE:
        ask_status(lead_id=lead.pk, actor=cast.mia, now=now + STATUS_PATIENCE)
        assert again(lead).status_owed is True


def test_handoffs_and_inbox_show_that_it_was_asked(cast: Cast, now: datetime) -> None:
    lead = status_asked(cast, now)
    assert "Status asked" in Browser(cast.mia, now + DAY).get("/handoffs/")
    assert "Status asked" in Browser(cast.sam, now + DAY).get("/inbox/")
    page = Browser(cast.sam, now + DAY).get(f"/leads/{lead.ref}/")
    assert "Marketing asks how it stands" in page
    assert "Any news?" in page
