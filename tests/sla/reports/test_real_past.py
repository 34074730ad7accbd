"""The real past of a lender, against figures that were computed independently."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.shares import Share
from leadbridge.kernel.time import now as now_at_the_rim
from leadbridge.outbox.models import Message
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from sla.reports.attainment import score_of, scores_by
from sla.reports.groups import By
from sla.reports.hours.heat import heat_of
from sla.reports.ledger import ledger
from sla.reports.slices import Slice
from tests.sla.reports.pasts import (
    REAL,
    SHARED,
    Run,
    Write,
    everything,
    mapping_text,
    needs_data,
)


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """The real handoffs, lived through once for all tests that look at them."""
    if not REAL.exists():
        pytest.skip(f"needs {REAL}")
    with django_db_blocker.unblock(), transaction.atomic():
        out = StringIO()
        call_command("import_history", REAL, stdout=out)
        yield out.getvalue().splitlines()
        transaction.set_rollback(True)


@needs_data
@pytest.mark.django_db
def test_the_real_past_has_the_figures_that_others_computed(lived: list[str]) -> None:
    assert lived[0] == "created 1874 known 0 refused 0"
    assert "accept due 1874 met 1590 late 284 open 0 attainment 84.8" in lived


@needs_data
@pytest.mark.django_db
def test_every_due_instant_of_the_real_past_is_the_expected_one(lived: list[str]) -> None:
    with (SHARED / "handoffs" / "expected_per_lead.csv").open() as file:
        expected = {
            row["case_id"]: (
                datetime.fromisoformat(row["due_60m_MonFri_0900_1700"]),
                row["breach_due_60m_MonFri_0900_1700"] == "True",
            )
            for row in csv.DictReader(file)
        }
    found = Clock.objects.filter(kind="accept").values_list(
        "lead__external_id", "due_at", "breached_at", "detected_at"
    )
    assert len(found) == 1874
    for case_id, due_at, breached_at, detected_at in found:
        assert (due_at, breached_at is not None) == expected[case_id]
        assert breached_at in (None, due_at)
        assert (detected_at is None) == (breached_at is None)


@needs_data
@pytest.mark.django_db
def test_the_real_past_is_accounted_for_and_told_to_nobody(lived: list[str]) -> None:
    proof = ledger(now=now_at_the_rim())
    assert (proof.unaccounted, proof.flow.submitted, proof.flow.accepted) == (0, 1874, 1874)
    assert Message.objects.count() == 0
    assert Clock.objects.filter(next_at__isnull=False).count() == 0
    assert sweep(now=now_at_the_rim()).breached == 0
    lines = dict(line.split(" ", 1) for line in lived[1:])
    for kind, told in lines.items():
        score = score_of(
            Slice(datetime(2011, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC), kind=kind),
            now=now_at_the_rim(),
        )
        assert told.startswith(
            f"due {score.due} met {score.met} late {score.met_late} open {score.missed_open} "
        ), "what is printed is what is in the database"


@needs_data
@pytest.mark.django_db
def test_the_real_past_imported_twice_changes_nothing(lived: list[str]) -> None:
    before = everything()
    out = StringIO()
    call_command("import_history", REAL, stdout=out)
    again = out.getvalue().splitlines()
    assert again[0] == "created 0 known 1874 refused 0"
    assert again[1:] == lived[1:]
    assert everything() == before


@needs_data
@pytest.mark.django_db
def test_the_page_of_that_time_shows_the_past_and_opens_it(
    lived: list[str], cast: Cast, client: Client
) -> None:
    client.force_login(cast.max)
    page = client.get("/sla/?from=2011-11-01&to=2012-02-01&kind=accept").content.decode()
    assert "84.8 %" in page
    assert "n 1,874" in page
    for part, whole in (("due", 1874), ("met", 1590), ("met_late", 284), ("missed_open", 0)):
        address = f"/sla/clocks/?from=2011-11-01&to=2012-02-01&kind=accept&part={part}"
        assert f"<h2>{whole} clock" in client.get(address).content.decode()
        if part == "met_late":
            body = b"".join(client.get(f"{address}&format=csv").streaming_content)  # type: ignore[attr-defined]
            rows = list(csv.DictReader(StringIO(body.decode("utf-8-sig"))))
            assert len({row["lead"] for row in rows}) == len(rows) == 284
            assert {row["state"] for row in rows} == {"met_late"}


@needs_data
@pytest.mark.parametrize(
    ("hours", "accept", "late"),
    [
        ({}, "240m", 13),
        ({"closes": "21:00", "days": 6}, "60m", 463),
        ({"closes": "21:00", "days": 6}, "240m", 26),
    ],
)
@pytest.mark.django_db
def test_an_audit_of_the_real_past_judges_by_any_hours_and_writes_nothing(
    write: Write, run: Run, hours: dict[str, Any], accept: str, late: int
) -> None:
    before = everything()
    path = write(REAL.read_bytes(), mapping=mapping_text(accept=accept, **hours))
    lines, complaints = run(path, dry_run=True)
    share = 100 * (1874 - late) / 1874
    assert f"accept due 1874 met {1874 - late} late {late} open 0 attainment {share:.1f}" in lines
    assert complaints == ""
    assert everything() == before


@needs_data
@pytest.mark.django_db
def test_the_real_past_by_hour_and_by_holder_is_what_others_counted(lived: list[str]) -> None:
    given = json.loads((SHARED / "expected.json").read_text())["bpi2012_lead_handoffs"]["given"]
    now = now_at_the_rim()
    whole = Slice(datetime(2011, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC), kind="accept")
    heat = heat_of(whole, now=now)
    hours = {hour: heat.arrived_of(None, int(hour)) for hour in given["handed_off_local_hour"]}
    assert hours == given["handed_off_local_hour"]
    days = given["handed_off_local_weekday_mon0"]
    assert {day: heat.arrived_of(int(day) + 1, None) for day in days} == days
    assert heat.late_of(None, None) == Share(284, 1874)
    holders = {line.name: line.score.due for line in scores_by(By.HOLDER, whole, now=now)}
    counted = sorted((one["leads"] for one in given["per_rep_top10"]), reverse=True)
    assert sorted(holders.values(), reverse=True)[: len(counted)] == counted
