"""Leads taken in over the API: what is answered, what is refused, and each but once."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import InternalError, close_old_connections, connection
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import IdempotentAnswer
from leads.handoff.consents import Consent
from leads.handoff.models import Event, Lead, Person, Remark
from leads.intake.api import LeadTaken
from tests.api import Api, assert_problem
from tests.leads.intake.naughty import NAUGHTY, kept

MINUTE = timedelta(minutes=1)
KIM: dict[str, Any] = {
    "email": "kim@brandt.example",
    "phone": "030 901820",
    "first_name": "Kim",
    "last_name": "Brandt",
    "title": "Head of IT",
    "company": "Brandt GmbH",
    "country": "DE",
    "employees": 240,
    "industry": "logistics",
    "source": "fair",
    "campaign": "Spring",
    "external_id": "F-1",
    "value": 1250.5,
    "attributes": {"booth": 12},
    "message": "Call me.",
    "request": "demo",
    "consent": {"text": "You may call.", "at": "2026-11-23T09:00:00Z"},
}


@pytest.fixture
def api(cast: Cast, now: datetime) -> Api:
    """A program of Mia's."""
    return Api(cast.mia, now)


def test_a_qualified_lead_is_answered_with_its_seller(api: Api, cast: Cast, now: datetime) -> None:
    answer = api.post("leads/", KIM)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert set(body) == set(LeadTaken().fields)
    assert (body["joined"], body["stage"], body["origin"]) == (False, "submitted", "api")
    assert body["holder"] in ("sam", "dora")
    assert body["person"]["phone"] == "+4930901820"
    assert (body["value"], body["attributes"]) == (1250.5, {"booth": 12})
    assert body["qualification"]["verdict"] == "yes"
    assert (body["captured_at"], body["submitted_at"]) == 2 * ("2026-11-23T10:00:00Z",)
    assert Consent.objects.get().at == now - 60 * MINUTE
    assert api.get(f"leads/{body['ref']}/").json() == {
        name: value for name, value in body.items() if name != "joined"
    }


def test_the_least_that_is_needed_waits_for_triage(api: Api) -> None:
    body = api.post("leads/", {"phone": "+4930901820", "source": "fair"}).json()
    assert (body["stage"], body["holder"], body["next_clock"]["kind"]) == (
        "captured", "mia", "triage",
    )  # fmt: skip


def test_a_person_with_an_open_lead_joins_it(api: Api) -> None:
    first = api.post("leads/", KIM).json()
    answer = api.post("leads/", {"email": "KIM@Brandt.example", "source": "web", "message": "Hi?"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["joined"], body["source"]) == (first["id"], True, "fair")
    assert Remark.objects.filter(event__action="join", kind="message").get().text == "Hi?"


def test_a_source_that_tells_the_same_id_again_joins_or_is_told_that_it_ended(
    api: Api, cast: Cast
) -> None:
    told = {"phone": "+4930901820", "source": "crm", "external_id": "7"}
    first = api.post("leads/", told).json()
    assert api.post("leads/", {**told, "email": "a@b.example"}).json()["id"] == first["id"]
    assert api.post("leads/", {**told, "source": "other"}).status_code == 201
    api.post(f"leads/{first['ref']}/disqualify/", {"reason": "no_need"})
    body = assert_problem(api.post("leads/", told), 409, "already_known", "external_id")
    assert body["lead"] == first["ref"]


@pytest.mark.parametrize("who", ["sam", "max", "nora", "olu"])
def test_keys_of_others_take_no_leads_in(cast: Cast, now: datetime, who: str) -> None:
    answer = Api(getattr(cast, who), now).post("leads/", KIM)
    assert_problem(answer, 403, "forbidden")
    assert not Person.objects.exists()


def test_a_key_that_may_only_read_does_not_write(cast: Cast, now: datetime) -> None:
    api = Api(cast.mia, now, scope="read")
    assert_problem(api.post("leads/", KIM), 403, "forbidden")
    assert api.get("leads/").status_code == 200
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer x", "Bearer lb_x y", "Basic x", "Bearer é"]
)
def test_without_a_key_nobody_is_let_in(cast: Cast, header: str | None) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    for path in ("leads/", "leads/1/", "leads/1/clocks/", "clocks/", "people/", "reasons/"):
        answer = client.get(f"/api/v1/{path}")
        assert_problem(answer, 401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    answer = client.post("/api/v1/leads/", json.dumps(KIM), content_type="application/json")
    assert_problem(answer, 401, "not_authenticated")
    assert not Person.objects.exists()


def test_a_session_may_call_too_but_not_from_elsewhere(cast: Cast, now: datetime) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.mia)
    with time_machine.travel(now, tick=False):
        assert client.get("/api/v1/leads/").status_code == 200
        answer = client.post("/api/v1/leads/", json.dumps(KIM), content_type="application/json")
    assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"email": None, "phone": None}, {"email"}),
        ({"source": None}, {"source"}),
        ({"source": ["fair"]}, {"source"}),
        ({"company": "x" * 201, "title": "x" * 151}, {"company", "title"}),
        ({"message": "x" * 10_001}, {"message"}),
        ({"employees": 2.5, "value": "x", "country": "Germany"}, {"employees", "value", "country"}),
        ({"employees": 10**30}, {"employees"}),
        ({"consent": {"text": "Yes.", "at": "2026-11-24T09:00:00Z"}}, {"consent.at"}),
        ({"consent": True}, {"consent"}),
        ({"attributes": {"a": {"b": 1}}}, {"attributes.a"}),
        ({"colour": "red", "comapny": "x"}, {"colour", "comapny"}),
        ({"a\0\ud800b": 1}, {"ab"}),
        ({"company": "\ud800"}, {"company"}),
    ],
)  # fmt: skip
def test_bad_input_is_named_field_by_field_and_leaves_nothing(
    api: Api, change: dict[str, object], fields: set[str]
) -> None:
    assert_problem(api.post("leads/", {**KIM, **change}, key="k"), 400, "invalid", *fields)
    assert not Person.objects.exists()


