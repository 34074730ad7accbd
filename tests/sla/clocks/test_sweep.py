"""The sweep: what fell due is marked once and told to the right people; the rest is left alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leads.handoff.actions import accept_lead
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action
from sla.clocks import sweep as sweep_module
from sla.clocks.models import Clock, Heartbeat
from sla.clocks.sweep import Swept, due_now, sweep
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, captured, do, pooled, submitted
from tests.sla.clocks.crowd import crowd_of

SECOND = timedelta(seconds=1)


def triage_of(lead: Lead) -> Clock:
    return Clock.objects.get(lead=lead, kind="triage")


def told(lead: Lead) -> list[dict[str, Any]]:
    events = Event.objects.filter(lead=lead, action="breach").order_by("id")
    return [{"at": event.at, "data": event.data} for event in events]


def receivers(lead: Lead, kind: str = "clock.breached") -> list[str]:
    names = Message.objects.filter(data__lead=lead.pk, kind=kind).order_by("recipient__username")
    return list(names.values_list("recipient__username", flat=True))


@pytest.fixture
def spoilt(db: None) -> Iterator[Any]:
    """Makes the database itself refuse to mark one clock."""

    def spoil(clock: Clock, error: str = "RAISE EXCEPTION 'this one is spoilt'") -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {error}; RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE OR REPLACE TRIGGER spoil BEFORE UPDATE ON sla_clock FOR EACH ROW "
                f"WHEN (NEW.id = {clock.pk} AND NEW.detected_at IS NOT NULL) "
                "EXECUTE FUNCTION spoil()"
            )

    return spoil  # type: ignore[return-value]  # the transaction of the test takes it back


def test_a_clock_at_its_due_instant_is_not_late(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    due = triage_of(lead).due_at
    assert sweep(now=due).breached == 0
    assert triage_of(lead).breached_at is None
    late = due + timedelta(microseconds=1)
    assert sweep(now=late) == Swept(1, 1)
    clock = triage_of(lead)
    assert (clock.breached_at, clock.detected_at, clock.next_at) == (due, late, None)


def test_a_breach_is_marked_told_and_posted_once(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    for instant in (now + DAY, now + DAY, now + 2 * DAY):
        sweep(now=instant)
    [event] = told(lead)
    clock = triage_of(lead)
    assert event["at"] == now + DAY
    assert event["data"] == {
        "clock": clock.pk, "kind": "triage", "holder": cast.mia.pk, "manager": cast.ana.pk,
        "due_at": clock.due_at.isoformat(),
    }  # fmt: skip
    assert receivers(lead) == ["ana", "mia"]
    assert receivers(lead, "clock.at_risk") == ["mia"]
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"clock-{clock.pk}-at_risk-{cast.mia.pk}",
        *(f"clock-{clock.pk}-breached-{user.pk}" for user in (cast.mia, cast.ana)),
    }


def test_what_was_done_before_the_sweep_is_no_news(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    late = now + 2 * HOUR
    do(Action.TOUCH, lead, cast.sam, late, cast)
    assert sweep(now=late + SECOND) == Swept()
    assert (told(lead), receivers(lead)) == ([], [])
    assert set(Clock.objects.filter(lead=lead, breached_at__isnull=False).values_list("kind")) == {
        ("accept",), ("first_touch",)
    }  # fmt: skip


def test_a_breach_in_the_pool_is_told_to_its_manager_alone(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    assert sweep(now=now + 2 * HOUR).breached == 2
    assert receivers(lead) == ["max", "max"]


def test_a_manager_who_holds_the_lead_gets_one_message(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    accept_lead(lead_id=lead.pk, actor=cast.max, now=now)
    assert sweep(now=now + 2 * HOUR).breached == 1
    assert receivers(lead) == ["max"]


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
def test_batches_of_any_size_mark_everything_in_order_of_need(
    cast: Cast, now: datetime, batch: int
) -> None:
    leads = [captured(cast, now - n * MINUTE) for n in range(7)]
    assert due_now(now=now + DAY) == 7
    assert sweep(now=now + DAY, batch=batch) == Swept(14, 7)
    assert all(len(told(lead)) == 1 for lead in leads)
    order = Event.objects.filter(action="breach").order_by("id").values_list("lead", flat=True)
    if batch == 1:
        assert list(order) == [lead.pk for lead in reversed(leads)]
    assert due_now(now=now + DAY) == 0


@pytest.mark.parametrize("batch", [2, 3, 100])
def test_a_row_that_fails_is_set_aside_and_the_others_go_on(
    cast: Cast, now: datetime, batch: int, spoilt: Any
) -> None:
    leads = [captured(cast, now - n * MINUTE) for n in range(5)]
    bad = triage_of(leads[2])
    spoilt(bad)
    assert sweep(now=now + DAY, batch=batch) == Swept(9, 4, set_aside=1)
    assert [len(told(lead)) for lead in leads] == [1, 1, 0, 1, 1]
    bad.refresh_from_db()
    assert (bad.set_aside_at, bad.next_at, bad.detected_at) == (now + DAY, None, None)
    assert "this one is spoilt" in bad.error
    assert sweep(now=now + DAY, batch=batch) == Swept()
    assert receivers(leads[2]) == []


def test_a_database_in_trouble_sets_no_clock_aside(cast: Cast, now: datetime, spoilt: Any) -> None:
    """A deadlock or a shutdown is no row's fault: the next sweep goes on where this one ended."""
    lead = captured(cast, now)
    spoilt(triage_of(lead), "RAISE EXCEPTION 'going down' USING ERRCODE = 'admin_shutdown'")
    with pytest.raises(OperationalError):
        sweep(now=now + DAY)
    clock = triage_of(lead)
    assert (clock.set_aside_at, clock.next_at) == (None, clock.due_at)


def test_the_sweep_says_that_it_ran(cast: Cast, now: datetime) -> None:
    sweep(now=now)
    sweep(now=now + MINUTE)
    assert Heartbeat.objects.get(name="sweep").at == now + MINUTE


@pytest.mark.django_db(transaction=True)
def test_an_idle_sweep_reads_only_the_index_of_what_is_next(cast: Cast, now: datetime) -> None:
    """Its cost must not grow with the clocks that run: 20,000 of them, none due."""
    crowd_of(captured(cast, now), 20_000, due_at=now + DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sla_clock")
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT) " + sweep_module._TAKE,
            {"now": now, "batch": 1000, "only": None},
        )
        explained = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using sla_clock_to_sweep" in explained
    assert "Seq Scan on sla_clock" not in explained
    claimed = explained.split("CTE claimed")[1].split("CTE ")[0]
    assert "rows=0" in claimed
