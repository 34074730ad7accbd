"""Whose turn it is: who is away is passed over, and the explanation says so."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.absence import record_absence
from leadbridge.people.models import User
from leads.handoff.actions import reassign_lead, submit_lead
from leads.handoff.models import Lead
from leads.routing.kept import whole_of
from leads.routing.models import Turn
from tests.leads.handoff.scenes import again, captured, snapshot, submitted

DAY = timedelta(days=1)
MONDAY_NEXT = timedelta(days=6, hours=13)  # from Monday 10:00 UTC to the next, 0:00 in Berlin


def away(user: User, now: datetime, cover: User | None = None) -> None:
    record_absence(
        user=user, actor=user, now=now, starts_at=now, ends_at=now + MONDAY_NEXT, cover=cover
    )


def handed_over(cast: Cast, now: datetime) -> Lead:
    return submit_lead(lead_id=captured(cast, now).pk, actor=cast.mia, now=now)


@pytest.mark.django_db
def test_a_lead_never_goes_to_who_is_away_and_says_why(cast: Cast, now: datetime) -> None:
    away(cast.dora, now)
    leads = [handed_over(cast, now) for _ in range(3)]
    assert {lead.holder for lead in leads} == {cast.sam}
    assert whole_of(leads[0].routing)["passed_over"] == [["Dora Novak", "away until Mon 30 Nov"]]
    back = now + MONDAY_NEXT
    later = [handed_over(cast, back) for _ in range(2)]
    assert {lead.holder for lead in later} == {cast.sam, cast.dora}


@pytest.mark.django_db
def test_where_everybody_is_away_it_waits_in_the_pool_of_the_team(
    cast: Cast, now: datetime
) -> None:
    Turn.objects.update_or_create(team=cast.emea, defaults={"last": cast.sam})
    away(cast.dora, now)
    cast.sam.is_active = False
    cast.sam.save()
    lead = handed_over(cast, now)
    assert (lead.holder, lead.team) == (None, cast.emea)
    assert lead.routing["because"] == (
        "Nobody in EMEA is here for it: the pool takes it, Max Lind answers."
    )
    assert whole_of(lead.routing)["passed_over"] == [
        ["Sam Okafor", "has left"], ["Dora Novak", "away until Mon 30 Nov"],
    ]  # fmt: skip
    assert Turn.objects.get(team=cast.emea).last == cast.sam


@pytest.mark.django_db
def test_a_lead_is_not_given_by_hand_to_who_is_away(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    away(cast.dora, now, cover=cast.max)
    before = snapshot(lead)
    with pytest.raises(DomainError) as caught:
        reassign_lead(lead_id=lead.pk, actor=cast.max, now=now, to=cast.dora, cause="hers")
    assert (caught.value.code, caught.value.field) == ("absent", "to")
    assert caught.value.message == (
        "Dora Novak is away until Mon 30 Nov. Max Lind stands in: choose them."
    )
    assert snapshot(lead) == before
    at = now + MONDAY_NEXT
    reassign_lead(lead_id=lead.pk, actor=cast.max, now=at, to=cast.dora, cause="hers")
    assert again(lead).holder == cast.dora


@pytest.mark.django_db
def test_what_a_form_brings_goes_to_who_stands_in_for_its_marketer(
    cast: Cast, now: datetime
) -> None:
    away(cast.mia, now, cover=cast.ana)
    lead = captured(cast, now)
    assert (lead.holder, lead.marketer, lead.team) == (cast.ana, cast.ana, cast.marketing)
