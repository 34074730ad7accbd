"""Handing over against the definition: counted beside a cap that warns, or stopped by one that
refuses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff import overrides
from leads.handoff.actions import submit_lead
from leads.handoff.models import Event, Lead
from leads.handoff.overrides import Cap, Overrides, overrides_at, register_cap
from tests.leads.handoff.scenes import captured
from tests.pages import Browser

pytestmark = pytest.mark.django_db
BECAUSE = "They asked me at the fair."


@pytest.fixture(autouse=True)
def asking() -> Iterator[None]:
    """Whatever a test registers is forgotten again."""
    before = list(overrides._registered)
    yield
    overrides._registered[:] = before


def agree(share: str, *, refuses: bool) -> None:
    register_cap(lambda: Cap(Decimal(share), refuses))


def unfit(cast: Cast, now: datetime) -> Lead:
    return captured(cast, now, employees=2)


def override(cast: Cast, lead: Lead, now: datetime) -> Lead:
    return submit_lead(lead_id=lead.pk, actor=cast.mia, now=now, override_reason=BECAUSE)


def test_a_cap_that_warns_lets_marketing_go_on(cast: Cast, now: datetime) -> None:
    agree("0.1", refuses=False)
    for _ in range(2):
        assert override(cast, unfit(cast, now), now).overridden
    found = overrides_at(now)
    assert (found.count, found.beyond, found.closed) == (2, True, False)


def test_a_cap_that_refuses_stops_marketing_and_names_the_cap_and_the_cure(
    cast: Cast, now: datetime
) -> None:
    agree("0.1", refuses=True)
    override(cast, unfit(cast, now), now)
    lead = unfit(cast, now)
    events = Event.objects.count()
    with pytest.raises(DomainError) as refused:
        override(cast, lead, now)
    assert (refused.value.code, refused.value.status) == ("override_cap", 409)
    assert refused.value.field == "override_reason"
    for words in ("10 % of the handovers", "1 of 1", "nurture", "both heads to agree"):
        assert words in refused.value.message
    lead.refresh_from_db()
    assert (lead.stage, lead.overridden, Event.objects.count()) == ("captured", False, events)
    # What the definition lets pass is no override, and a new month begins anew.
    fit = captured(cast, now)
    assert submit_lead(lead_id=fit.pk, actor=cast.mia, now=now).stage == "submitted"
    later = now + timedelta(days=20)
    assert override(cast, lead, later).overridden


def test_the_cap_grows_with_what_is_handed_over() -> None:
    def closed(count: int, submitted: int) -> bool:
        return Overrides(count, submitted, Cap(Decimal("0.1"), refuses=True)).closed

    assert [closed(0, 0), closed(1, 5), closed(1, 18), closed(1, 19), closed(2, 19)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    assert not Overrides(9, 9, Cap(Decimal("0.1"))).closed
    assert not Overrides(9, 9, None).closed


def test_marketing_sees_the_cap_on_the_lead_and_among_its_handoffs(
    cast: Cast, now: datetime
) -> None:
    agree("0.1", refuses=True)
    override(cast, unfit(cast, now), now)
    lead = unfit(cast, now)
    mia, sam = Browser(cast.mia, now), Browser(cast.sam, now)
    for page in (mia.get("/handoffs/"), mia.get(f"/leads/{lead.ref}/")):
        assert "Overrides: 1 of 1 this month, cap 10 %: 0." in page
        assert "another one is refused until next month" in page
    assert "Overrides:" not in sam.get("/handoffs/")
    page = mia.post(f"/leads/{lead.ref}/submit/", 422, override_reason=BECAUSE)
    assert "The agreement caps overrides at 10 % of the handovers of a month" in page
    agree("0.1", refuses=False)
    assert "That is more than was agreed." in mia.get("/handoffs/")
