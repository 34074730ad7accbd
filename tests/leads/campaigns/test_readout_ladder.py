"""A read-out climbs its ladder: each step once, to whom it concerns, none after the signatures."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leadbridge.people.models import Role, User
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readout_ladder import (
    LATE,
    RAISED,
    RENDERERS,
    SOON,
    climb_readouts,
    render_together,
)
from leads.campaigns.readouts import sign_readout
from tests.leads.campaigns.test_readout import MINUTE, out, told
from tests.sla.agreed import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(cast: Cast, now: datetime) -> Campaign:
    return out(cast, now)


def said() -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind__in=(SOON, LATE, RAISED)).order_by("pk")
    return sorted(rows.values_list("kind", "recipient__username"))


def words(kind: str, name: str) -> str | None:
    letter = RENDERERS[kind](Message.objects.get(kind=kind, recipient__username=name))
    return letter.subject if letter else None


def test_each_step_is_taken_once_at_its_instant(cast: Cast, kept: Campaign, now: datetime) -> None:
    at = [(45, 0), (46, 1), (47, 0), (60, 0), (61, 1), (62, 0), (120, 0), (121, 1), (9999, 0)]
    done = [(minutes, climb_readouts(now=now + minutes * MINUTE)) for minutes, _ in at]
    assert done == at
    assert [told(kind) for kind in (SOON, LATE)] == [{"mia", "max"}] * 2
    assert told(RAISED) == {"ana", "max"} and len(said()) == 6
    readout = Readout.objects.get()
    taken = readout.reminded_at, readout.told_at, readout.raised_at
    assert taken == tuple(now + minutes * MINUTE for minutes in (46, 61, 121))
    assert readout.next_at is None
    assert words(RAISED, "ana") == "“Spring” is still not read out"


def test_only_whose_signature_is_missing_is_asked(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    sign_readout(campaign_id=kept.pk, actor=cast.max, now=now)
    for minutes in (46, 61):
        climb_readouts(now=now + minutes * MINUTE)
    assert said() == [(LATE, "mia"), (SOON, "mia")]
    climb_readouts(now=now + 121 * MINUTE)
    assert told(RAISED) == {"ana", "max"}
    letter = RENDERERS[RAISED](Message.objects.filter(kind=RAISED)[0])
    assert letter is not None and "Marketing has not signed" in letter.body


def test_the_signatures_cancel_what_is_to_come_and_what_still_waits(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    climb_readouts(now=now + 61 * MINUTE)
    sign_readout(campaign_id=kept.pk, actor=cast.ana, now=now + 62 * MINUTE)
    assert words(LATE, "mia") is None and words(LATE, "max") is not None
    sign_readout(campaign_id=kept.pk, actor=cast.max, now=now + 63 * MINUTE)
    assert words(LATE, "max") is None
    before = said()
    assert Readout.objects.get().next_at is None
    assert climb_readouts(now=now + 121 * MINUTE) == 0 and said() == before


def test_after_a_downtime_nobody_is_reminded_of_what_is_late(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    assert climb_readouts(now=now + timedelta(hours=3)) == 1
    assert {kind for kind, _ in said()} == {LATE, RAISED}
    assert Readout.objects.get().reminded_at is None
    assert climb_readouts(now=now + timedelta(hours=4)) == 0


def test_a_reminder_that_waited_for_the_morning_says_nothing_once_it_is_late(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    climb_readouts(now=now + 46 * MINUTE)
    assert words(SOON, "mia") == "“Spring” waits for its read-out: due soon"
    climb_readouts(now=now + 61 * MINUTE)
    assert words(SOON, "mia") is None


def test_it_is_told_in_the_working_hours_of_who_is_told(cast: Cast, now: datetime) -> None:
    out(cast, now.replace(hour=16))  # 17:00 in Berlin: the rest of the hour is tomorrow's
    tomorrow = now + timedelta(days=1)
    climb_readouts(now=tomorrow.replace(hour=18))
    leaves = set(Message.objects.filter(kind=LATE).values_list("next_try_at", flat=True))
    assert leaves == {(now + timedelta(days=2)).replace(hour=8)}


def test_no_reminder_comes_where_none_is_agreed(cast: Cast, now: datetime) -> None:
    agree(cast, now, ladder=[{"kind": "readout", "steps": [{"do": "tell"}]}])
    out(cast, now)
    assert climb_readouts(now=now + 50 * MINUTE) == 0
    assert climb_readouts(now=now + 61 * MINUTE) == 1
    assert {kind for kind, _ in said()} == {LATE}


def test_without_any_head_the_managers_or_an_administrator_hear_of_it(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    User.objects.filter(role__in=(Role.MARKETING_HEAD, Role.SALES_HEAD)).update(is_active=False)
    climb_readouts(now=now + 121 * MINUTE)
    assert told(RAISED) == {"olu"}


def test_what_comes_together_is_one_mail_that_says_the_last_of_each(
    cast: Cast, kept: Campaign, now: datetime
) -> None:
    climb_readouts(now=now + 61 * MINUTE)
    climb_readouts(now=now + 121 * MINUTE)
    of_max = list(Message.objects.filter(recipient=cast.max, kind__startswith="readout."))
    letter = render_together(of_max)
    assert letter is not None and letter.subject == "“Spring” is still not read out"
