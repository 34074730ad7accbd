"""What cannot be taken waits with an owner and a time, is decided on once, and is never lost."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError, FieldErrors
from leads.handoff.models import Lead
from leads.intake.quarantine.actions import discard, set_aside_all
from leads.intake.quarantine.keeping import plain, readable, sorted_fields
from leads.intake.quarantine.mending import take_in_mended
from leads.intake.quarantine.models import Quarantined
from sla.calendars.models import Calendar
from tests.leads.intake.naughty import NAUGHTY
from tests.leads.intake.quarantine.things import TOLD, closed, sent, set_one_aside

HOUR = timedelta(hours=1)


def test_what_cannot_be_taken_keeps_its_bytes_its_reasons_and_gets_an_owner(
    cast: Cast, now: datetime
) -> None:
    raw = b"\x00\xff\xfeemail=jo%40\r\n\x1b[31m"
    kept = set_one_aside(cast.mia, now, raw=raw, told={**TOLD, "shoe": "a\0b"})
    item = Quarantined.objects.get(pk=kept.pk)
    assert bytes(item.raw) == raw
    assert item.errors == {"email": ["Give an e-mail address or a phone number."]}
    assert (item.code, item.owner, item.marketer, item.state) == (
        "invalid", cast.mia, cast.mia, "waiting",
    )  # fmt: skip
    assert item.told == {**TOLD, "attributes": {"shoe": "a\ufffdb"}}
    assert item.summary == "Jo Doe · Acme · jo@"


def test_it_is_due_after_one_business_day_of_its_owner(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    assert item.due_at == now + timedelta(days=1)  # Monday 11:00 in Berlin to Tuesday 11:00
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
    later = set_one_aside(cast.mia, friday)
    assert later.due_at == friday + timedelta(days=3)
    assert later.received_at < later.at_risk_at < later.due_at


def test_without_any_calendar_it_is_kept_all_the_same(cast: Cast, now: datetime) -> None:
    Calendar.objects.update(current=None)
    item = set_one_aside(cast.mia, now)
    assert item.due_at == now + timedelta(hours=24)


def test_without_a_marketer_who_is_here_the_head_of_marketing_owns_it(
    cast: Cast, now: datetime
) -> None:
    assert set_one_aside(None, now).owner == cast.ana
    cast.mia.is_active = False
    cast.mia.save()
    assert set_one_aside(cast.mia, now).owner == cast.ana


def test_the_same_thing_again_is_the_same_row(cast: Cast, now: datetime) -> None:
    first = set_one_aside(cast.mia, now, key="delivery 7")
    again = set_one_aside(cast.mia, now + HOUR, key="delivery 7")
    assert first.pk == again.pk
    again.refresh_from_db()
    assert (again.times, again.received_at, again.last_at) == (2, now, now + HOUR)
    assert set_one_aside(cast.mia, now).pk != set_one_aside(cast.mia, now).pk


def test_many_are_set_aside_at_once_and_again_without_doubles(cast: Cast, now: datetime) -> None:
    rows = [sent(key=f"file, row {number}") for number in range(20)]
    assert set_aside_all(sent=rows, marketer=cast.mia, now=now) == 20
    assert set_aside_all(sent=[*rows, sent()], marketer=cast.mia, now=now + HOUR) == 1
    assert Quarantined.objects.count() == 21
    assert Quarantined.objects.filter(times=2).count() == 20


def test_a_mended_one_becomes_a_lead_of_its_marketer(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    fields = {**item.told, "email": "jo@acme.example"}
    taken = take_in_mended(item_id=item.pk, actor=cast.ana, now=now + HOUR, fields=fields)
    item.refresh_from_db()
    assert (item.state, item.lead, item.settled_by) == ("taken_in", taken.lead, cast.ana)
    assert (taken.lead.marketer, taken.lead.origin) == (cast.mia, "form")
    assert taken.lead.stage == "submitted"


def test_what_was_at_fault_here_is_taken_in_as_it_was_sent(cast: Cast, now: datetime) -> None:
    told = {**TOLD, "email": "jo@acme.example", "shoe": 44}
    item = set_one_aside(None, now, error=closed(), told=told)
    taken = take_in_mended(item_id=item.pk, actor=cast.ana, now=now)
    assert taken.lead.attributes == {"shoe": 44}
    assert taken.lead.marketer == cast.ana


def test_still_wrong_it_still_waits(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    with pytest.raises(FieldErrors) as refusal:
        take_in_mended(item_id=item.pk, actor=cast.mia, now=now)
    assert "email" in refusal.value.errors
    item.refresh_from_db()
    assert (item.state, Lead.objects.count()) == ("waiting", 0)


def test_who_discards_says_why_and_nothing_is_deleted(cast: Cast, now: datetime) -> None:
    one, two = set_one_aside(cast.mia, now), set_one_aside(cast.mia, now)
    with pytest.raises(DomainError) as refusal:
        discard(item_ids=[one.pk, two.pk], actor=cast.mia, now=now, reason="  ")
    assert refusal.value.field == "reason"
    assert Quarantined.objects.waiting().count() == 2
    assert discard(item_ids=[one.pk, two.pk], actor=cast.mia, now=now, reason="A program.") == 2
    one.refresh_from_db()
    assert (one.state, one.reason, one.settled_by) == ("discarded", "A program.", cast.mia)
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()
    assert Quarantined.objects.count() == 2


Act = Callable[[Quarantined, Cast, datetime], Any]
ACTS: list[Act] = [
    lambda item, cast, now: discard(item_ids=[item.pk], actor=cast.ana, now=now, reason="Again."),
    lambda item, cast, now: take_in_mended(
        item_id=item.pk, actor=cast.ana, now=now, fields={**TOLD, "email": "jo@acme.example"}
    ),
]


@pytest.mark.parametrize("act", ACTS)
def test_who_comes_second_learns_who_was_first(cast: Cast, now: datetime, act: Act) -> None:
    item = set_one_aside(cast.mia, now)
    discard(item_ids=[item.pk], actor=cast.mia, now=now, reason="A program.")
    with pytest.raises(DomainError) as refusal:
        act(item, cast, now + HOUR)
    assert (refusal.value.code, refusal.value.data["by"]) == ("already_decided", "Mia Lindqvist")
    item.refresh_from_db()
    assert (item.reason, Lead.objects.count()) == ("A program.", 0)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", ["sam", "max", "olu"])
def test_who_is_not_marketing_decides_nothing(
    cast: Cast, now: datetime, act: Act, name: str
) -> None:
    item = set_one_aside(cast.mia, now)
    other = Cast(**{**vars(cast), "ana": getattr(cast, name)})
    with pytest.raises(DomainError) as refusal:
        act(item, other, now)
    assert (refusal.value.code, refusal.value.status) == ("forbidden", 403)
    item.refresh_from_db()
    assert (item.state, Lead.objects.count()) == ("waiting", 0)


def test_every_naughty_string_is_kept_and_shown(cast: Cast, now: datetime) -> None:
    rows = []
    for text in NAUGHTY:
        told = dict.fromkeys(("email", "first_name", "company", text or "x"), text)
        rows.append(sent(raw=text.encode(errors="surrogatepass"), told=told, place=text or "x"))
    assert set_aside_all(sent=rows, marketer=cast.mia, now=now) == len(NAUGHTY)
    for text, item in zip(NAUGHTY, Quarantined.objects.order_by("pk"), strict=True):
        assert bytes(item.raw) == text.encode(errors="surrogatepass")
        assert "\0" not in readable(bytes(item.raw), 100)[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(JSON)
def test_whatever_was_told_can_be_told_again(value: object) -> None:
    kept = sorted_fields({"email": value, "other": value})
    assert set(kept) == {"email", "attributes"}
    assert sorted_fields(kept) == kept
    assert len(plain(value, 50)) <= 50


def test_who_asks_to_be_forgotten_is_forgotten_here_too(cast: Cast, now: datetime) -> None:
    told = {**TOLD, "email": "Jo@acme.example"}
    waits, taken = (set_one_aside(cast.mia, now, told=told) for _ in range(2))
    other = set_one_aside(cast.mia, now)
    take_in_mended(item_id=taken.pk, actor=cast.mia, now=now)
    out = io.StringIO()
    call_command("erase", "jo@acme.example", "--request", "R-1", stdout=out)
    assert out.getvalue() == "erased 1 leads\nand 2 in the quarantine\n"
    for item in Quarantined.objects.filter(pk__in=[waits.pk, taken.pk]):
        assert (bytes(item.raw), item.told, item.summary, item.email_key) == (b"", {}, "", "")
    waits.refresh_from_db()
    other.refresh_from_db()
    assert (waits.state, other.state) == ("discarded", "waiting")
    assert other.told == TOLD
    call_command("erase", "jo@", "--request", "R-2", stdout=out)
    assert out.getvalue().endswith("erased 0 leads\nand 1 in the quarantine\n")
