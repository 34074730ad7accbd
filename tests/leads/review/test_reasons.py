"""Reasons are rows: edited, retired, never changed in meaning; what each asks for is enforced."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.actions import disqualify_lead, recycle_lead, reject_lead
from leads.handoff.corrections import undo_last
from leads.handoff.effort import register_effort, waive_attempts
from leads.handoff.evidence import Evidence
from leads.handoff.models import Lead
from leads.handoff.reasons import Reason, reasons_for
from leads.handoff.recoding import Recoding, recode_event
from leads.handoff.stages import Action
from leads.review.reasons import Wanted, add_reason, edit_reason
from sla.clocks.attempts import effort_on
from sla.reports.overview import reasons_of
from sla.reports.slices import Slice
from tests.api import Api, assert_problem
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    accepted,
    again,
    captured,
    rejected,
    snapshot,
    submitted,
    touch,
    working,
)


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in Reason.objects.order_by("pk").values()]


def refused(lead: Lead, call: Any, code: str, field: str, **given: Any) -> DomainError:
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        call(lead_id=lead.pk, **given)
    assert (refusal.value.code, refusal.value.field) == (code, field), refusal.value.message
    assert snapshot(lead) == before
    return refusal.value


def give_back(cast: Cast, now: datetime) -> dict[str, Any]:
    in_a_month = (now + 30 * DAY).date()
    return {"actor": cast.sam, "reason": "unreachable", "return_on": in_a_month, "quote": "none"}


# keeping them


def test_a_retired_code_stays_readable_and_cannot_be_chosen(cast: Cast, now: datetime) -> None:
    old = rejected(cast, now)
    edit_reason(action="reject", code="no_consent", actor=cast.ana, now=now, retired=True)
    lead = submitted(cast, now)
    refused(lead, reject_lead, "invalid", "reason", actor=cast.sam, now=now, reason="no_consent")
    api = Api(cast.mia, now, scope="read")
    answer = api.get("reasons/", action="reject").json()["results"]
    assert {row["code"]: row["retired_at"] for row in answer}[
        "no_consent"
    ] == "2026-11-23T10:00:00Z"
    assert api.get(f"leads/{old.ref}/").json()["reason"] == "no_consent"
    assert "no_consent" not in [one.code for one in reasons_for(Action.REJECT)]


def test_the_last_code_of_an_action_cannot_be_retired(cast: Cast, now: datetime) -> None:
    keep, *others = [one.code for one in reasons_for(Action.LOSE)]
    for code in others:
        edit_reason(action="lose", code=code, actor=cast.max, now=now, retired=True)
    before = rows()
    with pytest.raises(DomainError, match="last one") as refusal:
        edit_reason(action="lose", code=keep, actor=cast.max, now=now, label="x", retired=True)
    assert (refusal.value.status, rows()) == (409, before)


@pytest.mark.parametrize("who", ["mia", "sam"])
def test_whoever_heads_nothing_cannot_keep_reasons(cast: Cast, now: datetime, who: str) -> None:
    before = rows()
    api = Api(getattr(cast, who), now)
    body: dict[str, Any] = {"action": "reject", "code": "too_far", "label": "Too far away"}
    assert_problem(api.post("reasons/", body), 403, "forbidden")
    person = getattr(cast, who)
    with pytest.raises(DomainError) as refusal:
        edit_reason(action="reject", code="other", actor=person, now=now, label="Rest")
    assert refusal.value.status == 403
    with pytest.raises(DomainError) as refusal:
        add_reason(actor=person, wanted=Wanted(**body))
    assert refusal.value.status == 403
    assert rows() == before


def test_a_head_adds_a_code_that_can_be_chosen_at_once(cast: Cast, now: datetime) -> None:
    body = {"action": "reject", "code": "too_far", "label": "Too far away", "against": "nobody"}
    answer = Api(cast.ana, now).post("reasons/", body)
    assert answer.status_code == 201, answer.content
    lead = submitted(cast, now)
    assert reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="too_far").reason
    assert_problem(Api(cast.olu, now).post("reasons/", body), 409, "already_exists", "code")


@pytest.mark.parametrize(
    ("field", "value"),
    [("action", "accept"), ("code", "Too Far"), ("label", " "), ("asks", "money"),
     ("against", "them"), ("asks", "criterion")],
)  # fmt: skip
def test_a_code_that_makes_no_sense_is_not_added(
    cast: Cast, now: datetime, field: str, value: str
) -> None:
    body: dict[str, Any] = {"action": "lose", "code": "too_far", "label": "Too far away"}
    body[field] = value
    before = rows()
    with pytest.raises(DomainError) as refusal:
        add_reason(actor=cast.max, wanted=Wanted(**body))
    assert (refusal.value.field, rows()) == (field, before)


def test_the_database_keeps_what_a_code_means(cast: Cast) -> None:
    reason = Reason.objects.get(action="reject", code="no_capacity")
    for change in ({"code": "lazy"}, {"against": "nobody"}, {"asks": "comment"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Reason.objects.filter(pk=reason.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        reason.delete()
    assert Reason.objects.get(pk=reason.pk).against == "sales"


def test_the_words_of_a_code_are_edited_on_its_page(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    url = "/settings/reasons/reject/no_consent/"
    form = {"label": "Wrong number or address", "position": "5", "next_step": "Call them"}
    answer = signed_in(cast.max).post(url, form, follow=True)
    assert "Wrong number or address" in answer.content.decode()
    for page in ("/handoffs/", f"/leads/{lead.ref}/"):
        assert "Wrong number or address" in signed_in(cast.mia).get(page).content.decode()
    assert next(one.code for one in reasons_for(Action.REJECT)) == "no_consent"


@pytest.mark.parametrize("path", ["", "new/", "reject/other/"])
def test_the_pages_of_reasons_are_for_keepers(cast: Cast, signed_in: SignedIn, path: str) -> None:
    url = f"/settings/reasons/{path}"
    assert signed_in(cast.olu).get(url).status_code == 200
    assert signed_in(cast.sam).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert signed_in(cast.olu).get("/settings/reasons/reject/nonsense/").status_code == 404


# what they ask for


def test_unreachable_waits_for_the_agreed_attempts(cast: Cast, now: datetime) -> None:
    lead = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    told = refused(lead, recycle_lead, "too_early", "reason", now=now, **give_back(cast, now))
    effort = effort_on(lead)
    assert effort is not None
    assert told.data == {"made": 1, "agreed": effort.agreed}
    assert told.message.startswith(f"1 of {effort.agreed} agreed attempts")
    invalid = {"actor": cast.sam, "now": now, "reason": "invalid"}
    refused(lead, disqualify_lead, "too_early", "reason", **invalid)
    at = now
    for number in range(effort.agreed - 1):
        at += DAY
        how = ("call", "message", "meeting")[number % 3]
        touch(lead, cast.sam, at, channel=how, result="no_answer")
    after = recycle_lead(lead_id=lead.pk, now=at, **give_back(cast, at))
    assert (after.stage, after.reason) == ("recycled", "unreachable")


def test_attempts_count_anew_after_a_conversation(cast: Cast, now: datetime) -> None:
    lead = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    touch(lead, cast.sam, now + HOUR, result="talked")
    effort = effort_on(touch(lead, cast.sam, now + 2 * HOUR, result="no_answer"))
    assert effort is not None
    assert (effort.made, effort.reached) == (1, True)


def test_a_manager_waives_the_attempts_that_are_missing(cast: Cast, now: datetime) -> None:
    lead = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    refused(lead, waive_attempts, "forbidden", "", actor=cast.sam, now=now, because="They moved.")
    refused(lead, waive_attempts, "invalid", "because", actor=cast.max, now=now, because=" ")
    waive_attempts(lead_id=lead.pk, actor=cast.max, now=now, because="They moved.")
    refused(lead, waive_attempts, "not_allowed", "", actor=cast.max, now=now, because="Again.")
    after = recycle_lead(lead_id=lead.pk, now=now + MINUTE, **give_back(cast, now))
    assert after.stage == "recycled"


def test_where_nobody_agreed_on_attempts_none_are_missing(cast: Cast, now: datetime) -> None:
    lead = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    register_effort(lambda lead: None)
    try:
        assert recycle_lead(lead_id=lead.pk, now=now, **give_back(cast, now)).stage == "recycled"
    finally:
        register_effort(effort_on)


def test_after_a_conversation_the_words_are_asked_for(cast: Cast, now: datetime) -> None:
    lead = working(cast, now)
    ask: dict[str, Any] = {"actor": cast.sam, "now": now, "reason": "no_need"}
    refused(lead, disqualify_lead, "invalid", "quote", **ask)
    assert disqualify_lead(lead_id=lead.pk, **ask, quote="none").stage == "disqualified"
    silent = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    assert disqualify_lead(lead_id=silent.pk, **ask).stage == "disqualified"
    own = captured(cast, now)
    ours = {**ask, "actor": cast.mia}
    assert disqualify_lead(lead_id=own.pk, **ours).stage == "disqualified"


def test_no_undo_leads_to_a_rejection_after_a_touch(cast: Cast, now: datetime) -> None:
    lead = touch(accepted(cast, now), cast.sam, now, result="no_answer")
    refused(lead, undo_last, "not_allowed", "", actor=cast.sam, now=now)
    with pytest.raises(DomainError) as refusal:
        reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="no_consent")
    assert refusal.value.status == 409
    assert again(lead).stage == "working"


# another reason


def counted(now: datetime) -> dict[str, int]:
    found, _ = reasons_of(Slice(start=now - DAY, end=now + DAY), now=now + HOUR)
    return {reason.code: reason.count for reason in found}


def test_figures_use_the_other_reason_and_the_story_shows_both(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    event = lead.events.get(action="reject")
    assert counted(now) == {"no_consent": 1}
    told = recode_event(
        event_id=event.pk, actor=cast.max, now=now + MINUTE, reason="wrong_route",
        evidence=Evidence(to="nora"), because="It was for the other team.",
    )  # fmt: skip
    assert counted(now) == {"wrong_route": 1}
    assert told.data == {
        "event": event.pk, "of": "reject", "was": "no_consent", "reason": "wrong_route",
        "evidence": {"owner": f"user-{cast.nora.pk}"},
    }  # fmt: skip
    assert lead.events.get(pk=event.pk).data["reason"] == "no_consent"
    assert again(lead).reason == "wrong_route"
    page = signed_in(cast.mia).get(f"/leads/{lead.ref}/").content.decode()
    assert "Contact not permitted" in page
    assert "Wrong territory, product or owner" in page
    assert "It was for the other team." in page
    undone = undo_last(lead_id=lead.pk, actor=cast.sam, now=now + 2 * MINUTE)
    assert (undone.stage, undone.reason) == ("submitted", "")


def test_whoever_leads_nobody_changes_no_reason(cast: Cast, now: datetime) -> None:
    lead = rejected(cast, now)
    event = lead.events.get(action="reject")
    before = snapshot(lead)
    body = {"reason": "wrong_route", "because": "It was for the other team.", "team": "americas"}
    for who in (cast.mia, cast.sam):
        assert_problem(Api(who, now).post(f"events/{event.pk}/recode/", body), 403, "forbidden")
    assert_problem(Api(cast.nora, now).post(f"events/{event.pk}/recode/", body), 404, "not_found")
    assert_problem(Api(cast.max, now).post("events/12x/recode/", body), 404, "not_found")
    assert snapshot(lead) == before
    assert Api(cast.olu, now).post(f"events/{event.pk}/recode/", body).status_code == 201
    assert Recoding.objects.filter(event=event).count() == 1


@pytest.mark.parametrize(
    ("field", "change"),
    [("reason", {"reason": "no_consent"}), ("reason", {"reason": "price"}),
     ("because", {"because": " "}), ("lead", {"reason": "duplicate"}),
     ("criterion", {"reason": "fails_definition"}),
     ("criterion", {"reason": "fails_definition", "criterion": "nonsense"})],
)  # fmt: skip
def test_the_other_reason_is_asked_for_as_much_as_the_first(
    cast: Cast, now: datetime, field: str, change: dict[str, str]
) -> None:
    lead = rejected(cast, now)
    event = lead.events.get(action="reject")
    before = snapshot(lead)
    given: dict[str, Any] = {
        "reason": "no_capacity", "because": "Found it in the other list.", **change,
    }  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        recode_event(event_id=event.pk, actor=cast.max, now=now, **given)
    assert (refusal.value.field, snapshot(lead)) == (field, before)


def test_a_reason_is_changed_on_the_page_of_the_lead(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    event = lead.events.get(action="reject")
    url = f"/leads/{lead.ref}/reasons/"
    assert url in signed_in(cast.max).get(f"/leads/{lead.ref}/").content.decode()
    assert url not in signed_in(cast.sam).get(f"/leads/{lead.ref}/").content.decode()
    assert f"{url}{event.pk}/" in signed_in(cast.max).get(url).content.decode()
    assert signed_in(cast.sam).get(url).status_code == 403
    answer = signed_in(cast.max).post(f"{url}{event.pk}/", {"reason": "", "because": ""})
    assert (answer.status_code, again(lead).reason) == (422, "no_consent")
    other = submitted(cast, now)
    form = {"reason": "duplicate", "because": "Found it in the list.", "lead": other.ref}
    signed_in(cast.max).post(f"{url}{event.pk}/", form)
    assert again(lead).reason == "duplicate"
