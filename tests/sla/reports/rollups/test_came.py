"""Kept captures and attempts say what the lists say, whatever happens afterwards."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db.models import F

from leadbridge.demo.organisation import Cast
from leads.campaigns.actions import make_campaign
from leads.handoff.models import Lead
from sla.reports.captures import campaign_key, leads_on, touches_in, young_q
from sla.reports.rollups.came import Came, came_in, leads_of_campaigns, touches_made
from sla.reports.rollups.checking import differences
from sla.reports.rollups.keeping_came import keep_came
from sla.reports.rollups.models import CameCount, CameDay, StaleCame
from sla.reports.scorecard.ladder import Rung
from sla.reports.slices import Slice
from tests.sla.reports.conftest import HOUR, TWENTY, Hand
from tests.sla.reports.test_ledger import live_at_random

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("around_the_clock")]

DAY = timedelta(days=1)
Cells = dict[tuple[str, str], Counter[str]]


def narrowings(cast: Cast, now: datetime) -> list[Slice]:
    emea = frozenset({cast.emea.pk})
    return [
        Slice(now - 12 * DAY, now + DAY),
        Slice(now - 3 * DAY, now - 5 * HOUR),
        Slice(now - 9 * DAY, now, team_ids=emea),
        Slice(now - 9 * DAY, now, source="fair"),
        Slice(now - 9 * DAY, now, source="fair", team_ids=emea),
        Slice(now - 9 * DAY, now, holder_id=cast.sam.pk),
    ]


def from_rows(slice_: Slice) -> Cells:
    """Lead by lead, as the lists hold them."""
    found: Cells = {}
    for rung in Rung:
        for lead in leads_on(slice_, rung):
            cell = found.setdefault(
                (campaign_key(lead.campaign_row_id, lead.campaign), lead.source), Counter()
            )
            cell[rung] += 1
            cell["revenue"] += int(lead.value or 0) if rung is Rung.WON else 0
    return found


def cells_of(lines: list[Came]) -> Cells:
    found: Cells = {}
    for line in lines:
        cell = found.setdefault((line.campaign, line.source), Counter())
        cell.update(dict(zip(Rung, line.reached, strict=True)))
        cell["revenue"] += int(line.revenue)
    return found


def expect_figures_of_lists(cast: Cast, now: datetime) -> None:
    for slice_ in narrowings(cast, now):
        assert cells_of(list(came_in(slice_, now=now))) == from_rows(slice_), slice_
        assert touches_made(slice_, now=now) == touches_in(slice_).count(), slice_
    whole = narrowings(cast, now)[0]
    rows = leads_on(whole, Rung.LEADS).filter(campaign_row__isnull=False)
    expected = Counter(rows.values_list("campaign_row", flat=True))
    assert leads_of_campaigns(whole, now=now) == expected


@pytest.fixture
def twenty(hand: Hand, cast: Cast, now: datetime) -> list[Lead]:
    spring = make_campaign(actor=cast.mia, now=now, name="Spring", channel="event")
    leads = [hand(age, answered, source="fair" if age % 3 else "web") for age, answered in TWENTY]
    Lead.objects.filter(source="web").update(campaign_row=spring, campaign="Spring")
    return leads


@pytest.mark.usefixtures("twenty")
def test_days_that_are_over_are_kept_and_read(cast: Cast, now: datetime) -> None:
    assert keep_came(now=now) == 3
    expect_figures_of_lists(cast, now)
    assert keep_came(now=now) == 0, "nothing changed, so nothing is counted again"
    CameCount.objects.update(leads=F("leads") + 1000)
    whole = cells_of(list(came_in(narrowings(cast, now)[0], now=now)))
    assert all(cell[Rung.LEADS] > 1000 for cell in whole.values())


@pytest.mark.usefixtures("twenty")
def test_leads_are_young_for_whole_days(cast: Cast, now: datetime) -> None:
    later, whole = now + 29 * DAY, Slice(now - 9 * DAY, now)
    first = now.date() - DAY
    young = leads_on(whole, Rung.LEADS).filter(young_q(first)).count()
    assert 0 < young < len(TWENTY)
    for _ in range(2):
        lines = list(came_in(whole, now=later))
        assert sum(line.young[0] for line in lines) == young
        assert sum(line.young[1] for line in lines) == len(TWENTY)
        keep_came(now=later)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_figures_are_those_of_the_lists(
    hand: Hand, cast: Cast, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    for age in (230, 220, 210, 150, 100, 60):
        hand(age, age / 4 if chance.random() < 0.5 else None)
    at = now - 55 * HOUR
    for step in range(80):
        at += timedelta(minutes=chance.randint(0, 30))
        live_at_random(cast, chance.choice(list(Lead.objects.order_by("pk"))), at, chance)
        if step % 30 == 20:
            keep_came(now=at)
    assert CameDay.objects.exists() and StaleCame.objects.exists()
    for _ in range(2):
        expect_figures_of_lists(cast, at)
        keep_came(now=at)
    days, wrong = differences(now=at)
    assert days > 0 == wrong


def test_what_an_import_tells_of_the_past_is_counted_at_once(
    hand: Hand, cast: Cast, now: datetime
) -> None:
    hand(60)
    keep_came(now=now)
    hand(61, 2)
    expect_figures_of_lists(cast, now)
    assert keep_came(now=now) == 1
