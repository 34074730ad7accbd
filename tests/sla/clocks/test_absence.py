"""When an absence begins, what its person holds finds other hands, by the agreed rule."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import cancel_absence, record_absence
from leadbridge.people.models import Absence, User
from leads.handoff import handing_on
from leads.handoff.actions import reject_lead
from leads.handoff.models import Custody, Event, Lead
from leads.handoff.pauses import Pause
from leads.handoff.stages import Stage
from sla.clocks import absence as absences
from sla.clocks.absence import apply_absences
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from sla.reports.ledger import ledger
from tests.leads.handoff.scenes import DAY, HOUR, again, at_stage, submitted

pytestmark = pytest.mark.django_db
SALES = (Stage.SUBMITTED, Stage.ACCEPTED, Stage.WORKING, Stage.OPPORTUNITY)
MARKETING = (Stage.CAPTURED, Stage.NURTURING, Stage.REJECTED, Stage.RECYCLED)


def away(user: User, at: datetime, *, now: datetime, cover: User | None = None) -> Absence:
    return record_absence(
        user=user, actor=user, now=now, starts_at=at, ends_at=at + 7 * DAY, cover=cover
    )


def rule(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An agreement that says so."""
    monkeypatch.setattr(absences, "absence_rule", lambda: name)


def holders(leads: list[Lead]) -> list[User | None]:
    return [again(lead).holder for lead in leads]


def test_what_sales_holds_goes_to_who_stands_in_once_the_absence_begins(
    cast: Cast, now: datetime
) -> None:
    leads = [at_stage(cast, stage, now) for stage in SALES]
    away(cast.sam, now + HOUR, now=now, cover=cast.max)
    assert apply_absences(now=now + HOUR - timedelta(seconds=1)) == 0
    assert apply_absences(now=now + HOUR) == 4
    assert holders(leads) == [cast.max] * 4
    for lead in leads:
        old, new = Custody.objects.filter(lead=lead).order_by("-since", "-pk")[:2][::-1]
        assert (old.holder, old.until, new.holder, new.since) == (
            cast.sam, now + HOUR, cast.max, now + HOUR,
        )  # fmt: skip
        running = Clock.objects.filter(IS_RUNNING, lead=lead)
        assert running and {clock.holder for clock in running} == {cast.max}
    accept = Clock.objects.get(IS_RUNNING, lead=leads[0], kind="accept")
    touch = Clock.objects.get(IS_RUNNING, lead=leads[0], kind="first_touch")
    assert (accept.started_at, touch.started_at) == (now + HOUR, now)
    event = Event.objects.filter(lead=leads[0]).last()
    assert event is not None
    assert (event.actor, event.data["cause"]) == (None, "absence")
    assert event.remarks.get().text == "Sam Okafor is away until Mon 30 Nov 12:00."
    assert ledger(now=now + HOUR).unaccounted == 0


def test_it_is_done_once_and_nothing_comes_back_on_the_return(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.WORKING, now)
    absence = away(cast.sam, now, now=now, cover=cast.dora)
    assert apply_absences(now=now) == 1
    assert apply_absences(now=now + HOUR) == 0
    absence.refresh_from_db()
    assert absence.handled_at == now
    assert apply_absences(now=now + 8 * DAY) == 0
    assert holders([lead]) == [cast.dora]


def test_with_nobody_to_stand_in_the_team_takes_turns(cast: Cast, now: datetime) -> None:
    leads = [at_stage(cast, stage, now) for stage in SALES]
    away(cast.sam, now, now=now)
    apply_absences(now=now)
    assert holders(leads) == [cast.dora] * 4


def test_where_everybody_is_away_new_ones_wait_in_the_pool_and_the_manager_takes_the_rest(
    cast: Cast, now: datetime
) -> None:
    leads = [at_stage(cast, stage, now) for stage in SALES]
    away(cast.sam, now, now=now)
    away(cast.dora, now, now=now)
    apply_absences(now=now)
    assert holders(leads) == [None, cast.max, cast.max, cast.max]
    assert again(leads[0]).team == cast.emea
    assert ledger(now=now).unaccounted == 0


