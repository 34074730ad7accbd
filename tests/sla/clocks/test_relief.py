"""Surge relief: what was handed over beyond the agreed number of a day gets the times of tier 3."""

import re
from datetime import datetime
from html import unescape

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import accept_lead, submit_lead
from leads.handoff.models import Lead
from leads.handoff.stages import Action
from sla.agreement.queries import active_agreement
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.spans import working_seconds
from sla.reports.attainment import Relieved, relieved_of, score_of
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.models import KeptDay
from sla.reports.slices import Part, Slice, clocks_in
from tests.api import Api
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, again, captured, do, submitted, touch
from tests.pages import Browser
from tests.sla.agreed import agree

RELIEF = {"surge": {"per_day": 2, "factor": 1.5}, "late": True, "non_conforming": True}


@pytest.fixture
def surge(cast: Cast, now: datetime) -> None:
    """Two a day are agreed, so beyond three a day begins the excess."""
    agree(cast, now, relief=RELIEF)


def clock_of(lead: Lead, kind: str) -> Clock:
    return Clock.objects.filter(lead=lead, kind=kind).latest("pk")


def target(kind: str, tier: int, clock: Clock) -> int:
    active = active_agreement()
    assert active is not None
    agreed = active.agreement.target_for(
        kind=kind, tier=tier, source=clock.lead.source, team=clock.team.slug
    )
    return working_seconds(agreed.amount, calendar_of(clock.calendar_id))


def excess(cast: Cast, now: datetime) -> Lead:
    """The fourth of a day."""
    leads = [submitted(cast, now + number * MINUTE) for number in range(4)]
    return again(leads[-1])


@pytest.mark.usefixtures("surge")
def test_a_team_gets_the_times_of_tier_3_for_the_excess_of_a_day_only(
    cast: Cast, now: datetime
) -> None:
    leads = [again(submitted(cast, now + number * MINUTE)) for number in range(5)]
    assert [lead.relief for lead in leads] == ["", "", "", "surge", "surge"]
    assert {lead.tier for lead in leads} == {1}
    for kind in ("accept", "first_touch"):
        usual, relieved = clock_of(leads[2], kind), clock_of(leads[3], kind)
        assert (usual.tier, usual.relief) == (1, "")
        assert (relieved.tier, relieved.relief) == (3, "surge")
        assert usual.target_seconds == target(kind, 1, usual)
        assert relieved.target_seconds == target(kind, 3, relieved) > usual.target_seconds


@pytest.mark.usefixtures("surge")
def test_the_next_day_of_the_team_begins_anew(cast: Cast, now: datetime) -> None:
    excess(cast, now)
    midnight = now.replace(hour=23, minute=0)  # of Berlin
    assert again(submitted(cast, midnight - MINUTE)).relief == "surge"
    assert again(submitted(cast, midnight)).relief == ""


@pytest.mark.usefixtures("surge")
def test_what_follows_from_a_relieved_handover_is_relieved_too(cast: Cast, now: datetime) -> None:
    lead, at = excess(cast, now), now + HOUR
    do(Action.REASSIGN, lead, cast.max, at, cast, to=cast.dora)
    assert clock_of(lead, "accept").relief == "surge"
    accept_lead(lead_id=lead.pk, actor=cast.dora, now=at)
    assert clock_of(lead, "decision").target_seconds == target(
        "decision", 3, clock_of(lead, "decision")
    )
    do(Action.UNDO, lead, cast.dora, at + MINUTE, cast)
    assert again(lead).relief == clock_of(lead, "accept").relief == "surge"
    accept_lead(lead_id=lead.pk, actor=cast.dora, now=at + 2 * MINUTE)
    touch(lead, cast.dora, at + HOUR, result="no_answer", next_at=at + DAY)
    touch(lead, cast.dora, at + 2 * HOUR, result="no_answer", next_at=at + DAY)
    assert {clock.relief for clock in Clock.objects.filter(lead=lead, kind="attempts")} == {"surge"}
    # The date that a seller promised is their own.
    assert clock_of(lead, "next_step").relief == ""


@pytest.mark.usefixtures("surge")
def test_another_teams_surge_relieves_nobody_else(cast: Cast, now: datetime) -> None:
    excess(cast, now)
    lead = captured(cast, now + HOUR, country="US")
    lead = submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + HOUR)
    assert lead.team == cast.americas
    assert lead.relief == ""


def test_nothing_is_counted_where_no_surge_is_agreed(cast: Cast, now: datetime) -> None:
    assert excess(cast, now).relief == ""


@pytest.mark.usefixtures("surge")
def test_a_seller_sees_the_relief_on_the_lead_the_list_the_clock_and_in_the_api(
    cast: Cast, now: datetime, client: Client
) -> None:
    lead = excess(cast, now)
    client.force_login(cast.sam)
    clock = clock_of(lead, "accept")
    for url in (f"/leads/{lead.ref}/", "/inbox/", f"/clocks/{clock.pk}/"):
        page = client.get(url).content.decode()
        assert "Surge relief" in page, url
    assert "times of tier 3" in client.get(f"/leads/{lead.ref}/").content.decode()
    assert client.get(f"/api/v1/leads/{lead.pk}/").json()["relief"] == "surge"
    answer = client.get(f"/api/v1/clocks/{clock.pk}/").json()
    assert (answer["tier"], answer["relief"]) == (3, "surge")


@pytest.mark.usefixtures("surge")
def test_relieved_promises_are_counted_apart_and_each_figure_opens_its_list(
    cast: Cast, now: datetime
) -> None:
    leads = [submitted(cast, now + number * MINUTE) for number in range(6)]
    touch(leads[4], cast.sam, now + HOUR)  # met, by the times of tier 3
    at = now + 9 * DAY
    whole = Slice(now - DAY, at, kind="accept", team_ids=frozenset({cast.emea.pk}))
    assert score_of(whole, now=at).due == 3
    assert relieved_of(whole, now=at) == Relieved(due=3, met=1)
    keep_days(now=at)
    assert KeptDay.objects.exists() and score_of(whole, now=at).due == 3
    assert clocks_in(whole, Part.RELIEVED_MET, at).get().lead_id == leads[4].pk

    max_ = Browser(cast.max, at)
    page = max_.get("/sla/?kind=accept")
    assert "fell due under surge relief, counted apart" in page
    for part, count in (("relieved", 3), ("relieved_met", 1)):
        [url] = re.findall(rf'href="([^"]*part={part}(?:&[^"]*)?)"', page)
        assert f"<h2>{count} clock" in max_.get(unescape(url))
    told = Api(cast.max, at).get("reports/attainment/?kind=accept").json()
    assert (told["due"], told["relieved"], told["relieved_met"]) == (3, 3, 1)
