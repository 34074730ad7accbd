"""Both sides rule on a disputed rejection, and marketing acts on what was ruled."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leads.handoff.corrections import undo_last
from leads.handoff.models import Lead
from leads.handoff.parties import actions_for
from leads.handoff.stages import Action
from leads.work.models import Ruling
from leads.work.rulings import rule_on_dispute
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    again,
    captured,
    disputed,
    do,
    rejected,
    snapshot,
)


def running(lead: Lead) -> list[str]:
    return sorted(Clock.objects.filter(IS_RUNNING, lead=lead).values_list("kind", flat=True))


def ruled(lead: Lead, cast: Cast, now: datetime, marketing: str, sales: str) -> Lead:
    for actor, verdict in ((cast.max, sales), (cast.ana, marketing)):
        rule_on_dispute(
            lead_id=lead.pk, actor=actor, now=now, verdict=verdict, because="The budget is there."
        )
    return again(lead)


def test_the_first_ruling_stops_nothing(cast: Cast, now: datetime) -> None:
    lead = do(Action.RULE, disputed(cast, now), cast.max, now + HOUR, cast)
    assert running(lead) == ["ruling"]
    assert (lead.sales_ruling, lead.marketing_ruling) == ("overturned", "")
    assert (lead.stage, lead.holder) == ("rejected", cast.mia)


@pytest.mark.parametrize(
    ("marketing", "sales", "outcome"),
    [
        ("overturned", "overturned", "overturned"),
        ("upheld", "upheld", "upheld"),
        ("overturned", "upheld", "split"),
    ],
)
def test_the_second_ruling_settles_it_and_leaves_marketing_to_act(
    cast: Cast, now: datetime, marketing: str, sales: str, outcome: str
) -> None:
    lead = ruled(disputed(cast, now), cast, now + HOUR, marketing, sales)
    assert running(lead) == ["rework"]
    assert lead.next_kind == "rework"
    settled = lead.events.latest("id")
    assert (settled.action, settled.actor, settled.data) == ("settle", None, {"verdict": outcome})
    ruling = Clock.objects.get(lead=lead, kind="ruling")
    assert (ruling.stopped_at, ruling.ended_by) == (now + HOUR, settled)
    found = Ruling.objects.filter(lead=lead).values_list("side", "by", "verdict")
    assert set(found) == {("sales", cast.max.pk, sales), ("marketing", cast.ana.pk, marketing)}
    assert lead.overturned == (outcome == "overturned")


def unqualified(cast: Cast, now: datetime) -> Lead:
    """Too small for the definition; handed over by an override, refused, disputed."""
    lead = do(Action.SUBMIT, captured(cast, now, employees=3), cast.mia, now, cast)
    assert lead.overridden
    do(Action.REJECT, lead, cast.max, now, cast)
    return do(Action.DISPUTE, lead, cast.mia, now, cast)


def test_what_both_overturned_is_handed_over_again_without_an_override(
    cast: Cast, now: datetime
) -> None:
    lead = ruled(unqualified(cast, now), cast, now + HOUR, "overturned", "overturned")
    after = do(Action.SUBMIT, lead, cast.mia, now + DAY, cast, override_reason="")
    assert (after.stage, after.overridden) == ("submitted", False)
    assert after.events.latest("id").data["ruled"] is True
    undone = undo_last(lead_id=lead.pk, actor=cast.mia, now=now + DAY + MINUTE)
    assert (undone.stage, undone.overturned, undone.overridden) == ("rejected", True, True)


@pytest.mark.parametrize("marketing", ["overturned", "upheld"])
def test_what_was_not_overturned_by_both_still_needs_a_reason(
    cast: Cast, now: datetime, marketing: str
) -> None:
    lead = ruled(unqualified(cast, now), cast, now + HOUR, marketing, "upheld")
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        do(Action.SUBMIT, lead, cast.mia, now + DAY, cast, override_reason="")
    assert refusal.value.code == "not_qualified"
    assert snapshot(lead) == before


def test_a_side_rules_once(cast: Cast, now: datetime) -> None:
    lead = do(Action.RULE, disputed(cast, now), cast.max, now, cast)
    assert "rule" not in actions_for(lead, viewer_of(cast.max), now)
    assert "rule" in actions_for(lead, viewer_of(cast.ana), now)
    before = snapshot(lead)
    with pytest.raises(DomainError, match="Your side has ruled") as refusal:
        do(Action.RULE, lead, cast.max, now, cast, verdict="upheld")
    assert refusal.value.status == 409
    assert snapshot(lead) == before


def test_an_undisputed_rejection_is_not_ruled_on(cast: Cast, now: datetime) -> None:
    lead = rejected(cast, now)
    with pytest.raises(DomainError, match="Nobody disputes"):
        do(Action.RULE, lead, cast.max, now, cast)


def test_a_new_rejection_is_a_new_case(cast: Cast, now: datetime) -> None:
    lead = ruled(disputed(cast, now), cast, now + HOUR, "overturned", "overturned")
    do(Action.SUBMIT, lead, cast.mia, now + DAY, cast)
    again_no = do(Action.REJECT, lead, cast.max, now + DAY, cast)
    assert (again_no.marketing_ruling, again_no.sales_ruling) == ("", "")
    do(Action.DISPUTE, lead, cast.mia, now + DAY, cast)
    ruled(lead, cast, now + DAY + HOUR, "upheld", "upheld")
    assert Ruling.objects.filter(lead=lead).count() == 4


@pytest.mark.parametrize(
    ("given", "field"), [({"verdict": "maybe"}, "verdict"), ({"because": ""}, "because")]
)
def test_a_ruling_without_a_word_or_a_reason_is_refused(
    cast: Cast, now: datetime, given: dict[str, str], field: str
) -> None:
    lead = disputed(cast, now)
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        do(Action.RULE, lead, cast.max, now, cast, **given)
    assert (refusal.value.code, refusal.value.field) == ("invalid", field)
    assert snapshot(lead) == before