def test_a_reoffer_moves_only_what_nobody_accepted(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(monkeypatch, "reoffer")
    leads = [at_stage(cast, stage, now) for stage in SALES]
    absence = away(cast.sam, now, now=now)
    assert apply_absences(now=now) == 1
    assert holders(leads) == [cast.dora, cast.sam, cast.sam, cast.sam]
    Absence.objects.filter(pk=absence.pk).update(cover=cast.max, handled_at=None)
    apply_absences(now=now)
    assert holders(leads) == [cast.dora, cast.max, cast.max, cast.max]


@pytest.mark.parametrize("name", ["cover", "reoffer", "pause"])
def test_what_marketing_holds_goes_to_who_leads_there_whatever_the_rule(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    rule(monkeypatch, name)
    leads = [at_stage(cast, stage, now) for stage in MARKETING]
    kept = at_stage(cast, Stage.ACCEPTED, now)
    away(cast.mia, now, now=now)
    assert apply_absences(now=now) == 4
    assert holders([*leads, kept]) == [*[cast.ana] * 4, cast.sam]
    assert [again(lead).marketer for lead in leads] == [cast.ana] * 4
    assert again(kept).marketer == cast.mia
    running = Clock.objects.filter(IS_RUNNING, lead__in=leads)
    assert {clock.holder for clock in running} == {cast.ana}
    assert ledger(now=now).unaccounted == 0


def test_under_a_pause_leads_stay_and_stand_still_until_their_holder_is_back(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(monkeypatch, "pause")
    lead = at_stage(cast, Stage.SUBMITTED, now)
    absence = away(cast.sam, now, now=now)
    assert apply_absences(now=now) == 1
    assert holders([lead]) == [cast.sam]
    pause = Pause.objects.get(lead=lead)
    assert (pause.code, pause.starts_at, pause.ends_at) == ("absence", now, absence.ends_at)
    assert (pause.made_by, "accept" in pause.kinds) == (None, True)
    assert again(lead).paused_until == absence.ends_at
    assert Clock.objects.get(IS_RUNNING, lead=lead, kind="accept").due_at > absence.ends_at
    assert apply_absences(now=now + HOUR) == 0
    assert ledger(now=now + HOUR).unaccounted == 0


def test_who_is_back_early_goes_on_at_once(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(monkeypatch, "pause")
    lead = at_stage(cast, Stage.SUBMITTED, now)
    due_at = Clock.objects.get(IS_RUNNING, lead=lead, kind="accept").due_at
    absence = away(cast.sam, now, now=now)
    apply_absences(now=now)
    cancel_absence(absence_id=absence.pk, actor=cast.sam, now=now + HOUR)
    apply_absences(now=now + HOUR)
    assert Pause.objects.get(lead=lead).ended_at == now + HOUR
    assert Clock.objects.get(IS_RUNNING, lead=lead, kind="accept").due_at == due_at + HOUR
    assert again(lead).paused_until is None


def test_a_pause_ends_at_its_agreed_cap_and_is_not_begun_again(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(monkeypatch, "pause")
    lead = at_stage(cast, Stage.SUBMITTED, now)
    record_absence(user=cast.sam, actor=cast.sam, now=now, starts_at=now, ends_at=now + 120 * DAY)
    apply_absences(now=now)
    paused_until = again(lead).paused_until
    assert paused_until is not None
    assert now + 40 * DAY < paused_until < now + 60 * DAY
    assert apply_absences(now=paused_until + HOUR) == 0


def test_what_comes_back_to_somebody_away_moves_within_the_minute(
    cast: Cast, now: datetime
) -> None:
    away(cast.mia, now + HOUR, now=now)
    lead = submitted(cast, now)
    apply_absences(now=now + HOUR)
    at = now + 2 * HOUR
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=at, reason="no_consent")
    assert again(lead).holder == cast.mia
    assert apply_absences(now=at) == 1
    assert again(lead).holder == cast.ana


def test_a_kill_half_way_leaves_the_rest_for_the_next_run(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [at_stage(cast, Stage.WORKING, now) for _ in range(4)]
    absence = away(cast.sam, now, now=now, cover=cast.dora)
    calls = 0
    hand_on = handing_on.try_hand_on

    def killed(handover: handing_on.Handover, lead_id: int) -> bool:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return hand_on(handover, lead_id)

    monkeypatch.setattr(absences, "try_hand_on", killed)
    with pytest.raises(KeyboardInterrupt):
        apply_absences(now=now)
    monkeypatch.undo()
    assert holders(leads) == [cast.dora, cast.dora, cast.sam, cast.sam]
    absence.refresh_from_db()
    assert absence.handled_at is None
    assert apply_absences(now=now) == 2
    assert holders(leads) == [cast.dora] * 4
    assert Event.objects.filter(action="reassign").count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_each_lead_on_once(cast: Cast, now: datetime) -> None:
    leads = [at_stage(cast, Stage.WORKING, now) for _ in range(6)]
    away(cast.sam, now, now=now, cover=cast.dora)
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait(10)
            apply_absences(now=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    apply_absences(now=now)
    assert holders(leads) == [cast.dora] * 6
    assert Event.objects.filter(action="reassign").count() == 6
