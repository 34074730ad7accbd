"""Ends told set-wise are those that telling each by itself would have made."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.intake.importing.alone import read_rows, reader_of, take_alone
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.rows import Wanted
from leads.intake.importing.running import run_import
from tests.leads.handoff import scenes
from tests.leads.intake.importing.files import as_csv, counts, imported, ready
from tests.leads.intake.importing.test_together import PassesBy, world
from tests.leads.routing.rules import publish, to_emea

HEADER = ("Id", "How", "On", "Worth", "Branch", "Note")
ENDS = {
    "external_id": "Id", "outcome": "How", "value": "Worth", "industry": "Branch",
    "message": "Note", "outcome_at": {"column": "On", "zone": "UTC"},
}  # fmt: skip
STAGES = (
    "captured", "submitted", "accepted", "working", "opportunity", "rejected", "nurturing",
    "recycled", "pooled",
)  # fmt: skip


def one_by_one(file: Import, now: datetime) -> dict[str, Any]:
    """The world in which each end was told by itself; it passes."""
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            rows = list(ImportRow.objects.filter(file=file).order_by("number"))
            for row, wanted in read_rows(reader_of(file, now), rows):
                assert isinstance(wanted, Wanted)
                take_alone(file, row, wanted, now=now)
            found = world()
            raise PassesBy
    except PassesBy:
        return found


def leads_at_every_stage(cast: Cast, now: datetime) -> list[str]:
    """Two of each, by the ids of a source; of their countries and branches some are known."""
    made = []
    for number, stage in enumerate((*STAGES, *STAGES)):
        mark = f"{stage}-{number}"
        known = {"email": f"{mark}@x.example", "external_id": mark, "source": "crm"}
        getattr(scenes, stage)(cast, now, **known)
        made.append(mark)
    return made


def ends_of(marks: list[str]) -> bytes:
    rows = [
        [mark, "won" if n < len(STAGES) else "lost", "2026-11-02", "" if n % 3 else n * 100,
         "logistics" if n % 2 else "", "They signed." if n % 4 == 1 else ""]
        for n, mark in enumerate(marks)
    ]  # fmt: skip
    return as_csv(rows, HEADER)


@pytest.mark.parametrize(
    "terms", [{}, {"members": {"sam": {"open": 900}}}], ids=["together", "one by one"]
)
def test_ends_told_together_leave_what_single_ones_leave(
    cast: Cast, now: datetime, terms: dict[str, Any]
) -> None:
    publish(cast.max, now - timedelta(days=1), to_emea(**terms))
    marks = leads_at_every_stage(cast, now - timedelta(hours=2))
    file = ready(cast.mia, now, ends_of(marks), ENDS)
    wanted = one_by_one(file, now)
    assert run_import(import_id=file.pk, now=now)
    found = world()
    for part, value in wanted.items():
        assert found[part] == value, part
    file.refresh_from_db()
    assert counts(file) == {"updated": len(marks)}
    assert Lead.objects.filter(stage="won").count() == len(STAGES)
    assert not Lead.objects.open().exists()


def test_many_ends_cost_no_more_statements_than_few(cast: Cast, now: datetime) -> None:
    publish(cast.max, now - timedelta(days=1), to_emea())
    cost = []
    for number in (2, 12):
        marks = [f"{number}-{n}" for n in range(number)]
        for mark in marks:
            scenes.captured(cast, now, email=f"{mark}@x.example", external_id=mark, source="crm")
        file = ready(
            cast.mia, now, as_csv([[m, "won", "", "", "", ""] for m in marks], HEADER), ENDS
        )
        with CaptureQueriesContext(connection) as asked:
            run_import(import_id=file.pk, now=now)
        cost.append(len(asked))
    assert cost[1] <= cost[0], cost


def test_ends_that_wait_are_told_together_and_one_in_the_way_stops_no_other(
    cast: Cast, now: datetime
) -> None:
    publish(cast.max, now - timedelta(days=1), to_emea())
    file = imported(cast.mia, now, ends_of(["a", "b", "gone", "never"]), ENDS)
    assert counts(file) == {"waiting": 4}
    gone = scenes.disqualified(cast, now, email="g@x.example", external_id="gone", source="crm")
    people = as_csv([["a@x.example", "a"], ["b@x.example", "b"]], ("Email", "Id"))
    mapping = {"email": "Email", "external_id": "Id", "source": {"constant": "crm"}}
    imported(cast.mia, now, people, mapping)
    file.refresh_from_db()
    assert counts(file) == {"updated": 2, "refused": 1, "waiting": 1}
    refused = ImportRow.objects.get(file=file, outcome="refused")
    assert f"{gone.ref} has ended as disqualified" in refused.reason
    assert Lead.objects.filter(stage="won").count() == 2