BODIES: list[tuple[str, bytes, int]] = [
    ("application/json", b"", 400),
    ("application/json", b"{", 400),
    ("application/json", b"[]", 400),
    ("application/json", b'"text"', 400),
    ("application/json", b"null", 400),
    ("application/json", b'{"email": NaN}', 400),
    ("application/json", b'{"email": "\xff"}', 400),
    ("application/json", "{}".encode("utf-16"), 400),
    ("application/json; charset=hex", b"7b7d", 400),
    ("application/json", b"[" * 200_000, 400),
    ("application/json", b'{"a":' * 100_000, 400),
    ("application/json", b'{"employees": 1' + b"0" * 5000 + b"}", 400),
    ("text/plain", b"{}", 415),
    ("application/xml", b"<a/>", 415),
    ("application/x-www-form-urlencoded", b"email=kim@brandt.example", 415),
    ("multipart/form-data; boundary=b", b"--b--", 415),
    ("application/x-www-form-urlencoded; charset=hex", b"a", 400),
    ("application/json", b'{"message": "' + b"x" * 2**20 + b'"}', 413),
    ("application/json", b'{"message": "' + b"x" * 50_000_000 + b'"}', 413),
]


@pytest.mark.parametrize(("kind", "body", "status"), BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("key", ["", "k"])
def test_a_body_that_cannot_be_read_is_refused(
    api: Api, kind: str, body: bytes, status: int, key: str
) -> None:
    answer = api.send("leads/", body, kind=kind, key=key)
    assert answer.status_code == status
    assert not Person.objects.exists()


def test_a_body_at_the_limit_is_read(api: Api) -> None:
    body = json.dumps({**KIM, "message": "Call me."}).encode()
    padded = body + b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - len(body))
    assert api.send("leads/", padded).status_code == 201


def test_naughty_strings_are_stored_as_they_are_or_refused(api: Api) -> None:
    fine = [text for text in NAUGHTY if kept(text, longest=100)]
    bad = [text for text in NAUGHTY if kept(text, longest=200) is None]
    for number in range(0, len(fine), 5):
        first, last, title, source, value = (fine[number : number + 5] + fine[:5])[:5]
        body = {
            "email": f"n{number}@acme.example", "first_name": first, "last_name": last,
            "title": title, "source": source, "attributes": {source[:60].strip() or "a": value},
            "message": value,
        }  # fmt: skip
        answer = api.post("leads/", body)
        assert answer.status_code == 201, (body, answer.content)
        lead = Lead.objects.select_related("person").get(pk=answer.json()["id"])
        assert lead.person.first_name == kept(first, longest=100)
        assert lead.person.last_name == kept(last, longest=100)
        assert (lead.title, lead.source) == (kept(title, longest=150), kept(source, longest=100))
        assert lead.message == kept(value, longest=100, lines=True)
        assert list(lead.attributes.values()) == [kept(value, longest=100, lines=True)]
        assert answer.json()["person"]["last_name"] == lead.person.last_name
    before = Lead.objects.count()
    for text in bad:
        body = {**KIM, "company": text, "attributes": {text: text}}
        answer = api.post("leads/", body, key=f"k{bad.index(text)}")
        assert answer.status_code == 400
        assert "company" in answer.json()["errors"]
    assert (Lead.objects.count(), len(bad) >= 4) == (before, True)


