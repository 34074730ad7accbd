"""Campaigns are kept by marketing, counted from rows, and found by what arrivals say."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.campaigns.actions import (
    add_cost,
    add_rule,
    edit_campaign,
    launch_campaign,
    make_campaign,
    remove_cost,
    remove_rule,
)
from leads.campaigns.attribution import attribution, count_packet
from leads.campaigns.models import Campaign, CampaignCost, CampaignRule
from leads.campaigns.queries import lines_of
from leads.handoff.episodes import reopen_lead
from leads.handoff.models import Lead
from leads.intake.actions import take_in
from tests.leads.handoff.scenes import packet


def spring(cast: Cast, now: datetime, **given: Any) -> Campaign:
    return make_campaign(
        **{"actor": cast.mia, "now": now, "name": "Spring", "channel": "email", **given}
    )


def arrives(cast: Cast, now: datetime, **said: Any) -> Lead:
    return take_in(
        packet=packet(**said), origin="form", marketer=cast.mia, actor=None, now=now
    ).lead


def test_a_lead_counts_for_the_campaign_that_it_names(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    lead = arrives(cast, now, campaign="spring")
    assert (lead.campaign_row, lead.campaign, lead.source) == (kept, "spring", "web form")
    other = arrives(cast, now, campaign="Autumn")
    assert (other.campaign_row, other.campaign) == (None, "Autumn")


def test_a_lead_that_came_by_a_link_counts_by_its_rule_and_keeps_what_was_said(
    cast: Cast, now: datetime
) -> None:
    kept = spring(cast, now)
    asks = {"utm_source": "Google", "utm_campaign": "SPR*"}
    add_rule(actor=cast.mia, asks=asks, campaign_id=kept.pk, source="search ads")
    utm = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spr-1"}
    lead = arrives(cast, now, campaign="Old", attributes=utm)
    assert (lead.campaign_row, lead.campaign, lead.source) == (kept, "Spring", "search ads")
    assert lead.attributes == {**utm, "said_source": "web form", "said_campaign": "Old"}


def test_leads_that_named_a_campaign_before_it_was_kept_count_for_it(
    cast: Cast, now: datetime
) -> None:
    lead = arrives(cast, now, campaign="SPRING")
    untouched = arrives(cast, now, campaign="Springtime")
    kept = spring(cast, now)
    lead.refresh_from_db()
    untouched.refresh_from_db()
    assert (lead.campaign_row, untouched.campaign_row) == (kept, None)


def test_arrivals_that_say_an_old_name_go_on_to_count(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    edit_campaign(campaign_id=kept.pk, actor=cast.ana, name="Spring 2026")
    old, new = arrives(cast, now, campaign="Spring"), arrives(cast, now, campaign="spring 2026")
    assert old.campaign_row == new.campaign_row == kept


def test_the_next_episode_counts_for_the_same_campaign(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    lead = arrives(cast, now, campaign="Spring")
    closed_lead = disqualified(lead, cast, now)
    again = reopen_lead(lead_id=closed_lead.pk, actor=cast.ana, now=now, cause="They called.")
    assert again.campaign_row == kept


def disqualified(lead: Lead, cast: Cast, now: datetime) -> Lead:
    from leads.handoff.actions import accept_lead, disqualify_lead

    if lead.stage == "submitted":
        accept_lead(lead_id=lead.pk, actor=lead.holder or cast.sam, now=now)
        return disqualify_lead(
            lead_id=lead.pk, actor=lead.holder or cast.sam, now=now, reason="no_need"
        )
    return disqualify_lead(lead_id=lead.pk, actor=cast.mia, now=now, reason="do_not_contact")


def test_two_campaigns_cannot_differ_in_capitals_only(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    with pytest.raises(DomainError) as refusal:
        spring(cast, now, name=" SPRING ")
    assert (refusal.value.code, refusal.value.field) == ("already_exists", "name")
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(
            name="sPRING", name_key="spring", channel="email", marketer=cast.mia, made_at=now
        )
    assert list(Campaign.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"channel": "smoke"}, "channel"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "ends_on"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_not_made(
    cast: Cast, now: datetime, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        spring(cast, now, **given)
    assert refusal.value.field == field
    assert not Campaign.objects.exists()


def test_a_campaign_is_launched_once(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    launch_campaign(campaign_id=kept.pk, actor=cast.mia, now=now)
    with pytest.raises(DomainError) as refusal:
        launch_campaign(campaign_id=kept.pk, actor=cast.mia, now=now + timedelta(hours=1))
    assert refusal.value.code == "already_decided"
    kept.refresh_from_db()
    assert kept.launched_at == now


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "1000000000000"])
def test_an_amount_that_is_none_is_not_kept(cast: Cast, now: datetime, amount: str) -> None:
    kept = spring(cast, now)
    with pytest.raises(DomainError) as refusal:
        add_cost(
            campaign_id=kept.pk, actor=cast.mia, now=now, on=now.date(), amount=Decimal(amount)
        )
    assert refusal.value.field == "amount"
    assert not CampaignCost.objects.exists()


def test_leads_and_costs_are_counted_apart(cast: Cast, now: datetime) -> None:
    kept, empty = spring(cast, now), spring(cast, now, name="Empty")
    for amount in ("100", "50.50", "0.01"):
        add_cost(
            campaign_id=kept.pk, actor=cast.mia, now=now, on=now.date(), amount=Decimal(amount)
        )
    for _ in range(4):
        arrives(cast, now, campaign="Spring")
    mine, other = lines_of([kept, empty], now=now, figures=True)
    assert (mine.leads, mine.cost, mine.each) == (4, Decimal("150.51"), Decimal("37.63"))
    assert (other.leads, other.cost, other.each) == (0, Decimal(0), None)
    gone = CampaignCost.objects.get(amount=Decimal("50.50"))
    remove_cost(campaign_id=empty.pk, cost_id=gone.pk, actor=cast.mia)
    assert CampaignCost.objects.count() == 3
    remove_cost(campaign_id=kept.pk, cost_id=gone.pk, actor=cast.mia)
    assert lines_of([kept], now=now, figures=True)[0].cost == Decimal("100.01")


def test_a_rule_needs_words_and_an_end_and_stands_once(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    rules: list[tuple[dict[str, str], dict[str, Any], str]] = [
        ({"utm_source": " "}, {"campaign_id": kept.pk}, "utm_source"),
        ({"utm_source": "x"}, {}, "campaign"),
        ({"utm_source": "x"}, {"campaign_id": 999_999}, "campaign"),
        ({"utm_source": "a*b"}, {"source": "ads"}, "utm_source"),
    ]
    for asks, end, field in rules:
        with pytest.raises(DomainError) as refusal:
            add_rule(actor=cast.mia, asks=asks, **end)
        assert refusal.value.field == field
    rule = add_rule(actor=cast.mia, asks={"utm_source": "x"}, source="ads")
    with pytest.raises(DomainError) as refusal:
        add_rule(actor=cast.mia, asks={"utm_source": "X "}, campaign_id=kept.pk)
    assert refusal.value.code == "already_exists"
    assert list(CampaignRule.objects.all()) == [rule]
    remove_rule(rule_id=rule.pk, actor=cast.mia)
    assert attribution().rules == ()


@pytest.mark.parametrize("who", ["sam", "max", "nora"])
def test_sales_keeps_no_campaigns(cast: Cast, now: datetime, who: str) -> None:
    kept, person = spring(cast, now), getattr(cast, who)
    cost: dict[str, Any] = {"now": now, "on": now.date(), "amount": Decimal(1)}
    calls: list[Any] = [
        lambda: spring(cast, now, actor=person, name="Other"),
        lambda: edit_campaign(campaign_id=kept.pk, actor=person, name="Other"),
        lambda: launch_campaign(campaign_id=kept.pk, actor=person, now=now),
        lambda: add_cost(campaign_id=kept.pk, actor=person, **cost),
        lambda: add_rule(actor=person, asks={"utm_source": "x"}, source="ads"),
    ]
    for call in calls:
        with pytest.raises(DomainError) as refusal:
            call()
        assert refusal.value.status == 403
    assert (list(Campaign.objects.values_list("name", "launched_at"))) == [("Spring", None)]
    assert not CampaignCost.objects.exists() and not CampaignRule.objects.exists()


def test_counting_many_arrivals_reads_names_and_rules_once(
    cast: Cast, now: datetime, django_assert_num_queries: Any
) -> None:
    spring(cast, now)
    with django_assert_num_queries(2):
        known = attribution()
        counted = [count_packet(packet(campaign="Spring"), known) for _ in range(20)]
    assert {one.campaign_id for one in counted} == {Campaign.objects.get().pk}
