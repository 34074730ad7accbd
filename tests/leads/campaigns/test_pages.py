"""The pages and the calls of campaigns."""

from datetime import datetime
from decimal import Decimal

import pytest

from leadbridge.demo.organisation import Cast
from leads.campaigns.actions import add_cost, add_rule, make_campaign
from leads.campaigns.models import Campaign, CampaignCost, CampaignRule
from tests.api import Api, assert_problem
from tests.leads.campaigns.test_campaigns import arrives, spring
from tests.pages import Browser
from tests.query_counts import recorded


def test_a_marketer_makes_a_campaign_and_enters_what_it_cost(cast: Cast, now: datetime) -> None:
    mia = Browser(cast.mia, now)
    assert "No campaigns yet." in mia.get("/campaigns/")
    assert "There is a campaign" not in mia.get("/campaigns/new/")
    typed = {"name": "Spring", "channel": "email", "starts_on": "2026-11-01", "ends_on": ""}
    url = mia.post("/campaigns/new/", **typed)
    kept = Campaign.objects.get()
    assert (kept.marketer, kept.made_at, url) == (cast.mia, now, f"/campaigns/{kept.pk}/")
    assert "There is a campaign of this name" in mia.post("/campaigns/new/", 422, **typed)
    mia.post(url, on="2026-11-20", amount="1200.50", what="Ads", do="cost")
    arrives(cast, now, campaign="spring")
    page = mia.get(url)
    assert "€1,200.50" in page and "Ads" in page and "Not launched" in page
    assert "Give an amount above 0" in mia.post(url, 422, on="2026-11-20", amount="0", do="cost")
    mia.post(url, do="launch")
    assert "Running" in mia.get("/campaigns/")
    mia.post(url, do=f"remove {CampaignCost.objects.get().pk}")
    assert "No costs yet." in mia.get(url)
    changed = mia.post(f"{url}edit/", **{**typed, "name": "Spring 26", "ends_on": "2026-11-02"})
    assert changed == url
    kept.refresh_from_db()
    assert (kept.name, str(kept.ends_on), kept.marketer) == ("Spring 26", "2026-11-02", cast.mia)
    assert "Over" in mia.get("/campaigns/?q=SPRING")
    assert "No campaign found." in mia.get("/campaigns/?q=autumn")


def test_a_marketer_adds_and_removes_a_rule(cast: Cast, now: datetime) -> None:
    mia, kept = Browser(cast.mia, now), spring(cast, now)
    url = "/campaigns/rules/"
    assert "No rules yet." in mia.get(url)
    assert "Say what an arrival" in mia.post(url, 422, do="add", campaign=str(kept.pk))
    mia.post(url, do="add", utm_campaign="spr*", campaign=str(kept.pk))
    assert "spr*" in mia.get(url) and "spr*" in mia.get(f"/campaigns/{kept.pk}/")
    mia.post(url, do=f"remove {CampaignRule.objects.get().pk}")
    assert not CampaignRule.objects.exists()


def test_a_seller_reads_names_and_no_figures(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    cost = {"campaign_id": kept.pk, "on": now.date(), "amount": Decimal(777)}
    add_cost(actor=cast.mia, now=now, **cost)  # type: ignore[arg-type]  # of one dict
    sam = Browser(cast.sam, now)
    for url in ("/campaigns/", f"/campaigns/{kept.pk}/"):
        page = sam.get(url)
        assert "Spring" in page and "777" not in page and "New campaign" not in page
    sam.get("/campaigns/new/", 403)
    sam.get(f"/campaigns/{kept.pk}/edit/", 403)
    sam.post(f"/campaigns/{kept.pk}/", 403, do="launch")
    sam.post("/campaigns/rules/", 403, do="add", utm_source="x", source="ads")
    assert "777" in Browser(cast.max, now).get("/campaigns/")
    kept.refresh_from_db()
    assert kept.launched_at is None and not CampaignRule.objects.exists()
    sam.get("/campaigns/99999/", 404)


def test_a_program_keeps_campaigns_and_reads_what_they_brought(cast: Cast, now: datetime) -> None:
    api = Api(cast.mia, now)
    body = {"name": "Spring", "channel": "email", "starts_on": "2026-11-01", "marketer": "ana"}
    made = api.post("campaigns/", body, key="k1")
    assert made.status_code == 201, made.content
    assert api.post("campaigns/", body, key="k1").json() == made.json()
    number = made.json()["id"]
    assert_problem(api.post("campaigns/", body), 409, "already_exists", "name")
    assert_problem(api.post("campaigns/", {**body, "marketer": "xx"}), 400, "invalid", "marketer")
    assert_problem(api.post("campaigns/", {"nam": "x"}), 400, "invalid", "nam", "name", "channel")
    cost = api.post(f"campaigns/{number}/costs/", {"on": "2026-11-02", "amount": "12.5"})
    assert cost.status_code == 201, cost.content
    rule = api.post("campaigns/rules/", {"utm_source": "Google", "campaign": number})
    assert rule.json()["utm_source"] == "google"
    lead = {"email": "kim@brandt.example", "source": "web", "attributes": {"utm_source": "google"}}
    assert api.post("leads/", lead).json()["campaign"] == "Spring"
    [answer] = api.get("campaigns/").json()["results"]
    assert (answer["leads"], answer["cost"], answer["marketer"]) == (1, 12.5, "ana")
    assert api.post(f"campaigns/{number}/launch/").json()["launched_at"] == "2026-11-23T10:00:00Z"
    assert_problem(api.post(f"campaigns/{number}/launch/"), 409, "already_decided")
    assert api.get(f"campaigns/{number}/").json()["costs"] == [cost.json()]
    found = api.get("leads/", campaign="SPRING", sla="on_track,overdue").json()["results"]
    assert [one["email"] for one in (row["person"] for row in found)] == ["kim@brandt.example"]
    seller = Api(cast.sam, now)
    assert_problem(seller.post("campaigns/", body), 403, "forbidden")
    [answer] = seller.get("campaigns/").json()["results"]
    assert (answer["leads"], answer["cost"], answer["name"]) == (None, None, "Spring")
    assert_problem(api.get("campaigns/x/"), 404, "not_found")


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_however_long_it_is(cast: Cast, now: datetime, number: int) -> None:
    for one in range(number):
        kept = make_campaign(actor=cast.mia, now=now, name=f"Campaign {one}", channel="email")
        add_rule(actor=cast.mia, asks={"utm_source": str(one)}, campaign_id=kept.pk)
    mia = Browser(cast.mia, now)
    mia.get("/campaigns/")
    with recorded("campaigns"):
        mia.get("/campaigns/")
    with recorded("campaign rules"):
        mia.get("/campaigns/rules/")
