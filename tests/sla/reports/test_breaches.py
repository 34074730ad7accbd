"""The breach list: why each promise was missed, and what a manager does about it from there."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import Error, transaction
from django.http import HttpResponse

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message
from leadbridge.people.models import Absence, User
from leads.handoff.actions import accept_lead
from leads.handoff.models import Custody, Lead
from sla.clocks.models import Clock
from sla.reports.breach_actions import acknowledge_breach, nudge_holder
from sla.reports.breach_models import BreachEntry
from sla.reports.causes import CAUSES, cause_of
from tests.sla.reports.conftest import HOUR, Hand
from tests.sla.reports.test_pages import Browser, whole

pytestmark = pytest.mark.django_db


def accept_of(lead: Lead) -> Clock:
    return Clock.objects.get(lead=lead, kind="accept")


def cause(lead: Lead, now: datetime) -> str:
    return str(Clock.objects.annotate(cause=cause_of(now)).get(pk=accept_of(lead).pk).cause)


def away(user: User, start: datetime, end: datetime, by: User) -> None:
    Absence.objects.create(user=user, starts_at=start, ends_at=end, made_by=by, made_at=start)


def press(browser: Browser, **given: object) -> HttpResponse:
    with time_machine.travel(browser.now, tick=False):
        return browser.client.post("/sla/breaches/act/", given)  # type: ignore[return-value]


def test_a_promise_that_was_kept_or_is_not_due_has_no_cause(hand: Hand, now: datetime) -> None:
    assert cause(hand(20, 2), now) == ""
    assert cause(hand(2), now) == ""
    assert cause(hand(20), now) == "not_answered"
    assert cause(hand(20, 8.05), now) == "not_answered"


def test_a_lead_in_the_pool_says_whether_limits_or_nothing_kept_it_there(
    hand: Hand, now: datetime
) -> None:
    lead = hand(20, country="")
    assert cause(lead, now) == "no_coverage"
    told = {"teams": [{"people": [{"bar": "per_day", "why": "was given 5 today"}]}]}
    Lead.objects.filter(pk=lead.pk).update(routing=told)
    assert cause(lead, now) == "capped"


def test_who_was_away_when_it_fell_due_explains_it_and_who_was_away_later_does_not(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    lead = hand(20)
    assert lead.holder
    due = accept_of(lead).due_at
    away(lead.holder, due + HOUR, due + 3 * HOUR, cast.max)
    assert cause(lead, now) == "not_answered"
    away(lead.holder, due - HOUR, due + HOUR, cast.max)
    assert cause(lead, now) == "absent"
    User.objects.filter(pk=lead.holder.pk).update(is_active=False)
    assert cause(lead, now) == "inactive"


def test_late_routing_long_pauses_and_our_own_lateness_are_told_apart(
    hand: Hand, now: datetime
) -> None:
    lead = hand(20)
    clocks, due = Clock.objects.filter(pk=accept_of(lead).pk), accept_of(lead).due_at
    clocks.update(breached_at=due, detected_at=due + timedelta(minutes=5))
    assert cause(lead, now) == "not_answered"
    clocks.update(detected_at=due + timedelta(minutes=6))
    assert cause(lead, now) == "system"
    clocks.update(paused_from=due - 8 * HOUR, paused_until=due)
    assert cause(lead, now) == "paused"
    Custody.objects.filter(lead=lead, until=None).update(since=due - HOUR)
    assert cause(lead, now) == "routed_late"


def test_the_counts_by_cause_open_their_lists_and_add_up(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    hand(20)
    hand(30)
    hand(25, country="")
    browser = Browser(cast.max, now)
    page = browser.get("/sla/breaches/?kind=accept")
    menu = re.findall(r'<a class="figure" href="(/sla/breaches/[^"]+)">([\d,]+)</a> ([^<·]+)', page)
    assert {words.strip() for _, _, words in menu} == {
        CAUSES["no_coverage"],
        CAUSES["not_answered"],
    }
    assert sum(int(count) for _, count, _ in menu) == whole(page) == 3
    for url, count, _ in menu:
        assert whole(browser.get(url)) == int(count)


def test_a_manager_nudges_several_at_once_and_is_told_what_failed(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    late, kept = accept_of(hand(20)), accept_of(hand(20, 1))
    browser = Browser(cast.max, now)
    page = browser.get("/sla/breaches/?kind=accept")
    assert f'name="clock" value="{late.pk}" form="act"' in page
    back = "/sla/breaches/?kind=accept"
    answer = press(browser, do="nudge", clock=[late.pk, kept.pk], back=back)
    assert answer["Location"] == back
    told = browser.get(back)
    assert "Nudged 1 of 2." in told
    assert "1 not: It is not overdue any more." in told
    assert f"Max Lind nudged {late.holder}" in told
    message = Message.objects.get(kind="clock.nudged")
    assert message.recipient == late.holder
    letter = letter_of([message])
    assert letter and letter.subject.startswith("Max Lind asks: accept of L-")


def test_a_holder_is_nudged_at_most_once_an_hour(cast: Cast, hand: Hand, now: datetime) -> None:
    clock = accept_of(hand(20))
    nudge_holder(clock_id=clock.pk, actor=cast.max, now=now)
    with pytest.raises(DomainError, match="within the last hour"):
        nudge_holder(clock_id=clock.pk, actor=cast.max, now=now + HOUR - timedelta(seconds=1))
    assert Message.objects.filter(kind="clock.nudged").count() == 1
    nudge_holder(clock_id=clock.pk, actor=cast.max, now=now + HOUR)
    assert Message.objects.filter(kind="clock.nudged").count() == 2


def test_a_nudge_about_what_was_answered_meanwhile_says_nothing(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    lead = hand(20)
    nudge_holder(clock_id=accept_of(lead).pk, actor=cast.max, now=now)
    assert lead.holder
    accept_lead(lead_id=lead.pk, actor=lead.holder, now=now)
    assert letter_of([Message.objects.get(kind="clock.nudged")]) is None


def test_a_breach_is_acknowledged_with_a_note_for_good(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    clock = accept_of(hand(20))
    browser = Browser(cast.max, now)
    press(browser, do="acknowledge", clock=clock.pk, note=" ")
    assert "1 not: Say why" in browser.get("/sla/breaches/")
    assert not BreachEntry.objects.exists()
    press(browser, do="acknowledge", clock=clock.pk, note="The <fair> took us all")
    assert "The &lt;fair&gt; took us all" in browser.get("/sla/breaches/")
    with pytest.raises(Error), transaction.atomic():
        BreachEntry.objects.update(note="nothing happened")
    with pytest.raises(DomainError, match="was not missed"):
        acknowledge_breach(
            clock_id=accept_of(hand(20, 1)).pk, actor=cast.max, now=now, note="but it was kept"
        )
    assert BreachEntry.objects.get().note == "The <fair> took us all"


def test_a_manager_gives_several_leads_to_another_at_once(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    lead, kept = hand(20), hand(20, 1)
    other = next(one for one in (cast.sam, cast.dora) if one != lead.holder)
    both = list(Clock.objects.filter(lead=lead, side="sales").values_list("pk", flat=True))
    assert len(both) > 1
    browser = Browser(cast.max, now)
    press(browser, do="reassign", clock=both, to="user-0", note="Sick")
    press(browser, do="reassign", clock=both, to=f"user-{other.pk}", note="")
    assert Lead.objects.get(pk=lead.pk).holder == lead.holder
    assert "2 not: Say why it changes hands." in browser.get("/sla/breaches/")
    press(browser, do="reassign", clock=both, to=f"user-{other.pk}", note="Sick since Monday")
    assert Lead.objects.get(pk=lead.pk).holder == other
    assert Lead.objects.get(pk=kept.pk).holder == kept.holder
    assert "Reassigned 2 of 2." in browser.get("/sla/breaches/")


def test_only_who_answers_for_a_promise_acts_on_it(cast: Cast, hand: Hand, now: datetime) -> None:
    theirs = accept_of(hand(30, country="DE"))
    assert 'name="clock"' not in Browser(cast.mia, now).get("/sla/breaches/?kind=accept")
    for who, code in ((cast.mia, "forbidden"), (cast.ana, "forbidden"), (cast.lena, "not_found")):
        with pytest.raises(DomainError) as refused:
            nudge_holder(clock_id=theirs.pk, actor=who, now=now)
        assert refused.value.code == code
    assert press(Browser(cast.sam, now), do="nudge", clock=theirs.pk).status_code == 403
    assert press(Browser(cast.max, now), do="dance", clock=theirs.pk).status_code == 400
    assert not BreachEntry.objects.exists()
    assert not Message.objects.filter(kind="clock.nudged").exists()


def test_the_way_back_is_never_another_place(cast: Cast, hand: Hand, now: datetime) -> None:
    browser = Browser(cast.max, now)
    for back in ("https://elsewhere.example/", "//elsewhere.example/sla/", "/people/", ""):
        assert press(browser, do="nudge", back=back)["Location"] == "/sla/breaches/"
    assert "Tick at least one promise first." in browser.get("/sla/breaches/")
