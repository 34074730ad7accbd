"""What people are told at once: what came to them, what was asked, answered and contested."""

from datetime import UTC, datetime, timedelta

from django.core.mail import EmailMessage

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.delivery import deliver_waiting
from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message
from leads.handoff.actions import reassign_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Action
from leads.work.questions import answer_questions
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import (
    HOUR,
    MINUTE,
    accepted,
    again,
    asked,
    captured,
    disputed,
    do,
    pooled,
    submitted,
)

SECOND = timedelta(seconds=1)


def told(lead: Lead, kind: str) -> list[str]:
    names = Message.objects.filter(data__lead=lead.pk, kind=kind).order_by("recipient__username")
    return list(names.values_list("recipient__username", flat=True))


def one(lead: Lead, kind: str, username: str) -> Message:
    return Message.objects.select_related("recipient").get(
        data__lead=lead.pk, kind=kind, recipient__username=username
    )


def test_a_seller_is_told_of_a_lead_that_was_routed_to_them(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    assert told(lead, "lead.arrived") == ["sam"]
    letter = letter_of([one(lead, "lead.arrived", "sam")])
    assert letter is not None
    assert letter.subject == f"New for you: {lead.ref} {lead.company}"
    assert "Accept is due Mon 23 Nov, 12:00 (Europe/Berlin)." in letter.body
    assert f"/leads/{lead.ref}/" in letter.body


def test_what_a_seller_is_sent_says_why_the_lead_qualifies(
    cast: Cast, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    lead = submitted(cast, now)
    deliver_waiting(now=now + SECOND)
    [mail] = [mail for mail in mailoutbox if mail.to == [cast.sam.email]]
    assert f"Definition v1: yes, tier {lead.tier} (fit {lead.fit}," in mail.body
    for line in lead.verdict_lines:
        assert f"- {line['sentence']}: " in mail.body
    evidence = next(line["evidence"] for line in lead.verdict_lines if line["evidence"])
    assert f"({evidence})" in mail.body

    sweep(now=now + 3 * HOUR)
    mailoutbox.clear()
    deliver_waiting(now=now + 3 * HOUR + SECOND)
    late = next(mail for mail in mailoutbox if mail.to == [cast.sam.email])
    assert "verdue" in late.subject and f"Definition v1: yes, tier {lead.tier}" in late.body


def test_of_many_leads_a_mail_tells_the_verdict_alone(cast: Cast, now: datetime) -> None:
    leads = [submitted(cast, now) for _ in range(6)]
    letter = letter_of([one(lead, "lead.arrived", "sam") for lead in leads])
    assert letter is not None and letter.body.count("Definition v1: yes") == 6
    assert leads[0].verdict_lines[0]["sentence"] not in letter.body


def test_a_seller_who_sleeps_is_told_when_they_work_again(cast: Cast, now: datetime) -> None:
    night = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    message = one(submitted(cast, night), "lead.arrived", "sam")
    assert message.created_at == night
    assert message.next_try_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_a_capture_and_a_pool_tell_nobody(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    pooled(cast, now)
    assert not Message.objects.exists()


def test_who_takes_a_lead_themselves_is_told_nothing(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now, to=cast.dora)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.max, cause="I know them.")
    assert told(lead, "lead.arrived") == ["dora"]
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.sam, cause="Their region.")
    assert told(lead, "lead.arrived") == ["dora", "sam"]


def test_a_lead_that_went_on_is_no_news_any_more(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    message = one(lead, "lead.arrived", "sam")
    do(Action.REASSIGN, lead, cast.max, now, cast, to=cast.dora, cause="Sam is ill.")
    assert letter_of([message]) is None
    letter = letter_of([one(lead, "lead.arrived", "dora")])
    assert letter is not None
    assert "came to you from Max Lind: “Sam is ill.”" in letter.body


def test_many_that_arrive_leave_as_one_mail_with_what_is_late(cast: Cast, now: datetime) -> None:
    first, second = submitted(cast, now), submitted(cast, now)
    sweep(now=now + 50 * MINUTE)
    messages = list(Message.objects.filter(recipient=cast.sam).select_related("recipient"))
    assert {message.kind for message in messages} == {"clock.at_risk", "lead.arrived"}
    letter = letter_of(messages)
    assert letter is not None
    assert letter.subject == "2 leads due soon; 2 leads new for you"
    assert letter.body.count(first.ref) >= 2 and letter.body.count(second.ref) >= 2


def test_a_marketer_is_told_of_a_question_and_the_seller_of_its_answer(
    cast: Cast, now: datetime
) -> None:
    lead = asked(cast, now)
    assert told(lead, "lead.asked") == ["mia"]
    question = one(lead, "lead.asked", "mia")
    letter = letter_of([question])
    assert letter is not None and "Sam Okafor asks: “A case from their trade?”" in letter.body
    assert told(lead, "lead.answered") == []

    answer_questions(lead_id=lead.pk, actor=cast.mia, now=now + HOUR, reply="It is attached.")
    assert told(lead, "lead.answered") == ["sam"]
    answer = letter_of([one(lead, "lead.answered", "sam")])
    assert answer is not None and "“It is attached.”" in answer.body
    assert letter_of([question]) is None


def test_who_holds_the_lead_by_now_reads_the_answer_too(cast: Cast, now: datetime) -> None:
    lead = asked(cast, now)
    do(Action.REASSIGN, lead, cast.max, now, cast, to=cast.dora)
    answer_questions(lead_id=lead.pk, actor=cast.mia, now=now + HOUR, reply="It is attached.")
    assert told(lead, "lead.answered") == ["dora", "sam"]


def test_both_managers_are_told_to_rule_and_reminded_and_not_the_marketer(
    cast: Cast, now: datetime
) -> None:
    lead = disputed(cast, now)
    assert lead.holder == cast.mia
    assert told(lead, "lead.disputed") == ["ana", "max"]
    clock = Clock.objects.get(lead=lead, kind="ruling")
    sweep(now=clock.at_risk_at + SECOND)
    assert told(lead, "clock.at_risk") == ["ana", "max"]
    sweep(now=clock.due_at + SECOND)
    assert told(lead, "clock.breached") == ["ana", "max"]
    letter = letter_of([one(lead, "clock.breached", "max")])
    assert letter is not None and "waits for the managers of both sides" in letter.body
    breach = lead.events.get(action="breach")
    assert (breach.data["holder"], breach.data["manager"]) == (cast.max.pk, cast.ana.pk)


def test_a_manager_who_has_ruled_has_nothing_left_to_read(cast: Cast, now: datetime) -> None:
    lead = disputed(cast, now)
    do(Action.RULE, lead, cast.max, now, cast)
    assert letter_of([one(lead, "lead.disputed", "max")]) is None
    letter = letter_of([one(lead, "lead.disputed", "ana")])
    assert letter is not None and letter.subject.startswith("Rule on a dispute: ")
    assert "Mia" in letter.body and "“They have a budget.”" in letter.body


def test_a_lead_that_the_ladder_gave_on_is_told_to_its_new_holder_once(
    cast: Cast, now: datetime
) -> None:
    lead = accepted(cast, now)
    do(Action.REASSIGN, lead, None, now, cast, to=cast.dora, cause="Not answered in time.")
    assert told(again(lead), "lead.arrived") == ["dora", "sam"]
    letter = letter_of([one(lead, "lead.arrived", "dora")])
    assert letter is not None and "came to you from LeadBridge" in letter.body
