"""Two people at the same moment, on two connections of their own: one wins, nothing is torn.

Each race is also run without its lock, to show that it is the lock that decides it.
"""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.prepared import Prepared
from leads.handoff import actions, episodes
from leads.handoff.actions import accept_lead, reassign_lead, submit_lead
from leads.handoff.corrections import erase_person
from leads.handoff.episodes import capture_lead, reopen_lead
from leads.handoff.merging import merge_lead
from leads.handoff.models import Custody, Event, Lead, Person
from leads.handoff.parties import permit
from leads.handoff.recognition import person_of
from leads.handoff.stages import Action
from leads.routing import actions as routing
from leads.routing.choice import place_all
from leads.routing.models import Turn
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    again,
    captured,
    do,
    packet,
    pooled,
    submitted,
    won,
)

pytestmark = pytest.mark.django_db(transaction=True)

Outcome = Any  # what a call answered, or what it raised


def at_once(*calls: Callable[[], object]) -> list[Outcome]:
    """Run the calls in threads that start together; answers in the order of the calls."""
    outcomes: list[Outcome] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            start.wait(10)
            outcomes[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
        assert not thread.is_alive()
    return outcomes


def meeting(call: Callable[..., Any], parties: int = 2) -> Callable[..., Any]:
    """The call, after which everybody waits for the others: a lock keeps them from meeting."""
    barrier = threading.Barrier(parties)

    def met(*args: Any, **kwargs: Any) -> Any:
        answer = call(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(0.4)
        return answer

    return met


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every SELECT … FOR UPDATE is a plain SELECT, those that were prepared before too."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())
    monkeypatch.setattr(Prepared, "_select", property(vars(Prepared)["_select"].func))


def check_whole(lead: Lead) -> None:
    """One holder, one open link of custody that says so, clocks of theirs."""
    lead = again(lead)
    [link] = Custody.objects.filter(lead=lead, until=None)
    assert (link.holder_id, link.team_id) == (lead.holder_id, lead.team_id)
    for clock in Clock.objects.filter(IS_RUNNING, lead=lead):
        assert clock.holder_id == lead.holder_id or clock.breached_at


# accept


def both_accept(cast: Cast, lead: Lead, now: datetime) -> list[Outcome]:
    return at_once(
        lambda: accept_lead(lead_id=lead.pk, actor=cast.sam, now=now),
        lambda: accept_lead(lead_id=lead.pk, actor=cast.dora, now=now),
    )


def test_two_sellers_accept_at_once_and_one_wins(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = pooled(cast, now)
    monkeypatch.setattr(actions, "permit", meeting(permit))
    outcomes = both_accept(cast, lead, now + HOUR)
    [winner] = [found for found in outcomes if isinstance(found, Lead)]
    [loser] = [found for found in outcomes if isinstance(found, DomainError)]
    assert (loser.code, loser.status) == ("already_decided", 409)
    assert loser.data == {"by": str(winner.holder), "at": now + HOUR}
    assert Event.objects.filter(lead=lead, action="accept").count() == 1
    check_whole(lead)


def test_without_the_lock_both_sellers_would_believe_in_it(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, without_locks: None
) -> None:
    lead = pooled(cast, now)
    monkeypatch.setattr(actions, "permit", meeting(permit))
    outcomes = both_accept(cast, lead, now + HOUR)
    assert not any(isinstance(found, DomainError) for found in outcomes)
    assert any(isinstance(found, DatabaseError) for found in outcomes) or all(
        isinstance(found, Lead) for found in outcomes
    )
    check_whole(lead)  # the constraints of the database are the last guard, and an ugly one


def test_two_managers_reassign_at_once_and_the_chain_stays_whole(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    outcomes = at_once(
        *(
            lambda to=to: reassign_lead(
                lead_id=lead.pk, actor=cast.max, now=now + HOUR, to=to, cause="both at once"
            )
            for to in (cast.dora, cast.nora, cast.lena)
        )
    )
    assert all(isinstance(found, Lead) for found in outcomes)
    check_whole(lead)
    assert Custody.objects.filter(lead=lead).count() == 5


# turns


def test_eight_leads_at_once_are_dealt_out_in_turn(cast: Cast, now: datetime) -> None:
    leads = [captured(cast, now) for _ in range(8)]
    outcomes = at_once(
        *(lambda pk=lead.pk: submit_lead(lead_id=pk, actor=cast.mia, now=now) for lead in leads)
    )
    assert all(isinstance(found, Lead) for found in outcomes), outcomes
    dealt = Counter(lead.holder for lead in Lead.objects.all())
    assert dealt == {cast.sam: 4, cast.dora: 4}


@pytest.mark.parametrize("locked", [True, False])
def test_it_is_the_lock_on_the_turn_that_makes_it_fair(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, locked: bool,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    one, other = captured(cast, now), captured(cast, now)
    Turn.objects.get_or_create(team=cast.emea)
    monkeypatch.setattr(routing, "place_all", meeting(place_all))
    if not locked:
        request.getfixturevalue("without_locks")
    first, second = at_once(
        lambda: submit_lead(lead_id=one.pk, actor=cast.mia, now=now),
        lambda: submit_lead(lead_id=other.pk, actor=cast.mia, now=now),
    )
    assert (first.holder != second.holder) == locked


# capture


def test_four_forms_of_one_address_make_one_lead(cast: Cast, now: datetime) -> None:
    def send() -> object:
        return capture_lead(
            packet=packet(email="kim@firm.example"), origin="form", marketer=cast.mia,
            actor=None, now=now,
        )  # fmt: skip

    outcomes = at_once(send, send, send, send)
    assert sorted(found.joined for found in outcomes) == [False, True, True, True]
    [lead] = Lead.objects.all()
    assert Event.objects.filter(lead=lead).exclude(action="join").count() == 1


def test_somebody_comes_back_the_moment_they_are_reopened(cast: Cast, now: datetime) -> None:
    old = won(cast, now)
    outcomes = at_once(
        lambda: reopen_lead(lead_id=old.pk, actor=cast.max, now=now + DAY, cause="They called."),
        lambda: captured(cast, now + DAY, email=old.person.email),
    )
    assert all(isinstance(found, Lead | DomainError) for found in outcomes), outcomes
    [new] = Lead.objects.open()
    assert (new.episode, new.previous_id) == (2, old.pk)


def test_somebody_forgotten_while_they_write_is_not_brought_back(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The capture has read the person, and then the erasure comes."""
    old = won(cast, now)
    address = old.person.email
    monkeypatch.setattr(episodes, "person_of", meeting(person_of))
    outcomes = at_once(
        lambda: captured(cast, now + DAY, email=address),
        lambda: erase_person(person_id=old.person_id, actor=cast.olu, now=now + DAY, request="R"),
    )
    assert not any(isinstance(found, Exception) for found in outcomes), outcomes
    gone = Person.objects.get(pk=old.person_id)
    assert (gone.email, gone.email_key, gone.erased_at) == ("", None, now + DAY)
    for lead in Lead.objects.filter(person=gone):
        assert (lead.stage, lead.company, lead.email_key) == ("erased", "", "")


def test_two_merges_crosswise_do_not_wait_for_each_other(cast: Cast, now: datetime) -> None:
    one, other = captured(cast, now), captured(cast, now)
    outcomes = at_once(
        lambda: merge_lead(lead_id=one.pk, survivor_id=other.pk, actor=cast.mia, now=now),
        lambda: merge_lead(lead_id=other.pk, survivor_id=one.pk, actor=cast.mia, now=now),
    )
    assert sorted(type(found).__name__ for found in outcomes) == ["DomainError", "Lead"]
    assert sorted(lead.stage for lead in Lead.objects.all()) == ["captured", "merged"]


# the sweep


def test_sellers_and_sweeps_at_the_same_instant_do_not_deadlock(cast: Cast, now: datetime) -> None:
    leads = [submitted(cast, now) for _ in range(12)]
    late = now + 2 * HOUR

    def work(mine: list[Lead], action: Action) -> Callable[[], object]:
        return lambda: [do(action, lead, cast.sam, late, cast) for lead in mine]

    outcomes = at_once(
        work(leads[:6], Action.ACCEPT),
        work(leads[6:], Action.REJECT),
        lambda: [sweep(now=late, batch=2).breached for _ in range(6)],
        lambda: [sweep(now=late, batch=3).breached for _ in range(6)],
    )
    assert not any(isinstance(found, Exception) for found in outcomes), outcomes
    sweep(now=late)
    told = Event.objects.filter(action="breach").values_list("data__clock", flat=True)
    assert len(told) == len(set(told))
    # Every accept and first touch was missed, whoever was first; told only what still ran.
    missed = Clock.objects.filter(kind__in=["accept", "first_touch"], breached_at__isnull=False)
    assert missed.count() == 24
    for lead in leads:
        check_whole(lead)
