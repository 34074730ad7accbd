"""Leads written set-wise are those that taking each in by itself would have made."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leads.handoff.actions import disqualify_lead
from leads.handoff.consents import Consent
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.intake.actions import take_in
from leads.intake.importing import running
from leads.intake.importing.alone import ORIGIN, read_rows, reader_of
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.rows import Wanted
from leads.intake.importing.running import Run, next_rows
from leads.routing.models import Turn
from sla.clocks.models import Clock
from tests.leads.intake.importing.files import PEOPLE, as_csv, counts, imported, ready
from tests.sla.agreed import agree

IDS = {"id", "person", "lead", "event", "started_by", "ended_by", "previous", "key", "data"}


HOUR = timedelta(hours=1)


class PassesBy(Exception):
    """A world that is looked at and undone."""


def plain(row: Any, *left_out: str) -> dict[str, Any]:
    """All columns of a row but those that are mere numbers of it."""
    found = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: v for name, v in found.items() if name not in IDS | set(left_out)}


def world() -> dict[str, Any]:
    """Everything that leads left behind, by their address."""
    every = Lead.objects.select_related("person")
    name = {one.pk: f"{one.email_key or one.person.phone} {one.episode}" for one in every}
    event = {e.pk: (name[e.lead_id], e.action) for e in Event.objects.all()}
    clocks = [
        (name[c.lead_id], c.kind, event[c.started_by_id], event.get(c.ended_by_id or 0), plain(c))
        for c in Clock.objects.all()
    ]
    messages = [
        (name[m.data["lead"]], event[m.data["event"]], plain(m))
        for m in Message.objects.filter(kind="lead.arrived")
    ]
    return {
        "people": sorted(str(plain(one)) for one in Person.objects.all()),
        "leads": {name[lead.pk]: plain(lead) for lead in Lead.objects.order_by("pk")},
        "order": [name[lead.pk] for lead in Lead.objects.order_by("pk")],
        "events": sorted(
            str((name[e.lead_id], e.data, plain(e))) for e in Event.objects.order_by("pk")
        ),
        "remarks": sorted(str((event[r.event_id], plain(r))) for r in Remark.objects.all()),
        "custody": sorted(str((name[c.lead_id], plain(c))) for c in Custody.objects.all()),
        "consents": sorted(str((name[c.lead_id], plain(c))) for c in Consent.objects.all()),
        "clocks": sorted(map(str, clocks)),
        "messages": sorted(map(str, messages)),
        "turns": [plain(turn) for turn in Turn.objects.order_by("team")],
    }


def one_by_one(file: Import, now: datetime) -> dict[str, Any]:
    """The world in which each row was taken in by itself; it passes."""
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            rows = list(ImportRow.objects.filter(file=file).order_by("number"))
            for _, wanted in read_rows(reader_of(file, now), rows):
                assert isinstance(wanted, Wanted)
                take_in(
                    packet=wanted.packet, origin=ORIGIN, marketer=file.marketer,
                    actor=file.marketer, now=now,
                )  # fmt: skip
            found = world()
            raise PassesBy
    except PassesBy:
        return found


def somebody(chance: random.Random, n: int) -> list[object]:
    """A row; now and then somebody who came before, nobody of a name, or only a phone number; now
    and then under the id of somebody else, or under the same number."""
    who = chance.randrange(n) if n and chance.random() < 0.15 else n
    email = "" if chance.random() < 0.1 else f"P{who}@firm{who % 7}.example"
    named = chance.random() < 0.9
    number, mark = (chance.randrange(n + 1) if chance.random() < 0.2 else who for _ in range(2))
    return [
        email, "Ines" if named else "", f"Aydin {who}" if named else "",
        f"Firm {who % 7}" if chance.random() < 0.9 else "", chance.choice(["DE", "US", "GB", ""]),
        chance.choice(["", 5, 240, 3000]), "+49 30 90182" + f"{number:03d}",
        chance.choice(["", "", "demo", "price"]),
        chance.choice(["", "Tab\there, a \\ and ünïcödé"]),
        f"X{mark}" if chance.random() < 0.3 else "",
    ]  # fmt: skip


def known(n: int) -> list[object]:
    """Somebody whose lead is open when the file comes; the rest may be told by it."""
    return [
        f"p{n}@firm{n % 7}.example",
        "Ines",
        "",
        "",
        "",
        "",
        "",
        "demo" if n == 9 else "",
        "",
        "",
    ]


def in_batches(file: Import, now: datetime) -> None:
    """The file taken in at one instant, however long that takes."""
    run = Run(file, reader_of(file, now), lambda _: None)
    while batch := next_rows(file.pk):
        run.deal_with(batch)


@pytest.mark.parametrize(("seed", "size"), [(1, 1_000), (2, 7)])
def test_a_file_makes_what_single_arrivals_make(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, seed: int, size: int
) -> None:
    monkeypatch.setattr(running, "BATCH", size)
    chance = random.Random(seed)
    fields = {**PEOPLE, "consent_text": {"constant": "I agree."}} if seed == 1 else PEOPLE
    agree(cast, now, relief={"surge": {"per_day": 8, "factor": 1}})
    data = as_csv([somebody(chance, n) for n in range(70)])
    before = imported(cast.mia, now - HOUR, as_csv([known(n) for n in (-1, 3, 5, 9, 12, 20)]))
    assert counts(before) == {"created": 6}
    for address in ("p5@firm5.example", "p12@firm5.example"):
        gone = Lead.objects.get(email_key=address)
        disqualify_lead(
            lead_id=gone.pk,
            actor=cast.mia,
            now=now - HOUR,
            reason="other",
            comment="They have closed their shop.",
        )
    file = ready(cast.mia, now, data, fields)
    wanted = one_by_one(file, now)
    assert Lead.objects.count() == 6
    in_batches(file, now)
    found = world()
    for part, value in wanted.items():
        assert found[part] == value, part
    file.refresh_from_db()
    made = counts(file)
    assert made["created"] == len(wanted["order"]) - 6
    assert made.get("joined", 0) > 2
    assert {lead.stage for lead in Lead.objects.open()} == {"captured", "submitted"}
    assert Lead.objects.filter(previous__isnull=False).count() == 2
    assert {clock.relief for clock in Clock.objects.all()} == {"", "surge"}
