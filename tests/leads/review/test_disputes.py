"""Disputes: in time, with their precedents, counted so that nothing flatters."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.shares import Share
from leadbridge.people.access import viewer_of
from leads.handoff.actions import dispute_lead, reject_lead
from leads.handoff.disputes import Dispute
from leads.handoff.models import Lead
from leads.handoff.parties import actions_for
from leads.handoff.recoding import recode_event
from leads.handoff.stages import Action
from leads.review.disputes import Wish, disputes_for, precedents_for, rows_of
from leads.review.figures import By, tally
from leads.work.rulings import rule_on_dispute
from tests.api import Api, assert_problem
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    again,
    captured,
    disputed,
    do,
    rejected,
    snapshot,
    submitted,
)


def contested(
    cast: Cast, now: datetime, because: str = "They have 240 people.", **given: Any
) -> Lead:
    """Sam says that it is too small; Mia contests it."""
    lead = submitted(cast, now, **given)
    reject_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, reason="fails_definition", criterion="size",
        comment="Only a branch office.",
    )  # fmt: skip
    return dispute_lead(lead_id=lead.pk, actor=cast.mia, now=now, because=because)


def ruled(cast: Cast, lead: Lead, now: datetime, sales: str, marketing: str) -> Lead:
    for actor, verdict in ((cast.max, sales), (cast.ana, marketing)):
        rule_on_dispute(
            lead_id=lead.pk, actor=actor, now=now, verdict=verdict, because="The group counts."
        )
    return lead


def test_a_rejection_is_contested_in_time_or_not_at_all(cast: Cast, now: datetime) -> None:
    lead = rejected(cast, now)
    due = lead.next_due_at
    assert due is not None
    late = due + MINUTE
    assert "dispute" in actions_for(lead, viewer_of(cast.mia), due)
    assert "dispute" not in actions_for(lead, viewer_of(cast.mia), late)
    before = snapshot(lead)
    with pytest.raises(DomainError, match="nurture it or disqualify it") as refusal:
        dispute_lead(lead_id=lead.pk, actor=cast.mia, now=late, because="It meets everything.")
    assert (refusal.value.code, refusal.value.status) == ("not_allowed", 409)
    assert snapshot(lead) == before
    answer = Api(cast.mia, late).post(f"leads/{lead.ref}/dispute/", {"because": "It meets all."})
    assert_problem(answer, 409, "not_allowed")
    assert snapshot(lead) == before
    assert dispute_lead(lead_id=lead.pk, actor=cast.mia, now=due, because="On time.").disputed_at


def test_both_rulings_make_a_precedent(cast: Cast, now: datetime) -> None:
    lead = contested(cast, now)
    dispute = Dispute.objects.get(lead=lead)
    assert (dispute.criterion, dispute.reason, dispute.by) == ("size", "fails_definition", cast.mia)
    assert (dispute.rejected_by, dispute.source, dispute.outcome) == (cast.sam, "web form", "")
    ruled(cast, lead, now + HOUR, "overturned", "overturned")
    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.settled_at) == ("overturned", now + HOUR)
    other = contested(cast, now + DAY, company="Mayer SE")
    (precedent,) = precedents_for(other, viewer_of(cast.max))
    assert precedent.title == f"Overturned on 23 Nov 2026, {lead.ref}"
    assert precedent.words == (f"{cast.ana}: The group counts.", f"{cast.max}: The group counts.")
    assert precedents_for(disputed(cast, now), viewer_of(cast.max)) == []


def test_the_dialogs_show_what_was_ruled_before(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    ruled(cast, contested(cast, now), now, "upheld", "upheld")
    again_ = contested(cast, now)
    page = signed_in(cast.max).get(f"/leads/{again_.ref}/rule/").content.decode()
    assert "Ruled before on this" in page and "The group counts." in page
    assert "Only a branch office." in page and "They have 240 people." in page
    third = submitted(cast, now)
    reject_lead(
        lead_id=third.pk, actor=cast.sam, now=now, reason="fails_definition", criterion="size"
    )
    page = signed_in(cast.mia).get(f"/leads/{third.ref}/dispute/").content.decode()
    assert "The group counts." in page


def test_open_ones_come_first_and_say_whose_turn_it_is(cast: Cast, now: datetime) -> None:
    settled = ruled(cast, contested(cast, now), now, "upheld", "overturned")
    waits = do(Action.RULE, contested(cast, now), cast.max, now, cast)
    left = do(Action.NURTURE, contested(cast, now), cast.mia, now, cast)
    ana, later = viewer_of(cast.ana), now + HOUR
    rows = rows_of(disputes_for(ana, Wish()), ana, later)
    assert [row.ref for row in rows] == [waits.ref, settled.ref, left.ref]
    assert [row.state for row in rows] == ["Open", "The sides differ", "Not ruled on"]
    assert [row.my_turn for row in rows] == [True, False, False]
    assert (rows[0].kind, rows[1].clock) == ("ruling", None)
    marketing, sales = rows[0].rulings
    assert (marketing.verdict, sales.verdict, sales.who) == ("", "Overturned", str(cast.max))
    mine = rows_of(disputes_for(viewer_of(cast.max), Wish()), viewer_of(cast.max), later)
    assert [row.my_turn for row in mine] == [False, False, False]
    assert list(disputes_for(viewer_of(cast.nora), Wish())) == []


@pytest.mark.parametrize(
    ("wish", "count"),
    [({"q": "chimney"}, 1), ({"q": "branch"}, 1), ({"q": "group"}, 1), ({"q": "nowhere"}, 0),
     ({"criterion": "size"}, 1), ({"reason": "no_consent"}, 1), ({"source": "web form"}, 2),
     ({"source": "fair"}, 0)],
)  # fmt: skip
def test_precedents_are_found_by_what_they_are_about(
    cast: Cast, now: datetime, wish: dict[str, str], count: int
) -> None:
    disputed(cast, now)
    ruled(cast, contested(cast, now, "They own a chimney factory."), now, "upheld", "upheld")
    assert disputes_for(viewer_of(cast.mia), Wish(**wish)).count() == count
    answer = Api(cast.mia, now, scope="read").get("disputes/", **wish)
    assert len(answer.json()["results"]) == count


def test_a_rejection_with_another_reason_is_found_under_that_one(cast: Cast, now: datetime) -> None:
    lead = disputed(cast, now)
    event = lead.events.get(action="reject")
    recode_event(
        event_id=event.pk, actor=cast.max, now=now, reason="fails_definition", criterion="size",
        because="That was meant.",
    )  # fmt: skip
    assert disputes_for(viewer_of(cast.mia), Wish(criterion="size")).count() == 1


def test_few_rulings_are_counted_and_no_share_is_told(cast: Cast, now: datetime) -> None:
    for marketing in ("overturned", "upheld"):
        ruled(cast, contested(cast, now), now, "overturned", marketing)
    contested(cast, now)
    everything = Dispute.objects.all()
    names = {By.SOURCE: "web form", By.SELLER: str(cast.sam), By.MARKETER: str(cast.mia)}
    for by, name in names.items():
        (line,) = tally(everything, by)
        assert (line.name, line.n, line.upheld, line.overturned, line.split) == (name, 2, 0, 1, 1)
        assert line.share.words() == "1 of 2"
    answer = Api(cast.mia, now, scope="read").get("disputes/figures/", by="criterion").json()
    assert answer["by"] == "criterion"
    (line_,) = answer["lines"]
    assert (line_["key"], line_["n"], line_["share"], line_["interval"]) == ("size", 2, None, None)


@pytest.mark.parametrize(
    ("part", "n", "words"),
    [(0, 0, "–"), (3, 9, "3 of 9"), (5, 10, "50.0 % (24 to 76)"), (29, 29, "100.0 % (88 to 100)"),
     (15, 30, "50.0 %")],
)  # fmt: skip
def test_a_share_is_told_as_far_as_n_carries_it(part: int, n: int, words: str) -> None:
    assert Share(part, n).words() == words


def test_the_page_shows_disputes_and_how_they_end(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    assert "Nothing was disputed yet." in signed_in(cast.nora).get("/disputes/").content.decode()
    ruled(cast, contested(cast, now), now, "upheld", "upheld")
    waits = contested(cast, now)
    page = signed_in(cast.max).get("/disputes/").content.decode()
    assert f"/leads/{waits.ref}/rule/" in page and "1 of" not in page
    assert "0 of 1" in page and "has yet to rule" in page
    empty = signed_in(cast.max).get("/disputes/?q=nowhere").content.decode()
    assert "No dispute like this." in empty


def test_an_override_is_counted_beside_the_cap(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = captured(cast, now, employees=3)
    refusal = Api(cast.mia, now).post(f"leads/{lead.ref}/submit/", {})
    told = assert_problem(refusal, 409, "not_qualified", "override_reason")
    assert told["overrides"]["words"] == "0 of 0 this month, cap 10 %: 0"
    asked = signed_in(cast.mia).post(f"/leads/{lead.ref}/submit/", {})
    assert "0 of 0 this month, cap 10 %: 0" in asked.content.decode()
    assert again(lead).stage == "captured"
    form = {"override_reason": "They asked me at the fair."}
    htmx = {"HX-Request": "true"}
    said = signed_in(cast.mia).post(f"/leads/{lead.ref}/submit/", form, headers=htmx)
    assert "Overrides: 1 of 1 this month, cap 10 %: 0. That is more than was agreed." in (
        said.content.decode()
    )
