"""A file is taken in once, whatever happens on the way; each row is accounted for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.exports import neutral
from leadbridge.people.models import Membership
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Stage
from leads.intake.importing import running
from leads.intake.importing.checking import check_import
from leads.intake.importing.erasing import erase_from_files
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.queries import refused_rows
from leads.intake.importing.running import run_import
from sla.clocks.models import Clock
from tests.leads.intake.importing.files import (
    COLUMNS,
    SHARED,
    as_csv,
    counts,
    imported,
    ready,
    with_shared,
)

JO = ["jo@acme.example", "Jo", "Doe", "Acme", "Germany", 240, "", "demo", "Hello", "7"]
LI = ["li@acme.example", "Li", "Lei", "Acme", "CN", 20, "", "", "", "8"]
MQLS = {
    "external_id": "mql_id",
    "source": "origin",
    "acted_at": {"column": "first_contact_date", "zone": "America/Sao_Paulo"},
}
DEALS = {
    "external_id": "mql_id",
    "outcome": {"constant": "won"},
    "outcome_at": {"column": "won_date", "zone": "America/Sao_Paulo"},
    "value": "declared_monthly_revenue",
    "industry": "business_segment",
}


class Killed(BaseException):
    """As the process would end: nothing of ours catches it."""


def killed_after(rows: int):  # type: ignore[no-untyped-def]
    """A progress bar that kills the run."""
    done = 0

    def progress(n: int) -> None:
        nonlocal done
        done += n
        if done >= rows:
            raise Killed

    return progress


def test_a_file_twice_changes_nothing(cast: Cast, now: datetime) -> None:
    first = imported(cast.mia, now, as_csv([JO, LI, JO]))
    assert counts(first) == {"created": 2, "unchanged": 1}
    jo = Lead.objects.get(email_key="jo@acme.example")
    assert (jo.stage, jo.origin, jo.country, jo.external_id) == ("submitted", "import", "DE", "7")
    assert [e.action for e in jo.events.all()] == ["capture", "submit"]
    events = Event.objects.count()
    again = imported(cast.mia, now + timedelta(days=1), as_csv([JO, LI, JO]))
    assert counts(again) == {"unchanged": 3}
    assert (Event.objects.count(), Lead.objects.count()) == (events, 2)


def test_somebody_who_is_known_is_joined_or_added_to(cast: Cast, now: datetime) -> None:
    imported(cast.mia, now, as_csv([JO, LI]))
    other_id = [*JO[:-1], "9"]
    more = [*LI[:7], "price", "", "8"]
    assert counts(imported(cast.mia, now, as_csv([other_id, more]))) == {"joined": 1, "updated": 1}
    assert Lead.objects.get(email_key="li@acme.example").request == "price"
    assert Lead.objects.count() == 2


def test_a_run_that_is_killed_goes_on_where_it_was(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    people = [[f"p{n}@x.example", "P", str(n), "X", "", "", "", "", "", n] for n in range(30)]
    people.insert(10, ["p3@x.example", "P", "3", "X", "", "", "", "demo", "", ""])
    file = ready(cast.mia, now, as_csv(people))
    with pytest.raises(Killed):
        run_import(import_id=file.pk, now=now, progress=killed_after(5))
    file.refresh_from_db()
    assert (file.state, file.done) == ("running", 10)
    assert Lead.objects.count() == 10
    assert run_import(import_id=file.pk, now=now)
    file.refresh_from_db()
    assert (file.state, counts(file)) == ("done", {"created": 30, "joined": 1})
    assert Lead.objects.count() == 30
    assert not run_import(import_id=file.pk, now=now)


def test_refused_rows_come_back_mended(cast: Cast, now: datetime) -> None:
    bad = ["nobody", "=1+1", "Doe", "Acme", "", "", "", "", "Hello", "11"]
    worse = ["x@y.example", "nul\x00", "Doe", "Acme", "", "", "", "", "z" * 500_000, "12"]
    file = imported(cast.mia, now, as_csv([bad, worse, JO, ["a"] * 11]))
    assert counts(file) == {"created": 1, "refused": 3}
    header, *refused = refused_rows(file)
    assert header == [*COLUMNS, "row", "field", "reason"]
    assert [row[-3:-1] for row in refused] == [[2, "email"], [3, "first_name"], [5, ""]]
    assert "control characters (U+0000)" in str(refused[1][-1])
    assert "Left over: a" in str(refused[2][-1])
    refused[0][0] = "mended@y.example"
    sent = as_csv([[neutral(cell) for cell in refused[0]]], [str(name) for name in header])
    assert b"'=1+1" in sent
    again = imported(cast.mia, now, sent)
    assert counts(again) == {"created": 1}
    assert Lead.objects.get(email_key="mended@y.example").person.first_name == "=1+1"


def test_a_check_foresees_what_the_import_does(cast: Cast, now: datetime) -> None:
    imported(cast.mia, now, as_csv([LI]))
    bad = ["nobody", "", "", "", "", "", "", "", "", ""]
    rows: Sequence[Sequence[object]] = [JO, JO, LI, bad, [*LI[:7], "price", "", "8"], bad]
    file = ready(cast.mia, now, as_csv(rows))
    Import.objects.filter(pk=file.pk).update(state="checking")
    before = Event.objects.count()
    assert check_import(import_id=file.pk, now=now)
    file.refresh_from_db()
    assert (file.state, Event.objects.count(), file.done) == ("checked", before, 0)
    foreseen = {name: n for name, n in file.checked.items() if n and name != "reasons"}
    [[field, why, times]] = file.checked["reasons"]
    assert (field, times) == ("email", 2)
    assert "@" in why
    Import.objects.filter(pk=file.pk).update(state="waiting")
    run_import(import_id=file.pk, now=now)
    file.refresh_from_db()
    assert counts(file) == foreseen == {"created": 1, "updated": 1, "unchanged": 2, "refused": 2}


def test_a_house_that_is_not_ready_stops_the_file_and_it_goes_on(cast: Cast, now: datetime) -> None:
    cast.mia.memberships.all().delete()
    file = imported(cast.mia, now, as_csv([JO]))
    assert file.state == "failed"
    assert "belongs to no marketing team" in file.error
    assert not Lead.objects.exists()
    Membership.objects.create(user=cast.mia, team=cast.marketing)
    Import.objects.filter(pk=file.pk).update(state="waiting")
    assert run_import(import_id=file.pk, now=now)
    assert Lead.objects.count() == 1


def test_an_end_waits_for_its_lead_and_judges_no_promise(cast: Cast, now: datetime) -> None:
    end = {"external_id": "Id", "outcome": "How", "value": "Worth"}
    ends = as_csv([["7", "won", "12.50"], ["8", "lost", ""], ["99", "won", ""]], list("IHW"))
    ends = ends.replace(b"I,H,W", b"Id,How,Worth")
    first = imported(cast.mia, now, ends, end)
    assert counts(first) == {"waiting": 3}
    assert not Lead.objects.exists()
    later = now + timedelta(hours=1)
    imported(cast.mia, later, as_csv([JO, LI]))
    first.refresh_from_db()
    assert counts(first) == {"updated": 2, "waiting": 1}
    jo, li = Lead.objects.order_by("pk")
    assert (jo.stage, jo.value, li.stage) == (Stage.WON, Decimal("12.50"), Stage.DISQUALIFIED)
    assert not Clock.objects.filter(stopped_at__isnull=False).exclude(kind="triage").exists()
    assert not Clock.objects.filter(lead=jo, void_at=None, stopped_at=None).exists()
    assert counts(imported(cast.mia, later, ends, end)) == {"unchanged": 3}


@with_shared
@pytest.mark.parametrize("reverse", [False, True], ids=["leads first", "ends first"])
def test_the_funnel_is_whole_in_any_order(cast: Cast, now: datetime, reverse: bool) -> None:
    files = [("mqls.csv", MQLS), ("closed_deals.csv", DEALS)]
    for number, (name, fields) in enumerate(reversed(files) if reverse else files):
        data = (SHARED / "funnel" / name).read_bytes()
        file = ready(cast.mia, now, data, fields, name=name)
        if number == int(reverse):
            with pytest.raises(Killed):
                run_import(import_id=file.pk, now=now, progress=killed_after(2_000))
        assert run_import(import_id=file.pk, now=now)
        twice = imported(cast.mia, now, data, fields, name=name)
        assert set(counts(twice)) <= {"unchanged"}
    assert Lead.objects.count() == 4_171
    assert Lead.objects.filter(stage="won").count() == 362
    assert Lead.objects.filter(source="").count() == 24
    assert Lead.objects.filter(source="social", stage="won").count() == 32
    assert not ImportRow.objects.filter(outcome__in=["", "waiting", "refused"]).exists()


def test_somebody_who_is_forgotten_is_forgotten_in_files_too(cast: Cast, now: datetime) -> None:
    bad = ["li@acme.example", "Li", "", "", "Nowhere", "", "", "", "", ""]
    alike = ["ali@acme.example", "Ali", "", "", "Nowhere", "", "", "", "", ""]
    file = imported(cast.mia, now, as_csv([bad, alike]))
    assert erase_from_files(address="LI@acme.example") == 1
    first, second = ImportRow.objects.filter(file=file).order_by("number")
    assert (first.cells, first.reason) == ("[]", "What was sent is erased.")
    assert "ali@acme.example" in second.cells