def test_no_field_breaks_on_any_naughty_string(api: Api) -> None:
    names = list(KIM)
    for number, text in enumerate(NAUGHTY):
        body = {**KIM, names[number % len(names)]: text}
        assert api.post("leads/", body).status_code in (200, 201, 400, 409), body
        if number % 5 == 0:
            asked = text.encode(errors="replace").decode()
            assert api.get("leads/", q=asked, holder=asked).status_code in (200, 400)


# Once


def test_the_same_key_gives_the_first_answer_again(api: Api) -> None:
    first = api.post("leads/", KIM, key="one")
    again = api.post("leads/", KIM, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Event.objects.filter(action__in=["capture", "join"]).count() == 1
    assert_problem(
        api.post("leads/", {**KIM, "company": "Other"}, key="one"), 409, "idempotency_conflict"
    )
    assert api.post("leads/", KIM, key="two").json()["joined"] is True


def test_a_refusal_is_given_again_too(api: Api, cast: Cast) -> None:
    ref = api.post("leads/", KIM).json()["ref"]
    for _ in range(2):
        assert_problem(
            api.post(f"leads/{ref}/nurture/", {"review_on": "2026-12-01"}, key="n"),
            409, "not_allowed",
        )  # fmt: skip
    for key in ("x" * 256, "a\x1fb"):
        assert_problem(api.post("leads/", KIM, key=key), 400, "invalid")


def test_keys_of_two_people_do_not_meet(api: Api, cast: Cast, now: datetime) -> None:
    api.post("leads/", KIM, key="one")
    other = {**KIM, "email": "ann@brandt.example", "external_id": "F-2"}
    assert Api(cast.ana, now).post("leads/", other, key="one").status_code == 201
    assert Lead.objects.count() == 2


@pytest.fixture
def broken_custody(transactional_db: None) -> Iterator[Callable[[], None]]:
    """The database refuses to write custody, in the middle of a capture, until it is mended."""

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    run(
        "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = 'internal_error'; END $$"
    )
    run(
        "CREATE TRIGGER break_it BEFORE INSERT ON leads_custody "
        "FOR EACH ROW EXECUTE FUNCTION break_it()"
    )

    def mend() -> None:
        run("DROP FUNCTION IF EXISTS break_it() CASCADE")

    yield mend
    mend()


def test_a_crash_leaves_neither_lead_nor_key(
    broken_custody: Callable[[], None], cast: Cast, now: datetime
) -> None:
    api = Api(cast.mia, now)
    with pytest.raises(InternalError, match="broken"):
        api.post("leads/", KIM, key="one")
    assert not Person.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    broken_custody()
    assert api.post("leads/", KIM, key="one").status_code == 201


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each call in a thread of its own, begun together; their answers."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_the_same_key_twice_at_once_makes_one_lead_and_one_answer(
    cast: Cast, now: datetime, turn: int
) -> None:
    close_old_connections()
    apis = [Api(cast.mia, now), Api(cast.mia, now)]
    with time_machine.travel(now, tick=False):
        answers = at_once(*(lambda api=api: api.post("leads/", KIM, key="one") for api in apis))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Event.objects.filter(action__in=["capture", "join"]).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_one_person_twice_at_once_makes_one_lead_and_one_join(
    cast: Cast, now: datetime, turn: int
) -> None:
    apis = [Api(cast.mia, now), Api(cast.ana, now)]
    other = {**KIM, "external_id": "F-2", "message": "Again."}
    with time_machine.travel(now, tick=False):
        answers = at_once(
            lambda: apis[0].post("leads/", KIM), lambda: apis[1].post("leads/", other)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert sorted(answer.json()["joined"] for answer in answers) == [False, True]
    assert (Person.objects.count(), Lead.objects.count()) == (1, 1)
    actions = Event.objects.filter(action__in=["capture", "join", "submit"])
    assert sorted(actions.values_list("action", flat=True)) == ["capture", "join", "submit"]
