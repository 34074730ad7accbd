"""Every decision as pages take it: without JavaScript, by htmx, and refused."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import record_absence
from leads.handoff.forms import DECISIONS
from leads.handoff.models import Lead
from leads.handoff.stages import Stage
from leads.work.models import Touch
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import (
    SCENES,
    again,
    captured,
    disqualified,
    opportunity,
    pooled,
    rejected,
    snapshot,
    submitted,
    working,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HTMX = {"HX-Request": "true"}
FROM_INBOX = {"referer": "http://testserver/inbox/"}


def url(lead: Lead, name: str) -> str:
    return f"/leads/{lead.ref}/{name}/"


def said(answer: HttpResponseBase) -> list[str]:
    """What the next page will tell the person."""
    request: HttpRequest = getattr(answer, "wsgi_request")  # noqa: B009  # set by the test client
    return [str(message) for message in get_messages(request)]


# What each decision is made with, from which stage, by whom, and where it leads.
DECIDED = [
    ("accept", Stage.SUBMITTED, "sam", {}, Stage.ACCEPTED),
    ("reject", Stage.SUBMITTED, "sam", {"reason": "bad_data", "field": "phone"}, Stage.REJECTED),
    ("submit", Stage.CAPTURED, "mia", {}, Stage.SUBMITTED),
    ("nurture", Stage.CAPTURED, "mia", {"review_on": "2026-12-20"}, Stage.NURTURING),
    ("touch", Stage.ACCEPTED, "sam", {"channel": "call", "result": "talked"}, Stage.WORKING),
    (
        "recycle", Stage.WORKING, "sam",
        {"reason": "timing", "return_on": "2027-02-01", "quote": "In spring."}, Stage.RECYCLED,
    ),
    (
        "disqualify", Stage.WORKING, "sam", {"reason": "no_need", "quote": "none"},
        Stage.DISQUALIFIED,
    ),
    (
        "qualify", Stage.WORKING, "sam", {"value": "5000", "close_on": "2027-01-31"},
        Stage.OPPORTUNITY,
    ),
    ("win", Stage.OPPORTUNITY, "sam", {"value": "4800.50"}, Stage.WON),
    ("lose", Stage.OPPORTUNITY, "sam", {"reason": "price"}, Stage.LOST),
    ("dispute", Stage.REJECTED, "mia", {"because": "All criteria are met."}, Stage.REJECTED),
]  # fmt: skip


@pytest.mark.parametrize(("name", "stage", "who", "answers", "to"), DECIDED)
def test_a_decision_is_taken_without_javascript(
    cast: Cast, signed_in: SignedIn, now: datetime, name: str, stage: Stage, who: str,
    answers: dict[str, str], to: Stage,
) -> None:  # fmt: skip
    lead = SCENES[stage](cast, now)
    browser = signed_in(getattr(cast, who))
    answer = browser.post(url(lead, name), answers, headers=FROM_INBOX)
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/inbox/")
    assert again(lead).stage == to
    assert len(said(answer)) == 1


@pytest.mark.parametrize(("name", "stage", "who", "answers", "to"), DECIDED)
def test_a_decision_is_taken_by_htmx(
    cast: Cast, signed_in: SignedIn, now: datetime, name: str, stage: Stage, who: str,
    answers: dict[str, str], to: Stage,
) -> None:  # fmt: skip
    lead = SCENES[stage](cast, now)
    browser = signed_in(getattr(cast, who))
    answer = browser.post(url(lead, name), answers, headers=HTMX)
    assert answer.status_code == 200
    assert again(lead).stage == to
    assert "live:now" in answer["HX-Trigger"]
    assert "dialog-close" in answer["HX-Trigger"]
    html = answer.content.decode()
    assert 'id="say" hx-swap-oob' in html
    undo_offered = f'hx-post="/leads/{lead.ref}/undo/"' in html
    assert undo_offered == (name not in ("touch", "dispute"))


@pytest.mark.parametrize(("name", "stage", "who", "answers", "to"), DECIDED)
def test_a_decision_that_asks_is_a_page_and_a_dialog(
    cast: Cast, signed_in: SignedIn, now: datetime, name: str, stage: Stage, who: str,
    answers: dict[str, str], to: Stage,
) -> None:  # fmt: skip
    lead = SCENES[stage](cast, now)
    browser = signed_in(getattr(cast, who))
    page = browser.get(url(lead, name))
    if name in DECISIONS and not DECISIONS[name].asks:
        assert (page.status_code, page["Location"]) == (302, f"/leads/{lead.ref}/")
        return
    dialog = browser.get(url(lead, name), headers=HTMX)
    assert (page.status_code, dialog.status_code) == (200, 200)
    assert "<html" in page.content.decode()
    assert "<html" not in dialog.content.decode()
    for field in answers.keys() - {"field"}:  # that comes when the reason is chosen
        assert f'name="{field}"' in dialog.content.decode()
    assert again(lead).stage == stage
    assert "HX-Request" in dialog["Vary"]


@pytest.mark.parametrize("name", [*DECISIONS, "touch"])
def test_a_stranger_is_sent_to_sign_in_and_nothing_happens(
    cast: Cast, client: Client, now: datetime, name: str
) -> None:
    lead = submitted(cast, now)
    before = snapshot(lead)
    assert client.post(url(lead, name)).status_code == 302
    assert snapshot(lead) == before


@pytest.mark.parametrize("name", [*DECISIONS, "touch"])
def test_a_seller_of_another_team_does_not_learn_that_the_lead_exists(
    cast: Cast, signed_in: SignedIn, now: datetime, name: str
) -> None:
    lead = submitted(cast, now)
    before = snapshot(lead)
    assert signed_in(cast.nora).post(url(lead, name)).status_code == 404
    assert snapshot(lead) == before


def test_a_form_without_the_token_is_refused(
    cast: Cast, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = submitted(cast, now)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.sam)
    assert careful.post(url(lead, "accept")).status_code == 403
    assert again(lead).stage == Stage.SUBMITTED


def test_who_may_not_do_it_is_told_so_and_nothing_changes(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now)
    before = snapshot(lead)
    plain = signed_in(cast.mia).post(url(lead, "accept"))
    by_htmx = signed_in(cast.mia).post(url(lead, "accept"), headers=HTMX)
    assert plain.status_code == 302
    assert "is for its" in said(plain)[0]
    assert by_htmx.status_code == 403
    assert snapshot(lead) == before


def test_the_second_of_two_reads_who_was_quicker_in_the_row(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = pooled(cast, now)
    assert signed_in(cast.dora).post(url(lead, "accept"), headers=HTMX).status_code == 200
    before = snapshot(lead)
    at_now.shift(60)

    answer = signed_in(cast.sam).post(url(lead, "accept"), headers=HTMX)
    plain = signed_in(cast.sam).post(url(lead, "accept"))

    html = answer.content.decode()
    words = "Already accepted by Dora Novak at 11:00 on 23 November."
    assert answer.status_code == 409
    assert html.count(words) == 2, "once said, once in the row"
    assert f'id="{lead.ref}"' in html
    assert said(plain) == [words]
    assert snapshot(lead) == before


def test_a_dialog_that_comes_too_late_says_what_is_true_now(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = rejected(cast, now)
    answer = signed_in(cast.sam).get(url(lead, "reject"), headers=HTMX)
    assert answer.status_code == 409
    assert "Already rejected by you" in answer.content.decode()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "required"),
        ({"reason": "nonsense"}, "Select a valid choice"),
        ({"reason": "other", "comment": "short"}, "Say in a few words"),
        ({"reason": "fails_definition"}, "Name the criterion"),
        ({"reason": "fails_definition", "criterion": "made_up"}, "Select a valid choice"),
        ({"reason": "bad_data", "comment": "x" * 2001}, "at most 2000"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_rejection_with_a_mistake_keeps_the_input_and_says_where(
    cast: Cast, signed_in: SignedIn, now: datetime, answers: dict[str, str], words: str,
    headers: dict[str, str],
) -> None:  # fmt: skip
    lead = submitted(cast, now)
    before = snapshot(lead)
    typed = {"comment": "They moved to Lisbon", **answers}
    answer = signed_in(cast.sam).post(url(lead, "reject"), typed, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert 'aria-invalid="true"' in html
    assert typed["comment"] in html
    assert snapshot(lead) == before


def test_a_rejection_names_the_criterion_and_keeps_the_words(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now)
    answers = {"reason": "fails_definition", "criterion": "size", "comment": "They are twelve."}
    signed_in(cast.sam).post(url(lead, "reject"), answers)
    lead = again(lead)
    assert (lead.reason, lead.reason_criterion) == ("fails_definition", "size")
    html = signed_in(cast.mia).get(f"/leads/{lead.ref}/").content.decode()
    assert "Does not meet the definition: They are twelve." in html


def test_a_lead_below_the_definition_asks_why_before_it_is_handed_over(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = captured(cast, now, employees=5)
    browser = signed_in(cast.mia)

    first = browser.post(url(lead, "submit"), headers=HTMX)
    assert first.status_code == 422
    assert first["HX-Retarget"] == "#dialog"
    assert 'name="override_reason"' in first.content.decode()
    assert again(lead).stage == Stage.CAPTURED

    browser.post(url(lead, "submit"), {"override_reason": "They asked me at the fair."})
    assert (again(lead).stage, again(lead).overridden) == (Stage.SUBMITTED, True)


def test_a_follow_up_keeps_channel_words_and_the_date_in_the_persons_zone(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = working(cast, now)
    answers = {
        "channel": "meeting", "result": "talked", "note": "Brought the plan.",
        "quote": "Send me the contract.", "next_at": "2026-11-25T14:30",
    }  # fmt: skip
    answer = signed_in(cast.sam).post(url(lead, "touch"), answers)
    assert "Next step Wed 25 Nov, 14:30." in said(answer)[0]
    touch = Touch.objects.filter(lead=lead).latest("pk")
    assert touch.next_at is not None
    assert touch.next_at.isoformat() == "2026-11-25T13:30:00+00:00"
    html = signed_in(cast.sam).get(f"/leads/{lead.ref}/").content.decode()
    assert "Send me the contract." in html
    assert "Meeting by Sam Okafor: we talked" in html


def test_a_next_step_in_the_past_stands_at_its_field(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = working(cast, now)
    before = snapshot(lead)
    answers = {"channel": "call", "result": "talked", "next_at": "2026-11-22T10:00"}
    answer = signed_in(cast.sam).post(url(lead, "touch"), answers)
    assert answer.status_code == 422
    assert "The next step lies in the future." in answer.content.decode()
    assert snapshot(lead) == before


def test_max_gives_a_lead_to_dora_or_to_the_pool(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = submitted(cast, now)
    browser = signed_in(cast.max)
    browser.post(url(lead, "reassign"), {"to": f"user-{cast.dora.pk}", "cause": "Sam is ill."})
    assert again(lead).holder == cast.dora
    browser.post(url(lead, "reassign"), {"to": f"pool-{cast.americas.pk}", "cause": "Texas."})
    assert (again(lead).holder, again(lead).team) == (None, cast.americas)


def test_sam_undoes_within_ten_minutes_and_not_later(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead, other = submitted(cast, now), submitted(cast, now)
    browser = signed_in(cast.sam)
    for one in (lead, other):
        browser.post(url(one, "reject"), {"reason": "bad_data", "field": "phone"})

    at_now.shift(timedelta(minutes=10))
    assert browser.post(url(lead, "undo"), headers=HTMX).status_code == 200
    assert again(lead).stage == Stage.SUBMITTED

    at_now.shift(1)
    late = browser.post(url(other, "undo"), headers=HTMX)
    assert late.status_code == 409
    assert again(other).stage == Stage.REJECTED


def test_max_reopens_what_had_ended(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = disqualified(cast, now)
    answer = signed_in(cast.max).post(url(lead, "reopen"), {"cause": "They called."})
    fresh = Lead.objects.get(previous=lead)
    assert fresh.ref in said(answer)[0]
    assert again(lead).stage == Stage.DISQUALIFIED


def test_a_win_keeps_the_amount(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = opportunity(cast, now)
    signed_in(cast.sam).post(url(lead, "win"), {"value": "4800.50"})
    assert again(lead).value == Decimal("4800.50")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/inbox/", "//evil.example", ""])
def test_a_decision_never_leads_to_another_site(
    cast: Cast, signed_in: SignedIn, now: datetime, elsewhere: str
) -> None:
    lead = submitted(cast, now)
    answer = signed_in(cast.sam).post(
        url(lead, "accept"), {"next": elsewhere}, headers={"referer": elsewhere}
    )
    assert answer["Location"] == f"/leads/{lead.ref}/"


def test_a_manager_sees_who_is_away_before_reassigning(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    record_absence(
        user=cast.dora, actor=cast.dora, now=now, starts_at=now, ends_at=now + 3 * DAY,
        cover=cast.max,
    )  # fmt: skip
    lead = submitted(cast, now)
    browser = signed_in(cast.max)
    page = browser.get(url(lead, "reassign")).content.decode()
    closed = f'<option value="user-{cast.dora.pk}" disabled>'
    assert f"{closed}Dora Novak (away until Thu 26 Nov 11:00)</option>" in page
    assert page.count(" disabled>") == 1 and "Max Lind (away" not in page
    assert page.index("Pool of EMEA") < page.index("Dora Novak (away")
    before = snapshot(lead)
    typed = {"to": f"user-{cast.dora.pk}", "cause": "Sam is ill."}
    answer = browser.post(url(lead, "reassign"), typed)
    assert answer.status_code == 422
    assert "Max Lind stands in: choose them." in answer.content.decode()
    assert snapshot(lead) == before
