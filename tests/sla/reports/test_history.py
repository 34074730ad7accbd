"""Somebody's past: read, judged, lived through; the real one where its data are at hand."""

import csv
import json
import tracemalloc
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import now as now_at_the_rim
from leadbridge.outbox.models import Message
from leadbridge.people.models import Team
from leads.definition.models import DefinitionVersion
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.work.models import Touch
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from sla.clocks.terms import judged_by
from sla.reports.attainment import Score, score_of
from sla.reports.history.living import live_through
from sla.reports.history.mapping import Mapping, read_mapping
from sla.reports.history.pasts import read_past
from sla.reports.history.scene import Scene, set_scene
from sla.reports.history.steps import steps_of
from sla.reports.history.table import open_table
from sla.reports.history.together import live_together
from sla.reports.ledger import ledger
from sla.reports.slices import Slice
from tests.sla.reports.pasts import (
    HEAD,
    MORE,
    SHARED,
    Run,
    Write,
    everything,
    mapping_text,
    needs_data,
)

# Two ways of living, one life

PASTS = (
    "1,2011-11-01T01:15:55.007+01:00,2011-11-01T10:11:58.538+01:00,10,2011-11-01T12:18:58.827+01:00,lost_declined,2011-11-01T12:30:44.239+01:00,Firm",
    "2,2011-11-01T02:15:55+01:00,2011-11-02T10:11:58+01:00,11,2011-11-09T12:18:58+01:00,won,2011-11-22T12:30:44+01:00,",
    "3,2011-11-01T09:00:00+01:00,,,,,,",
    "4,2011-11-01T09:00:00+01:00,,12,,no,2011-11-01T09:30:00+01:00,",
    "5,2011-11-01T09:00:00+01:00,2011-11-04T09:00:00+01:00,12,,lost_cancelled,2011-11-20T09:30:00+01:00,",
    "6,2011-11-01T09:00:00+01:00,2011-11-01T09:00:00+01:00,,2011-11-01T09:00:00+01:00,won,2011-11-01T09:00:00+01:00,",
    "7,2011-11-01T09:00:00+01:00,2011-11-04T09:00:00+01:00,12,,,,",
    "8,2011-11-01T09:00:00+01:00,2011-11-04T09:00:00+01:00,12,2011-11-02T09:00:00+01:00,,,",
    "9,2011-11-01T09:00:00+01:00,2011-11-04T09:00:00+01:00,12,,lost_declined,2011-11-02T09:00:00+01:00,",
    "10,2011-11-01T09:00:00+01:00,,,,won,,",
    "11,2011-11-01 09:00:00,2011-11-01 09:30:00,13,,won,2011-11-01 10:00:00,",
)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(HEAD + text)))


def portrait(lead_id: int) -> dict[str, object]:
    """All that is written of a lead, with its own ids told as numbers in its story."""
    lead = Lead.objects.select_related("person").get(pk=lead_id)
    events = list(Event.objects.filter(lead=lead).order_by("pk"))
    numbers = {event.pk: number for number, event in enumerate(events)}

    def plain(row: Any, *leave: str) -> dict[str, object]:
        gone = {"id", "lead_id", *leave}
        found = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
        for name in ("event_id", "started_by_id", "ended_by_id"):
            if found.get(name):
                found[name] = numbers[found[name]]
        return {name: value for name, value in found.items() if name not in gone}

    listed = {
        "events": events,
        "custody": Custody.objects.filter(lead=lead).order_by("since", "pk"),
        "clocks": Clock.objects.filter(lead=lead).order_by("started_at", "kind"),
        "touches": Touch.objects.filter(lead=lead).order_by("pk"),
        "remarks": Remark.objects.filter(event__lead=lead).order_by("pk"),
    }
    return {
        "lead": plain(lead, "person_id"),
        "person": plain(lead.person),
        **{name: [plain(row) for row in rows] for name, rows in listed.items()},
    }


@pytest.fixture
def scene(cast: Cast, now: datetime) -> Scene:
    return set_scene("past", read_mapping(mapping_text(more=MORE)), now=now)


@pytest.fixture
def mapping() -> Mapping:
    return read_mapping(mapping_text(more=MORE))


