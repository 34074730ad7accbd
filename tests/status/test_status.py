"""The status page says how LeadBridge itself is doing, and lets failed work go on."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import signals
from django.db import DatabaseError
from django.test import Client

from leadbridge import tasks
from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.actions import retry_messages
from leadbridge.outbox.claims import LEASE, claim
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leadbridge.status import words
from leadbridge.status.figures import Lag, lag_since, queue, status
from sla.clocks.heartbeats import BEAT, SWEEP, WORKER, forget_life, note_life
from sla.clocks.models import Clock, Heartbeat
from sla.clocks.repair import retry_clocks
from sla.clocks.sweep import sweep
from tests.leads.handoff import scenes
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Worker:
    """A worker as far as its signals name it; `Heart` is what beats in it."""

    hostname = "celery@here"


class Heart:
    eventer = Worker()


def all_alive(now: datetime) -> None:
    for name in (SWEEP, BEAT, f"{WORKER}celery@one", f"{WORKER}celery@two"):
        note_life(name, now=now)


def browser(user: User, now: datetime) -> Client:
    client = Client()
    with time_machine.travel(now, tick=False):
        client.force_login(user)
    return client


def get(client: Client, now: datetime, url: str = "/status/", **headers: str) -> tuple[int, str]:
    with time_machine.travel(now, tick=False):
        answer = client.get(url, headers=headers)
    return answer.status_code, answer.content.decode()


def problems(now: datetime) -> list[str]:
    return words.problems(status(now=now), now=now, interval=10)


def message(cast: Cast, now: datetime, number: int, **given: Any) -> Message:
    usual = {"key": f"m{number}", "kind": "clock.breached", "recipient": cast.sam,
             "created_at": now, "next_try_at": now}  # fmt: skip
    return Message.objects.create(**{**usual, **given})


def test_when_all_is_well_the_page_is_calm(cast: Cast, now: datetime) -> None:
    all_alive(now)
    assert problems(now) == []
    olu = browser(cast.olu, now)
    with recorded("page status"):
        code, page = get(olu, now)
    assert code == 200
    assert "Everything runs" in page
    assert "Worker celery@one" in page
    assert "No message was given up." in page
    assert "Try all again" not in page


@pytest.mark.parametrize(
    ("silent", "sentence"),
    [
        (SWEEP, "The sweep does not run"),
        (BEAT, "Beat gives no orders"),
        (WORKER, "No worker was seen"),
    ],
)
def test_what_is_silent_is_named(cast: Cast, now: datetime, silent: str, sentence: str) -> None:
    all_alive(now)
    Heartbeat.objects.filter(name__startswith=silent).update(at=now - 2 * MINUTE)
    assert [told.startswith(sentence) for told in problems(now)] == [True]
    Heartbeat.objects.filter(name__startswith=silent).delete()
    assert [told.startswith(sentence) for told in problems(now)] == [True]
    assert sentence in get(browser(cast.olu, now), now)[1]


def test_redis_that_is_away_is_said_and_the_page_stands(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_alive(now)

    def away() -> str:
        raise ConnectionError("Connection refused")

    from leadbridge import health

    monkeypatch.setitem(health.CHECKS, "redis", away)
    code, page = get(browser(cast.olu, now), now)
    assert code == 200
    assert "Redis: ConnectionError: Connection refused." in page


def test_our_own_lateness_is_told_in_median_p99_and_worst(cast: Cast, now: datetime) -> None:
    leads = [scenes.captured(cast, now + n * SECOND) for n in range(3)]
    due = [Clock.objects.get(lead=lead).due_at for lead in leads]
    sweep(now=due[0] + 2 * SECOND - timedelta(microseconds=1))  # the third is not due yet
    noticed = due[2] + 90 * SECOND
    sweep(now=noticed)
    lag = lag_since(noticed - HOUR)
    assert (lag.count, lag.worst) == (3, 90.0)
    assert lag.median == pytest.approx(2, abs=1)
    assert lag_since(noticed + SECOND) == Lag(0, None, None, None)
    all_alive(noticed)
    assert problems(noticed) == ["Within the last hour a miss was noticed 1 min after it was due."]


def test_a_miss_that_nobody_had_to_notice_is_no_lateness_of_ours(cast: Cast, now: datetime) -> None:
    """Answered late before a sweep came by: told at once, by the answer itself."""
    lead = scenes.submitted(cast, now)
    scenes.touch(lead, cast.sam, now + 3 * HOUR)
    assert Clock.objects.filter(lead=lead, detected_at__isnull=False).exists()
    assert lag_since(now - HOUR).count == 0


def test_every_message_is_counted_where_it_stands(cast: Cast, now: datetime) -> None:
    message(cast, now, 1, created_at=now - 9 * MINUTE)
    claim(now=now)
    message(cast, now, 2, created_at=now - 7 * MINUTE, kind="plain")
    message(cast, now, 3, next_try_at=now + 9 * HOUR)
    message(cast, now, 4, next_try_at=now + MINUTE, attempts=2, error="451 later")
    message(cast, now, 5, next_try_at=None, failed_at=now, error="550 no")
    message(cast, now, 6, next_try_at=None, sent_at=now)
    found = queue(now=now)
    assert (found.due, found.sending, found.later, found.put_off, found.failed) == (1, 1, 1, 1, 1)
    assert (found.waiting, found.oldest) == (4, now - 7 * MINUTE)
    all_alive(now)
    assert problems(now) == [
        "Mail that may leave has waited for more than five minutes.",
        "1 message could not be sent.",
    ]
    assert queue(now=now + LEASE + SECOND).sending == 0  # whoever claimed it is gone


def test_an_administrator_lets_given_up_mail_go_again(cast: Cast, now: datetime) -> None:
    failed = message(cast, now, 1, next_try_at=None, failed_at=now, error="550 no", attempts=9)
    olu = browser(cast.olu, now)
    assert "Try all again" in get(olu, now)[1]
    with time_machine.travel(now, tick=False):
        assert olu.post("/status/mail/").status_code == 302
    failed.refresh_from_db()
    assert (failed.failed_at, failed.next_try_at, failed.attempts) == (None, now, 0)


def test_a_clock_that_was_set_aside_goes_back_to_the_sweep(cast: Cast, now: datetime) -> None:
    lead = scenes.captured(cast, now)
    aside = {"next_at": None, "set_aside_at": now, "error": "division by zero"}
    Clock.objects.filter(lead=lead).update(**aside)
    ended = Clock.objects.get(lead=scenes.submitted(cast, now), kind="triage")
    Clock.objects.filter(pk=ended.pk).update(set_aside_at=now, error="the same")
    later = now + 9 * HOUR
    sweep(now=later)
    assert not Clock.objects.filter(lead=lead, detected_at__isnull=False).exists()
    page = get(browser(cast.olu, now), now)[1]
    assert "division by zero" in page and "1 clock failed in the sweep" in page
    olu = browser(cast.olu, later)
    with time_machine.travel(later, tick=False):
        olu.post("/status/clocks/")
    assert not Clock.objects.filter(set_aside_at__isnull=False).exists()
    sweep(now=later + SECOND)
    assert Clock.objects.filter(lead=lead, detected_at=later + SECOND).exists()
    ended.refresh_from_db()
    assert ended.next_at is None


@pytest.mark.parametrize("who", ["sam", "mia", "max"])
def test_nobody_else_retries_anything(cast: Cast, now: datetime, who: str) -> None:
    person = getattr(cast, who)
    message(cast, now, 1, next_try_at=None, failed_at=now, error="550 no")
    lead = scenes.captured(cast, now)
    Clock.objects.filter(lead=lead).update(next_at=None, set_aside_at=now, error="x")
    for retry in (retry_messages, retry_clocks):
        with pytest.raises(DomainError) as caught:
            retry(actor=person, now=now)
        assert caught.value.code == "forbidden"
    client = browser(person, now)
    for url in ("/status/mail/", "/status/clocks/"):
        assert client.post(url).status_code == 403
        assert client.get(url).status_code == 405
    assert Message.objects.filter(failed_at=now).count() == 1
    assert Clock.objects.filter(set_aside_at=now).count() == 1
    code, page = get(client, now)
    assert code == (403 if who == "sam" else 200)
    assert "Try all again" not in page


def test_an_open_page_asks_for_what_is_new_only(cast: Cast, now: datetime) -> None:
    all_alive(now)
    olu = browser(cast.olu, now)
    live = get(olu, now)[1].split('data-live-url="')[1].split('"')[0].replace("&amp;", "&")
    headers = {"X-Live": "1"}
    assert get(olu, now, live, **headers)[0] == 204
    message(cast, now, 1, next_try_at=None, failed_at=now, error="550 no")
    code, fragment = get(olu, now, live, **headers)
    assert code == 200
    assert "<html" not in fragment and "1 message could not be sent." in fragment


@pytest.mark.django_db(transaction=True)  # a worker renews its connection
def test_a_worker_shows_that_it_lives_and_says_good_bye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_last", {})
    heart = Heart()
    signals.heartbeat_sent.send(sender=heart)
    name = f"{WORKER}celery@here"
    first = Heartbeat.objects.get(name=name).at
    signals.heartbeat_sent.send(sender=heart)  # two seconds later: nothing is written
    assert Heartbeat.objects.get(name=name).at == first
    signals.worker_shutdown.send(sender=Heart.eventer)
    assert not Heartbeat.objects.filter(name=name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_last", {})

    def away(*_: object, **__: object) -> None:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(tasks, "note_life", away)
    tasks.worker_lives()


def test_a_worker_of_yesterday_is_forgotten(now: datetime) -> None:
    note_life(f"{WORKER}old", now=now - timedelta(days=2))
    note_life(SWEEP, now=now - timedelta(days=2))
    note_life(f"{WORKER}new", now=now)
    names = set(Heartbeat.objects.values_list("name", flat=True))
    assert names == {f"{WORKER}new", SWEEP}
    forget_life(f"{WORKER}new")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {SWEEP}
