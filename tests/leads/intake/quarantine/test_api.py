"""The quarantine for programs; and what a refused call leaves there."""

import base64
from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.intake.quarantine.models import Quarantined
from tests.api import Api, assert_problem
from tests.leads.intake.quarantine.things import TOLD, closed, set_one_aside
from tests.query_counts import recorded

DAYS = timedelta(days=1)


@pytest.fixture
def api(cast: Cast, now: datetime) -> Api:
    """A program of Mia's."""
    return Api(cast.mia, now)


def test_a_refused_call_is_told_so_and_kept_once(api: Api, cast: Cast) -> None:
    bad = {**TOLD, "shoe": 44}
    for _ in range(2):
        body = assert_problem(api.post("leads/", bad), 400, "invalid", "email", "shoe")
    item = Quarantined.objects.get()
    assert body["quarantined"] == item.ref
    assert (item.origin, item.times, item.owner) == ("api", 2, cast.mia)
    assert item.told == {**TOLD, "attributes": {"shoe": 44}}
    assert b'"shoe": 44' in bytes(item.raw)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"\xff\x00", b"[1]", b'"text"', b'{"email": NaN}'])
def test_a_call_that_cannot_be_read_is_kept_as_it_was_sent(api: Api, raw: bytes) -> None:
    for key in ("", "k"):
        body = assert_problem(api.send("leads/", raw, key=key), 400, "invalid", *NO_FIELDS[raw])
    item = Quarantined.objects.get()
    assert (body["quarantined"], bytes(item.raw), item.told) == (item.ref, raw, {})


NO_FIELDS: dict[bytes, tuple[str, ...]] = {
    b"{": (), b"\xff\x00": (), b'{"email": NaN}': (), b"[1]": ("",), b'"text"': ("",),
}  # fmt: skip


def test_strangers_leave_nothing_there(cast: Cast, now: datetime) -> None:
    assert_problem(Api(cast.sam, now).post("leads/", {}), 403, "forbidden")
    assert_problem(Api(cast.mia, now, scope="read").post("leads/", {}), 403, "forbidden")
    Api(cast.mia, now).send("leads/", b"")  # and neither does nothing
    assert not Quarantined.objects.exists()


def test_what_was_told_before_is_no_loss(api: Api, cast: Cast) -> None:
    told = {**TOLD, "email": "jo@acme.example", "employees": 1, "external_id": "7"}
    ref = api.post("leads/", told).json()["ref"]
    api.post(f"leads/{ref}/disqualify/", {"reason": "no_need"})
    assert Lead.objects.get().stage == "disqualified"
    assert api.post("leads/", told).status_code == 409
    assert not Quarantined.objects.exists()


def test_a_list_is_filtered_and_soonest_due_comes_first(
    api: Api, cast: Cast, now: datetime
) -> None:
    late = set_one_aside(cast.mia, now - 4 * DAYS, told={"company": "Zebra"})
    soon = set_one_aside(cast.ana, now, origin="api", place="API, as mia")
    with recorded("api quarantine"):
        found = api.get("quarantine/").json()["results"]
    assert [one["ref"] for one in found] == [late.ref, soon.ref]
    assert [one["overdue"] for one in found] == [True, False]
    for asked, ref in (
        ({"owner": "ana"}, soon.ref), ({"owner": "me"}, late.ref), ({"q": "zebra"}, late.ref),
        ({"origin": "api"}, soon.ref),
    ):  # fmt: skip
        assert [one["ref"] for one in api.get("quarantine/", **asked).json()["results"]] == [ref]
    assert api.get("quarantine/", state="discarded").json()["results"] == []
    assert_problem(api.get("quarantine/", state="lost"), 400, "invalid", "state")


def test_one_of_them_comes_with_its_bytes(api: Api, cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now, raw=b"\x00\xff")
    body = api.get(f"quarantine/{item.ref}/").json()
    assert base64.b64decode(body["raw"]) == b"\x00\xff"
    assert (body["owner"], body["state"], body["lead"]) == ("mia", "waiting", None)
    for ref in ("Q-999999", "x", "Q-1" + "0" * 30, "L-1"):
        assert_problem(api.get(f"quarantine/{ref}/"), 404, "not_found")


def test_it_is_mended_taken_in_and_done_once(api: Api, cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    url = f"quarantine/{item.ref}/take-in/"
    assert_problem(api.post(url), 400, "invalid", "email")
    answer = api.post(url, {**TOLD, "email": "jo@acme.example"})
    assert (answer.status_code, answer.json()["joined"]) == (201, False)
    body = assert_problem(api.post(url), 409, "already_decided")
    assert body["by"] == "Mia Lindqvist"
    assert api.get(f"quarantine/{item.ref}/").json()["lead"] == answer.json()["ref"]


def test_what_was_at_fault_here_is_taken_as_it_was_sent(
    api: Api, cast: Cast, now: datetime
) -> None:
    told = {**TOLD, "email": "jo@acme.example"}
    item = set_one_aside(cast.mia, now, error=closed(), told=told)
    assert api.post(f"quarantine/{item.ref}/take-in/").status_code == 201


def test_it_is_discarded_with_a_reason(api: Api, cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    assert_problem(api.post(f"quarantine/{item.ref}/discard/"), 400, "invalid", "reason")
    body = api.post(f"quarantine/{item.ref}/discard/", {"reason": "A test."}).json()
    assert (body["state"], body["reason"], body["settled_by"]) == ("discarded", "A test.", "mia")


@pytest.mark.parametrize(("name", "read", "act"), [("sam", 403, 403), ("olu", 200, 403)])
def test_others_read_or_decide_only_what_they_may(
    cast: Cast, now: datetime, name: str, read: int, act: int
) -> None:
    item = set_one_aside(cast.mia, now)
    other = Api(getattr(cast, name), now)
    assert other.get("quarantine/").status_code == read
    assert other.get(f"quarantine/{item.ref}/").status_code == read
    assert other.post(f"quarantine/{item.ref}/discard/", {"reason": "x"}).status_code == act
    assert other.post(f"quarantine/{item.ref}/take-in/").status_code == act
    item.refresh_from_db()
    assert item.state == "waiting"