@pytest.mark.django_db
@pytest.mark.parametrize("captured", [False, True])
@pytest.mark.parametrize("text", PASTS)
def test_living_many_at_once_writes_what_the_actions_write(
    scene: Scene, now: datetime, text: str, captured: bool
) -> None:
    more = MORE + ('\ncaptured_at = "handed_off_at"' if captured else "")
    past = read_past(rows_of(text)[0], read_mapping(mapping_text(more=more)), now=now)
    scene.holder(past.holder or "unknown")
    with judged_by(scene.terms):
        with transaction.atomic():
            one_by_one = portrait(live_through(past, scene))
            transaction.set_rollback(True)
        together = portrait(live_together([past], scene)[0])
    for name, told in one_by_one.items():
        assert json.dumps(together[name], default=str) == json.dumps(told, default=str), name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PASTS[0], "capture submit accept touch disqualify"),
        (PASTS[1], "capture submit accept touch qualify win"),
        (PASTS[2], "capture submit"),
        (PASTS[3], "capture submit reject"),
        (PASTS[4], "capture submit accept disqualify"),
        (PASTS[5], "capture submit accept touch qualify win"),
        (PASTS[7], "capture submit touch"),
        (PASTS[8], "capture submit accept disqualify"),
        (PASTS[9], "capture submit touch qualify win"),
    ],
)
def test_facts_become_the_shortest_way_that_the_table_allows(
    mapping: Mapping, now: datetime, text: str, expected: str
) -> None:
    steps = steps_of(read_past(rows_of(text)[0], mapping, now=now))
    assert " ".join(step.action for step in steps) == expected
    assert [step.at for step in steps] == sorted(step.at for step in steps)


@pytest.mark.django_db
def test_a_past_that_is_still_open_is_overdue_and_nobody_is_told(
    cast: Cast, write: Write, run: Run
) -> None:
    lines, complaints = run(write(HEAD + "\n".join(PASTS)))
    assert lines[0] == "created 11 known 0 refused 0"
    assert complaints == ""
    lead = Lead.objects.get(external_id="3")
    assert (lead.stage, lead.holder.username.split("/")[-1]) == ("submitted", "automatic")  # type: ignore[union-attr]
    clock = Clock.objects.get(lead=lead, kind="accept")
    assert clock.breached_at == clock.due_at == datetime(2011, 11, 1, 9, 0, tzinfo=UTC)
    assert clock.next_at is None
    assert Event.objects.filter(lead=lead, action="breach").count() == 2
    assert sweep(now=now_at_the_rim()).breached == 0
    assert Message.objects.count() == 0
    proof = ledger(now=now_at_the_rim())
    assert (proof.unaccounted, proof.flow.submitted, proof.flow.waiting) == (0, 11, 1)
    score = score_of(
        Slice(datetime(2011, 1, 1, tzinfo=UTC), datetime(2012, 1, 1, tzinfo=UTC), kind="accept"),
        now=now_at_the_rim(),
    )
    assert score == Score(due=10, met=3, met_late=6, missed_open=1)
    assert "accept due 10 met 3 late 6 open 1 attainment 30.0" in lines


@pytest.mark.django_db
def test_the_people_of_a_past_cannot_sign_in_and_its_documents_are_not_in_force(
    cast: Cast, write: Write, run: Run, client: Client
) -> None:
    run(write(HEAD + PASTS[0]))
    team = Team.objects.get(name="History: past")
    assert team.manager == cast.max
    for user in team.members.all():
        assert not user.is_active
        assert not user.has_usable_password()
    lead = Lead.objects.get(external_id="1")
    assert lead.company == "Firm"
    clock = Clock.objects.get(lead=lead, kind="accept")
    assert clock.agreement.state == "retired"
    assert clock.calendar.calendar.name == "History: past"
    assert clock.target_seconds == 3600
    assert [link.team.name for link in Custody.objects.filter(lead=lead)] == [
        "History (marketing)",
        "History: past",
    ]


@pytest.mark.django_db
def test_a_person_known_by_address_begins_a_new_episode_and_an_open_one_is_refused(
    cast: Cast, write: Write, run: Run
) -> None:
    mapping = mapping_text(more=f'{MORE}\nemail = "email"')
    head = HEAD.replace("company\n", "company,email\n")
    rows = [
        f"{PASTS[0]},kim@firm.example",
        f"{PASTS[1]},KIM@firm.example",
        f"{PASTS[2]},lee@firm.example",
        f"{PASTS[4]},lee@firm.example",
    ]
    lines, complaints = run(write(head + "\n".join(rows), mapping=mapping))
    assert lines[0] == "created 3 known 0 refused 1"
    assert complaints.startswith("row 5: The same person has an open lead, L-")
    kim = Person.objects.get(email_key="kim@firm.example")
    assert list(kim.leads.order_by("episode").values_list("episode", "external_id")) == [
        (1, "1"),
        (2, "2"),
    ]
    assert ledger(now=now_at_the_rim()).unaccounted == 0


@pytest.mark.django_db
def test_an_organisation_without_a_definition_is_told_so_and_can_audit_all_the_same(
    cast: Cast, write: Write, run: Run
) -> None:
    DefinitionVersion.objects.filter(state="active").update(
        state="retired", retired_at=now_at_the_rim()
    )
    before = everything()
    path = write(HEAD + PASTS[0])
    lines, complaints = run(path)
    assert lines[0] == "created 0 known 0 refused 1"
    assert "No definition of a qualified lead is in force" in complaints
    assert everything()["Lead"] == before["Lead"]
    lines, _ = run(path, dry_run=True)
    assert "accept due 1 met 0 late 1 open 0 attainment 0.0" in lines


