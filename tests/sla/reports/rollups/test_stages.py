"""What the ledger adds up is counted for good, and never says anything else than the events."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import accept_lead
from leads.handoff.corrections import undo_last
from leads.handoff.models import Event
from sla.reports.ledger import ledger
from sla.reports.rollups.checking import differences, rebuild
from sla.reports.rollups.models import StageCount, StageMark
from sla.reports.rollups.stages import keep_moves, moves_ever
from tests.sla.reports.conftest import Hand

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_events_are_counted_once_whoever_comes_by_and_the_ledger_stays_what_it_is(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    for age, took in ((50, 2), (40, None), (30, 1)):
        hand(age, took)
    told = moves_ever()
    assert [keep_moves(now=now), keep_moves(now=now)] == [0, 0]  # seen, and too young to count
    seen = Event.objects.count()
    late = hand(3)  # after what was seen
    assert keep_moves(now=now + HOUR) == seen
    assert StageMark.objects.get().upto < Event.objects.latest("pk").pk
    assert sum(StageCount.objects.values_list("events", flat=True)) == seen == told.total()
    assert moves_ever().total() == Event.objects.count() > seen
    assert late.holder is not None
    accept_lead(lead_id=late.pk, actor=late.holder, now=now)
    undo_last(lead_id=late.pk, actor=late.holder, now=now)
    kept, anew = ledger(now=now, anew=False), ledger(now=now)
    assert (kept.lines, kept.flow) == (anew.lines, anew.flow)
    assert kept.unaccounted == 0 and kept.flow.submitted == 4
    assert keep_moves(now=now + 2 * HOUR) > 0
    assert ledger(now=now, anew=False).lines == anew.lines


def test_a_kept_count_that_is_wrong_is_found_and_counted_again(hand: Hand, now: datetime) -> None:
    hand(20, 1)
    keep_moves(now=now)
    keep_moves(now=now + HOUR)
    assert differences(now=now)[1] == 0
    StageCount.objects.filter(action="accept").update(events=7)
    assert differences(now=now)[1] == 1
    assert ledger(now=now, anew=False).unaccounted > 0
    rebuild(now=now)
    assert differences(now=now)[1] == 0
    assert ledger(now=now, anew=False).unaccounted == 0
