"""Taking back, coming back, joining two into one, and forgetting somebody."""

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import IdempotentAnswer
from leads.handoff.actions import recycle_lead, reject_lead, submit_lead, win_lead
from leads.handoff.consents import Consent
from leads.handoff.corrections import erase_person, undo_last
from leads.handoff.episodes import capture_lead, join_lead, reopen_lead
from leads.handoff.merging import merge_lead
from leads.handoff.models import Event, Lead, Person, Remark
from leads.handoff.stages import UNDO_WINDOW, Action, Stage
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    accepted,
    again,
    at_stage,
    captured,
    do,
    lost,
    opportunity,
    packet,
    pooled,
    rejected,
    snapshot,
    submitted,
    won,
    working,
)

# What an undo does not give back: that something happened, and what is known.
NOT_GIVEN_BACK = {
    "last_action", "last_actor_id", "changed_at", "definition_id", "verdict", "verdict_lines",
    "fit", "interest", "tier",
}  # fmt: skip


def running(lead: Lead) -> list[tuple[Any, ...]]:
    """What is owed, by whom and until when."""
    names = ("kind", "holder_id", "started_at", "at_risk_at", "due_at", "breached_at", "next_at")
    return list(Clock.objects.filter(IS_RUNNING, lead=lead).order_by("kind").values_list(*names))


# undo

ONE_STEP: list[tuple[Stage, Action, str]] = [
    (Stage.CAPTURED, Action.SUBMIT, "mia"),
    (Stage.NURTURING, Action.SUBMIT, "mia"),
    (Stage.RECYCLED, Action.SUBMIT, "mia"),
    (Stage.CAPTURED, Action.NURTURE, "mia"),
    (Stage.RECYCLED, Action.NURTURE, "mia"),
    (Stage.REJECTED, Action.NURTURE, "mia"),
    (Stage.SUBMITTED, Action.ACCEPT, "sam"),
    (Stage.SUBMITTED, Action.REJECT, "max"),
    (Stage.WORKING, Action.QUALIFY, "sam"),
    (Stage.OPPORTUNITY, Action.WIN, "sam"),
    (Stage.OPPORTUNITY, Action.LOSE, "sam"),
    (Stage.WORKING, Action.RECYCLE, "sam"),
    (Stage.LOST, Action.RECYCLE, "sam"),
    (Stage.ACCEPTED, Action.DISQUALIFY, "sam"),
    (Stage.REJECTED, Action.DISQUALIFY, "mia"),
]


@pytest.mark.parametrize(("stage", "action", "who"), ONE_STEP)
def test_an_undo_gives_everything_back_but_time(
    cast: Cast, now: datetime, stage: Stage, action: Action, who: str
) -> None:
    lead = at_stage(cast, stage, now)
    before, owed = snapshot(lead)["lead"][0], running(lead)
    do(action, lead, getattr(cast, who), now + HOUR, cast)
    assert running(lead) != owed or action is Action.QUALIFY
    undo_last(lead_id=lead.pk, actor=getattr(cast, who), now=now + HOUR + UNDO_WINDOW)
    after = snapshot(lead)["lead"][0]
    assert {n: v for n, v in after.items() if n not in NOT_GIVEN_BACK} == {
        n: v for n, v in before.items() if n not in NOT_GIVEN_BACK
    }
    assert running(lead) == owed
    undone = Event.objects.filter(lead=lead).latest("id")
    assert (undone.action, undone.data) == ("undo", {"undone": action})
    assert (undone.from_stage, undone.to_stage) == (do_leads_to(action, stage), stage)
    open_links = again(lead).custody.filter(until=None)
    assert [link.holder_id for link in open_links] == (
        [after["holder_id"]] if stage is not Stage.LOST else []
    )


def do_leads_to(action: Action, stage: Stage) -> str:
    from leads.handoff.stages import row_for

    row = row_for(action, stage)
    assert row is not None
    assert row.to is not None
    return row.to


