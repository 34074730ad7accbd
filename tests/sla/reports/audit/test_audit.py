"""The audit of a past: its seven leaks, its promises, and that nothing of it is kept."""

from datetime import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from sla.reports.audit.judging import judge_file
from tests.sla.reports.pasts import REAL, everything, needs_data

pytestmark = pytest.mark.django_db
HEAD = "external_id,handed_off_at,accepted_at,followed_up_at,outcome,outcome_at,holder,value\n"
AT = "2026-11-02T10:00:00+01:00"
ROWS = f"""nobody,{AT},,,,,,100
left,{AT},{AT},,,,Gone Person,200
undecided,{AT},,,,,Sam,300
untouched,{AT},{AT},,,,Sam,400
no-end,{AT},{AT},{AT},,,Sam,500
no-reason,{AT},{AT},{AT},lost,{AT},Sam,600
won,{AT},{AT},{AT},won,{AT},Sam,700
"""


def send(user: User, now: datetime, content: str | None, **typed: str) -> tuple[int, str]:
    with time_machine.travel(now, tick=False):
        client = Client()
        client.force_login(user)
        sent = {"file": SimpleUploadedFile("past.csv", content.encode())} if content else {}
        answer = client.post("/sla/audit/", {**typed, **sent})
    return answer.status_code, answer.content.decode()


def test_each_leak_is_counted_once_with_its_value(cast: Cast, now: datetime) -> None:
    judged = judge_file(
        [(HEAD + ROWS).encode()], "past.csv", {"gone": "gone person, Other"}, now=now
    )
    found = {key: (one.count, int(one.value)) for key, one in judged.leakage.found.items()}
    assert found == {
        "unassigned": (1, 100), "inactive": (1, 200), "undecided": (1, 300),
        "untouched": (1, 400), "one_and_done": (0, 0), "no_next_step": (1, 500),
        "no_date": (0, 0), "no_reason": (1, 600),
    }  # fmt: skip
    assert judged.leakage.found["untouched"].named == ["untouched"]
    scores = dict(judged.result.audit.scores())
    assert (scores["accept"].due, scores["accept"].met) == (7, 5)


def test_a_head_reads_the_black_hole_and_nothing_is_kept(cast: Cast, now: datetime) -> None:
    before = everything()
    status, page = send(cast.max, now, HEAD + ROWS)
    assert status == 200
    assert "Where leads were lost" in page and "7 read, 0 refused" in page
    assert "Not known. A row tells the first follow-up alone." in page
    assert everything() == before


def test_columns_are_named_on_the_form(cast: Cast, now: datetime) -> None:
    other = (HEAD + ROWS).replace("external_id", "Case").replace("handed_off_at", "Given")
    status, page = send(cast.max, now, other)
    assert status == 400 and "“Case”, “Given”" in page
    status, page = send(cast.max, now, other, external_id="Case", handed_off_at="Given")
    assert status == 200 and "7 read" in page


def test_what_cannot_be_read_is_said(cast: Cast, now: datetime) -> None:
    for typed in ({"hours": "sometimes"}, {"accept": "soon"}, {"zone": "Mars/Base"}):
        status, page = send(cast.max, now, HEAD + ROWS, **typed)
        assert status == 400 and "The file was not read" in page
    assert send(cast.max, now, None)[0] == 400


def test_a_seller_has_no_audit(cast: Cast, now: datetime) -> None:
    assert send(cast.sam, now, HEAD + ROWS)[0] == 403


@needs_data
def test_the_real_past_has_the_figures_that_others_computed(cast: Cast, now: datetime) -> None:
    judged = judge_file([REAL.read_bytes()], REAL.name, {}, now=now)
    accept = dict(judged.result.audit.scores())["accept"]
    assert (accept.due, accept.met, accept.met_late, accept.missed_open) == (1874, 1590, 284, 0)
    assert judged.leakage.leads == 1874
    longer = judge_file([REAL.read_bytes()], REAL.name, {"accept": "240m"}, now=now)
    assert dict(longer.result.audit.scores())["accept"].met_late == 13
