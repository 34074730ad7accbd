"""Eleven published definitions of a qualified lead, each built as one of ours and tried on leads.

What a source leaves open (a threshold, which industries) is filled in and said so. Scores that the
source adds up into one sum stand on one axis, with nothing asked of the other.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leads.definition.criteria import Definition
from leads.definition.verdict import Verdict, judge
from tests.leads.definition.published import PUBLISHED
from tests.leads.definition.test_compiled import agree

Facts = dict[str, Any]

NOW = datetime(2026, 5, 12, 9, 2, tzinfo=UTC)
AT_WORK: Facts = {"email": "kim@acme.example"}
AT_HOME: Facts = {"email": "kim@gmail.com"}


def own(**values: object) -> Facts:
    return {"attributes": values}


def days(number: int) -> str:
    """A day so many days from now."""
    return str((NOW + timedelta(days=number)).date())


READY: Facts = {
    "title": "Director of IT",
    **own(target_account=True, problem=True, evaluates_on=days(80), decides_on=days(170),
          meets_on=days(10)),
}  # fmt: skip


def ready(**values: object) -> Facts:
    return READY | own(**READY["attributes"]) | own(**{**READY["attributes"], **values})


def carroll(name: str) -> Facts:
    return ready(**{name: None})


PERPETOS = {"industry": "Logistics", "employees": 300}
POSTHOG = {
    "country": "DE", "employees": 51,
    **own(monthly_revenue=500, users=8, paying_since=days(-92)),
}  # fmt: skip
MARKETO: Facts = {
    "title": "VP Marketing", "employees": 900,
    **own(event=True, pain=True, tools=True, timeframe=True, revenue=True),
}  # fmt: skip

# Per definition: what is known of a lead, the answer, and the tier where one is meant.
CASES: dict[str, list[tuple[Facts, str, int | None]]] = {
    "carroll": [
        (READY, "yes", 1),
        (ready(decides_on=days(240)), "no", None),
        (ready(evaluates_on=days(120)), "no", None),
        (ready(target_account=False), "no", None),
        (READY | {"title": "Student"}, "no", None),
        (carroll("meets_on"), "unknown", None),
    ],
    "sourcegraph": [
        # A personal address stands only against a new instance.
        (AT_HOME | {"request": "demo"} | own(engineers=101), "yes", 1),
        (AT_WORK | {"request": "demo", "title": "Senior Developer"} | own(engineers=40), "yes", 1),
        (AT_WORK | {"request": "demo", "title": "Developer"} | own(engineers=100), "no", None),
        (AT_WORK | own(new_instance=True), "yes", 1),
        (AT_HOME | own(new_instance=True), "no", None),
        ({"email": "kim@mit.edu"} | own(new_instance=True), "no", None),
        (AT_WORK | {"title": "CTO"} | own(engineers=900), "no", None),
        (AT_WORK | {"request": "demo"}, "no", None),
    ],
    "gitlab_points": [
        ({"title": "CTO", "employees": 5_000, "country": "US"} | own(trial=True), "yes", 1),
        ({"title": "CTO", "employees": 750} | own(trial=True), "yes", 1),
        ({"title": "CTO", "employees": 100} | own(trial=True), "no", 2),
        ({"title": "Intern", "employees": 5_000} | own(trial=True), "no", 3),
        ({"employees": 80}, "no", 3),
        ({"title": "CTO", "employees": 750} | AT_HOME | own(trial=True), "no", 2),
    ],
    "gitlab_campaigns": [
        ({"request": "demo"}, "yes", 1),
        ({"request": "price"}, "yes", 1),
        (own(asset="webinar"), "no", None),
        (own(asset="webinar", newsletter=True), "yes", 2),
        ({"request": "contact"} | own(programme="Support"), "no", None),
        ({"request": "demo"} | own(programme="start-up"), "no", None),
    ],
    "posthog_now": [
        (POSTHOG, "yes", 1),
        (POSTHOG | {"employees": 50}, "no", None),
        (POSTHOG | own(monthly_revenue=1_667.5, users=8, paying_since=days(-92)), "no", None),
        (POSTHOG | own(monthly_revenue=1_667, users=7, paying_since=days(-92)), "no", None),
        (POSTHOG | own(monthly_revenue=900, users=20, paying_since=days(-40)), "no", None),
        (POSTHOG | {"country": "AQ"}, "no", None),
        ({"country": "DE", "employees": 51}, "no", None),
    ],
    "posthog_earlier": [
        ({"employees": 1_000, "country": "US", "title": "Founder, product"}
         | own(revenue=50_000_000), "yes", 1),
        ({"employees": 120, "country": "PL", "title": "Product manager"}
         | own(revenue=2_000_000), "yes", 2),
        ({"employees": 9, "country": "US", "title": "Founder"} | own(revenue=0), "no", 3),
        ({}, "no", 3),
    ],
    "relias": [
        ({"title": "Director of nursing"} | own(pricing_page=True, webinar=True, clicks=3),
         "yes", 1),
        ({"title": "Director of nursing"} | own(pricing_page=True), "no", 2),
        ({"title": "Nurse"} | own(webinar=True, clicks=1), "no", 3),
        ({"title": "Director of nursing"}
         | own(pricing_page=True, webinar=True, unsubscribed=True), "no", 2),
        # A customer has a bar of its own, twice as high; a hand-raise passes either.
        ({"title": "Director of nursing"}
         | own(pricing_page=True, webinar=True, clicks=3, customer=True), "no", 3),
        ({"title": "Director of nursing"}
         | own(pricing_page=True, webinar=True, clicks=3, customer=True, trial=True,
               assessment=True), "yes", 1),
        ({"request": "demo"} | own(customer=True), "yes", 1),
        ({"source": "trade show"} | own(demo_seen=True), "yes", 1),
        (own(careers_page=True, opens=400), "no", 3),
    ],
    "marketo": [
        (MARKETO, "yes", 2),
        (MARKETO | own(event=True, pain=True, tools=True, timeframe=True), "unknown", 2),
        (MARKETO | own(event=False, pain=True, tools=True, timeframe=True, revenue=True), "no", 2),
        ({"title": "VP Marketing", "employees": 10} | own(**MARKETO["attributes"]), "no", 3),
        # Below the bar nobody is asked the five questions.
        ({"title": "Writer", "employees": 10}, "no", 3),
        ({"request": "trial"} | own(**MARKETO["attributes"]), "yes", 1),
        ({"request": "contact"}, "unknown", 1),
    ],
    "perpetos": [
        (AT_WORK | PERPETOS | {"title": "Head of IT"} | own(need=True, requirements=True),
         "yes", 1),
        (AT_WORK | PERPETOS | {"title": "Clerk"} | own(need=True, requirements=True), "yes", 2),
        # A level counts only above the one below it.
        (AT_WORK | PERPETOS | {"title": "Head of IT"} | own(need=True, requirements=False),
         "yes", 3),
        (AT_WORK | PERPETOS | own(need=False), "no", None),
        (AT_WORK | PERPETOS, "unknown", None),
        (AT_WORK | {"industry": "Retail"} | own(need=True), "no", None),
        ({"email": "", "phone": ""} | PERPETOS | own(need=True), "no", None),
    ],
    "mattermost": [
        ({"request": "price"}, "yes", 1),
        ({"request": "trial"}, "yes", 1),
        (own(upgraded=True), "yes", 1),
        (own(daily_users=25), "yes", 1),
        (own(posts=2_000, daily_users=3), "yes", 1),
        (own(posts=1_999, daily_users=24, upgraded=False), "no", None),
    ],
    "script": [
        ({"title": "VP Sales", "employees": 400, "request": "trial"}, "yes", 1),
        ({"title": "VP Sales", "employees": 400, "request": "trial",
          "acted_at": NOW - timedelta(days=31)}, "no", None),
        ({"title": "VP Sales", "employees": 400, "request": "trial",
          "acted_at": NOW - timedelta(days=30)}, "yes", 1),
        ({"title": "Clerk", "employees": 5, "request": "demo"} | own(icp_account=True), "yes", 1),
        ({"title": "Clerk", "employees": 5, "request": "demo"} | own(icp_account=False), "no",
         None),
        ({"title": "Clerk", "employees": 5} | own(icp_account=True), "no", None),
    ],
}  # fmt: skip


def known(facts: Facts) -> Facts:
    return {"email": "", "phone": "1", "acted_at": NOW, "source": "web form"} | facts


def judged(name: str, facts: Facts) -> Verdict:
    told = known(facts)
    return judge(Definition.from_content(PUBLISHED[name]), told, now=NOW)


@pytest.mark.parametrize("name", PUBLISHED)
def test_marketing_builds_a_published_definition_and_it_judges_as_published(name: str) -> None:
    found = [judged(name, facts) for facts, _, _ in CASES[name]]
    assert [one.answer for one in found] == [answer for _, answer, _ in CASES[name]]
    tiers = [tier for _, _, tier in CASES[name]]
    kept = zip(found, tiers, strict=True)
    assert [one.tier if tier else None for one, tier in kept] == tiers


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_database_judges_a_published_definition_alike(cast: Cast, name: str) -> None:
    leads = [(known(facts), NOW) for facts, _, _ in CASES[name]]
    agree(cast, Definition.from_content(PUBLISHED[name]), leads)


def test_what_is_still_to_be_asked_is_named() -> None:
    assert judged("carroll", carroll("meets_on")).missing == ("attributes.meets_on",)
    five = judged("marketo", {"request": "contact"}).missing
    assert five == tuple(f"attributes.{name}" for name in MARKETO["attributes"])
    assert judged("marketo", {"title": "Writer", "employees": 10}).missing == ()


def test_a_published_definition_survives_being_written_down() -> None:
    assert len(PUBLISHED) == 11
    for content in PUBLISHED.values():
        definition = Definition.from_content(content)
        assert Definition.from_content(definition.content()) == definition
        assert definition.content()["criteria"] == content["criteria"]