# What comes in


@pytest.mark.django_db
def test_each_bad_row_is_named_with_its_field_and_cure_and_kept_in_a_file(
    cast: Cast, write: Write, run: Run, tmp_path: Path
) -> None:
    rows = [
        PASTS[0],
        ",2011-11-01,,,,,,",
        "b,2011-13-45,,,,,,",
        "c,,,,,,,",
        "d,2011-11-02,2011-11-01,,,,,",
        "e,2011-11-02,,,,who knows,,",
        "f,0001-01-01,,,,,,",
        "g,2999-01-01,,,,,,",
        "1,2011-11-02,,,,,,",
        "h\0,2011-11-02,,,,,,",
        f"i,2011-11-02,,{'x' * 101},,,,",
        "j,2011-11-02,,,,,,,,too many",
    ]
    out = tmp_path / "refused.csv"
    lines, complaints = run(write(HEAD + "\n".join(rows)), refused=out)
    assert lines[0] == "created 1 known 0 refused 11"
    told = complaints.splitlines()
    wanted = (
        "row 3: external_id: is blank",
        "row 4: handed_off_at: “2011-13-45” is no instant",
        "row 5: handed_off_at: is blank",
        "row 6: accepted_at: lies before handed_off_at",
        "row 7: outcome: “who knows” is not in the mapping's values",
        "row 8: handed_off_at: “0001-01-01”",
        "row 9: handed_off_at: “2999-01-01” lies in the future",
        "row 10: external_id: “1” is that of row 2 too",
        "row 11: external_id: holds characters that no database keeps",
        "row 12: holder: has 101 characters",
        "row 13: It has 10 cells and the header 8",
    )
    assert len(told) == len(wanted)
    for line, start in zip(told, wanted, strict=True):
        assert line.startswith(start)
    with out.open(newline="") as file:
        kept = list(csv.DictReader(file))
    assert [row["row"] for row in kept] == [str(number) for number in range(3, 14)]
    assert kept[1]["handed_off_at"] == "2011-13-45"
    assert kept[1]["field"] == "handed_off_at"


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_usual_encoding_is_read_as_it_is(
    cast: Cast, write: Write, run: Run, encoding: str
) -> None:
    text = HEAD + "1,2011-11-01T09:00:00+01:00,,Zoë Ångström,,,,株式会社"
    lines, complaints = run(write(text.encode(encoding)))
    assert lines[0] == "created 1 known 0 refused 0"
    assert ("No mark at its start" in complaints) == (encoding in ("utf-16-le", "utf-16-be"))
    lead = Lead.objects.get(external_id="1")
    assert (lead.company, str(lead.holder)) == ("株式会社", "Zoë Ångström")


@pytest.mark.django_db
def test_an_old_encoding_is_guessed_and_said(cast: Cast, write: Write, run: Run) -> None:
    text = HEAD + "1,2011-11-01T09:00:00+01:00,,Zoë,,,,"
    lines, complaints = run(write(text.encode("latin-1")))
    assert lines[0] == "created 1 known 0 refused 0"
    assert "Not UTF-8: read as Windows-1252" in complaints
    assert str(Lead.objects.get(external_id="1").holder) == "Zoë"


@pytest.mark.django_db
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_quoted_line_breaks_are_read(
    cast: Cast, write: Write, run: Run, separator: str
) -> None:
    text = HEAD + '1,2011-11-01T09:00:00+01:00,,10,,,,"Two\nlines"\n\n'
    lines, complaints = run(write(text.replace(",", separator)))
    assert (lines[0], complaints) == ("created 1 known 0 refused 0", "")
    assert Lead.objects.get(external_id="1").company == "Two\nlines"


@pytest.mark.django_db
def test_dates_are_read_by_the_format_and_zone_of_the_mapping(
    cast: Cast, write: Write, run: Run
) -> None:
    mapping = mapping_text(more=MORE).replace(
        'handed_off_at = "handed_off_at"',
        'handed_off_at = { column = "handed_off_at", format = "%d.%m.%Y %H:%M" }',
    )
    run(write(HEAD + "1,01.11.2011 09:00,,,,,,", mapping=mapping))
    lead = Lead.objects.get(external_id="1")
    assert lead.submitted_at == datetime(2011, 11, 1, 8, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"PK\x03\x04rest", "is damaged"),
        (b"a,b,a\n1,2,3", "has the column a more than once"),
        (b"a,b,c\n1,2,3", "has no column “case_id”"),
        (b"\x00\x01\x02\xff\xfe\x00\x00binary", "has no column"),
    ],
)
def test_a_file_that_is_no_table_of_handoffs_is_refused_as_a_whole(
    cast: Cast, write: Write, run: Run, text: bytes, complaint: str
) -> None:
    before = everything()
    with pytest.raises(CommandError, match=complaint) as error:
        run(write(text))
    assert error.value.returncode == 1
    assert everything() == before


