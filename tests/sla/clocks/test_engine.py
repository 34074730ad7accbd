"""What each action does to the clocks of a lead: which start, which stop, and what they keep."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast, hours, put_into_force
from leads.handoff.actions import nurture_lead, reassign_lead, submit_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Action, Stage
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement
from sla.calendars.actions import save_calendar
from sla.clocks.engine import plan
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING, State, state_of
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    accepted,
    at_stage,
    captured,
    do,
    pooled,
    recycled,
    submitted,
    touch,
    working,
)


def running(lead: Lead) -> dict[str, Clock]:
    return {clock.kind: clock for clock in Clock.objects.filter(IS_RUNNING, lead=lead)}


def last(lead: Lead, kind: str) -> Clock:
    return Clock.objects.filter(lead=lead, kind=kind).latest("id")


# Written out by hand from the design: (stage, action, who) → kinds met, kinds void, kinds that run.
TRYING = {"next_step", "attempts", "decision"}
DECIDED = {"next_step", "decision"}
STEPS: list[tuple[Stage, Action, str, set[str], set[str], set[str]]] = [
    (Stage.CAPTURED, Action.SUBMIT, "mia", {"triage"}, set(), {"accept", "first_touch"}),
    (Stage.CAPTURED, Action.SUBMIT, "system", set(), {"triage"}, {"accept", "first_touch"}),
    (Stage.CAPTURED, Action.NURTURE, "mia", {"triage"}, set(), {"review"}),
    (Stage.CAPTURED, Action.DISQUALIFY, "mia", {"triage"}, set(), set()),
    (Stage.CAPTURED, Action.MERGE, "mia", set(), {"triage"}, set()),
    (Stage.CAPTURED, Action.ERASE, "olu", set(), {"triage"}, set()),
    (Stage.SUBMITTED, Action.ACCEPT, "sam", {"accept"}, set(), {"first_touch", "decision"}),
    (Stage.SUBMITTED, Action.REJECT, "sam", {"accept"}, {"first_touch"}, {"rework"}),
    (Stage.SUBMITTED, Action.TOUCH, "sam", {"accept", "first_touch"}, set(), TRYING),
    (Stage.SUBMITTED, Action.REASSIGN, "max", set(), {"accept"}, {"accept", "first_touch"}),
    (Stage.SUBMITTED, Action.MERGE, "max", set(), {"accept", "first_touch"}, set()),
    (Stage.ACCEPTED, Action.TOUCH, "sam", {"first_touch"}, set(), TRYING),
    (Stage.ACCEPTED, Action.REASSIGN, "max", set(), set(), {"first_touch", "decision"}),
    (Stage.ACCEPTED, Action.RECYCLE, "sam", {"decision"}, {"first_touch"}, {"review"}),
    (Stage.ACCEPTED, Action.DISQUALIFY, "sam", {"decision"}, {"first_touch"}, set()),
    (Stage.WORKING, Action.TOUCH, "sam", {"next_step"}, set(), DECIDED),
    (Stage.WORKING, Action.QUALIFY, "sam", {"decision"}, set(), {"next_step"}),
    (Stage.WORKING, Action.REASSIGN, "max", set(), set(), DECIDED),
    (Stage.WORKING, Action.RECYCLE, "sam", DECIDED, set(), {"review"}),
    (Stage.WORKING, Action.DISQUALIFY, "sam", DECIDED, set(), set()),
    (Stage.OPPORTUNITY, Action.TOUCH, "sam", {"next_step"}, set(), {"next_step"}),
    (Stage.OPPORTUNITY, Action.WIN, "sam", {"next_step"}, set(), {"debrief"}),
    (Stage.OPPORTUNITY, Action.LOSE, "sam", {"next_step"}, set(), {"debrief"}),
    (Stage.OPPORTUNITY, Action.ERASE, "olu", set(), {"next_step"}, set()),
    (Stage.REJECTED, Action.SUBMIT, "mia", {"rework"}, set(), {"accept", "first_touch"}),
    (Stage.REJECTED, Action.NURTURE, "mia", {"rework"}, set(), {"review"}),
    (Stage.REJECTED, Action.DISQUALIFY, "mia", {"rework"}, set(), set()),
    (Stage.REJECTED, Action.DISPUTE, "mia", {"rework"}, set(), {"ruling"}),
    (Stage.NURTURING, Action.SUBMIT, "mia", {"review"}, set(), {"accept", "first_touch"}),
    (Stage.NURTURING, Action.DISQUALIFY, "mia", {"review"}, set(), set()),
    (Stage.RECYCLED, Action.SUBMIT, "mia", {"review"}, set(), {"accept", "first_touch"}),
    (Stage.RECYCLED, Action.NURTURE, "mia", {"review"}, set(), {"review"}),
    (Stage.ACCEPTED, Action.ASK, "sam", set(), set(), {"first_touch", "decision", "answer"}),
    (Stage.ACCEPTED, Action.ASK_STATUS, "mia", set(), set(), {"first_touch", "decision", "status"}),
    (Stage.ACCEPTED, Action.PAUSE, "sam", set(), set(), {"first_touch", "decision"}),
    (Stage.WON, Action.DEBRIEF, "sam", {"debrief"}, set(), set()),
    (Stage.WON, Action.MERGE, "mia", set(), {"debrief"}, set()),
    (Stage.LOST, Action.RECYCLE, "sam", set(), {"debrief"}, {"review"}),
    (Stage.LOST, Action.ERASE, "olu", set(), {"debrief"}, set()),
]


@pytest.mark.parametrize(("stage", "action", "who", "met", "void", "runs"), STEPS)
def test_each_action_does_to_the_clocks_what_the_design_says(
    cast: Cast, now: datetime, stage: Stage, action: Action, who: str,
    met: set[str], void: set[str], runs: set[str],
) -> None:  # fmt: skip
    lead = at_stage(cast, stage, now)
    before = {clock.pk: clock for clock in running(lead).values()}
    later = now + MINUTE
    actor = None if who == "system" else getattr(cast, who)
    after = do(action, lead, actor, later, cast)
    ended = {clock.kind: clock for clock in Clock.objects.filter(pk__in=before).exclude(IS_RUNNING)}
    assert {kind for kind, clock in ended.items() if clock.stopped_at == later} == met
    assert {kind for kind, clock in ended.items() if clock.void_at == later} == void
    assert set(running(lead)) == runs
    for clock in running(lead).values():
        assert clock.side == KINDS[clock.kind].side
        by_marketing = clock.kind == "answer"
        holder = after.marketer_id if by_marketing else after.holder_id
        team = after.marketing_team_id if by_marketing else after.team_id
        assert (clock.holder_id, clock.team_id) == (holder, team)
        if clock.pk not in before and clock.kind != "attempts":  # counted from the first touch
            assert clock.started_at == later
    for clock in ended.values():
        assert clock.ended_by == after.events.latest("id")
        assert clock.void_cause == ("" if clock.stopped_at else action)


def test_every_line_of_the_table_of_clocks_is_tried() -> None:
    tried = {(kind, action) for _, action, _, met, void, _ in STEPS for kind in met | void}
    tried |= {(kind, action) for _, action, _, _, _, runs in STEPS for kind in runs}
    possible = {
        (name, action)
        for name, kind in KINDS.items()
        for action in kind.stops | kind.voids | kind.starts
    } - {
        ("triage", Action.CAPTURE),  # every scene begins with it
        ("ruling", Action.SUBMIT), ("ruling", Action.NURTURE), ("ruling", Action.DISQUALIFY),
        ("first_touch", Action.RECYCLE), ("first_touch", Action.DISQUALIFY),
        # see test_attempts.py: the person of these scenes was reached
        ("attempts", Action.QUALIFY), ("attempts", Action.RECYCLE), ("attempts", Action.DISQUALIFY),
        # They need an act before them: see tests/leads/work.
        ("ruling", Action.SETTLE), ("rework", Action.SETTLE), ("answer", Action.ANSWER),
        *(("status", action) for action in KINDS["status"].stops),
    }  # fmt: skip
    assert possible <= tried


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.NURTURE, Action.DISQUALIFY])
def test_whatever_marketing_does_next_ends_the_ruling(
    cast: Cast, now: datetime, action: Action
) -> None:
    lead = do(Action.DISPUTE, at_stage(cast, Stage.REJECTED, now), cast.mia, now, cast)
    do(action, lead, cast.mia, now + MINUTE, cast)
    assert last(lead, "ruling").stopped_at == now + MINUTE


# what a clock keeps


def test_a_clock_freezes_what_it_was_started_under(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    clock = running(lead)["accept"]
    kept = Clock.objects.filter(pk=clock.pk).values().get()
    assert (clock.target_seconds, clock.tier) == (3600, 1)  # tier 1: one hour
    assert (clock.at_risk_at, clock.due_at) == (now + 45 * MINUTE, now + HOUR)
    content = Agreement.from_content({"defaults": {"accept": "9h"}}).content()
    put_into_force(AgreementVersion, content, cast, now)
    save_calendar(
        name="Team EMEA", content=hours("Europe/Berlin", "12:00", "13:00", {}), now=now,
        team=cast.emea,
    )  # fmt: skip
    assert Clock.objects.filter(pk=clock.pk).values().get() == kept
    fresh = running(submitted(cast, now))["accept"]
    assert (fresh.target_seconds, fresh.agreement_id != clock.agreement_id) == (9 * 3600, True)
    assert fresh.calendar_id != clock.calendar_id


def test_a_clock_counts_the_hours_of_whoever_holds_it(cast: Cast, now: datetime) -> None:
    """Monday 05:00 in New York: an hour ends at ten there, 15:00 UTC."""
    lead = submitted(cast, now)
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.nora, cause="territory")
    assert running(lead)["accept"].due_at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    save_calendar(
        name="Nora", content=hours("America/New_York", "12:00", "17:00", {}), now=now,
        user=cast.nora,
    )  # fmt: skip
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.sam, cause="back")
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.nora, cause="forth")
    assert running(lead)["accept"].due_at == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


# reassignment


def test_a_new_holder_gets_an_accept_clock_and_nothing_else_anew(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    first = running(lead)
    later = now + 30 * MINUTE
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=later, to=cast.dora, cause="holiday")
    after = running(lead)
    assert after["accept"].pk != first["accept"].pk
    assert (after["accept"].started_at, after["accept"].due_at) == (later, later + HOUR)
    assert after["first_touch"].pk == first["first_touch"].pk
    assert after["first_touch"].due_at == first["first_touch"].due_at
    assert after["first_touch"].holder == cast.dora
    assert state_of(last_void(lead), later) is State.VOID


def last_void(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, void_at__isnull=False).latest("id")


def test_what_was_missed_before_a_reassignment_stays_missed(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    later = now + 2 * HOUR
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=later, to=cast.dora, cause="too slow")
    missed = Clock.objects.get(lead=lead, kind="accept", holder=cast.sam)
    assert state_of(missed, later) is State.MET_LATE
    assert (missed.breached_at, missed.detected_at) == (missed.due_at, later)
    assert missed.void_at is None


def test_a_reassignment_of_a_worked_lead_restarts_nothing(cast: Cast, now: datetime) -> None:
    lead = working(cast, now)
    step = running(lead)["next_step"]
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=now + DAY, to=cast.dora, cause="holiday")
    after = running(lead)
    assert set(after) == {"next_step", "decision"}
    assert (after["next_step"].pk, after["next_step"].due_at) == (step.pk, step.due_at)


# misses


@pytest.mark.parametrize(
    ("scene", "kind", "action", "who"),
    [
        (submitted, "first_touch", Action.REJECT, "sam"),
        (submitted, "accept", Action.MERGE, "mia"),
        (captured, "triage", Action.ERASE, "olu"),
        (captured, "triage", Action.SUBMIT, "system"),
        (accepted, "first_touch", Action.RECYCLE, "sam"),
    ],
)
def test_a_miss_stays_a_miss_when_its_object_is_gone(
    cast: Cast, now: datetime, scene: Any, kind: str, action: Action, who: str
) -> None:
    lead = scene(cast, now)
    due = running(lead)[kind].due_at
    actor = None if who == "system" else getattr(cast, who)
    do(action, lead, actor, due + MINUTE, cast)
    clock = last(lead, kind)
    assert (clock.stopped_at, clock.void_at) == (due + MINUTE, None)
    assert (clock.breached_at, clock.detected_at) == (due, due + MINUTE)
    assert state_of(clock, due + DAY) is State.MET_LATE


def test_what_loses_its_object_at_the_very_due_instant_was_not_missed(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    do(Action.REJECT, lead, cast.sam, running(lead)["first_touch"].due_at, cast)
    assert last(lead, "first_touch").void_cause == "reject"
    assert state_of(last(lead, "accept"), now + DAY) is State.MET  # and the answer was in time


# touches


def test_a_touch_told_later_counts_from_when_it_was_made(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    made, told = now + 30 * MINUTE, now + 5 * HOUR
    touch(lead, cast.sam, told, at=made)
    clock = last(lead, "first_touch")
    assert (clock.stopped_at, clock.elapsed_seconds, clock.breached_at) == (made, 1800, None)
    assert running(lead)["next_step"].started_at == made


def test_a_touch_told_later_does_not_talk_away_a_breach_that_was_told(
    cast: Cast, now: datetime
) -> None:
    lead = accepted(cast, now)
    sweep(now=now + 2 * HOUR)
    touch(lead, cast.sam, now + 5 * HOUR, at=now + 30 * MINUTE)
    clock = last(lead, "first_touch")
    assert (clock.stopped_at, clock.breached_at) == (now + 5 * HOUR, clock.due_at)
    assert state_of(clock, now + DAY) is State.MET_LATE


def test_the_next_step_is_due_when_it_was_promised(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    touch(lead, cast.sam, now, next_at=now + 26 * HOUR)
    clock = running(lead)["next_step"]
    assert clock.due_at == now + 26 * HOUR
    assert clock.at_risk_at == now + 26 * HOUR * 0.75


def test_a_promise_far_away_is_bounded_by_the_agreement(cast: Cast, now: datetime) -> None:
    bound = running(working(cast, now))["next_step"].due_at  # five business days for tier 1
    lead = accepted(cast, now)
    touch(lead, cast.sam, now, next_at=now + 400 * DAY)
    assert running(lead)["next_step"].due_at == bound < now + 8 * DAY


# parks


def test_a_review_is_due_from_the_day_of_the_park_on(cast: Cast, now: datetime) -> None:
    """Parked to Thursday 24 December; three business days later, with two holidays between."""
    lead = captured(cast, now)
    nurture_lead(lead_id=lead.pk, actor=cast.mia, now=now, review_on=date(2026, 12, 24))
    clock = running(lead)["review"]
    assert clock.started_at == now
    assert clock.due_at == datetime(2026, 12, 29, 16, 30, tzinfo=UTC)


def test_a_recycled_lead_is_reviewed_from_its_return_on(cast: Cast, now: datetime) -> None:
    lead = recycled(cast, now)
    assert lead.park_until is not None
    assert lead.park_until < running(lead)["review"].due_at < lead.park_until + 7 * DAY


# pools


def test_a_clock_in_the_pool_counts_the_hours_of_the_team(cast: Cast, now: datetime) -> None:
    lead = pooled(cast, now)
    assert {clock.holder_id for clock in running(lead).values()} == {None}
    do(Action.ACCEPT, lead, cast.dora, now + MINUTE, cast)
    assert running(lead)["first_touch"].holder == cast.dora


def test_a_second_handover_starts_everything_anew(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.REJECTED, now)
    submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + DAY)
    assert {clock.started_at for clock in running(lead).values()} == {now + DAY}


def test_the_plan_is_the_tables_word_for_every_kind_and_action() -> None:
    """`plan` alone, without a database: nothing is both stopped and void, nothing is forgotten."""
    from types import SimpleNamespace as Fake

    for stage in Stage:
        for action in Action:
            change: Any = Fake(
                action=action, actor=object(), from_stage=stage,
                lead=Fake(stage=stage, is_open=stage not in ("won", "lost", "merged")),
            )  # fmt: skip
            made = plan(change, list(KINDS))
            assert not set(made.stops) & set(made.voids)
            for name, kind in KINDS.items():
                assert (name in made.stops) == (action in kind.stops)
                if not (change.lead.is_open or kind.outlives):
                    assert name in made.stops + made.voids


def test_who_takes_back_a_claim_from_the_pool_owes_nothing_of_it_any_more(
    cast: Cast, now: datetime
) -> None:
    lead = pooled(cast, now)
    do(Action.ACCEPT, lead, cast.sam, now + MINUTE, cast)
    assert running(lead)["first_touch"].holder == cast.sam
    do(Action.UNDO, lead, cast.sam, now + 2 * MINUTE, cast)
    clocks = running(lead)
    assert {kind: clock.holder for kind, clock in clocks.items()} == {
        "accept": None,
        "first_touch": None,
    }
    assert {clock.team for clock in clocks.values()} == {cast.emea}
