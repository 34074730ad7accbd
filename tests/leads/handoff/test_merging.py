"""Two leads of one person become one, and that is taken back to exactly what was before."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.actions import disqualify_lead
from leads.handoff.corrections import erase_person
from leads.handoff.episodes import capture_lead
from leads.handoff.merging import merge_lead, unmerge_lead
from leads.handoff.models import Lead
from leads.handoff.portrait import portrait_of
from leads.handoff.stages import OPEN_STAGES, Stage
from leads.work.actions import log_touch
from sla.clocks.sweep import sweep
from sla.reports.ledger import ledger
from sla.reports.ledger_checks import broken_rules
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    again,
    at_stage,
    captured,
    packet,
    snapshot,
    submitted,
    working,
)
from tests.leads.handoff.test_corrections import NOT_GIVEN_BACK, running

MERGEABLE = sorted(OPEN_STAGES | {Stage.WON, Stage.LOST, Stage.DISQUALIFIED})
LOG = NOT_GIVEN_BACK | {"last_action", "changed_at"}


def standing(lead: Lead) -> dict[str, Any]:
    """All columns of a lead but the log."""
    return {name: value for name, value in snapshot(lead)["lead"][0].items() if name not in LOG}


def nothing_is_lost(now: datetime) -> None:
    assert [rule for rule in broken_rules() if rule.count] == []
    assert ledger(now=now).unaccounted == 0


def joined(cast: Cast, lead: Lead, survivor: Lead, now: datetime) -> Lead:
    return merge_lead(lead_id=lead.pk, survivor_id=survivor.pk, actor=cast.mia, now=now)


@pytest.mark.parametrize("stage", MERGEABLE)
def test_a_merge_taken_back_leaves_everything_as_it_was(
    cast: Cast, now: datetime, stage: Stage
) -> None:
    lead = at_stage(cast, stage, now)
    survivor = submitted(cast, now, industry="", value=None, title="", attributes={"plan": "pro"})
    before, owed = (standing(lead), standing(survivor)), (running(lead), running(survivor))
    joined(cast, lead, survivor, now + HOUR)
    assert again(lead).stage == "merged" and running(lead) == []
    nothing_is_lost(now + HOUR)
    unmerge_lead(lead_id=lead.pk, actor=cast.max, now=now + 3 * DAY)
    assert (standing(lead), standing(survivor)) == before
    assert (running(lead), running(survivor)) == owed
    links = again(lead).custody.filter(until=None)
    assert [link.holder_id for link in links] == ([before[0]["holder_id"]] if lead.is_open else [])
    nothing_is_lost(now + 3 * DAY)


def test_what_the_survivor_did_not_know_is_filled_and_taken_from_it_again(
    cast: Cast, now: datetime
) -> None:
    told = {"employees": 900, "value": Decimal(7000), "attributes": {"plan": "pro", "erp": "SAP"}}
    lead = captured(cast, now + HOUR, **told)
    survivor = captured(cast, now, employees=None, industry="rail", attributes={"plan": "free"})
    joined(cast, lead, survivor, now + 2 * HOUR)
    kept = again(survivor)
    assert (kept.employees, kept.value, kept.industry) == (900, Decimal(7000), "rail")
    assert kept.attributes == {"plan": "free", "erp": "SAP"}
    assert kept.acted_at == now + HOUR
    Lead.objects.filter(pk=survivor.pk).update(value=Decimal(8000))  # somebody knew better since
    unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=now + 3 * HOUR)
    kept = again(survivor)
    assert (kept.employees, kept.value, kept.attributes) == (None, Decimal(8000), {"plan": "free"})
    assert kept.acted_at == now


def test_the_survivor_tells_the_story_of_both(cast: Cast, now: datetime) -> None:
    first, second, third = (
        captured(cast, now, message=f"Message {name}", email=f"{name}@x.example", company=name)
        for name in ("one", "two", "three")
    )
    joined(cast, first, second, now)
    joined(cast, second, third, now)

    def told() -> tuple[list[str], list[str]]:
        shown = portrait_of(again(third), zone="UTC", now=now)
        return (
            [item.quote for item in shown.story if item.quote],
            [fact.value for fact in shown.facts if fact.name == "Also"],
        )

    quotes, also = told()
    assert sorted(quotes) == ["Message one", "Message three", "Message two"]
    assert [words.split(", ")[1] for words in also] == ["two@x.example", "one@x.example"]
    with pytest.raises(DomainError, match="joined or erased itself"):
        unmerge_lead(lead_id=first.pk, actor=cast.mia, now=now)
    unmerge_lead(lead_id=second.pk, actor=cast.mia, now=now)
    assert told() == (["Message three"], [])
    titles = [item.title for item in portrait_of(again(third), zone="UTC", now=now).story]
    assert f"{second.ref} is a lead of its own again" in titles


def test_somebody_who_comes_back_comes_with_their_story(cast: Cast, now: datetime) -> None:
    old = captured(cast, now, message="The first time.")
    disqualify_lead(lead_id=old.pk, actor=cast.mia, now=now + HOUR, reason="do_not_contact")
    new = captured(cast, now + DAY, email=old.person.email, message="The second time.")
    shown = portrait_of(again(new), zone="UTC", now=now + DAY)
    assert [item.quote for item in shown.story if item.quote] == [
        "The second time.", "The first time.",
    ]  # fmt: skip
    assert f"{old.ref}: Mia Lindqvist disqualified it" in [item.title for item in shown.story]
    assert [fact.value for fact in shown.facts if fact.name == "Also"] == []
    first = portrait_of(again(old), zone="UTC", now=now + DAY)
    assert [item.quote for item in first.story if item.quote] == ["The first time."]


def test_a_further_act_of_either_address_joins_the_survivor(cast: Cast, now: datetime) -> None:
    lead, survivor = captured(cast, now), captured(cast, now)
    joined(cast, lead, survivor, now)
    act = packet(email=lead.person.email, message="Again!")
    taken = capture_lead(packet=act, origin="form", marketer=cast.mia, actor=None, now=now)
    assert (taken.lead.pk, taken.joined) == (survivor.pk, True)
    disqualify_lead(lead_id=survivor.pk, actor=cast.mia, now=now, reason="do_not_contact")
    for address in (lead.person.email, survivor.person.email):
        act = packet(email=address)
        taken = capture_lead(packet=act, origin="form", marketer=cast.mia, actor=None, now=now)
        assert (taken.lead.person, taken.lead.episode) == (survivor.person, 2)
    assert Lead.objects.filter(person=survivor.person).count() == 2
    # The person goes on in a lead of the survivor's: the first one can come back all the same.
    assert unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=now).stage == "captured"


def test_a_merge_is_taken_back_only_where_nothing_was_built_on_it(
    cast: Cast, now: datetime
) -> None:
    lead, survivor = working(cast, now), working(cast, now)
    with pytest.raises(DomainError, match="not joined"):
        unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=now)
    joined(cast, lead, survivor, now)
    before = snapshot(lead, survivor)
    for who in (cast.sam, cast.nora):
        with pytest.raises(DomainError) as refusal:
            unmerge_lead(lead_id=lead.pk, actor=who, now=now)
        assert refusal.value.status == 403
    assert snapshot(lead, survivor) == before
    erase_person(person_id=survivor.person_id, actor=cast.olu, now=now, request="R-1")
    with pytest.raises(DomainError, match="any more"):
        unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=now)


def test_forgetting_somebody_forgets_the_address_that_was_joined_with_theirs(
    cast: Cast, now: datetime
) -> None:
    lead, survivor, other = captured(cast, now), captured(cast, now), captured(cast, now)
    joined(cast, lead, survivor, now)
    before = snapshot(other)
    assert erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request="R-1") == 2
    for one in (again(lead), again(survivor)):
        assert (one.stage, one.company, one.person.email) == ("erased", "", "")
    assert snapshot(other) == before


def test_nobody_gains_time_by_merging_and_taking_it_back(cast: Cast, now: datetime) -> None:
    lead, survivor = submitted(cast, now), submitted(cast, now)
    due = again(lead).next_due_at
    assert due is not None
    joined(cast, lead, survivor, now)
    assert sweep(now=due + HOUR).breached == len(running(survivor))
    unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=due + 2 * HOUR)
    assert again(lead).next_due_at == due
    assert sweep(now=due + 2 * HOUR).breached > 0


def test_acts_on_the_survivor_stay_with_it(cast: Cast, now: datetime) -> None:
    lead, survivor = captured(cast, now), working(cast, now)
    joined(cast, lead, survivor, now)
    log_touch(lead_id=survivor.pk, actor=cast.sam, now=now + HOUR, channel="call", result="talked")
    before, owed = standing(survivor), running(survivor)
    unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=now + 2 * HOUR)
    assert (standing(survivor), running(survivor)) == (before, owed)


@pytest.mark.parametrize(("first", "joins"), [("Kim", True), ("KIM", True), ("Tom", False)])
def test_a_caller_without_address_is_known_by_name_and_number(
    cast: Cast, now: datetime, first: str, joins: bool
) -> None:
    lead = captured(cast, now, phone="+49 30 901820")
    act = packet(email="", phone="+493090 1820", first_name=first, company="")
    taken = capture_lead(packet=act, origin="form", marketer=cast.mia, actor=None, now=now)
    assert (taken.joined, taken.lead.pk == lead.pk) == (joins, joins)


def test_a_program_takes_a_merge_back(cast: Cast, now: datetime) -> None:
    lead, survivor = captured(cast, now), captured(cast, now)
    mia = Api(cast.mia, now)
    assert_problem(mia.post(f"leads/{lead.ref}/unmerge/"), 409, "not_allowed")
    mia.post(f"leads/{lead.ref}/merge/", {"into": survivor.ref})
    answer = mia.post(f"leads/{lead.ref}/unmerge/")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["stage"], answer.json()["merged_into"]) == ("captured", None)
