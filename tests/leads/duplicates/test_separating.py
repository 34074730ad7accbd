"""A merge is taken back from the page of either lead, by whoever may, once."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.merging import merge_lead
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, Stage
from tests.leads.handoff.scenes import MINUTE, again, captured, snapshot, working
from tests.pages import Browser

BUTTON = "Take the merge back"


@pytest.fixture
def merged(cast: Cast, now: datetime) -> tuple[Lead, Lead]:
    """A lead of Kim's that was joined into another one, and that one."""
    lead = captured(cast, now, email="kim@brandt.example", company="Brandt GmbH")
    survivor = working(cast, now, email="kim@gmail.com", company="Brandt")
    merge_lead(lead_id=lead.pk, survivor_id=survivor.pk, actor=cast.mia, now=now + MINUTE)
    return again(lead), again(survivor)


def test_both_pages_offer_it_and_it_says_what_will_be_before_it_is(
    cast: Cast, now: datetime, merged: tuple[Lead, Lead]
) -> None:
    lead, survivor = merged
    mia, where = Browser(cast.mia, now + 2 * MINUTE), f"/leads/{lead.ref}/separate/"
    own, other = mia.get(f"/leads/{lead.ref}/"), mia.get(f"/leads/{survivor.ref}/")
    assert f'It goes on as <a class="link" href="/leads/{survivor.ref}/"' in own
    assert f'href="{where}"' in own and BUTTON in own
    assert f'href="{where}"' in other and "Joined into this lead" in other
    asked = mia.get(where)
    assert f"{lead.ref} stands again where it stood: {LABELS[Stage.CAPTURED]}" in asked
    assert again(lead).stage == "merged"
    assert mia.post(where, next=f"/leads/{survivor.ref}/") == f"/leads/{survivor.ref}/"
    assert (again(lead).stage, again(lead).merged_into) == ("captured", None)
    page = mia.get(f"/leads/{survivor.ref}/")
    assert f"Taken back. {lead.ref} stands where it stood." in page
    assert "Joined into this lead" not in page
    assert BUTTON not in mia.get(f"/leads/{lead.ref}/")


def test_who_comes_second_reads_who_was_quicker_and_nothing_changes(
    cast: Cast, now: datetime, merged: tuple[Lead, Lead]
) -> None:
    lead, survivor = merged
    where = f"/leads/{lead.ref}/separate/"
    Browser(cast.mia, now + 2 * MINUTE).post(where)
    before = snapshot(lead, survivor)
    ana = Browser(cast.ana, now + 3 * MINUTE)
    for come in (ana.post, lambda url: ana.get(url, status=302)):
        come(where)
        page = ana.get(f"/leads/{lead.ref}/")
        assert f"Mia Lindqvist took this back at 11:02 on 23 November: {lead.ref} stands" in page
    assert snapshot(lead, survivor) == before


def test_a_lead_that_never_was_joined_says_so(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    before, mia = snapshot(lead), Browser(cast.mia, now + MINUTE)
    mia.post(f"/leads/{lead.ref}/separate/")
    assert "is not joined into another lead" in mia.get(f"/leads/{lead.ref}/")
    assert snapshot(lead) == before


def test_whoever_may_not_join_is_offered_nothing_and_changes_nothing(
    cast: Cast, now: datetime, merged: tuple[Lead, Lead]
) -> None:
    lead, survivor = merged
    before, where = snapshot(lead, survivor), f"/leads/{lead.ref}/separate/"
    sam, nora = Browser(cast.sam, now + MINUTE), Browser(cast.nora, now + MINUTE)
    page = sam.get(f"/leads/{survivor.ref}/")
    assert "Joined into this lead" not in page and where not in page
    sam.get(where, status=404)  # the lead that was joined was never his
    Lead.objects.filter(pk=lead.pk).update(holder=cast.sam, team=survivor.team)
    assert BUTTON not in sam.get(f"/leads/{lead.ref}/")
    sam.post(where)
    assert "is for marketing and managers" in sam.get(f"/leads/{lead.ref}/")
    Lead.objects.filter(pk=lead.pk).update(holder=lead.holder_id, team=lead.team_id)
    nora.post(where, 404)
    assert snapshot(lead, survivor) == before


def test_one_whose_survivor_was_joined_itself_says_where_to_begin(
    cast: Cast, now: datetime, merged: tuple[Lead, Lead]
) -> None:
    lead, survivor = merged
    third = working(cast, now, email="kim@brandt.test")
    merge_lead(lead_id=survivor.pk, survivor_id=third.pk, actor=cast.mia, now=now + MINUTE)
    mia = Browser(cast.mia, now + 2 * MINUTE)
    page = mia.get(f"/leads/{third.ref}/")
    assert f"/leads/{survivor.ref}/separate/" in page
    assert f"/leads/{lead.ref}/separate/" not in page
    mia.post(f"/leads/{lead.ref}/separate/")
    assert f"{survivor.ref} was joined or erased itself since" in mia.get(f"/leads/{lead.ref}/")
    assert again(lead).stage == "merged"
