"""`manage.py import_leads`, as scripts rely on it; killed for good in the middle."""

import io
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.exports import neutral, restored
from leads.handoff.models import Lead
from leads.intake.importing.models import Import, ImportRow
from tests.leads.intake.importing.files import as_csv
from tests.sla.clocks.test_sweep_crash import until

MAPPING = """
[fields]
email = "Email"
first_name = "First"
company = "Company"
source = { constant = "fair" }
"""
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date\n"
    "1,Ada,Byron,ada@x.example,Lead,2026-03-12 09:14\n"
    "2,Bo,Smith,,Lead,2026-03-12 09:14\n"
)


def run(path: Path, now: datetime, **options: Any) -> tuple[list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    with time_machine.travel(now, tick=False):
        call_command("import_leads", path, stdout=out, stderr=err, **options)
    return out.getvalue().splitlines(), err.getvalue()


@pytest.fixture
def hubspot(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(HUBSPOT)
    return path


def test_it_ends_with_the_counts_and_hands_back_what_was_refused(
    cast: Cast, now: datetime, hubspot: Path, tmp_path: Path
) -> None:
    out = tmp_path / "refused.csv"
    lines, said = run(hubspot, now, actor="mia", refused=out, zone="Europe/Berlin")
    assert lines == ["created 1 updated 0 joined 0 refused 1"]
    assert "read as HubSpot" in said
    assert (
        out.read_text()
        .splitlines()[1]
        .endswith(",3,email,Give an e-mail address or a phone number.")
    )
    lead = Lead.objects.get()
    assert (lead.marketer, lead.external_id) == (cast.mia, "1")
    assert lead.acted_at == datetime.fromisoformat("2026-03-12T09:14:00+01:00")
    lines, _ = run(hubspot, now, zone="Europe/Berlin")
    assert lines == ["1 rows known already", "created 0 updated 0 joined 0 refused 1"]


def test_a_date_without_a_zone_is_not_guessed(cast: Cast, now: datetime, hubspot: Path) -> None:
    _, said = run(hubspot, now)
    assert "“Create Date” leaves open its zone: say --zone. It is not taken." in said
    lead = Lead.objects.get()
    assert (lead.acted_at, lead.marketer) == (now, cast.ana)


def test_a_dry_run_writes_nothing(cast: Cast, now: datetime, hubspot: Path) -> None:
    lines, said = run(hubspot, now, dry_run=True)
    assert lines == ["dry run, nothing written: created 1 updated 0 joined 0 refused 1"]
    assert "1 × email: Give an e-mail address or a phone number." in said
    assert not Lead.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("options", "text", "why"),
    [
        ({}, "a,b\n1,2\n", "say with --mapping"),
        ({"actor": "sam"}, HUBSPOT, "nobody of marketing"),
        ({"zone": "Berlin"}, HUBSPOT, "is no time zone"),
        ({}, "", "is empty"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    cast: Cast, now: datetime, tmp_path: Path, options: dict[str, Any], text: str, why: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=why) as error:
        run(path, now, **options)
    assert error.value.returncode == 1
    assert not Import.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    from leadbridge.demo.organisation import find_cast, found_organisation
    from tests.conftest import MONDAY, seed_reasons

    seed_reasons()
    if find_cast() is None:
        found_organisation(now=MONDAY)
    path, mapping = tmp_path / "people.csv", tmp_path / "mapping.toml"
    path.write_bytes(as_csv([[f"p{n}@x{n % 9}.example", "P", "", "X"] for n in range(4_000)],
                            ("Email", "First", "Last", "Company")))  # fmt: skip
    mapping.write_text(MAPPING)
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    command = [sys.executable, "manage.py", "import_leads", str(path), "--mapping", str(mapping)]
    root = Path(__file__).parents[4]
    doomed = subprocess.Popen(
        command, cwd=root, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.DEVNULL
    )
    until(lambda: Lead.objects.count() >= 1_000, "a thousand leads")
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    before = Lead.objects.count()
    until(lambda: not _others(), "the database is rid of the killed run")
    assert before < 4_000
    lines, said = run(path, MONDAY, mapping=mapping)
    assert lines[-1] == "created 4000 updated 0 joined 0 refused 0"
    assert "goes on after" in said
    assert Lead.objects.count() == 4_000
    assert Import.objects.count() == 1
    assert ImportRow.objects.filter(outcome="created").count() == 4_000


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("typed", "leaves"),
    [("=1+1", "'=1+1"), ("+49 30 1", "'+49 30 1"), ("-12.50", "-12.50"), ("@x", "'@x"),
     ("\tx", "'\tx"), ("＝1", "'＝1"), ("plain", "plain"), ("'quoted'", "'quoted'"), ("", "")],
)  # fmt: skip
def test_no_cell_that_leaves_is_a_formula_and_each_comes_back(typed: str, leaves: str) -> None:
    assert neutral(typed) == leaves
    assert restored(leaves) == typed
