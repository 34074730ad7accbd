"""A seller asks, marketing answers, and the time between belongs to marketing."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.corrections import erase_person, undo_last
from leads.handoff.models import Lead, Remark
from leads.handoff.stages import Action
from leads.work.models import Question
from leads.work.questions import answer_questions, ask_question
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from tests.leads.handoff.scenes import (
    DAY,
    MINUTE,
    accepted,
    again,
    asked,
    do,
    snapshot,
    submitted,
    working,
)


def answer_clock(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, kind="answer").latest("id")


def test_a_question_starts_marketings_clock_and_not_the_sellers(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    before = (lead.next_kind, lead.next_due_at)
    question = ask_question(
        lead_id=lead.pk, actor=cast.sam, now=now + MINUTE, kind="question", question="Which page?"
    )
    clock = answer_clock(lead)
    assert (clock.side, clock.holder, clock.started_at) == ("marketing", cast.mia, now + MINUTE)
    assert clock.team_id == lead.marketing_team_id
    after = again(lead)
    assert (after.next_kind, after.next_due_at) == before
    assert (after.stage, after.holder, after.open_questions) == ("accepted", cast.sam, 1)
    assert [remark.text for remark in question.event.remarks.all()] == ["Which page?"]
    assert "Which page?" not in str(question.event.data)


def test_a_second_question_neither_moves_nor_doubles_the_clock(cast: Cast, now: datetime) -> None:
    lead = asked(cast, now)
    first = answer_clock(lead)
    do(Action.ASK, lead, cast.max, now + DAY, cast)
    assert again(lead).open_questions == 2
    [clock] = Clock.objects.filter(lead=lead, kind="answer")
    assert (clock.pk, clock.due_at) == (first.pk, first.due_at)


def test_one_reply_answers_all_that_is_open(cast: Cast, now: datetime) -> None:
    lead = asked(cast, now)
    do(Action.ASK, lead, cast.sam, now + MINUTE, cast)
    after = answer_questions(lead_id=lead.pk, actor=cast.ana, now=now + DAY, reply="Here it is.")
    assert after.open_questions == 0
    for question in Question.objects.filter(lead=lead):
        assert (question.answered_by, question.answered_at) == (cast.ana, now + DAY)
    clock = answer_clock(lead)
    assert (clock.stopped_at, clock.void_at) == (now + DAY, None)
    with pytest.raises(DomainError, match="No question waits"):
        answer_questions(lead_id=lead.pk, actor=cast.ana, now=now + DAY, reply="Again.")


def test_a_question_after_the_answer_starts_a_clock_of_its_own(cast: Cast, now: datetime) -> None:
    lead = do(Action.ANSWER, asked(cast, now), cast.mia, now + MINUTE, cast)
    do(Action.ASK, lead, cast.sam, now + DAY, cast)
    assert Clock.objects.filter(lead=lead, kind="answer").count() == 2
    assert answer_clock(lead).started_at == now + DAY


def test_a_reply_does_not_answer_what_its_writer_never_read(cast: Cast, now: datetime) -> None:
    lead = asked(cast, now)
    read = Question.objects.get(lead=lead).pk
    do(Action.ASK, lead, cast.sam, now + MINUTE, cast)
    before = snapshot(lead)
    with pytest.raises(DomainError, match="Another question") as refusal:
        answer_questions(lead_id=lead.pk, actor=cast.mia, now=now + DAY, reply="Yes.", last=read)
    assert refusal.value.status == 409
    assert snapshot(lead) == before


def test_the_question_goes_on_when_the_lead_moves_and_ends_with_it(
    cast: Cast, now: datetime
) -> None:
    lead = asked(cast, now)
    do(Action.TOUCH, lead, cast.sam, now + MINUTE, cast)
    moved = do(Action.RECYCLE, lead, cast.sam, now + 2 * MINUTE, cast)
    clock = answer_clock(lead)
    assert (moved.stage, moved.next_kind, clock.void_at) == ("recycled", "review", None)
    do(Action.DISQUALIFY, lead, cast.mia, now + DAY, cast)
    clock.refresh_from_db()
    assert (clock.void_at, clock.void_cause) == (now + DAY, "disqualify")
    undo_last(lead_id=lead.pk, actor=cast.mia, now=now + DAY + MINUTE)
    revived = answer_clock(lead)
    assert (revived.due_at, revived.holder) == (clock.due_at, cast.mia)
    assert again(lead).open_questions == 1
    do(Action.ANSWER, lead, cast.mia, now + DAY + 2 * MINUTE, cast)
    assert not Clock.objects.filter(IS_RUNNING, lead=lead, kind="answer").exists()


def test_a_new_holder_is_not_made_to_owe_marketings_answer(cast: Cast, now: datetime) -> None:
    lead = asked(cast, now)
    do(Action.REASSIGN, lead, cast.max, now + MINUTE, cast)
    assert answer_clock(lead).holder == cast.mia


@pytest.mark.parametrize(
    ("given", "field"), [({"kind": "gossip"}, "kind"), ({"question": "  "}, "question")]
)
def test_a_question_without_sense_is_refused(
    cast: Cast, now: datetime, given: dict[str, str], field: str
) -> None:
    lead = working(cast, now)
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        do(Action.ASK, lead, cast.sam, now, cast, **given)
    assert (refusal.value.code, refusal.value.field) == ("invalid", field)
    assert snapshot(lead) == before


def test_erasing_the_person_removes_the_words_and_keeps_the_count(
    cast: Cast, now: datetime
) -> None:
    lead = do(Action.ANSWER, asked(cast, now), cast.mia, now + MINUTE, cast)
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now + DAY, request="R-7")
    assert set(Remark.objects.filter(event__lead=lead).values_list("text", flat=True)) == {""}
    assert Question.objects.filter(lead=lead).count() == 1


def test_whoever_waits_in_a_pool_asks_nothing_before_it_is_theirs(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        do(Action.ASK, lead, cast.dora, now, cast)
    assert refusal.value.code == "forbidden"
    assert snapshot(lead) == before
