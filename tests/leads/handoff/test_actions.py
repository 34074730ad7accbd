"""Each action's own rules: what it needs, what it writes, and what it refuses."""

import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from leadbridge.demo.organisation import ROUTING, Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leadbridge.people.models import Team, User
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
from leads.handoff.evidence import Evidence
from leads.handoff.models import Custody, Lead
from leads.handoff.reasons import Reason, reasons_for
from leads.handoff.stages import Action, Stage
from leads.work.actions import log_touch
from sla.clocks.models import Clock
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    accepted,
    again,
    as_if_never,
    at_stage,
    captured,
    do,
    opportunity,
    pooled,
    recycled,
    rejected,
    snapshot,
    submitted,
    working,
)
from tests.leads.routing.rules import publish


def refused(lead: Lead, call: Any, code: str, field: str = "", **given: Any) -> DomainError:
    """The refusal of a call, which left every row of the lead alone."""
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        call(lead_id=lead.pk, **given)
    assert (refusal.value.code, refusal.value.field) == (code, field), refusal.value.message
    assert snapshot(lead) == before
    return refusal.value


# submit


def test_mia_submits_a_qualified_lead_and_it_carries_its_verdict(cast: Cast, now: datetime) -> None:
    lead = submit_lead(lead_id=captured(cast, now).pk, actor=cast.mia, now=now + MINUTE)
    assert (lead.verdict, lead.tier, lead.overridden) == ("yes", 1, False)
    assert lead.submitted_at == now + MINUTE
    assert lead.definition is not None
    assert lead.team == cast.emea
    assert lead.routing["rule"] == "Everywhere else"


def test_mia_submits_an_unqualified_lead_only_with_a_reason(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now, employees=3)
    refused(lead, submit_lead, "not_qualified", "override_reason", actor=cast.mia, now=now)
    refused(
        lead, submit_lead, "not_qualified", "override_reason",
        actor=cast.mia, now=now, override_reason="  \n",
    )  # fmt: skip
    after = submit_lead(
        lead_id=lead.pk, actor=cast.mia, now=now, override_reason="The founder is a friend."
    )
    assert (after.stage, after.verdict, after.overridden) == ("submitted", "no", True)
    assert after.events.latest("id").remarks.get().text == "The founder is a friend."


def test_nobody_submits_what_has_neither_name_nor_company(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now, company="", first_name="", last_name="")
    refused(lead, submit_lead, "incomplete", "company", actor=cast.mia, now=now)


def test_a_lead_that_nobody_takes_stays_where_it_is(cast: Cast, now: datetime) -> None:
    Team.objects.update(takes_unrouted=False)
    lead = captured(cast, now, country="")
    refused(lead, submit_lead, "no_route", actor=cast.mia, now=now)


def test_without_an_agreement_nothing_is_handed_over(cast: Cast, now: datetime) -> None:
    from sla.agreement.models import AgreementVersion

    lead = captured(cast, now)
    AgreementVersion.objects.update(state="retired", retired_at=now)
    refused(lead, submit_lead, "no_agreement", actor=cast.mia, now=now)


def test_a_lead_that_comes_back_starts_with_a_clean_sheet(cast: Cast, now: datetime) -> None:
    lead = opportunity(cast, now)
    recycle_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, reason="timing",
        return_on=(now + 9 * DAY).date(), quote="none",
    )  # fmt: skip
    after = submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + DAY)
    for name in (
        "decided_at", "decided_by", "accepted_at", "first_touch_at", "qualified_at",
        "disputed_at", "park_until", "closed_at",
    ):  # fmt: skip
        assert getattr(after, name) is None, name
    assert (after.decision, after.reason, after.reason_criterion) == ("", "", "")


# accept


def test_sam_accepts_his_lead_with_one_click(cast: Cast, now: datetime) -> None:
    lead = accept_lead(lead_id=submitted(cast, now).pk, actor=cast.sam, now=now + HOUR)
    assert (lead.holder, lead.decided_by, lead.decision) == (cast.sam, cast.sam, "accept")
    assert lead.accepted_at == lead.decided_at == now + HOUR


