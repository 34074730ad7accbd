"""A campaign that is out is read out by both sides, in time, by two people."""

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.models import Message
from leadbridge.people.models import Role, User
from leads.campaigns.actions import launch_campaign
from leads.campaigns.first_hour import FirstHour, first_hour
from leads.campaigns.listing import leads_behind
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readout_ladder import LATE, climb_readouts, render_begun
from leads.campaigns.readouts import BEGUN, sign_readout, state_of
from leads.handoff.actions import accept_lead, reject_lead
from leads.handoff.models import Lead
from sla.clocks.tasks import sweep
from tests.api import Api, assert_problem
from tests.leads.campaigns.test_campaigns import arrives, spring
from tests.pages import Browser

MINUTE = timedelta(minutes=1)


def out(cast: Cast, now: datetime) -> Campaign:
    return launch_campaign(campaign_id=spring(cast, now).pk, actor=cast.mia, now=now)


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_launch_starts_the_hour_that_is_agreed(cast: Cast, now: datetime) -> None:
    kept = out(cast, now)
    readout = Readout.objects.get(campaign=kept)
    assert (readout.started_at, readout.due_at) == (now, now + 60 * MINUTE)
    assert readout.at_risk_at == now + 45 * MINUTE
    assert told(BEGUN) == {"max"}
    letter = render_begun(Message.objects.get(kind=BEGUN))
    assert letter is not None and "“Spring” is out" in letter.subject


def test_a_launch_in_the_night_is_read_out_when_marketing_works(cast: Cast, now: datetime) -> None:
    night = now.replace(hour=22)
    readout = Readout.objects.get(campaign=out(cast, night))
    assert readout.due_at > night + timedelta(hours=8)
    assert state_of(readout, night + timedelta(hours=2)) == "on_track"


def test_both_sides_sign_and_it_is_met_at_the_very_instant(cast: Cast, now: datetime) -> None:
    kept = out(cast, now)
    sign_readout(campaign_id=kept.pk, actor=cast.mia, now=now + MINUTE, words="Go  on")
    readout = sign_readout(campaign_id=kept.pk, actor=cast.max, now=now + 60 * MINUTE)
    assert (readout.marketing_words, state_of(readout, now + 99 * MINUTE)) == ("Go on", "met")
    assert climb_readouts(now=now + 99 * MINUTE) == 0


def test_each_state_follows_from_the_instants(cast: Cast, now: datetime) -> None:
    kept = out(cast, now)
    readout = Readout.objects.get()
    said = [state_of(readout, now + minutes * MINUTE) for minutes in (44, 45, 60, 61)]
    assert said == ["on_track", "at_risk", "at_risk", "overdue"]
    sign_readout(campaign_id=kept.pk, actor=cast.max, now=now + MINUTE)
    readout = sign_readout(campaign_id=kept.pk, actor=cast.ana, now=now + 61 * MINUTE)
    assert state_of(readout, now + 99 * MINUTE) == "met_late"


@pytest.mark.parametrize(
    ("who", "code"), [("sam", "forbidden"), ("olu", "forbidden"), ("ana", "already_decided")]
)
def test_who_may_not_sign_is_refused_and_nothing_changes(
    cast: Cast, now: datetime, who: str, code: str
) -> None:
    kept = out(cast, now)
    sign_readout(campaign_id=kept.pk, actor=cast.mia, now=now)
    before = Readout.objects.values().get()
    with pytest.raises(DomainError) as refusal:
        sign_readout(campaign_id=kept.pk, actor=getattr(cast, who), now=now)
    assert (refusal.value.code, Readout.objects.values().get()) == (code, before)