def test_a_decision_is_taken_back_within_ten_minutes(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    before = snapshot(lead)
    with pytest.raises(DomainError, match="ten minutes"):
        undo_last(lead_id=lead.pk, actor=cast.sam, now=now + UNDO_WINDOW + MINUTE / 60)
    assert snapshot(lead) == before
    assert undo_last(lead_id=lead.pk, actor=cast.sam, now=now + UNDO_WINDOW).stage == "submitted"


def test_a_further_act_of_the_prospect_prolongs_no_undo(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    act = packet(email=lead.person.email)
    join_lead(lead_id=lead.pk, packet=act, actor=None, now=now + 9 * MINUTE)
    with pytest.raises(DomainError, match="ten minutes"):
        undo_last(lead_id=lead.pk, actor=cast.sam, now=now + 11 * MINUTE)


def test_an_undo_is_not_undone(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    undo_last(lead_id=lead.pk, actor=cast.sam, now=now)
    with pytest.raises(DomainError, match="last decision"):
        undo_last(lead_id=lead.pk, actor=cast.sam, now=now)


def test_only_the_last_thing_that_happened_is_taken_back(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    do(Action.REASSIGN, lead, cast.max, now, cast)
    with pytest.raises(DomainError, match="last decision"):
        undo_last(lead_id=lead.pk, actor=cast.sam, now=now)


def test_nobody_gains_time_by_an_undo(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    due = {clock[0]: clock[4] for clock in running(lead)}
    later = max(due.values()) + MINUTE
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=later, reason="no_consent")
    undo_last(lead_id=lead.pk, actor=cast.sam, now=later + MINUTE)
    assert {clock[0]: clock[4] for clock in running(lead)} == due
    assert sweep(now=later + 2 * MINUTE).breached == len(due)


def test_what_was_told_already_is_not_told_again_after_an_undo(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    later = max(clock[4] for clock in running(lead)) + MINUTE
    assert sweep(now=later).breached == 2
    for instant in (later, later + MINUTE):  # the very instant of the sweep is no exception
        reject_lead(lead_id=lead.pk, actor=cast.sam, now=instant, reason="no_consent")
        undo_last(lead_id=lead.pk, actor=cast.sam, now=instant)
    assert sweep(now=later + HOUR).breached == 0
    assert Event.objects.filter(lead=lead, action="breach").count() == 2


def test_a_promise_that_sam_broke_stays_his_when_dora_takes_back_her_no(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    later = max(clock[4] for clock in running(lead)) + MINUTE
    sweep(now=later)
    do(Action.REASSIGN, lead, cast.max, later, cast, to=cast.dora)
    owed = running(lead)
    assert {clock[0]: clock[1] for clock in owed} == {
        "accept": cast.dora.pk, "first_touch": cast.sam.pk
    }  # fmt: skip
    reject_lead(lead_id=lead.pk, actor=cast.dora, now=later, reason="no_consent")
    undo_last(lead_id=lead.pk, actor=cast.dora, now=later + MINUTE)
    assert running(lead) == owed


def test_an_undo_that_would_open_a_second_lead_of_one_person_is_refused(
    cast: Cast, now: datetime
) -> None:
    lead = do(Action.DISQUALIFY, working(cast, now), cast.sam, now, cast)
    captured(cast, now, email=lead.person.email)
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        undo_last(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE)
    assert refusal.value.code == "not_allowed"
    assert snapshot(lead) == before


@pytest.mark.parametrize("action", [Action.UNDO, Action.RECYCLE])
def test_a_lead_that_began_again_stays_as_it_ended(
    cast: Cast, now: datetime, action: Action
) -> None:
    """Also where no address could tell that both are of one person."""
    lead = lost(cast, now, email="")
    reopen_lead(lead_id=lead.pk, actor=cast.max, now=now + MINUTE, cause="They called.")
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        do(action, lead, cast.sam, now + 2 * MINUTE, cast)
    assert refusal.value.code == "not_allowed"
    assert snapshot(lead) == before


# coming back


@pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST, Stage.DISQUALIFIED])
def test_a_reopened_lead_is_a_new_episode(cast: Cast, now: datetime, stage: Stage) -> None:
    old = at_stage(cast, stage, now)
    new = reopen_lead(lead_id=old.pk, actor=cast.max, now=now + DAY, cause="They called.")
    assert (new.stage, new.episode, new.previous_id) == ("captured", old.episode + 1, old.pk)
    assert (new.person_id, new.company, new.holder) == (old.person_id, old.company, cast.mia)
    assert new.request == new.message == ""
    assert (again(old).stage, again(old).closed_at) == (old.stage, old.closed_at)
    told = old.events.latest("id")
    assert (told.action, told.from_stage, told.to_stage) == ("reopen", stage, stage)
    assert {clock[0] for clock in running(old)} <= {"debrief"}
    assert [clock[0] for clock in running(new)] == ["triage"]
    with pytest.raises(DomainError) as refusal:
        reopen_lead(lead_id=old.pk, actor=cast.max, now=now + DAY, cause="Once more.")
    assert refusal.value.code == "not_allowed"


def test_a_lead_is_reopened_only_for_a_cause(cast: Cast, now: datetime) -> None:
    lead = won(cast, now)
    with pytest.raises(DomainError) as refusal:
        reopen_lead(lead_id=lead.pk, actor=cast.max, now=now, cause="")
    assert refusal.value.field == "cause"


def test_somebody_who_comes_back_begins_a_linked_episode(cast: Cast, now: datetime) -> None:
    old = won(cast, now)
    new = captured(cast, now + DAY, email=old.person.email.upper())
    assert (new.person_id, new.episode, new.previous_id) == (old.person_id, 2, old.pk)
    told = old.events.latest("id")
    assert (told.action, told.actor) == ("reopen", None)
    do(Action.DISQUALIFY, new, cast.mia, now + DAY, cast)
    with pytest.raises(DomainError):
        reopen_lead(lead_id=old.pk, actor=cast.max, now=now + DAY, cause="The wrong one.")
    third = reopen_lead(lead_id=new.pk, actor=cast.max, now=now + DAY, cause="The right one.")
    assert (third.episode, third.previous_id) == (3, new.pk)


def test_a_second_act_joins_the_open_lead(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now, industry="")
    before = running(lead)
    joined = capture_lead(
        packet=packet(email=f" {lead.person.email.upper()}", industry="transport", company="Else"),
        origin="form", marketer=cast.mia, actor=None, now=now + HOUR,
    )  # fmt: skip
    assert (joined.lead.pk, joined.joined) == (lead.pk, True)
    after = again(lead)
    assert (after.stage, after.industry, after.company) == ("submitted", "transport", lead.company)
    assert after.acted_at == now + HOUR
    assert running(lead) == before
    assert lead.events.latest("id").action == "join"


def test_nobody_is_captured_whom_nobody_can_reach(cast: Cast, now: datetime) -> None:
    people = Person.objects.count()
    with pytest.raises(DomainError) as refusal:
        captured(cast, now, email=" ", phone="")
    assert (refusal.value.code, refusal.value.field) == ("invalid", "email")
    assert Person.objects.count() == people


def test_a_seller_answers_for_no_captured_lead(cast: Cast, now: datetime) -> None:
    with pytest.raises(DomainError) as refusal:
        capture_lead(packet=packet(), origin="api", marketer=cast.sam, actor=cast.sam, now=now)
    assert refusal.value.code == "forbidden"


# merge


def test_a_merged_lead_points_to_its_survivor_and_owes_nothing(cast: Cast, now: datetime) -> None:
    lead, survivor = submitted(cast, now), captured(cast, now)
    merge_lead(lead_id=lead.pk, survivor_id=survivor.pk, actor=cast.mia, now=now + HOUR)
    lead = again(lead)
    assert (lead.stage, lead.merged_into_id, lead.closed_at) == ("merged", survivor.pk, now + HOUR)
    assert running(lead) == []
    assert survivor.events.latest("id").data["merged"] == lead.pk
    assert len(running(survivor)) == 1


@pytest.mark.parametrize("survivor", ["itself", "merged", "erased", "nobody"])
def test_a_lead_is_merged_only_into_another_one_that_stands(
    cast: Cast, now: datetime, survivor: str
) -> None:
    lead = captured(cast, now)
    if survivor in ("merged", "erased"):
        other = at_stage(cast, Stage(survivor), now).pk
    else:
        other = lead.pk if survivor == "itself" else 0
    before = snapshot(lead)
    with pytest.raises(DomainError):
        merge_lead(lead_id=lead.pk, survivor_id=other, actor=cast.mia, now=now)
    assert snapshot(lead) == before


def test_an_open_lead_does_not_vanish_into_one_that_has_ended(cast: Cast, now: datetime) -> None:
    lead, ended = captured(cast, now), lost(cast, now)
    before = snapshot(lead, ended)
    with pytest.raises(DomainError) as refusal:
        merge_lead(lead_id=lead.pk, survivor_id=ended.pk, actor=cast.mia, now=now)
    assert refusal.value.field == "survivor"
    assert snapshot(lead, ended) == before


# forgetting

SECRETS = ("zebulon", "quagmire", "snark", "+49 30 555777", "jabberwock", "borogove", "frumious")


def everything_about(lead: Lead) -> str:
    tables: list[Any] = [Lead, Event, Remark, Consent, Person, Clock]
    return repr([list(model.objects.values()) for model in tables])


def test_an_erased_person_leaves_counts_and_no_words(cast: Cast, now: datetime) -> None:
    lead = captured(
        cast, now, email="zebulon@quagmire.example", first_name="Zebulon", last_name="Snark",
        phone="+49 30 555777", title="Head of Zebulon", company="Jabberwock AG",
        message="I am Zebulon", attributes={"nickname": "Borogove"}, consent_text="Frumious",
        external_id="zebulon-1",
    )  # fmt: skip
    submit_lead(lead_id=lead.pk, actor=cast.mia, now=now, override_reason="Zebulon is a friend.")
    undo_last(lead_id=lead.pk, actor=cast.mia, now=now)  # keeps what it gave back in events
    do(Action.SUBMIT, lead, cast.mia, now, cast)
    holder = again(lead).holder
    do(Action.TOUCH, lead, holder, now, cast, note="Zebulon has a cold", quote="Snark!")
    recycle_lead(
        lead_id=lead.pk, actor=holder, now=now, reason="timing",  # type: ignore[arg-type]
        return_on=(now + 9 * DAY).date(), quote="Zebulon says later",
    )  # fmt: skip
    before = everything_about(lead).casefold()
    assert all(secret in before for secret in SECRETS)
    events, clocks = lead.events.count(), lead.clocks.count()

    erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request="GDPR-7")

    left = everything_about(lead).casefold()
    assert [secret for secret in SECRETS if secret in left] == []
    lead = again(lead)
    assert (lead.stage, lead.person.erased_at) == ("erased", now)
    assert (lead.events.count(), lead.clocks.count()) == (events + 1, clocks)
    assert running(lead) == []
    assert lead.events.latest("id").data["request"] == "GDPR-7"


def test_all_episodes_of_a_person_are_erased(cast: Cast, now: datetime) -> None:
    old = won(cast, now)
    new = captured(cast, now, email=old.person.email)
    assert erase_person(person_id=old.person_id, actor=cast.olu, now=now, request="R") == 2
    assert {again(old).stage, again(new).stage} == {"erased"}


def test_an_erased_person_who_writes_again_is_somebody_new(cast: Cast, now: datetime) -> None:
    old = captured(cast, now)
    address = old.person.email
    erase_person(person_id=old.person_id, actor=cast.olu, now=now, request="R")
    new = captured(cast, now, email=address)
    assert (new.person_id != old.person_id, new.episode, new.previous) == (True, 1, None)


def test_no_answer_kept_for_a_program_tells_of_an_erased_person(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    kept = IdempotentAnswer.objects.create(
        user=cast.mia, key="k", fingerprint="f", status=201, created_at=now,
        body={"ref": lead.ref, "person": {"email": lead.person.email}},
    )  # fmt: skip
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request="R")
    kept.refresh_from_db()
    assert (kept.status, kept.body) == (201, {"stage": "erased"})


@pytest.mark.parametrize("request_", ["", "  "])
def test_nobody_is_erased_without_a_request(cast: Cast, now: datetime, request_: str) -> None:
    lead = captured(cast, now)
    with pytest.raises(DomainError) as refusal:
        erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request=request_)
    assert refusal.value.field == "request"
    assert again(lead).stage == "captured"


def test_only_the_administrator_erases_even_a_person_without_leads(
    cast: Cast, now: datetime
) -> None:
    person = Person.objects.create(email="lonely@firm.example", email_key="lonely@firm.example")
    with pytest.raises(DomainError) as refusal:
        erase_person(person_id=person.pk, actor=cast.ana, now=now, request="R")
    assert refusal.value.code == "forbidden"
    assert Person.objects.get(pk=person.pk).email == "lonely@firm.example"


def test_a_won_deal_that_is_erased_keeps_its_worth_and_its_end(cast: Cast, now: datetime) -> None:
    lead = win_lead(
        lead_id=opportunity(cast, now).pk, actor=cast.sam, now=now + HOUR, value=Decimal(700)
    )
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now + DAY, request="R")
    assert (again(lead).value, again(lead).closed_at) == (Decimal(700), now + HOUR)


def test_the_chain_of_stages_is_unbroken_over_undo_and_return(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    do(Action.ACCEPT, lead, cast.dora, now, cast)
    do(Action.UNDO, lead, cast.dora, now, cast)
    do(Action.REJECT, lead, cast.sam, now, cast)
    do(Action.DISPUTE, lead, cast.mia, now, cast)
    do(Action.NURTURE, lead, cast.mia, now, cast)
    do(Action.SUBMIT, lead, cast.ana, now, cast)
    steps = lead.events.order_by("id").values_list("from_stage", "to_stage")
    assert steps[0] == ("", "captured")
    for (_, there), (here, _) in pairwise(steps):
        assert there == here


def test_disputing_then_nurturing_ends_both_promises(cast: Cast, now: datetime) -> None:
    lead = rejected(cast, now)
    do(Action.DISPUTE, lead, cast.mia, now + HOUR, cast)
    assert [clock[0] for clock in running(lead)] == ["ruling"]
    do(Action.NURTURE, lead, cast.mia, now + HOUR, cast)
    assert [clock[0] for clock in running(lead)] == ["review"]
