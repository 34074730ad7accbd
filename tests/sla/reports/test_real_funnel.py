"""The real leads of a marketplace and their deals, against figures computed independently."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from sla.reports.ledger import ledger
from tests.sla.reports.pasts import SHARED

FUNNEL = SHARED / "funnel"
needs_funnel = pytest.mark.skipif(not FUNNEL.exists(), reason=f"needs {FUNNEL}")
WEEKLY = 'mon = [["09:00", "17:00"]]'
MAPPING = """
zone = "UTC"
[join]
file = "closed_deals.csv"
on = "mql_id"
[fields]
external_id = "mql_id"
handed_off_at = "first_contact_date"
source = { column = "origin", blank = "(blank)" }
campaign = "landing_page_id"
holder = { column = "sr_id", blank = "unknown" }
outcome = { column = "won_date", filled = "won" }
outcome_at = "won_date"
value = "declared_monthly_revenue"
[calendar]
timezone = "UTC"
[calendar.weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]
"""
ALL_TIME = "from=2017-01-01&to=2019-01-01"


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The real leads and their deals, imported once for all tests that look at them."""
    if not FUNNEL.exists():
        pytest.skip(f"needs {FUNNEL}")
    mapping = tmp_path_factory.mktemp("funnel") / "mapping.toml"
    mapping.write_text(MAPPING)
    with django_db_blocker.unblock(), transaction.atomic():
        imported(mapping)
        yield mapping
        transaction.set_rollback(True)


@pytest.fixture
def known_to_the_planner(db: None, lived: Path) -> None:
    """What tidies up after a long test sees nothing of rows that are not committed, and the proof
    of the ledger took minutes of plans for empty tables. Goes with the test, as its lock must."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead, leads_event, leads_custody, sla_clock")


def imported(mapping: Path) -> list[str]:
    out = StringIO()
    call_command("import_history", FUNNEL / "mqls.csv", mapping=mapping, stdout=out)
    return out.getvalue().splitlines()


@needs_funnel
@pytest.mark.django_db
def test_conversion_by_source_is_what_others_computed(
    lived: Path, cast: Cast, client: Client, now: datetime
) -> None:
    expected = json.loads((SHARED / "expected.json").read_text())["olist_funnel"]["given"]
    client.force_login(cast.ana)
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/api/v1/reports/funnel/?by=source&{ALL_TIME}").json()
    assert (answer["handed"], answer["won"]) == (expected["leads"], expected["won"]) == (4171, 362)
    assert answer["conversion"] == pytest.approx(expected["conversion_pct"], abs=0.01)
    assert {line["key"] for line in answer["by"]} == set(expected["by_origin"])
    for line in answer["by"]:
        wanted = expected["by_origin"][line["key"]]
        assert (line["handed"], line["won"]) == (wanted["leads"], wanted["won"]), line["key"]
        assert line["conversion"] == pytest.approx(wanted["conversion_pct"], abs=0.01)
        assert line["median_days_to_won"] == pytest.approx(wanted["median_days_to_won"], abs=0.01)
    assert Decimal(answer["value"]) == Decimal("2185006.00")


@needs_funnel
@pytest.mark.usefixtures("known_to_the_planner")
def test_the_same_two_files_twice_change_nothing(lived: Path, now: datetime) -> None:
    leads = Lead.objects.filter(origin="history").count()
    assert imported(lived)[0] == "created 0 known 4171 refused 0"
    assert Lead.objects.filter(origin="history").count() == leads == 4171
    assert ledger(now=now).unaccounted == 0
