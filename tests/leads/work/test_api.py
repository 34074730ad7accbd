"""Questions, rulings, debriefs and pauses over the API: who may, and what is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.work.models import Question
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes
from tests.leads.handoff.scenes import DAY, MINUTE

Scene = Callable[[Cast, datetime], Lead]
UNTIL = "2026-11-26T09:00:00Z"
EVERYBODY = ("mia", "ana", "sam", "dora", "max", "nora", "lena", "olu")
# act: (a lead on which it is possible, a good body, who may, who may not even see the lead)
ACTS: dict[str, tuple[Scene, dict[str, Any], set[str], set[str]]] = {
    "ask": (
        scenes.accepted, {"kind": "asset", "question": "A case?"}, {"sam", "max"},
        {"nora", "lena"},
    ),
    "answer": (scenes.asked, {"reply": "Here."}, {"mia", "ana"}, {"nora", "lena"}),
    "ask_status": (scenes.accepted, {"question": "Any news?"}, {"mia", "ana"}, {"nora", "lena"}),
    "report": (
        scenes.status_asked, {"status": "On Friday."}, {"sam", "max"}, {"nora", "lena"},
    ),
    "rule": (
        scenes.disputed, {"verdict": "upheld", "because": "No budget."}, {"ana", "max"},
        {"dora", "nora", "lena"},
    ),
    "debrief": (
        scenes.won, {"decided": "Price.", "learnt": "Ask.", "advice": "More of these."},
        {"sam", "max"}, {"nora", "lena"},
    ),
    "pause": (
        scenes.accepted, {"code": "asked_for_date", "until": UNTIL}, {"sam", "max"},
        {"nora", "lena"},
    ),
    "resume": (scenes.paused, {}, {"sam", "max"}, {"nora", "lena"}),
}  # fmt: skip
OF_MARKETING = ("answer", "ask_status")
BAD: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("ask", {"kind": "gossip", "question": "?"}, ("kind",)),
    ("ask", {"kind": "asset"}, ("question",)),
    ("answer", {"reply": ""}, ("reply",)),
    ("answer", {"reply": "Yes.", "last": "x"}, ("last",)),
    ("report", {"status": " "}, ("status",)),
    ("ask_status", {"because": "x"}, ("because",)),
    ("rule", {"verdict": "maybe", "because": "So."}, ("verdict",)),
    ("rule", {"verdict": "upheld"}, ("because",)),
    ("debrief", {"decided": "Price."}, ("learnt", "advice")),
    ("pause", {"code": "lunch", "until": UNTIL}, ("code",)),
    ("pause", {"code": "asked_for_date", "until": "2026-11-26T09:00"}, ("until",)),
    ("pause", {"code": "asked_for_date", "until": "2026-11-20T09:00:00Z"}, ("until",)),
    ("pause", {"code": "asked_for_date"}, ("until",)),
    ("resume", {"because": "x"}, ("because",)),
]


def ready(act: str, cast: Cast, now: datetime) -> tuple[Lead, dict[str, Any]]:
    scene, body, *_ = ACTS[act]
    return scenes.again(scene(cast, now)), body


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_those_it_is_for(cast: Cast, now: datetime, act: str) -> None:
    lead, body = ready(act, cast, now)
    _, _, may, blind = ACTS[act]
    before = scenes.snapshot(lead)
    for name in EVERYBODY:
        user: User = getattr(cast, name)
        with scenes.as_if_never():
            api = Api(user, now + MINUTE)
            answer = api.post(f"leads/{lead.ref}/{act}/", body)
            if name in may:
                assert answer.status_code == 200, answer.content
                assert answer.json()["stage"] == lead.stage
                continue
            if name in blind:
                assert_problem(answer, 404, "not_found")
            else:
                assert_problem(answer, 403, "forbidden")
            assert scenes.snapshot(lead) == before, name


@pytest.mark.parametrize("act", ACTS)
def test_an_act_done_already_is_a_conflict(cast: Cast, now: datetime, act: str) -> None:
    if act in ("ask", "pause"):  # several are allowed
        return
    lead, body = ready(act, cast, now)
    api = Api(cast.mia if act in OF_MARKETING else cast.max, now + MINUTE)
    assert api.post(f"leads/{lead.ref}/{act}/", body).status_code == 200
    before = scenes.snapshot(lead)
    answer = api.post(f"leads/{lead.ref}/{act}/", body)
    assert_problem(answer, 409, "not_allowed")
    assert act not in api.get(f"leads/{lead.ref}/").json()["actions"]
    assert scenes.snapshot(lead) == before


@pytest.mark.parametrize(("act", "body", "fields"), BAD)
def test_bad_input_names_its_field(
    cast: Cast, now: datetime, act: str, body: dict[str, Any], fields: tuple[str, ...]
) -> None:
    lead, _ = ready(act, cast, now)
    before = scenes.snapshot(lead)
    api = Api(cast.mia if act in OF_MARKETING else cast.max, now + MINUTE)
    assert_problem(api.post(f"leads/{lead.ref}/{act}/", body), 400, "invalid", *fields)
    assert scenes.snapshot(lead) == before


@pytest.mark.parametrize("path", [*ACTS, "questions", "pauses"])
def test_without_a_key_nothing_is_told(cast: Cast, now: datetime, path: str) -> None:
    lead = scenes.asked(cast, now)
    api = Api(cast.sam, now)
    api.client.defaults.pop("HTTP_AUTHORIZATION")
    url = f"leads/{lead.ref}/{path}/"
    answer = api.post(url, {}) if path in ACTS else api.get(url)
    assert answer.status_code == 401


def test_the_questions_of_a_lead_are_listed_with_their_replies(cast: Cast, now: datetime) -> None:
    lead = scenes.asked(cast, now)
    question = Question.objects.get(lead=lead)
    api = Api(cast.mia, now + DAY)
    api.post(f"leads/{lead.ref}/answer/", {"reply": "Here it is.", "last": question.pk})
    api.now = now + DAY + MINUTE
    Api(cast.sam, now + DAY + MINUTE).post(
        f"leads/{lead.ref}/ask/", {"kind": "question", "question": "And in French?"}
    )
    first, second = api.get(f"leads/{lead.ref}/questions/").json()["results"]
    assert first == {
        "id": question.pk, "kind": "asset", "question": "A case from their trade?",
        "asked_by": "sam", "asked_at": "2026-11-23T10:00:00Z", "reply": "Here it is.",
        "answered_by": "mia", "answered_at": "2026-11-24T10:00:00Z",
    }  # fmt: skip
    assert (second["question"], second["reply"]) == ("And in French?", None)
    assert api.get(f"leads/{lead.ref}/").json()["open_questions"] == 1
    stale = api.post(f"leads/{lead.ref}/answer/", {"reply": "Yes.", "last": question.pk})
    assert_problem(stale, 409, "not_allowed")


def test_the_pauses_of_a_lead_are_read_by_all_who_see_it(cast: Cast, now: datetime) -> None:
    lead = scenes.paused(cast, now)
    Api(cast.sam, now + DAY).post(f"leads/{lead.ref}/resume/")
    for user in (cast.mia, cast.dora, cast.max):
        [pause] = Api(user, now + DAY).get(f"leads/{lead.ref}/pauses/").json()["results"]
        assert (pause["code"], pause["made_by"]) == ("asked_for_date", "sam")
        assert pause["starts_at"] == "2026-11-23T10:00:00Z"
        assert pause["ended_at"] == "2026-11-24T10:00:00Z"
    stranger = Api(cast.nora, now + DAY)
    for path in ("questions", "pauses"):
        assert_problem(stranger.get(f"leads/{lead.ref}/{path}/"), 404, "not_found")
