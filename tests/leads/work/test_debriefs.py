"""A deal that ended is told of: three answers, in the agreed time."""

from datetime import datetime
from decimal import Decimal

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError, FieldErrors
from leads.handoff.actions import win_lead
from leads.handoff.corrections import undo_last
from leads.handoff.episodes import reopen_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Action, Stage
from leads.work.models import Debrief
from sla.clocks.models import Clock
from tests.leads.handoff.scenes import DAY, MINUTE, again, at_stage, do, lost, opportunity, snapshot


def clock_of(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, kind="debrief").latest("id")


@pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST])
def test_an_ended_deal_owes_a_debrief_and_nothing_else(
    cast: Cast, now: datetime, stage: Stage
) -> None:
    lead = at_stage(cast, stage, now)
    assert (lead.debrief, lead.next_kind, lead.is_open) == ("owed", "", False)
    assert (clock_of(lead).holder, clock_of(lead).void_at) == (cast.sam, None)
    after = do(Action.DEBRIEF, lead, cast.sam, now + DAY, cast)
    assert (after.debrief, after.stage, after.closed_at) == ("done", stage, lead.closed_at)
    assert clock_of(lead).stopped_at == now + DAY
    told = after.events.latest("id")
    assert {remark.kind: remark.text for remark in told.remarks.all()} == {
        "decided": "Price.", "learnt": "Ask first.", "advice": "nothing"
    }  # fmt: skip
    assert told.data == {}
    with pytest.raises(DomainError, match="has its debrief") as refusal:
        do(Action.DEBRIEF, lead, cast.sam, now + DAY, cast)
    assert refusal.value.status == 409


def test_taking_the_end_back_takes_the_debrief_back(cast: Cast, now: datetime) -> None:
    lead = opportunity(cast, now)
    win_lead(lead_id=lead.pk, actor=cast.sam, now=now, value=Decimal(1))
    undone = undo_last(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE)
    assert (undone.stage, undone.debrief) == ("opportunity", "")
    assert clock_of(lead).void_cause == "undone"


def test_a_lost_deal_that_is_recycled_owes_none_until_it_ends_again(
    cast: Cast, now: datetime
) -> None:
    lead = do(Action.RECYCLE, lost(cast, now), cast.sam, now + MINUTE, cast)
    assert (lead.debrief, clock_of(lead).void_cause) == ("", "recycle")


def test_the_debrief_of_a_reopened_lead_opens_no_way_back(cast: Cast, now: datetime) -> None:
    lead = lost(cast, now)
    reopen_lead(lead_id=lead.pk, actor=cast.max, now=now + DAY, cause="They called.")
    do(Action.DEBRIEF, lead, cast.sam, now + DAY, cast)
    for action, who in ((Action.RECYCLE, cast.sam), (Action.REOPEN, cast.max)):
        before = snapshot(lead)
        with pytest.raises(DomainError, match="began again") as refusal:
            do(action, lead, who, now + 2 * DAY, cast)
        assert refusal.value.status == 409
        assert snapshot(lead) == before


def test_a_debrief_without_an_answer_names_the_field(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.WON, now)
    with pytest.raises(FieldErrors) as refusal:
        do(Action.DEBRIEF, lead, cast.sam, now, cast, learnt=" ", advice="")
    assert set(refusal.value.errors) == {"learnt", "advice"}
    assert not Debrief.objects.exists()
    assert again(lead).debrief == "owed"
