"""The acts beside the way of a lead on screen: where they are offered, asked, done and told."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.handoff.stages import Action, Stage
from leads.work.models import Question
from tests.leads.handoff import scenes
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import DAY, MINUTE, do
from tests.leads.handoff.test_pages_inbox import get

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(lead: Lead) -> str:
    return f"/leads/{lead.ref}/"


def offered(html: str) -> set[str]:
    return set(re.findall(r'(?:href|formaction)="/leads/L-\d+/([a-z]+)/"', html))


def test_each_side_is_offered_its_own_acts(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = scenes.asked(cast, now)
    assert {"ask", "pause", "touch"} <= offered(get(signed_in(cast.sam), page(lead)))
    mias = offered(get(signed_in(cast.mia), page(lead)))
    assert "answer" in mias and not mias & {"ask", "pause", "touch"}
    assert not offered(get(signed_in(cast.dora), page(lead))) & {"ask", "answer", "pause"}
    ended = scenes.won(cast, now)
    assert "debrief" in offered(get(signed_in(cast.sam), page(ended)))


@pytest.mark.parametrize(
    ("scene", "act", "who", "says"),
    [
        (scenes.accepted, "ask", "sam", "Ask marketing"),
        (scenes.asked, "answer", "mia", "A case from their trade?"),
        (scenes.disputed, "rule", "max", "They have a budget."),
        (scenes.won, "debrief", "sam", "What marketing should know"),
        (scenes.accepted, "pause", "sam", "Prospect asked to be contacted on a date"),
    ],
)
def test_an_act_is_asked_on_a_page_and_in_a_dialog(
    cast: Cast, signed_in: SignedIn, now: datetime, scene: object, act: str, who: str, says: str
) -> None:
    lead = scene(cast, now)  # type: ignore[operator]
    browser = signed_in(getattr(cast, who))
    whole = browser.get(f"{page(lead)}{act}/")
    part = browser.get(f"{page(lead)}{act}/", headers=HTMX)
    assert "<html" in whole.content.decode() and says in whole.content.decode()
    assert "<html" not in part.content.decode() and says in part.content.decode()
    stranger = signed_in(cast.nora).get(f"{page(lead)}{act}/")
    assert stranger.status_code == 404


def test_a_question_goes_to_marketing_and_its_answer_into_the_story(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = scenes.accepted(cast, now)
    sam, mia = signed_in(cast.sam), signed_in(cast.mia)
    answer = sam.post(f"{page(lead)}ask/", {"kind": "question", "question": "Which <page>?"})
    assert answer.status_code == 302
    handoffs = get(mia, "/handoffs/?who=mine")
    assert "<span>Questions wait for you</span>" in handoffs
    assert "1 question</span>" in handoffs and "Answer: <b>" in handoffs
    assert lead.ref in get(mia, "/handoffs/?show=asked")
    shown = get(mia, page(lead))
    assert "Which &lt;page&gt;?" in shown and "1 open" in shown
    at_now.shift(60)
    last = Question.objects.get(lead=lead).pk
    done = mia.post(f"{page(lead)}answer/", {"reply": "The price list.", "last": last})
    assert done.status_code == 302
    told = get(sam, page(lead))
    assert "Mia Lindqvist answered" in told and "The price list." in told
    assert "1 open" not in told
    assert "Questions wait" not in get(mia, "/handoffs/?who=mine")


def test_a_reply_to_half_of_what_was_asked_is_refused_at_once(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = scenes.asked(cast, now)
    read = Question.objects.get(lead=lead).pk
    do(Action.ASK, lead, cast.sam, now, cast)
    answer = signed_in(cast.mia).post(
        f"{page(lead)}answer/", {"reply": "Here.", "last": read}, headers=HTMX
    )
    assert answer.status_code == 409
    assert "Another question came in meanwhile" in answer.content.decode()
    assert not Question.objects.exclude(answered_at=None).exists()


def test_a_dispute_shows_who_ruled_and_who_has_yet_to(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = scenes.disputed(cast, now)
    answer = signed_in(cast.max).post(
        f"{page(lead)}rule/", {"verdict": "overturned", "because": "I read it again."}
    )
    assert answer.status_code == 302
    half = get(signed_in(cast.mia), page(lead))
    assert "Max Lind, for sales: it meets the definition" in half
    assert "Marketing has yet to rule" in half and "Sales has yet to rule" not in half
    do(Action.RULE, lead, cast.ana, now, cast)
    whole = get(signed_in(cast.mia), page(lead))
    assert "Both sides overturned the rejection" in whole and "yet to rule" not in whole


@pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST])
def test_an_owed_debrief_stands_above_the_inbox_until_it_is_told(
    cast: Cast, signed_in: SignedIn, now: datetime, stage: Stage
) -> None:
    lead = scenes.at_stage(cast, stage, now)
    browser = signed_in(cast.sam)
    assert "1 debrief owed" in get(browser, "/inbox/")
    listed = get(browser, "/inbox/?show=debrief")
    assert lead.ref in listed and f"{page(lead)}debrief/" in listed
    assert '<span class="promise">Debrief</span>' in listed
    scenes.submitted(cast, now)
    assert "page=2" not in get(browser, "/inbox/?show=debrief")
    words = {"decided": "The price.", "learnt": "Ask sooner.", "advice": "More of these."}
    assert browser.post(f"{page(lead)}debrief/", words).status_code == 302
    assert "debrief owed" not in get(browser, "/inbox/")
    assert "No debrief is owed." in get(browser, "/inbox/?show=debrief")
    story = get(signed_in(cast.mia), page(lead))
    assert "What marketing should know:</span> More of these." in story
    assert "debrief owed" not in get(signed_in(cast.dora), "/inbox/")


def test_a_debrief_with_a_gap_says_where(cast: Cast, signed_in: SignedIn, now: datetime) -> None:
    lead = scenes.won(cast, now)
    answer = signed_in(cast.sam).post(f"{page(lead)}debrief/", {"decided": "x"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="id_learnt_error"' in answer.content.decode()
    assert scenes.again(lead).debrief == "owed"


def test_a_pause_is_told_on_the_lead_and_in_both_lists(
    cast: Cast, signed_in: SignedIn, at_now: time_machine.Traveller, now: datetime
) -> None:
    lead = scenes.accepted(cast, now)
    browser = signed_in(cast.sam)
    until = now + 3 * DAY
    asked = {"code": "asked_for_date", "until": f"{until + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    assert browser.post(f"{page(lead)}pause/", asked).status_code == 302
    for reader, path in (
        (cast.sam, page(lead)), (cast.mia, page(lead)), (cast.sam, "/inbox/"),
        (cast.mia, "/handoffs/?who=mine"),
    ):  # fmt: skip
        html = get(signed_in(reader), path)
        assert "Paused until Thu 11:00" in html, path
        assert "Prospect asked to be contacted on a date" in html, path
    assert "resume" in offered(get(browser, page(lead)))
    at_now.shift(MINUTE)
    assert browser.post(f"{page(lead)}resume/").status_code == 302
    after = get(browser, page(lead))
    assert "Sam Okafor went on with it" in after and "Paused until" not in after


def test_a_pause_beyond_its_cap_says_until_when(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = scenes.accepted(cast, now)
    answer = signed_in(cast.sam).post(
        f"{page(lead)}pause/", {"code": "awaiting_marketing", "until": "2027-03-01T09:00"}
    )
    assert answer.status_code == 422
    assert "at the latest on 30 November 2026" in answer.content.decode()
    assert scenes.again(lead).paused_until is None


def test_what_one_may_not_do_is_refused_on_the_page_too(
    cast: Cast, signed_in: SignedIn, now: datetime
) -> None:
    lead = scenes.accepted(cast, now)
    before = scenes.snapshot(lead)
    answer = signed_in(cast.dora).post(
        f"{page(lead)}ask/", {"kind": "question", "question": "Why?"}, headers=HTMX
    )
    assert answer.status_code == 403
    assert scenes.snapshot(lead) == before
