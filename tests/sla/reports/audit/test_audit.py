"""The audit of a past: its seven leaks, its promises, and that nothing of it is kept."""

import csv
import re
from datetime import datetime
from html import unescape
from io import StringIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.models import Lead
from sla.reports.audit.judging import judge_file
from sla.reports.ledger import ledger
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
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, body.decode("utf-8-sig")


def test_each_leak_is_counted_once_with_its_value(cast: Cast, now: datetime) -> None:
    judged = judge_file((HEAD + ROWS).encode(), "past.csv", {"gone": "gone person, Other"}, now=now)
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


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def test_the_file_travels_with_its_page_and_is_read_otherwise(cast: Cast, now: datetime) -> None:
    _, page = send(cast.max, now, HEAD + ROWS)
    assert '<option value="handed_off_at" selected>' in page
    typed = {"carried": field(page, "carried"), "name": field(page, "name"), "gone": "Gone Person"}
    status, again = send(cast.max, now, None, **typed)
    assert status == 200 and "7 read" in again
    assert send(cast.max, now, None, carried="bm90IG91cnM=", name="x.csv")[0] == 400
    status, leaks = send(cast.max, now, None, **typed, table="leaks")
    assert status == 200
    [head, *rows] = csv.reader(StringIO(leaks))
    assert head[:2] == ["leak", "leads"]
    assert ["inactive", "1"] in [row[:2] for row in rows]


def test_columns_are_guessed_by_their_names_and_ends_by_their_words(
    cast: Cast, now: datetime
) -> None:
    theirs = "Case ID,Handed over on,Accepted at,Follow-up date,Result,Closed on,Owner,Deal value\n"
    rows = ROWS.replace(",lost,", ",Closed lost,").replace(",won,", ",Closed won,")
    judged = judge_file((theirs + rows).encode(), "past.csv", {}, now=now)
    assert judged.refusals == []
    assert judged.leakage.leads == 7
    assert judged.leakage.found["no_reason"].count == 1
    odd = judge_file(
        (theirs + rows.replace("Closed won", "Sehr gut")).encode(), "p.csv", {}, now=now
    )
    assert odd.result.refused == 1, "a word that is not known is not made one that is"


def test_an_administrator_keeps_a_past_as_the_command_would(cast: Cast, now: datetime) -> None:
    status, page = send(cast.olu, now, HEAD + ROWS, keep="1")
    assert status == 200 and "7 leads are new, 0 were known" in page
    assert Lead.objects.filter(origin="history").count() == 7
    assert ledger(now=now).unaccounted == 0
    kept = everything()
    assert kept["Message"] == 0
    _, again = send(cast.olu, now, HEAD + ROWS, keep="1")
    assert "0 leads are new, 7 were known" in again
    assert everything() == kept


def test_nobody_else_keeps_a_past(cast: Cast, now: datetime) -> None:
    before = everything()
    assert "Keep as history" not in send(cast.max, now, HEAD + ROWS)[1]
    assert send(cast.max, now, HEAD + ROWS, keep="1")[0] == 403
    assert everything() == before
    assert "Keep as history" in send(cast.olu, now, HEAD + ROWS)[1]


@needs_data
def test_the_real_past_has_the_figures_that_others_computed(cast: Cast, now: datetime) -> None:
    judged = judge_file(REAL.read_bytes(), REAL.name, {}, now=now)
    accept = dict(judged.result.audit.scores())["accept"]
    assert (accept.due, accept.met, accept.met_late, accept.missed_open) == (1874, 1590, 284, 0)
    assert judged.leakage.leads == 1874
    longer = judge_file(REAL.read_bytes(), REAL.name, {"accept": "240m"}, now=now)
    assert dict(longer.result.audit.scores())["accept"].met_late == 13
