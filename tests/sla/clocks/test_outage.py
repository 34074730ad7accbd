"""What fell due in an outage is void; what still runs begins anew with the time that was left."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import InternalError, transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.actions import accept_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Action
from sla.clocks.models import Clock, Outage, Rebuild
from sla.clocks.outage import begun_anew, outage_words, preview_outage, void_outage
from sla.clocks.rebuild import run_rebuild, run_rebuilds
from sla.clocks.states import IS_RUNNING, State, state_of
from sla.clocks.sweep import sweep
from sla.reports.attainment import score_of
from sla.reports.ledger import ledger
from sla.reports.slices import Slice
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, again, do, submitted, working

SECOND = timedelta(seconds=1)


def accept_of(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, kind="accept").latest("pk")


def void(cast: Cast, now: datetime, **given: Any) -> Outage:
    usual = {
        "actor": cast.olu, "now": now, "since": now - 2 * HOUR, "until": now - HOUR,
        "reason": "The mail server was down.",
    }  # fmt: skip
    outage = void_outage(**{**usual, **given})
    run_rebuilds(now=now)
    return outage


def test_what_fell_due_in_an_outage_counts_for_nobody(cast: Cast, now: datetime) -> None:
    kept, missed, later = submitted(cast, now), submitted(cast, now), submitted(cast, now + HOUR)
    accept_lead(lead_id=kept.pk, actor=cast.sam, now=now + MINUTE)
    accept_lead(lead_id=missed.pk, actor=cast.sam, now=now + 2 * HOUR)
    do(Action.TOUCH, kept, cast.sam, now + 2 * MINUTE, cast, next_at=now + DAY)
    do(Action.TOUCH, missed, cast.sam, now + 2 * HOUR, cast, next_at=now + DAY)
    do(Action.TOUCH, later, cast.sam, now + HOUR + MINUTE, cast, next_at=now + DAY)
    at = now + 3 * HOUR
    slice_ = Slice(now - DAY, at + DAY, kind="accept")
    before = score_of(slice_, now=at)
    assert (before.due, before.met) == (3, 2)
    due = accept_of(kept).due_at
    assert due == accept_of(missed).due_at == now + HOUR
    outage = void(cast, at, since=due, until=due + MINUTE)
    assert (outage.voided, outage.restarted) == (4, 0)  # accept and first touch, of two leads
    after = score_of(slice_, now=at)
    assert (after.due, after.met) == (1, 1)
    for lead in (kept, missed):
        assert state_of(accept_of(lead), at) is State.VOID
        assert accept_of(lead).void_cause == "outage"
    assert ledger(now=at).unaccounted == 0


def test_a_clock_that_runs_begins_anew_with_the_time_that_was_left(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    due = accept_of(lead).due_at
    sweep(now=due + SECOND)
    sweep(now=due + SECOND)
    old, at = accept_of(lead), due + HOUR
    assert old.detected_at is not None
    began = due - 20 * MINUTE
    outage = void(cast, at, since=began, until=due + MINUTE)
    assert (outage.voided, outage.restarted) == (0, 2)
    old.refresh_from_db()
    fresh = accept_of(lead)
    assert fresh.pk != old.pk
    assert (old.void_cause, old.void_at, old.next_at) == ("outage", at, None)
    assert (fresh.started_at, fresh.due_at) == (at, at + 20 * MINUTE)
    assert (fresh.holder, fresh.detected_at) == (cast.sam, None)
    assert fresh.steps == ["remind", "tell", "offer", "reassign", "manager"]
    lead = again(lead)
    assert (lead.next_kind, lead.next_due_at) == ("accept", fresh.due_at)
    assert lead.events.filter(action="outage", actor=cast.olu).count() == 1
    assert ledger(now=at).unaccounted == 0
    sweep(now=fresh.due_at + SECOND)
    sweep(now=fresh.due_at + SECOND)
    assert accept_of(lead).breached_at == fresh.due_at
    assert ledger(now=fresh.due_at + SECOND).unaccounted == 0


def test_a_promised_date_moves_by_as_much_as_it_lay_in_the_outage(
    cast: Cast, now: datetime
) -> None:
    lead = working(cast, now)
    do(Action.TOUCH, lead, cast.sam, now + MINUTE, cast, result="talked", next_at=now + 2 * HOUR)
    promised = Clock.objects.get(IS_RUNNING, lead=lead, kind="next_step")
    at = now + 4 * HOUR
    void(cast, at, since=now + HOUR, until=now + 3 * HOUR)
    moved = Clock.objects.get(IS_RUNNING, lead=lead, kind="next_step")
    assert promised.due_at == now + 2 * HOUR
    assert (moved.due_at, moved.counted) == (at + HOUR, False)
    assert ledger(now=at).unaccounted == 0


def test_a_second_run_over_the_same_window_finds_nothing(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    due, at = accept_of(lead).due_at, now + 3 * HOUR
    assert preview_outage(since=now, until=due + MINUTE).running == 2
    void(cast, at, since=now, until=due + MINUTE)
    again_ = void(cast, at, since=now, until=due + MINUTE)
    assert (again_.voided, again_.restarted) == (0, 0)


def test_a_worker_begins_clocks_anew_in_batches_and_goes_on_where_one_died(
    cast: Cast, now: datetime
) -> None:
    leads = [submitted(cast, now) for _ in range(3)]
    due, at = accept_of(leads[0]).due_at, now + 3 * HOUR
    outage = void_outage(
        actor=cast.olu, now=at, since=now, until=due + MINUTE, reason="The line was cut."
    )
    restart = Rebuild.objects.get(outage=outage)
    assert (restart.state, restart.total, begun_anew(outage)) == ("waiting", 6, 0)
    assert Clock.objects.filter(IS_RUNNING).count() == 6  # nothing is done in the request
    with transaction.atomic():
        assert run_rebuild(rebuild_id=restart.pk, now=at, batch=1) == 6
        transaction.set_rollback(True)  # a worker that died
    assert run_rebuild(rebuild_id=restart.pk, now=at, batch=2, seconds=0) == 0
    # What an act ends meanwhile fell due in the outage all the same.
    accept_lead(lead_id=leads[2].pk, actor=cast.sam, now=at)
    assert run_rebuild(rebuild_id=restart.pk, now=at, batch=2) == 5
    restart.refresh_from_db()
    assert (restart.state, restart.done) == ("done", 5)
    assert begun_anew(Outage.objects.get()) == 6
    assert state_of(accept_of(leads[2]), at) is State.VOID
    old = Clock.objects.filter(due_at__gte=now, due_at__lt=due + MINUTE, void_at=None)
    assert not old.exists()
    events = [lead.events.filter(action="outage").count() for lead in leads]
    assert events == [1, 1, 1]
    before = list(Clock.objects.order_by("pk").values())
    Rebuild.objects.update(state="running")
    assert run_rebuild(rebuild_id=restart.pk, now=at + HOUR) == 0
    assert list(Clock.objects.order_by("pk").values()) == before
    assert ledger(now=at).unaccounted == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"until": "later"}, "until"),
        ({"since": "after"}, "until"),
        ({"since": "long"}, "until"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
    ],
)
def test_what_is_no_outage_is_refused(
    cast: Cast, now: datetime, given: dict[str, str], field: str
) -> None:
    lead = submitted(cast, now)
    at = now + 3 * HOUR
    instants = {"later": at + SECOND, "after": at, "long": at - 32 * DAY}
    asked: dict[str, Any] = {name: instants.get(text, text) for name, text in given.items()}
    clocks = list(Clock.objects.filter(lead=lead).order_by("pk").values())
    with pytest.raises(DomainError) as caught:
        void(cast, at, **asked)
    assert (caught.value.code, caught.value.field) == ("invalid", field)
    assert list(Clock.objects.filter(lead=lead).order_by("pk").values()) == clocks
    assert not Outage.objects.exists()


def test_nobody_but_an_administrator_voids_anything(cast: Cast, now: datetime) -> None:
    submitted(cast, now)
    for actor in (cast.max, cast.ana, cast.sam):
        with pytest.raises(DomainError) as caught:
            void(cast, now + 3 * HOUR, actor=actor)
        assert caught.value.status == 403
    assert not Clock.objects.filter(void_cause="outage").exists()


def test_an_outage_stays_as_it_was_told(cast: Cast, now: datetime) -> None:
    outage = void(cast, now)
    for act in (outage.delete, lambda: Outage.objects.update(reason="Nothing happened.")):
        with pytest.raises(InternalError), transaction.atomic():
            act()
    assert Outage.objects.get().reason == "The mail server was down."


def browser(user: User, now: datetime) -> Client:
    client = Client()
    with time_machine.travel(now, tick=False):
        client.force_login(user)
    return client


def test_an_administrator_looks_first_and_everybody_reads_the_note(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    at = now + 3 * HOUR
    typed = {"since": "2026-11-23T11:30", "until": "2026-11-23T12:30", "reason": "No <mail>."}
    olu = browser(cast.olu, at)
    with time_machine.travel(at, tick=False):
        assert "From" in olu.get("/status/outage/").content.decode()
        looked = olu.post("/status/outage/", {**typed, "step": "look"}).content.decode()
        assert "Run still" in looked and not Outage.objects.exists()
        assert olu.post("/status/outage/", {**typed, "step": "void"}).status_code == 302
    outage = Outage.objects.get()
    words = outage_words(outage, "Europe/Berlin")
    assert words == "23 Nov 2026 11:30–12:30: 2 clocks due then voided. No <mail>."
    with time_machine.travel(at, tick=False):
        assert "0 of 2 that ran still began anew" in olu.get("/status/").content.decode()
        run_rebuilds(now=at)
        assert "began anew" not in olu.get("/status/").content.decode()
    assert accept_of(lead).started_at == at
    for user in (cast.olu, cast.max):
        client = browser(user, at)
        with time_machine.travel(at, tick=False):
            for url in ("/status/", "/sla/"):
                page = client.get(url).content.decode()
                assert "2 clocks due then voided. No &lt;mail&gt;." in page, url
    with time_machine.travel(at + 90 * DAY, tick=False):
        client = browser(cast.max, at + 90 * DAY)
        assert "due then voided" not in client.get("/sla/?days=7").content.decode()


def test_a_page_says_what_is_wrong_and_who_may_not(cast: Cast, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        olu = browser(cast.olu, now)
        for typed in (
            {"since": "yesterday", "until": "2026-11-23T10:30", "reason": "x"},
            {"since": "2026-11-23T10:00", "until": "2027-11-23T10:30", "reason": "x"},
            {"since": "2026-11-23T09:00", "until": "2026-11-23T10:30", "reason": ""},
        ):
            assert olu.post("/status/outage/", {**typed, "step": "void"}).status_code == 422
        for user in (cast.max, cast.sam):
            client = browser(user, now)
            assert client.get("/status/outage/").status_code == 403
            assert client.post("/status/outage/", {"step": "void"}).status_code == 403
    assert not Outage.objects.exists()


def test_a_program_voids_and_lists_outages(cast: Cast, now: datetime) -> None:
    submitted(cast, now)
    at = now + 3 * HOUR
    body = {
        "since": "2026-11-23T10:30:00Z", "until": "2026-11-23T11:30:00Z", "reason": "Power cut.",
    }  # fmt: skip
    with time_machine.travel(at, tick=False):
        olu, max_, sam = (browser(user, at) for user in (cast.olu, cast.max, cast.sam))
        made = olu.post("/api/v1/outages/", body, content_type="application/json")
        assert made.status_code == 201
        assert (made.json()["voided"], made.json()["restarted"]) == (0, 2)
        [listed] = max_.get("/api/v1/outages/").json()["results"]
        assert listed == made.json()
        assert sam.get("/api/v1/outages/").status_code == 403
        refused = max_.post("/api/v1/outages/", body, content_type="application/json")
        assert refused.status_code == 403
        late = {**body, "until": "2027-01-01T00:00:00Z"}
        bad = olu.post("/api/v1/outages/", late, content_type="application/json")
        assert (bad.status_code, list(bad.json()["errors"])) == (400, ["until"])
    assert Outage.objects.count() == 1
