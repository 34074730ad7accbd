"""Kept handovers say what the rows say, whatever happens afterwards."""

import random
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.handoff.recoding import recode_event
from sla.reports.funnel import FunnelBy, funnels_by
from sla.reports.handovers.parts import OF_SUBMISSION
from sla.reports.rollups.checking import differences
from sla.reports.rollups.handed import HandedBy, handed_and_won, handed_count, handed_in
from sla.reports.rollups.keeping_handed import keep_handed
from sla.reports.rollups.models import HandedCount, HandedDay, StaleHanded
from sla.reports.slices import Slice, clocks_in
from tests.sla.reports.conftest import HOUR, TWENTY, Hand
from tests.sla.reports.test_ledger import live_at_random

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("around_the_clock")]

DAY = timedelta(days=1)


def narrowings(cast: Cast, now: datetime) -> list[Slice]:
    whole = Slice(now - 12 * DAY, now + DAY)
    sam, mia = cast.sam.pk, cast.mia.pk
    return [
        whole,
        Slice(now - 3 * DAY, now - 5 * HOUR),
        Slice(now - 9 * DAY, now, team_ids=frozenset({cast.emea.pk}), holder_id=sam),
        Slice(now - 9 * DAY, now, holder_id=0),
        Slice(now - 9 * DAY, now, source="fair", marketer_id=mia),
        Slice(now - 9 * DAY, now, source="fair", holder_id=sam),
        Slice(now - 9 * DAY, now, reason="bad_data"),
    ]


def expect_figures_of_lists(cast: Cast, now: datetime) -> None:
    for slice_ in narrowings(cast, now):
        lists = {part: clocks_in(slice_, part, now).count() for part in OF_SUBMISSION}
        for by in HandedBy:
            lines = handed_in(slice_, by, now=now)
            found = {part: handed_count(lines, part) for part in OF_SUBMISSION}
            assert found == lists, (slice_, by)


@pytest.fixture
def twenty(hand: Hand) -> list[Lead]:
    return [hand(age, answered, source="fair" if age % 3 else "web") for age, answered in TWENTY]


@pytest.mark.usefixtures("twenty")
def test_days_that_are_over_are_kept_and_read(cast: Cast, now: datetime) -> None:
    whole = Slice(now - 9 * DAY, now)
    before = funnels_by(FunnelBy.SOURCE, whole, now=now)
    assert keep_handed(now=now) == 3
    assert funnels_by(FunnelBy.SOURCE, whole, now=now) == before
    expect_figures_of_lists(cast, now)
    assert keep_handed(now=now) == 0, "nothing changed, so nothing is counted again"
    HandedCount.objects.update(handed=F("handed") + 1000)
    assert funnels_by(FunnelBy.SOURCE, whole, now=now)[0].handed > before[0].handed + 999


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_figures_are_those_of_the_lists(
    hand: Hand, cast: Cast, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    for age in (230, 220, 210, 150, 100, 60):
        hand(age, age / 4 if chance.random() < 0.5 else None)
    at = now - 55 * HOUR
    for step in range(100):
        at += timedelta(minutes=chance.randint(0, 30))
        live_at_random(cast, chance.choice(list(Lead.objects.order_by("pk"))), at, chance)
        _recode_at_random(cast, at, chance)
        if step % 40 == 20:
            keep_handed(now=at)
    assert HandedDay.objects.exists()
    for _ in range(2):
        expect_figures_of_lists(cast, at)
        unkept = _from_rows(narrowings(cast, at)[0], at)
        assert _days_of_wins(narrowings(cast, at)[0], at) == unkept
        keep_handed(now=at)
    days, wrong = differences(now=at)
    assert days > 0 == wrong


def _recode_at_random(cast: Cast, at: datetime, chance: random.Random) -> None:
    rejected = list(Lead.objects.filter(stage="rejected", reason="bad_data").order_by("pk"))
    if rejected and chance.random() < 0.2:
        event = chance.choice(rejected).events.filter(action="reject").latest("pk")
        with transaction.atomic():
            recode_event(
                event_id=event.pk, actor=cast.max, now=at, reason="duplicate", because="we knew"
            )


def _days_of_wins(slice_: Slice, now: datetime) -> dict[str, list[float]]:
    _, days = handed_and_won(slice_, HandedBy.SOURCE, now=now)
    return {group: sorted(of_group) for group, of_group in days.items()}


def _from_rows(slice_: Slice, now: datetime) -> dict[str, list[float]]:
    with transaction.atomic():
        HandedDay.objects.all().delete()
        found = _days_of_wins(slice_, now)
        transaction.set_rollback(True)
    return found


@pytest.mark.usefixtures("twenty")
def test_an_administrator_compares_and_rebuilds_from_the_command_line(now: datetime) -> None:
    keep_handed(now=now)
    StaleHanded.objects.all().delete()
    HandedCount.objects.filter(grain="all").update(handed=F("handed") + 1)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("figures", stdout=out)
    assert out.getvalue().splitlines()[-1] != "differences 0"
    out = StringIO()
    call_command("figures", rebuild=True, stdout=out)
    assert out.getvalue().splitlines()[-1] == "differences 0"
    assert HandedCount.objects.exists()