@pytest.mark.django_db
def test_missing_files_and_unknown_headers_are_said_in_one_line(
    cast: Cast, write: Write, run: Run, tmp_path: Path
) -> None:
    path = write("a,b\n1,2")
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "nowhere.csv", mapping=path)
    with pytest.raises(CommandError, match="cannot be opened"):
        run(path, mapping=tmp_path / "nowhere.toml")
    with pytest.raises(CommandError, match="say with --mapping"):
        run(path, mapping=None)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("[fields]", "[fields"), "no TOML"),
        (("zone =", "zones ="), "“zones” is not known here"),
        (("Europe/Amsterdam", "Europe/Atlantis"), "is no known zone"),
        (("accepted_at =", "acepted_at ="), "“acepted_at” is not known here"),
        (('accept = "60m"', 'accept = "1 day"'), "accept, amount"),
        (('accept = "60m"', 'acceptt = "60m"'), "“acceptt” is not known here"),
        (("external_id =", "company ="), "“external_id” is missing"),
        (("09:00", "19:00"), "backward"),
        (('{ constant = "history" }', '{ constant = "h", column = "c" }'), "either a column or"),
        (('{ constant = "history" }', "3"), "expected an object"),
    ],
)
def test_a_mapping_that_cannot_be_meant_names_the_place(
    change: tuple[str, str], complaint: str
) -> None:
    with pytest.raises(DomainError, match=complaint):
        read_mapping(mapping_text().replace(*change))


@needs_data
@pytest.mark.django_db
def test_naughty_strings_are_kept_as_values_or_refused_and_break_nothing(
    cast: Cast, write: Write, run: Run
) -> None:
    strings = json.loads((SHARED / "csv" / "naughty_strings.json").read_text())
    out = StringIO()
    writer = csv.writer(out)
    for number, text in enumerate(strings):
        writer.writerow([f"n{number}", "2011-11-01T09:00:00+01:00", "", "", "", "", "", text])
        writer.writerow([f"d{number}", text, "", "", "", "", "", ""])
    lines, complaints = run(write(HEAD + out.getvalue()))
    kept = Lead.objects.filter(external_id__startswith="n")
    assert kept.count() > 0.95 * len(strings)
    assert int(lines[0].split()[-1]) == len(complaints.splitlines())
    assert len(strings) <= int(lines[0].split()[-1])
    for number in (0, 5, len(strings) - 1):
        found = kept.filter(external_id=f"n{number}").first()
        text = strings[number].strip()
        assert found is None or found.company == (text or f"history n{number}")


@needs_data
@pytest.mark.parametrize("path", sorted((SHARED / "csv" / "spectrum_csv").glob("*.csv")))
def test_odd_tables_parse_to_what_they_say(path: Path) -> None:
    told = path.parent.with_name("spectrum_json") / f"{path.stem}.json"
    try:
        expected = json.loads(told.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        expected = None
    rows = [cells for _, cells in open_table(path).rows()]
    assert all(isinstance(cells, dict) for cells in rows)
    if expected is not None and "\ufffd" not in told.read_text(errors="replace"):
        plain = [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in expected]
        read = [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in rows]  # type: ignore[union-attr]
        assert read == plain


def test_a_large_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write(HEAD)
        for number in range(60_000):
            file.write(f"{number},2011-11-01T09:00:00+01:00,,10,,,,{'x' * 100}\n")
    tracemalloc.start()
    counted = sum(1 for _ in open_table(path).rows())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted == 60_000
    assert most < path.stat().st_size / 2


@pytest.mark.django_db
def test_an_outcome_without_an_instant_flatters_nobody(cast: Cast, write: Write, run: Run) -> None:
    """The mapping of the contract knows neither when a lead was followed up nor when it ended."""
    rows = "\n".join(text.replace("won,2011-11-22T12:30:44+01:00", "won,") for text in PASTS[:2])
    lines, _ = run(write(HEAD + rows, mapping=mapping_text()))
    assert lines[1:] == [
        "accept due 2 met 0 late 2 open 0 attainment 0.0",
        "first_touch due 0 met 0 late 0 open 0 attainment -",
    ]
    won = Lead.objects.get(external_id="2")
    assert won.stage == "won"
    ended = Clock.objects.filter(lead=won).exclude(kind__in=["accept", "triage"])
    assert set(ended.values_list("void_cause", "stopped_at")) == {("undated", None)}
    assert ledger(now=now_at_the_rim()).unaccounted == 0
