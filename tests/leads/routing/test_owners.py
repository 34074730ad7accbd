"""Whoever looks after a company gets its leads first, where the rules say so."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import record_absence
from leadbridge.people.models import User
from leads.companies.actions import save_company
from leads.handoff.actions import submit_lead
from leads.handoff.models import Lead
from leads.intake.importing.together import take_in_together
from leads.routing.kept import whole_of
from tests.leads.handoff.scenes import captured, packet
from tests.leads.routing.rules import publish, to_emea

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def owned_by(owner: User, cast: Cast, now: datetime) -> None:
    save_company(actor=cast.max, now=now, name="Acme", domains=["acme.example"], owner=owner)


def handed_over(cast: Cast, now: datetime, name: str) -> Lead:
    lead = captured(cast, now, email=f"{name}@acme.example", company="Acme")
    return submit_lead(lead_id=lead.pk, actor=cast.mia, now=now)


def test_the_owner_gets_it_beside_the_turn_and_the_lead_says_so(cast: Cast, now: datetime) -> None:
    publish(cast.max, now, {**to_emea(), "owner_first": True})
    owned_by(cast.nora, cast, now)
    leads = [handed_over(cast, now, name) for name in ("ann", "bea")]
    assert {(lead.holder, lead.team) for lead in leads} == {(cast.nora, cast.americas)}
    assert leads[0].routing["because"] == "Nora Reyes looks after this company."


def test_an_owner_who_is_away_is_passed_over_and_one_who_leads_a_team_is_not(
    cast: Cast, now: datetime
) -> None:
    publish(cast.max, now, {**to_emea(), "owner_first": True})
    owned_by(cast.max, cast, now)
    assert handed_over(cast, now, "ann").holder == cast.max
    record_absence(user=cast.max, actor=cast.max, now=now, starts_at=now, ends_at=now + DAY)
    lead = handed_over(cast, now, "bea")
    assert lead.holder == cast.sam
    assert whole_of(lead.routing)["passed_over"][0] == [
        "Max Lind", "looks after the company, but away until Tue 24 Nov 11:00",
    ]  # fmt: skip


def test_where_the_rules_do_not_say_so_an_owner_does_not_matter(cast: Cast, now: datetime) -> None:
    publish(cast.max, now, to_emea())
    owned_by(cast.nora, cast, now)
    assert handed_over(cast, now, "ann").holder == cast.sam


def test_an_import_keeps_caps_of_open_leads_and_asks_for_owners(cast: Cast, now: datetime) -> None:
    members = {"sam": {"open": 3}, "dora": {"open": 2}}
    publish(cast.max, now, {**to_emea(members=members), "owner_first": True})
    owned_by(cast.nora, cast, now)
    packets = [packet() for _ in range(7)]
    packets.append(packet(email="ann@acme.example", company="Acme"))
    taken = take_in_together(packets=packets, origin="import", marketer=cast.mia, now=now)
    leads = [one.lead for one in taken]
    held = [lead.holder_id for lead in leads]
    assert (held.count(cast.sam.pk), held.count(cast.dora.pk), held.count(None)) == (3, 2, 2)
    assert held[-1] == cast.nora.pk
