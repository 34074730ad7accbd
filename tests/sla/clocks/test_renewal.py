"""An agreement that is signed to count for running clocks too: what was previewed happens, once,
and nobody is told."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leadbridge.people import documents
from leads.handoff.actions import nurture_lead, reject_lead
from leads.handoff.models import Event, Lead
from leads.handoff.pausing import pause_lead
from leads.work.actions import log_touch
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement, Amount, parse_amount
from sla.calendars.arithmetic import due
from sla.calendars.queries import calendar_of
from sla.clocks import rebuild
from sla.clocks.explanation import explain_clock
from sla.clocks.foreseeing import preview_agreement
from sla.clocks.models import Clock, ClockMove, ClockStep, Rebuild
from sla.clocks.outage import void_outage
from sla.clocks.rebuild import is_unfinished, run_rebuild, run_rebuilds
from sla.clocks.recounting import ByAgreement, Effect
from sla.clocks.spans import after
from sla.clocks.states import IS_RUNNING
from sla.clocks.sweep import sweep
from sla.reports.ledger import ledger
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, accepted, captured, submitted
from tests.sla.agreed import agree
from tests.sla.clocks.running_crowd import running_crowd
from tests.sla.clocks.test_rebuild import all_rows, ended_rows, late

pytestmark = pytest.mark.django_db


def terms(**defaults: str) -> dict[str, Any]:
    """What is in force with other targets, and none that names a tier."""
    content: Any = deepcopy(AgreementVersion.objects.get(state="active").content)
    given = {kind: {"amount": amount} for kind, amount in defaults.items()}
    return {"defaults": {**content["defaults"], **given}, "exceptions": []}


def the(kind: str, lead: Lead) -> Clock:
    return Clock.objects.get(IS_RUNNING, kind=kind, lead=lead)


def instants() -> list[tuple[Any, ...]]:
    """All that a move reckons, by clock."""
    columns = ("pk", "due_at", "at_risk_at", "detected_at", "next_at", "steps", "step_times")
    return list(Clock.objects.order_by("pk").values_list(*columns))


def moved(cast: Cast, now: datetime, **parts: Any) -> Rebuild:
    """A version that counts for running clocks too is in force, and a worker did its part."""
    agree(cast, now, running="move", **parts)
    run_rebuilds(now=now)
    return Rebuild.objects.latest("pk")


def test_what_was_previewed_happens_and_nobody_is_told(cast: Cast, now: datetime) -> None:
    running_crowd(cast, now, 900)
    ended, was_late = ended_rows(), late(now)
    said = (Event.objects.count(), Message.objects.exclude(kind="agreement.proposed").count())
    draft = documents.start_draft(
        AGREEMENT, actor=cast.ana, now=now,
        content={**AgreementVersion.objects.get(state="active").content, **terms(triage="5h")},
    )  # fmt: skip
    seen = preview_agreement(version=draft, now=now)
    assert seen.counting == 900 and seen.turned_late and seen.late_no_longer and not seen.stuck
    documents.discard_draft(AGREEMENT, document_id=draft.pk, actor=cast.ana)
    agree(cast, now, running="move", **terms(triage="5h"))
    assert late(now) == was_late and is_unfinished()
    assert run_rebuilds(now=now, batch=250) == 900
    done = Rebuild.objects.get()
    assert (done.state, done.done, done.total, done.asked_by) == ("done", 900, 900, cast.ana)
    assert seen == Effect(done.done, done.moved, done.turned_late, done.late_no_longer)
    assert ended_rows() == ended
    assert len(late(now) - was_late) == seen.turned_late
    assert len(was_late - late(now)) == seen.late_no_longer
    assert ClockMove.objects.count() == seen.moved
    sweep(now=now)
    told = Message.objects.exclude(kind="agreement.proposed").count()
    assert (Event.objects.count(), told) == said
    assert ledger(now=now).unaccounted == 0


def test_without_being_asked_running_clocks_stay_byte_for_byte(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    before = all_rows()
    agree(cast, now, **terms(triage="1h"))
    assert run_rebuilds(now=now) == 0 and not Rebuild.objects.exists()
    assert all_rows() == before


def test_a_clock_is_reckoned_anew_from_where_it_began(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now - HOUR)
    before = the("triage", lead)
    moved(cast, now, **terms(triage="3h"))
    clock = the("triage", lead)
    hours = calendar_of(before.calendar_id)
    assert clock.started_at == before.started_at and clock.calendar_id == before.calendar_id
    assert (clock.target_seconds, clock.due_at) == (3 * 3600, due(hours, before.started_at, 10_800))
    assert clock.agreement.version == 2
    assert clock.step_times == [clock.at_risk_at, clock.due_at]
    assert explain_clock(clock)[-1].total_seconds == clock.target_seconds
    lead.refresh_from_db()
    assert lead.next_due_at == clock.due_at


def test_the_new_ladder_is_climbed_from_now_on(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    risk = the("accept", lead).at_risk_at
    sweep(now=risk + MINUTE)
    reminded = ClockStep.objects.filter(clock__kind="accept").count()
    assert reminded == 1
    ladder = [
        {"kind": "accept", "steps": [{"do": "remind"}, {"do": "tell"}, {"do": "manager", "at": 2}]},
        {"steps": [{"do": "tell"}]},
    ]
    moved(cast, risk + 2 * MINUTE, ladder=ladder)
    assert the("accept", lead).steps == ["tell", "manager"]
    assert the("first_touch", lead).steps == ["tell"]


def test_what_turns_late_climbs_no_further_and_tells_nobody(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now - 30 * MINUTE)
    told = Message.objects.exclude(kind="agreement.proposed").count()
    done = moved(cast, now, **terms(accept="1m"))
    clock = the("accept", lead)
    assert done.turned_late == 1
    assert (clock.breached_at, clock.detected_at, clock.next_at) == (clock.due_at, now, None)
    assert clock.steps == [] and ClockMove.objects.get(clock=clock).silent
    states = ClockStep.objects.filter(clock=clock).values_list("state", "outcome")
    assert set(states) == {("dropped", "An edit of the agreement moved it into the past.")}
    sweep(now=now + MINUTE)
    assert Message.objects.exclude(kind="agreement.proposed").count() == told
    assert ledger(now=now).unaccounted == 0


def test_a_further_attempt_is_due_on_the_new_day_of_its_own(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    log_touch(lead_id=lead.pk, actor=cast.sam, now=now, channel="call", result="no_answer")
    before = the("attempts", lead)
    plan = {"on": ["5bd", "9bd"], "channels": 2, "days": 3}
    moved(cast, now + HOUR, attempts={"1": plan, "2": plan, "3": plan})
    clock, hours = the("attempts", lead), calendar_of(before.calendar_id)
    assert (clock.number, clock.started_at) == (2, now)
    assert clock.due_at == after(parse_amount("5bd"), hours, now) != before.due_at


def test_an_attempt_that_is_no_longer_agreed_stays_where_it_was(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    log_touch(lead_id=lead.pk, actor=cast.sam, now=now, channel="call", result="no_answer")
    before = the("attempts", lead)
    plan: dict[str, object] = {"on": [], "channels": 1, "days": 1}
    moved(cast, now + HOUR, attempts={"1": plan, "2": plan, "3": plan})
    assert the("attempts", lead).due_at == before.due_at


def test_a_promised_date_and_a_park_are_bounded_anew(cast: Cast, now: datetime) -> None:
    lead, parked = accepted(cast, now), captured(cast, now)
    promised = now + 6 * DAY
    log_touch(
        lead_id=lead.pk, actor=cast.sam, now=now, channel="call", result="talked", next_at=promised
    )
    nurture_lead(lead_id=parked.pk, actor=cast.mia, now=now, review_on=now.date() + 30 * DAY)
    assert the("next_step", lead).due_at == promised
    moved(cast, now + HOUR, **terms(next_step="2bd", review="1cd"))
    hours = calendar_of(the("next_step", lead).calendar_id)
    assert the("next_step", lead).due_at == after(parse_amount("2bd"), hours, now)
    moved(cast, now + 2 * HOUR, **terms(next_step="9bd", review="1cd"))
    assert the("next_step", lead).due_at == promised
    parked.refresh_from_db()
    review = the("review", parked)
    assert parked.park_until and review.due_at == after(
        Amount(1, parse_amount("1cd").unit), calendar_of(review.calendar_id), parked.park_until
    )


def test_a_pause_stops_the_kinds_that_the_new_version_names(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    until = now + 2 * DAY
    pause_lead(lead_id=lead.pk, actor=cast.sam, now=now, code="asked_for_date", until=until)
    free, stopped = the("accept", lead), the("first_touch", lead)
    assert not free.pauses and stopped.pauses
    rule = {"code": "asked_for_date", "label": "A date", "cap": "9bd", "kinds": ["accept"]}
    moved(cast, now + HOUR, pauses=[rule])
    assert the("accept", lead).pauses == stopped.pauses and not the("first_touch", lead).pauses
    assert the("accept", lead).due_at > free.due_at
    assert the("first_touch", lead).due_at < stopped.due_at
    # A later pause reckons by the same: by what the clock's own version names.
    pause_lead(
        lead_id=lead.pk, actor=cast.sam, now=now + 2 * HOUR, code="asked_for_date",
        until=now + 3 * DAY,
    )  # fmt: skip
    assert the("accept", lead).paused_until == now + 3 * DAY
    assert the("first_touch", lead).paused_until is None


def test_what_an_outage_left_of_a_promise_stays_so(cast: Cast, now: datetime) -> None:
    captured(cast, now - 3 * DAY)
    void_outage(actor=cast.olu, now=now, since=now - 4 * DAY, until=now, reason="The line was cut.")
    run_rebuilds(now=now)
    begun = Clock.objects.get(IS_RUNNING)
    moved(cast, now, **terms(triage="40h"))
    clock = Clock.objects.get(IS_RUNNING)
    assert clock.due_at == begun.due_at and clock.agreement.version == 2


def test_ended_clocks_stay_byte_for_byte(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, reason="no_capacity")
    before = ended_rows()
    assert moved(cast, now + 2 * HOUR, **terms(accept="1m", rework="1h")).done == 1
    assert ended_rows() == before


def test_a_second_run_finds_nothing_to_do(cast: Cast, now: datetime) -> None:
    running_crowd(cast, now, 300)
    done = moved(cast, now, **terms(triage="5h"))
    after_it = all_rows()
    assert run_rebuild(rebuild_id=done.pk, now=now + HOUR) == 0
    Rebuild.objects.update(state="running", last_clock=0)
    assert run_rebuild(rebuild_id=done.pk, now=now + HOUR) == 0
    assert all_rows() == after_it


def test_a_run_that_breaks_off_is_gone_on_with(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    running_crowd(cast, now, 300)
    with transaction.atomic():
        moved(cast, now, **terms(triage="5h"))
        expected = instants()
        transaction.set_rollback(True)
    agree(cast, now, running="move", **terms(triage="5h"))
    note, calls = rebuild._note, []

    def break_off(*args: Any, **kwargs: Any) -> None:
        note(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the second batch breaks off after all was written")

    monkeypatch.setattr(rebuild, "_note", break_off)
    with pytest.raises(RuntimeError):
        run_rebuilds(now=now, batch=100)
    assert Rebuild.objects.get().done == 100
    assert run_rebuilds(now=now, batch=100) == 200
    assert instants() == expected
    new = AgreementVersion.objects.get(state="active")
    assert not ByAgreement(new.pk, Agreement.from_content(new.content)).older().exists()
    assert Rebuild.objects.get().state == "done"


def test_a_later_version_replaces_a_move_under_way(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    agree(cast, now, running="move", **terms(triage="2h"))
    agree(cast, now, running="keep", **terms(triage="3h"))
    first = Rebuild.objects.get()
    assert first.state == "replaced" and run_rebuilds(now=now) == 0
    agree(cast, now, running="move", **terms(triage="4h"))
    assert run_rebuilds(now=now) == 1
    assert the("triage", lead).target_seconds == 4 * 3600


def test_the_choice_is_fixed_with_the_proposal(cast: Cast, now: datetime) -> None:
    captured(cast, now)
    draft = documents.start_draft(
        AGREEMENT, actor=cast.ana, now=now,
        content={**AgreementVersion.objects.get(state="active").content, "hops": 5},
    )  # fmt: skip
    day = now + timedelta(days=2)
    documents.propose(
        AGREEMENT, document_id=draft.pk, actor=cast.ana, now=now, effective_from=day,
        beside={"running": "move"},
    )  # fmt: skip
    for state in ("proposed", "signed"):
        draft.refresh_from_db()
        assert (draft.state, draft.running) == (state, "move")
        with pytest.raises(Error, match="proposed for other clocks"), transaction.atomic():
            AgreementVersion.objects.filter(pk=draft.pk).update(running="keep")
        if state == "proposed":
            for head in (cast.ana, cast.max):
                documents.sign(
                    AGREEMENT, document_id=draft.pk, actor=head, now=now,
                    signed_hash=draft.content_hash,
                )  # fmt: skip
    assert not Rebuild.objects.exists()
    documents.bring_into_force(AGREEMENT, now=day)
    assert Rebuild.objects.get().agreement_id == draft.pk
