"""What a reason asks for beside words is asked, found to hold, kept, and shown to both sides."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.companies.actions import save_company
from leads.handoff.actions import disqualify_lead, reject_lead, submit_lead
from leads.handoff.evidence import Evidence
from leads.handoff.models import Lead
from leads.handoff.reasons import Reason, ReasonKind
from leads.handoff.stages import Action
from leads.review.kinds import add_kind, edit_kind
from tests.api import Api, assert_problem
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import HOUR, again, captured, do, snapshot, submitted, working

HTMX = {"HX-Request": "true"}
SAID = "They liked the other price."


def refused(lead: Lead, call: Any, field: str, **given: Any) -> str:
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        call(lead_id=lead.pk, **given)
    assert (refusal.value.code, refusal.value.field) == ("invalid", field), refusal.value.message
    assert snapshot(lead) == before
    return refusal.value.message


@pytest.mark.parametrize(
    ("reason", "given", "field"),
    [
        ("duplicate", {}, "lead"),
        ("duplicate", {"lead": "12x"}, "lead"),
        ("customer", {}, "lead"),
        ("customer", {"company": "Nobody knows GmbH"}, "company"),
        ("wrong_route", {}, "to"),
        ("wrong_route", {"to": "mia"}, "to"),
        ("wrong_route", {"to": "nobody"}, "to"),
        ("wrong_route", {"team": "marketing"}, "team"),
        ("bad_data", {}, "field"),
        ("bad_data", {"field": "shoe_size"}, "field"),
        ("not_a_buyer", {}, "kind"),
        ("not_a_buyer", {"kind": "too_small"}, "kind"),
    ],
)
def test_a_rejection_without_its_evidence_changes_nothing(
    cast: Cast, now: datetime, reason: str, given: dict[str, str], field: str
) -> None:
    lead = submitted(cast, now)
    evidence = Evidence(**given)
    refused(lead, reject_lead, field, actor=cast.sam, now=now, reason=reason, evidence=evidence)


@pytest.mark.parametrize(
    ("reason", "given", "detail"),
    [
        ("wrong_route", {"to": "nora"}, "user-{nora}"),
        ("wrong_route", {"team": "americas"}, "team-{americas}"),
        ("bad_data", {"field": "phone"}, "field-phone"),
        ("not_a_buyer", {"kind": "student"}, "student"),
    ],
)
def test_what_was_named_stays_with_the_lead_and_its_event(
    cast: Cast, now: datetime, reason: str, given: dict[str, str], detail: str
) -> None:
    lead = submitted(cast, now)
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason=reason, evidence=Evidence(**given))
    wanted = detail.format(nora=cast.nora.pk, americas=cast.americas.pk)
    told = Api(cast.mia, now).get(f"leads/{lead.ref}/").json()
    assert (told["reason"], told["reason_detail"]) == (reason, wanted)
    asks = Reason.objects.get(action="reject", code=reason).asks
    assert lead.events.get(action="reject").data["evidence"] == {asks: wanted}
    do(Action.UNDO, again(lead), cast.sam, now, cast)
    assert again(lead).reason_detail == ""


def test_a_link_is_to_another_lead_that_the_seller_may_see(cast: Cast, now: datetime) -> None:
    lead, mine = submitted(cast, now), submitted(cast, now)
    hidden = captured(cast, now)  # marketing's alone so far
    ask = {"actor": cast.sam, "now": now, "reason": "duplicate"}
    refused(lead, reject_lead, "lead", **ask, evidence=Evidence(lead=lead.ref))
    unseen = refused(lead, reject_lead, "lead", **ask, evidence=Evidence(lead=hidden.ref))
    nobody = refused(lead, reject_lead, "lead", **ask, evidence=Evidence(lead="L-99999"))
    assert unseen.replace(hidden.ref, "") == nobody.replace("L-99999", "")
    answer = Api(cast.sam, now).post(
        f"leads/{lead.ref}/reject/", {"reason": "duplicate", "lead": str(mine.pk)}
    )
    assert answer.json()["reason_detail"] == mine.ref


def test_a_customer_is_named_by_their_company(cast: Cast, now: datetime) -> None:
    company = save_company(actor=cast.max, now=now, name="Acme GmbH", domains=[], owner=None)
    lead = submitted(cast, now)
    evidence = Evidence(company="ACME")
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="customer", evidence=evidence)
    assert again(lead).reason_detail == f"C-{company.pk}"


def test_a_rival_and_a_manager_are_named_at_the_end(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead, other = working(cast, now), working(cast, now)
    ask: dict[str, Any] = {"actor": cast.sam, "now": now, "quote": "none"}
    rival = {**ask, "reason": "chose_rival"}
    refused(lead, disqualify_lead, "comment", **rival, evidence=Evidence(rival="Hubco"))
    refused(lead, disqualify_lead, "rival", **rival, comment=SAID)
    disqualify_lead(lead_id=lead.pk, **rival, comment=SAID, evidence=Evidence(rival="Hubco"))
    page = signed_in(cast.mia).get(f"/leads/{lead.ref}/").content.decode()
    assert f"Chose somebody else (Hubco): {SAID}" in page
    blocked = {**ask, "reason": "blocked"}
    refused(other, disqualify_lead, "manager", **blocked)
    refused(other, disqualify_lead, "manager", **blocked, evidence=Evidence(manager="dora"))
    disqualify_lead(lead_id=other.pk, **blocked, evidence=Evidence(manager="max"))
    assert again(other).reason_detail == f"manager-{cast.max.pk}"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_dialog_asks_for_just_what_the_reason_needs(
    cast: Cast, signed_in: SignedIn, now: datetime, headers: dict[str, str]
) -> None:
    lead, sam = submitted(cast, now), signed_in(cast.sam)
    url = f"/leads/{lead.ref}/reject/"
    first = sam.get(url, headers=headers).content.decode()
    assert 'name="kind"' not in first and 'name="field"' not in first
    chosen = sam.get(f"{url}?reason=not_a_buyer", headers=headers).content.decode()
    assert 'name="kind"' in chosen and "Job seeker" in chosen and 'name="field"' not in chosen
    assert ("<form" in chosen) == (not headers)
    tried = sam.post(url, {"reason": "bad_data"}, headers=headers)
    assert tried.status_code == 422 and 'name="field"' in tried.content.decode()
    assert again(lead).stage == "submitted"
    sam.post(url, {"reason": "bad_data", "field": "phone"}, headers=headers)
    html = signed_in(cast.mia).get("/handoffs/").content.decode()
    assert "Contact data wrong or missing (phone number)" in html


def test_marketing_hands_a_misrouted_lead_straight_to_whom_sales_named(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead, plain = submitted(cast, now), submitted(cast, now)
    evidence = Evidence(to="nora")
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="wrong_route", evidence=evidence)
    reject_lead(lead_id=plain.pk, actor=cast.sam, now=now, reason="no_consent")
    with pytest.raises(DomainError) as refusal:
        submit_lead(lead_id=plain.pk, actor=cast.mia, now=now, as_named=True)
    assert (refusal.value.code, again(plain).stage) == ("not_named", "rejected")
    mia = signed_in(cast.mia)
    assert f"/leads/{plain.ref}/hand-on/" not in mia.get(f"/leads/{plain.ref}/").content.decode()
    assert f"/leads/{lead.ref}/hand-on/" in mia.get(f"/leads/{lead.ref}/").content.decode()
    assert str(cast.nora) in mia.get(f"/leads/{lead.ref}/hand-on/").content.decode()
    mia.post(f"/leads/{lead.ref}/hand-on/")
    handed = again(lead)
    assert (handed.stage, handed.holder_id, handed.team_id) == (
        "submitted", cast.nora.pk, cast.americas.pk,
    )  # fmt: skip
    assert handed.reason_detail == ""


def test_a_team_that_was_named_deals_the_lead_out(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    named = {"reason": "wrong_route", "team": "americas"}
    assert Api(cast.sam, now).post(f"leads/{lead.ref}/reject/", named).status_code == 200
    answer = Api(cast.mia, now + HOUR).post(f"leads/{lead.ref}/submit/", {"as_named": True})
    assert (answer.status_code, answer.json()["team"]) == (200, "americas"), answer.content


# keeping the kinds


def test_heads_keep_the_kinds_of_a_reason(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    url = "/settings/reasons/disqualify/no_fit/kinds/"
    ana = signed_in(cast.ana)
    ana.post(url, {"code": "language", "label": "Language", "position": "5"})
    ana.post(f"{url}price/", {"label": "Too dear", "position": "40", "retired": "on"})
    page = ana.get("/settings/reasons/").content.decode()
    assert "Language" in page and "Too dear" in page
    told = Api(cast.mia, now).get("reasons/", action="disqualify").json()["results"]
    kinds = next(one["kinds"] for one in told if one["code"] == "no_fit")
    assert [one["code"] for one in kinds if not one["retired_at"]][:2] == [
        "language", "missing_feature",
    ]  # fmt: skip
    lead = working(cast, now)
    gone = {"actor": cast.sam, "now": now, "quote": "none", "reason": "no_fit"}
    refused(lead, disqualify_lead, "kind", **gone, evidence=Evidence(kind="price"))
    assert_problem(Api(cast.sam, now).post("reasons/disqualify/no_fit/kinds/", {
        "code": "x_y", "label": "X"}), 403, "forbidden")  # fmt: skip


def test_a_reason_keeps_one_kind_at_least(cast: Cast, now: datetime) -> None:
    rows = ReasonKind.objects.filter(reason__action="reject", reason__code="not_a_buyer")
    codes = list(rows.values_list("code", flat=True))
    key: dict[str, Any] = {"action": "reject", "reason": "not_a_buyer", "actor": cast.olu}
    for code in codes[:-1]:
        edit_kind(**key, now=now, kind=code, retired=True)
    with pytest.raises(DomainError) as refusal:
        edit_kind(**key, now=now, kind=codes[-1], retired=True)
    assert refusal.value.code == "last_kind"
    assert rows.filter(retired_at=None).count() == 1
    with pytest.raises(DomainError) as refusal:
        add_kind(**{**key, "reason": "other"}, code="late", label="Late")
    assert refusal.value.code == "not_allowed"


def test_a_field_that_is_wrong_again_and_again_is_to_be_made_required(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    evidence = Evidence(field="phone")
    for count in range(3):
        page = signed_in(cast.ana).get("/settings/reasons/").content.decode()
        assert "Make it required" not in page, count
        lead = submitted(cast, now)
        reject_lead(lead_id=lead.pk, actor=cast.sam, now=now, reason="bad_data", evidence=evidence)
    page = signed_in(cast.ana).get("/settings/reasons/").content.decode()
    assert "Phone number: sales refused 3 leads for it. Make it required on the" in page


def test_a_program_that_names_no_field_may_tell_it_in_its_comment(
    cast: Cast, now: datetime
) -> None:
    lead, api = submitted(cast, now), Api(cast.sam, now)
    url = f"leads/{lead.ref}/reject/"
    assert_problem(api.post(url, {"reason": "bad_data"}), 400, "invalid", "field")
    words = {"comment": "The number does not exist."}
    # Another lead is named or it is not: words lead nobody there.
    assert_problem(api.post(url, {"reason": "duplicate", **words}), 400, "invalid", "lead")
    wrong = {"reason": "bad_data", "field": "shoe size", **words}
    assert_problem(api.post(url, wrong), 400, "invalid", "field")
    assert again(lead).stage == "submitted"
    assert api.post(url, {"reason": "bad_data", **words}).status_code == 200
    assert (again(lead).reason, again(lead).reason_detail) == ("bad_data", "")