def test_max_accepts_for_sam_who_stays_the_holder(cast: Cast, now: datetime) -> None:
    lead = accept_lead(lead_id=submitted(cast, now).pk, actor=cast.max, now=now)
    assert (lead.holder, lead.decided_by) == (cast.sam, cast.max)


def test_dora_claims_a_lead_from_the_pool(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    assert (lead.holder, lead.team) == (None, cast.emea)
    lead = accept_lead(lead_id=lead.pk, actor=cast.dora, now=now + HOUR)
    assert lead.holder == cast.dora
    closed, opened = Custody.objects.filter(lead=lead, since__gte=now).order_by("id")[1:]
    assert (closed.holder, closed.until, opened.holder) == (None, now + HOUR, cast.dora)


@pytest.mark.parametrize(("first", "word"), [("accept", "accepted"), ("reject", "rejected")])
def test_the_second_to_decide_is_told_who_did_and_when(
    cast: Cast, now: datetime, first: str, word: str
) -> None:
    lead = pooled(cast, now)
    if first == "accept":
        accept_lead(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE)
    else:
        reject_lead(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE, reason="no_consent")
    told = refused(lead, accept_lead, "already_decided", actor=cast.dora, now=now + HOUR)
    assert told.message == f"Already {word} by Sam Okafor at 11:01 on 23 November."
    assert told.data == {"by": "Sam Okafor", "at": now + MINUTE}


# reasons


NAMED = {
    Reason.Ask.LEAD: "lead",
    Reason.Ask.ACCOUNT: "lead",
    Reason.Ask.OWNER: "to",
    Reason.Ask.FIELD: "field",
    Reason.Ask.KIND: "kind",
    Reason.Ask.RIVAL: "rival",
    Reason.Ask.MANAGER: "manager",
}


def named(reason: Reason, cast: Cast, now: datetime) -> Evidence:
    """What somebody could name for a reason."""
    kind = reason.kinds.first()
    return {
        Reason.Ask.LEAD: lambda: Evidence(lead=submitted(cast, now).ref),
        Reason.Ask.ACCOUNT: lambda: Evidence(lead=submitted(cast, now).ref),
        Reason.Ask.OWNER: lambda: Evidence(to="nora"),
        Reason.Ask.FIELD: lambda: Evidence(field="phone"),
        Reason.Ask.KIND: lambda: Evidence(kind=kind.code if kind else ""),
        Reason.Ask.RIVAL: lambda: Evidence(rival="Hubco"),
        Reason.Ask.MANAGER: lambda: Evidence(manager="max"),
    }[Reason.Ask(reason.asks)]()


@pytest.mark.parametrize("action", [Action.REJECT, Action.RECYCLE, Action.DISQUALIFY, Action.LOSE])
def test_every_reason_works_with_what_it_asks_for_and_not_without(
    cast: Cast, now: datetime, action: Action
) -> None:
    stage = {
        Action.REJECT: Stage.SUBMITTED,
        Action.RECYCLE: Stage.WORKING,
        Action.DISQUALIFY: Stage.WORKING,
        Action.LOSE: Stage.OPPORTUNITY,
    }[action]
    call: Any = {
        Action.REJECT: reject_lead,
        Action.RECYCLE: recycle_lead,
        Action.DISQUALIFY: disqualify_lead,
        Action.LOSE: lose_lead,
    }[action]
    more: dict[str, Any] = {"actor": cast.sam, "now": now}
    if action is Action.RECYCLE:
        more |= {"return_on": (now + 9 * DAY).date()}
    if action in (Action.RECYCLE, Action.DISQUALIFY):
        more["quote"] = "none"
    lead = at_stage(cast, stage, now)
    if stage is Stage.WORKING:
        do(Action.WAIVE, lead, cast.max, now, cast)
    refused(lead, call, "invalid", "reason", reason="because", **more)
    refused(lead, call, "invalid", "reason", reason="", **more)
    for reason in reasons_for(action):
        given: dict[str, Any] = {}
        if reason.asks == Reason.Ask.COMMENT:
            refused(lead, call, "invalid", "comment", reason=reason.code, **more)
            refused(
                lead, call, "invalid", "comment", reason=reason.code, comment="x" + " " * 20, **more
            )
            given = {"comment": "They closed the plant."}
        if reason.asks == Reason.Ask.CRITERION:
            refused(lead, call, "invalid", "criterion", reason=reason.code, **more)
            refused(
                lead, call, "invalid", "criterion", reason=reason.code, criterion="nonsense", **more
            )
            given = {"criterion": "size"}
        if field := NAMED.get(Reason.Ask(reason.asks)):
            words = {"comment": "They closed the plant."} if field == "rival" else {}
            refused(lead, call, "invalid", field, reason=reason.code, **words, **more)
            given = {**words, "evidence": named(reason, cast, now)}
        with as_if_never():
            call(lead_id=lead.pk, reason=reason.code, **given, **more)
            after = again(lead)
            assert after.reason == reason.code
            assert after.reason_criterion == given.get("criterion", "")
            event = after.events.latest("id")
            assert event.data["reason"] == reason.code
            rival = ["Hubco"] if reason.asks == Reason.Ask.RIVAL else []
            assert [r.text for r in event.remarks.all()] == [
                text for name, text in given.items() if name == "comment"
            ] + rival


def test_a_criterion_is_one_of_the_definition_even_where_none_is_asked(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    refused(
        lead, reject_lead, "invalid", "criterion",
        actor=cast.sam, now=now, reason="no_consent", criterion="nonsense",
    )  # fmt: skip


# dates


@pytest.mark.parametrize(
    ("ahead", "fits"), [(-1, False), (0, False), (1, True), (90, True), (91, False)]
)
def test_a_lead_is_nurtured_from_tomorrow_to_ninety_days_ahead(
    cast: Cast, now: datetime, ahead: int, fits: bool
) -> None:
    lead = captured(cast, now)
    day = (now + timedelta(days=ahead)).date()
    if not fits:
        refused(lead, nurture_lead, "invalid", "review_on", actor=cast.mia, now=now, review_on=day)
        return
    after = nurture_lead(lead_id=lead.pk, actor=cast.mia, now=now, review_on=day)
    assert after.park_until is not None
    assert after.park_until.date() == day
    assert (after.holder, after.team) == (cast.mia, cast.marketing)


@pytest.mark.parametrize("day", [date.min, date(2026, 11, 23), date(2028, 12, 1), date.max])
def test_a_recycled_lead_returns_within_two_years(cast: Cast, now: datetime, day: date) -> None:
    refused(
        working(cast, now), recycle_lead, "invalid", "return_on",
        actor=cast.sam, now=now, reason="timing", return_on=day, quote="none",
    )  # fmt: skip


@pytest.mark.parametrize(("quote", "kept"), [("None ", []), ("In spring.", ["In spring."])])
def test_a_recycled_lead_keeps_the_words_of_the_prospect(
    cast: Cast, now: datetime, quote: str, kept: list[str]
) -> None:
    lead = working(cast, now)
    given = {"actor": cast.sam, "now": now, "reason": "timing", "return_on": date(2027, 3, 1)}
    refused(lead, recycle_lead, "invalid", "quote", quote=" ", **given)
    recycle_lead(lead_id=lead.pk, quote=quote, **given)  # type: ignore[arg-type]
    lead = again(lead)
    assert (lead.stage, lead.holder, lead.team) == ("recycled", cast.mia, cast.marketing)
    assert [remark.text for remark in lead.events.latest("id").remarks.all()] == kept


# amounts


@pytest.mark.parametrize("value", ["-0.01", "NaN", "Infinity", "1e12", "999999999999.999", "1e40"])
def test_an_amount_is_a_number_that_fits(cast: Cast, now: datetime, value: str) -> None:
    lead = working(cast, now)
    refused(
        lead, qualify_lead, "invalid", "value",
        actor=cast.sam, now=now, value=Decimal(value), close_on=date(2027, 3, 1),
    )  # fmt: skip


def test_a_deal_is_won_with_the_amount_it_brought(cast: Cast, now: datetime) -> None:
    lead = win_lead(
        lead_id=opportunity(cast, now).pk, actor=cast.sam, now=now + DAY, value=Decimal("10.005")
    )
    assert (lead.stage, lead.value, lead.closed_at) == ("won", Decimal("10.00"), now + DAY)
    assert lead.holder == cast.sam
    assert not Custody.objects.filter(lead=lead, until=None).exists()


# touches


def test_a_touch_on_a_waiting_lead_accepts_it(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    log_touch(lead_id=lead.pk, actor=cast.dora, now=now + HOUR, channel="call", result="talked")
    lead = again(lead)
    assert (lead.stage, lead.holder, lead.decision) == ("working", cast.dora, "accept")
    assert lead.accepted_at == lead.first_touch_at == now + HOUR


@pytest.mark.parametrize(
    ("minutes", "fits"), [(-1, False), (0, True), (60, True), (24 * 60, True), (24 * 60 + 1, False)]
)
def test_a_touch_may_be_told_a_day_later(
    cast: Cast, now: datetime, minutes: int, fits: bool
) -> None:
    lead, later = accepted(cast, now), now + 2 * DAY
    given: dict[str, Any] = {
        "actor": cast.sam, "now": later, "channel": "call", "result": "no_answer",
        "at": later - minutes * MINUTE,
    }  # fmt: skip
    if not fits:
        refused(lead, log_touch, "invalid", "at", **given)
        return
    found = log_touch(lead_id=lead.pk, **given)
    assert found.at == given["at"] == again(lead).first_touch_at
    assert found.event.at == later


def test_no_touch_happened_before_the_handover(cast: Cast, now: datetime) -> None:
    refused(
        submitted(cast, now), log_touch, "invalid", "at", actor=cast.sam, now=now + HOUR,
        channel="call", result="talked", at=now - MINUTE,
    )  # fmt: skip


def test_a_touch_told_late_does_not_make_the_last_one_earlier(cast: Cast, now: datetime) -> None:
    lead = working(cast, now)
    given = {"lead_id": lead.pk, "actor": cast.sam, "channel": "call", "result": "no_answer"}
    log_touch(**given, now=now + 5 * HOUR)  # type: ignore[arg-type]
    log_touch(**given, now=now + 6 * HOUR, at=now + HOUR)  # type: ignore[arg-type]
    assert again(lead).last_touch_at == now + 5 * HOUR


@pytest.mark.parametrize(("name", "value"), [("channel", "pigeon"), ("result", ""), ("next_at", 0)])
def test_a_touch_has_a_known_channel_and_result_and_a_next_step_ahead(
    cast: Cast, now: datetime, name: str, value: object
) -> None:
    given: dict[str, Any] = {"channel": "call", "result": "talked", "actor": cast.sam, "now": now}
    given[name] = now if name == "next_at" else value
    refused(accepted(cast, now), log_touch, "invalid", name, **given)


# reassign


def test_max_hands_a_lead_to_dora_and_sams_time_is_kept(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now + HOUR, to=cast.dora, cause="holiday")
    lead = again(lead)
    assert (lead.stage, lead.holder, lead.team) == ("submitted", cast.dora, cast.emea)
    links = list(Custody.objects.filter(lead=lead).order_by("id").values_list("holder", "until"))
    assert links[-2:] == [(cast.sam.pk, now + HOUR), (cast.dora.pk, None)]


def test_max_hands_a_lead_to_the_other_team(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    lead = reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.nora, cause="territory")
    assert (lead.holder, lead.team) == (cast.nora, cast.americas)


def test_max_takes_a_lead_of_his_team_over_himself(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    lead = reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.max, cause="key account")
    assert (lead.holder, lead.team) == (cast.max, cast.emea)


def test_a_waiting_lead_goes_back_to_the_pool_but_an_accepted_one_needs_a_person(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    lead = reassign_lead(lead_id=lead.pk, actor=None, now=now, to=None, cause="ladder")
    assert (lead.holder, lead.team) == (None, cast.emea)
    refused(
        accepted(cast, now), reassign_lead, "invalid", "to",
        actor=cast.max, now=now, to=None, cause="ladder",
    )  # fmt: skip


@pytest.mark.parametrize("who", ["sam", "mia", "olu", "gone", "teamless"])
def test_a_lead_is_given_only_to_another_active_seller(cast: Cast, now: datetime, who: str) -> None:
    lead = submitted(cast, now)
    if who in ("gone", "teamless"):
        to = User.objects.create(username=who, role="seller", is_active=who != "gone")
        if who == "gone":
            cast.emea.members.add(to)
    else:
        to = getattr(cast, who)
    given: dict[str, Any] = {"actor": cast.max, "now": now, "to": to, "cause": "x"}
    refused(lead, reassign_lead, "invalid", "to", **given)
    if who != "teamless":
        refused(lead, reassign_lead, "invalid", "to", team=cast.emea, **given)


def test_a_lead_of_sales_is_not_given_to_a_team_of_marketing(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    for to in (None, cast.dora):
        refused(
            lead, reassign_lead, "invalid", "to",
            actor=cast.max, now=now, to=to, cause="x", team=cast.marketing,
        )  # fmt: skip


def test_a_lead_changes_hands_only_for_a_cause(cast: Cast, now: datetime) -> None:
    refused(
        submitted(cast, now), reassign_lead, "invalid", "cause",
        actor=cast.max, now=now, to=cast.dora, cause=" ",
    )  # fmt: skip


# dispute


def test_a_rejection_is_disputed_once_and_with_words(cast: Cast, now: datetime) -> None:
    lead = rejected(cast, now)
    refused(lead, dispute_lead, "invalid", "because", actor=cast.mia, now=now, because="")
    dispute_lead(lead_id=lead.pk, actor=cast.mia, now=now, because="240 people, and they asked.")
    assert again(lead).disputed_at == now
    refused(lead, dispute_lead, "not_allowed", actor=cast.mia, now=now, because="Once more.")


# the story


def test_a_story_never_runs_backwards(cast: Cast, now: datetime) -> None:
    """Two requests may get the lock in the other order than they came in."""
    lead = submitted(cast, now + 2 * MINUTE)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now + MINUTE, to=cast.dora, cause="late")
    accept_lead(lead_id=lead.pk, actor=cast.dora, now=now)
    lead = again(lead)
    instants = list(lead.events.order_by("id").values_list("at", flat=True))
    assert instants == sorted(instants)
    assert lead.changed_at == now + 2 * MINUTE


def test_the_next_promise_is_kept_on_the_lead(cast: Cast, now: datetime) -> None:
    for stage in Stage:
        lead = at_stage(cast, stage, now)
        running = (
            Clock.objects.filter(lead=lead, stopped_at=None, void_at=None)
            .exclude(
                kind="debrief"  # owed beside the way of the lead
            )
            .order_by("due_at")
        )
        first = running.first()
        if first is None:
            assert (lead.next_kind, lead.next_due_at) == ("", None)
        else:
            assert (lead.next_kind, lead.next_due_at) == (first.kind, first.due_at)
            assert (lead.next_started_at, lead.next_at_risk_at) == (
                first.started_at, first.at_risk_at
            )  # fmt: skip


def test_a_rule_that_is_switched_off_places_nothing(cast: Cast, now: datetime) -> None:
    content: dict[str, Any] = copy.deepcopy(ROUTING)
    content["rules"][1]["active"] = False
    publish(cast.max, now, content)
    lead = submit_lead(lead_id=captured(cast, now).pk, actor=cast.mia, now=now)
    assert (lead.holder, lead.team) == (None, cast.emea)


def test_whoever_rejected_from_the_pool_still_sees_it(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    reject_lead(lead_id=lead.pk, actor=cast.dora, now=now, reason="no_consent")
    assert Lead.objects.visible_to(viewer_of(cast.dora)).filter(pk=lead.pk).exists()
    assert not Lead.objects.visible_to(viewer_of(cast.nora)).filter(pk=lead.pk).exists()


def test_a_recycled_lead_keeps_that_sam_once_had_it(cast: Cast, now: datetime) -> None:
    lead = recycled(cast, now)
    assert Lead.objects.visible_to(viewer_of(cast.sam)).filter(pk=lead.pk).exists()
    assert not Lead.objects.visible_to(viewer_of(cast.dora)).filter(pk=lead.pk).exists()
