"""What was proved of all leads is taken on to now by what happened since."""

from datetime import datetime, timedelta

import pytest

from leads.handoff.actions import accept_lead
from leads.handoff.models import Custody, Lead
from sla.reports.ledger_checks import broken_rules
from sla.reports.proving import GOOD_FOR, broken_now, prove
from tests.sla.reports.conftest import HOUR, Hand

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def let_go(lead: Lead, now: datetime) -> None:
    Custody.objects.filter(lead=lead, until=None).update(until=now)


def names_of(now: datetime) -> dict[str, tuple[int, ...]]:
    return {rule.name: rule.examples for rule in broken_now(now=now) if rule.count}


def test_a_lead_that_was_broken_is_asked_again_until_it_is_mended(
    hand: Hand, now: datetime
) -> None:
    lead, _ = hand(3), hand(4)
    link = Custody.objects.get(lead=lead, until=None)
    let_go(lead, now)
    assert prove(now=now) == 1
    assert broken_now(now=now) == broken_rules()
    assert names_of(now) == {"holder": (lead.pk,)}
    Custody.objects.filter(pk=link.pk).update(until=None)
    assert names_of(now) == {}


def test_a_lead_that_somebody_acted_on_since_is_asked_anew(hand: Hand, now: datetime) -> None:
    old, young = hand(3), hand(2)
    assert prove(now=now - HOUR / 2) == 0
    assert young.holder
    accept_lead(lead_id=young.pk, actor=young.holder, now=now)
    let_go(young, now)
    let_go(old, now)  # behind the application's back, and no act since: the next proof finds it
    assert names_of(now) == {"holder": (young.pk,)}
    assert prove(now=now) == 2
    assert names_of(now) == {"holder": (old.pk, young.pk)}


def test_a_proof_that_is_too_old_or_of_later_proves_nothing(hand: Hand, now: datetime) -> None:
    lead = hand(30)
    prove(now=now)
    let_go(lead, now)
    assert names_of(now + GOOD_FOR - MINUTE) == {}
    for at in (now + GOOD_FOR, now - MINUTE):
        assert names_of(at) == {"holder": (lead.pk,)}