def test_one_person_cannot_sign_for_both_sides_even_after_changing_sides(
    cast: Cast, now: datetime
) -> None:
    kept = out(cast, now)
    sign_readout(campaign_id=kept.pk, actor=cast.mia, now=now)
    User.objects.filter(pk=cast.mia.pk).update(role=Role.SALES_HEAD)
    with pytest.raises(DomainError) as refusal:
        sign_readout(campaign_id=kept.pk, actor=User.objects.get(pk=cast.mia.pk), now=now)
    assert refusal.value.code == "forbidden"
    with pytest.raises(IntegrityError), transaction.atomic():
        Readout.objects.update(sales_by=cast.mia, sales_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Readout.objects.update(sales_by=cast.max)
    assert Readout.objects.get().sales_by is None


def test_the_worker_of_the_sweep_tells_it(cast: Cast, now: datetime) -> None:
    out(cast, now - timedelta(days=4000))  # the task reads the real clock
    sweep()
    assert told(LATE) == {"mia", "max"}


def test_the_figures_count_the_leads_of_the_first_hour(cast: Cast, now: datetime) -> None:
    early = arrives(cast, now - MINUTE, campaign="spring", email="a@brandt.example")
    kept = out(cast, now)
    first = arrives(cast, now, campaign="spring", email="b@brandt.example")
    second = arrives(cast, now + 59 * MINUTE, campaign="spring", email="c@brandt.example")
    arrives(cast, now + 60 * MINUTE, campaign="spring", email="d@brandt.example")
    arrives(cast, now, campaign="autumn", email="e@brandt.example")
    Lead.objects.filter(pk=second.pk).update(request="")
    accept_lead(lead_id=first.pk, actor=first.holder or cast.sam, now=now + MINUTE)
    reject_lead(
        lead_id=early.pk, actor=early.holder or cast.sam, now=now + MINUTE, reason="no_consent"
    )
    hour = first_hour(kept, now)
    assert hour == FirstHour(2, 1, 2, 2, 1)
    for part, number in asdict(hour).items():
        assert len({lead.pk for lead in leads_behind(kept, part)}) == number, part


def test_people_of_both_sides_sign_on_the_page(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    mia, url = Browser(cast.mia, now), f"/campaigns/{kept.pk}/"
    assert "Read-out" not in mia.get(url)
    mia.post(url, do="launch")
    page = mia.get(url)
    assert "The hour is not over" in page and "I have read it, for marketing" in page
    assert mia.post(url, do="readout", words="Go on") == f"{url}#readout"
    page = mia.get(url)
    assert "Go on" in page and "I have read it, for" not in page
    mia.post(url, 409, do="readout")
    assert "Read-out" not in Browser(cast.sam, now).get(url)
    Browser(cast.sam, now).post(url, 403, do="readout")
    late = Browser(cast.max, now + timedelta(hours=2))
    assert "I have read it, for sales" in late.get(url)
    late.post(url, do="readout")
    assert "signed 1 h" in late.get(url)


def test_a_program_reads_it_and_signs(cast: Cast, now: datetime) -> None:
    kept = spring(cast, now)
    url, api = f"campaigns/{kept.pk}/readout/", Api(cast.max, now)
    assert_problem(api.get(url), 404, "not_found")
    assert_problem(api.post(url), 404, "not_found")
    launch_campaign(campaign_id=kept.pk, actor=cast.mia, now=now)
    assert_problem(api.post(url, {"words": "x" * 301}), 400, "invalid", "words")
    answer = api.post(url, {"words": "Go on"}).json()
    assert (answer["state"], answer["due_at"]) == ("on_track", "2026-11-23T11:00:00Z")
    signed = {"by": "max", "at": "2026-11-23T10:00:00Z", "words": "Go on"}
    assert (answer["sales"], answer["marketing"]["by"]) == (signed, None)
    assert answer["first_hour"]["came_in"] == 0
    assert_problem(api.post(url), 409, "already_decided")
    assert_problem(Api(cast.sam, now).get(url), 403, "forbidden")
    assert_problem(Api(cast.sam, now).post(url), 403, "forbidden")
    assert api.get(url).json() == answer


def test_who_may_not_see_a_lead_is_told_how_many_are_hidden(cast: Cast, now: datetime) -> None:
    kept = out(cast, now)
    arrives(cast, now, campaign="spring")
    url = f"/campaigns/{kept.pk}/leads/"
    page = Browser(cast.max, now).get(f"{url}?part=came_in")
    assert "Came in within the first hour: 1" in page and page.count("data-ref=") == 1
    page = Browser(cast.lena, now).get(url)
    assert "Leads: 1" in page and "1 of them are not yours to see." in page
    assert "data-ref=" not in page
    Browser(cast.max, now).get(f"{url}?part=nothing", 404)
    Browser(cast.max, now).get("/campaigns/999999/leads/", 404)
    Browser(cast.sam, now).get(url, 403)
