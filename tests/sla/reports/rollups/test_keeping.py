"""Kept days say what the rows say, whatever happens afterwards."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import accept_lead, reassign_lead
from leads.handoff.models import Lead
from sla.clocks.models import Clock
from sla.clocks.outage import void_outage
from sla.reports.attainment import Score, score_of, scores_by
from sla.reports.groups import By
from sla.reports.rollups.keeping import STORE, keep_days
from sla.reports.rollups.models import DueCount, KeptDay, StaleHour
from sla.reports.rollups.recount_models import Recount
from sla.reports.rollups.recounting import ask_recount, go_on
from sla.reports.slices import Part, Slice, clocks_in
from tests.sla.reports.conftest import HOUR, TWENTY, Hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("around_the_clock")]

DAY = timedelta(days=1)
PARTS = (Part.DUE, Part.MET, Part.MET_LATE, Part.MISSED_OPEN)


def from_rows(slice_: Slice, now: datetime) -> Score:
    """The figure as its list tells it, which no roll-up serves."""
    return Score(*(clocks_in(slice_, part, now).count() for part in PARTS))


def narrowings(cast: Cast, now: datetime) -> list[Slice]:
    """The same period narrowed down in every way, and one that begins and ends within a day."""
    whole = Slice(now - 9 * DAY, now + DAY)
    sam = cast.sam.pk
    return [
        whole,
        Slice(now - 3 * DAY, now - 5 * HOUR, kind="accept"),
        Slice(now - 9 * DAY, now, side="sales", team_ids=frozenset({cast.emea.pk})),
        Slice(now - 9 * DAY, now, holder_id=sam),
        Slice(now - 9 * DAY, now, holder_id=0),
        Slice(now - 9 * DAY, now, source="fair"),
        Slice(now - 9 * DAY, now, source="fair", holder_id=sam, kind="first_touch"),
    ]


def expect_figures_of_rows(cast: Cast, now: datetime) -> None:
    for slice_ in narrowings(cast, now):
        expected = from_rows(slice_, now)
        assert score_of(slice_, now=now) == expected, slice_
        for by in By:
            scores = [group.score for group in scores_by(by, slice_, now=now)]
            for part in PARTS:
                assert sum(getattr(s, part) for s in scores) == getattr(expected, part), (by, part)


@pytest.fixture
def twenty(hand: Hand) -> list[Lead]:
    return [hand(age, answered, source="fair" if age % 3 else "web") for age, answered in TWENTY]


@pytest.mark.usefixtures("twenty")
def test_a_worker_keeps_days_that_are_over_and_no_figure_changes(cast: Cast, now: datetime) -> None:
    before = [score_of(slice_, now=now) for slice_ in narrowings(cast, now)]
    assert keep_days(now=now) == 2
    assert DueCount.objects.exists()
    assert not StaleHour.objects.exists()
    assert [score_of(slice_, now=now) for slice_ in narrowings(cast, now)] == before
    expect_figures_of_rows(cast, now)
    assert keep_days(now=now) == 0, "nothing changed, so nothing is counted again"


@pytest.mark.usefixtures("twenty")
def test_a_figure_is_taken_from_what_was_kept(cast: Cast, now: datetime) -> None:
    keep_days(now=now)
    whole = Slice(now - 9 * DAY, now)
    true = score_of(whole, now=now)
    DueCount.objects.update(met=F("met") + 1000, due=F("due") + 1000)
    assert score_of(whole, now=now).met > true.met + 999


def test_a_late_answer_is_counted_before_any_worker_has_come_by(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    lead = hand(60)
    keep_days(now=now)
    whole = Slice(now - 9 * DAY, now, kind="accept")
    assert score_of(whole, now=now) == Score(1, 0, 0, 1)
    assert lead.holder is not None
    accept_lead(lead_id=lead.pk, actor=lead.holder, now=now)
    assert StaleHour.objects.exists()
    assert score_of(whole, now=now) == Score(1, 0, 1, 0)
    assert keep_days(now=now) == 1
    assert score_of(whole, now=now) == Score(1, 0, 1, 0)
    assert DueCount.objects.filter(kind="accept", grain="team").get().met_late == 1


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_happens_afterwards_the_figures_are_those_of_the_rows(
    hand: Hand, cast: Cast, now: datetime, data: st.DataObject
) -> None:
    ages = data.draw(
        st.lists(st.tuples(st.integers(1, 150), st.booleans()), min_size=1, max_size=8)
    )
    leads = [hand(age, age / 2 if done else None) for age, done in ages]
    for _ in range(data.draw(st.integers(1, 4))):
        act = data.draw(st.sampled_from([_keep, _accept, _hand_on, _outage]))
        act(data.draw(st.sampled_from(leads)).pk, cast, now)
        expect_figures_of_rows(cast, now)


def _keep(lead_id: int, cast: Cast, now: datetime) -> None:
    keep_days(now=now)


def _accept(lead_id: int, cast: Cast, now: datetime) -> None:
    lead = Lead.objects.get(pk=lead_id)
    if lead.stage == "submitted":
        accept_lead(lead_id=lead.pk, actor=cast.max, now=now)


def _hand_on(lead_id: int, cast: Cast, now: datetime) -> None:
    lead = Lead.objects.get(pk=lead_id)
    to = cast.dora if lead.holder_id == cast.sam.pk else cast.sam
    reassign_lead(lead_id=lead_id, actor=cast.max, now=now, to=to, cause="load")


def _outage(lead_id: int, cast: Cast, now: datetime) -> None:
    due = Clock.objects.filter(lead=lead_id).earliest("due_at").due_at
    if due < now:
        void_outage(
            actor=cast.olu, now=now, since=due - HOUR, until=min(due + HOUR, now), reason="mail"
        )


@pytest.mark.usefixtures("twenty")
def test_another_zone_makes_all_days_new(
    cast: Cast, now: datetime, settings: pytest.FixtureRequest
) -> None:
    keep_days(now=now)
    settings.TIME_ZONE = "Asia/Kolkata"  # type: ignore[attr-defined]  # pytest-django's settings
    expect_figures_of_rows(cast, now)
    assert keep_days(now=now) > 0
    assert set(KeptDay.objects.values_list("zone", flat=True)) == {"Asia/Kolkata"}
    expect_figures_of_rows(cast, now)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_counts_and_one_counts_again(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    hand(60, 1)
    counted: list[int] = []

    def work() -> None:
        counted.append(keep_days(now=now))
        connection.close()

    run_all([Thread(target=work) for _ in range(2)])
    assert max(counted) > 0
    assert KeptDay.objects.count() == max(counted)

    def recount() -> None:
        go_on(now=now, seconds=60)
        connection.close()

    ask_recount(actor=cast.olu, now=now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORE.lock])
        run_all([Thread(target=recount)])
        assert Recount.objects.get().days == 0, "somebody else counts such days just now"
    run_all([Thread(target=recount) for _ in range(2)])
    recount()
    done = Recount.objects.get()
    assert (done.state, done.days, done.differed, done.left) == ("done", max(counted), 0, 0)


def run_all(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
