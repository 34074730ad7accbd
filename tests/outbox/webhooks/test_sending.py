"""Deliveries to a real server: signed, at least once, never in the way of others."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest
import time_machine
from django.db import connection
from standardwebhooks import Webhook as Verifier

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.delivery import BACK_OFF
from leadbridge.outbox.models import Message
from leadbridge.outbox.webhooks import calling, sending
from leadbridge.outbox.webhooks.actions import (
    OVERLAP,
    replay,
    rotate_secret,
    send_test,
    start_webhook,
)
from leadbridge.outbox.webhooks.letters import render_parked
from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery
from leadbridge.outbox.webhooks.sending import LEASE, REST, STOP_AFTER, Sent, send_waiting
from leads.handoff.corrections import erase_person
from tests.leads.handoff.scenes import MINUTE, accepted, captured
from tests.outbox.webhooks.conftest import Program, registered


def told(program: Program) -> list[str]:
    return [json.loads(body)["type"] for _, body in program.calls]


def test_what_happened_is_told_signed_and_without_the_person(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url)
    lead = accepted(cast, now, first_name="Ines", email="ines@acme.example")
    assert send_waiting(now=now + MINUTE) == Sent(3, 0)
    assert told(program) == ["lead.captured", "lead.submitted", "lead.accepted"]
    for headers, body in program.calls:
        with time_machine.travel(now + MINUTE, tick=False):
            Verifier(webhook.secret).verify(body, headers)
        assert "Ines" not in body
        assert "ines@acme.example" not in body
    last = json.loads(program.calls[-1][1])["data"]
    assert (last["by"], last["to_stage"]) == ("sam", "accepted")
    assert (last["lead"]["ref"], last["lead"]["holder"]) == (lead.ref, "sam")
    assert send_waiting(now=now + 2 * MINUTE) == Sent(0, 0)


def test_what_was_not_taken_is_told_again_under_the_same_name(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    program.answers = [(500, "not now"), (302, "")]
    at = now + MINUTE
    assert send_waiting(now=at) == Sent(0, 1)
    row = WebhookDelivery.objects.get()
    assert (row.status, row.answer, row.attempts) == (500, "not now", 1)
    assert BACK_OFF[0] <= row.next_try_at - at < BACK_OFF[0] + MINUTE  # type: ignore[operator]
    assert send_waiting(now=at + BACK_OFF[0] / 2) == Sent(0, 0)
    assert send_waiting(now=at + BACK_OFF[0] + MINUTE) == Sent(0, 1)  # nobody follows a 302
    assert send_waiting(now=at + timedelta(hours=1)) == Sent(1, 0)
    assert len({headers["webhook-id"] for headers, _ in program.calls}) == 1
    assert len({body for _, body in program.calls}) == 1
    assert len(program.calls) == 3


def test_after_three_days_it_is_given_up_told_and_can_go_again(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    program.answers = [(503, "")] * (len(BACK_OFF) + 1)
    at, tries = now + MINUTE, 0
    while (row := WebhookDelivery.objects.get()).next_try_at is not None:
        at = max(at, row.next_try_at)
        tries += send_waiting(now=at).failed
        at += REST + MINUTE
    assert tries == len(BACK_OFF) + 1
    assert timedelta(days=2, hours=12) < at - now < timedelta(days=4)
    assert row.parked_at is not None
    [message] = Message.objects.filter(kind="webhook.parked")
    assert message.recipient == cast.olu
    assert replay(webhook_id=webhook.pk, actor=cast.olu, now=at) == 1
    assert send_waiting(now=at) == Sent(1, 0)
    assert len({headers["webhook-id"] for headers, _ in program.calls}) == 1


def test_an_address_that_says_it_is_gone_is_called_no_more(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    captured(cast, now)
    program.answers = [(410, "")]
    assert send_waiting(now=now + MINUTE) == Sent(0, 1)
    webhook.refresh_from_db()
    assert webhook.stopped_at is not None
    assert send_waiting(now=now + timedelta(hours=1)) == Sent(0, 0)
    assert len(program.calls) == 1


def test_a_dead_address_holds_up_nobody_else(cast: Cast, now: datetime, program: Program) -> None:
    dead = registered(cast, now, "http://127.0.0.1:9/", events=["lead.captured"])
    registered(cast, now, program.url, events=["lead.captured"])
    for _ in range(3):
        captured(cast, now)
    assert send_waiting(now=now + MINUTE) == Sent(3, 1)
    assert told(program) == ["lead.captured"] * 3
    tried = dead.deliveries.filter(attempts__gt=0)
    assert [("Refused" in row.answer, row.status) for row in tried] == [(True, None)]


def test_slow_addresses_are_spoken_to_beside_the_others_and_cost_one_try_each(
    cast: Cast, now: datetime, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is silent, one answers by drops: together they take no longer than one timeout."""
    monkeypatch.setattr(calling, "TIMEOUT", 1.0)
    with dripping(b"") as silent, dripping(b"HTTP/1.1 200 OK\r\nX: ") as slow:
        urls = [silent, silent + "b", silent + "c", slow, program.url]
        for number, url in enumerate(urls):
            registered(cast, now, url, name=f"P{number}", events=["lead.captured"])
        for _ in range(3):
            captured(cast, now)
        began = monotonic()
        assert send_waiting(now=now + MINUTE) == Sent(3, 4)
        assert monotonic() - began < 3.5
    assert told(program) == ["lead.captured"] * 3
    failed = WebhookDelivery.objects.filter(attempts=1, delivered_at=None)
    assert ["No answer within" in row.answer for row in failed] == [True] * 4
    assert WebhookDelivery.objects.filter(attempts=0).count() == 8


@contextmanager
def dripping(drop: bytes) -> Iterator[str]:
    """A server that takes every connection and then sends a drop after the other, without end."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.sendall(drop)
            while not over.wait(0.1):
                line.sendall(b"x" if drop else b"")

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = server.accept()
                threading.Thread(target=serve, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_an_address_that_takes_nothing_for_days_is_stopped_and_administrators_are_told(
    cast: Cast, now: datetime, settings: Any
) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True
    webhook = registered(cast, now, "http://127.0.0.1:9/", events=["lead.captured"])
    for at in (now, now + STOP_AFTER - timedelta(hours=1), now + STOP_AFTER + MINUTE):
        webhook.refresh_from_db()
        assert webhook.stopped_at is None
        captured(cast, at)
        assert send_waiting(now=at + MINUTE).failed == 1
    webhook.refresh_from_db()
    assert webhook.stopped_at is not None
    [message] = Message.objects.filter(kind="webhook.parked")
    letter = render_parked(message)
    assert letter is not None
    assert "until somebody starts it again" in letter.body
    start_webhook(webhook_id=webhook.pk, actor=cast.olu, now=now + STOP_AFTER)
    assert Webhook.objects.get().failing_since is None


def test_the_old_secret_signs_for_a_day_as_well(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url)
    old = webhook.secret
    new = rotate_secret(webhook_id=webhook.pk, actor=cast.olu, now=now).secret
    for at, fits in ((now + MINUTE, True), (now + OVERLAP + MINUTE, False)):
        send_test(webhook_id=webhook.pk, actor=cast.olu, now=at)
        assert send_waiting(now=at) == Sent(1, 0)
        headers, body = program.calls[-1]
        with time_machine.travel(at, tick=False):
            Verifier(new).verify(body, headers)
            if fits:
                Verifier(old).verify(body, headers)
                continue
            with pytest.raises(Exception, match="No matching signature"):
                Verifier(old).verify(body, headers)


def test_who_was_erased_meanwhile_is_in_no_body(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url)
    lead = captured(cast, now, company="Secret Works", email="kim@secret.example")
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now + MINUTE, request="R-1")
    assert send_waiting(now=now + 2 * MINUTE).failed == 0
    assert "lead.closed" in told(program)
    assert not any("ecret" in body or "Kim" in body for _, body in program.calls)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_tells_and_a_killed_one_is_made_good(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    program.hold.clear()
    done: list[Sent] = []

    def work() -> None:
        try:
            done.append(send_waiting(now=now + MINUTE))
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert program.reached.wait(20)
    assert send_waiting(now=now + MINUTE) == Sent(0, 0)  # the other one is there
    program.hold.set()
    first.join()
    assert done == [Sent(1, 0)]
    # A worker that died had turned to the address, and told nothing.
    WebhookDelivery.objects.update(delivered_at=None, next_try_at=now, attempts=0)
    Webhook.objects.update(rest_until=now)
    assert sending._turn_to_one(now + MINUTE) is not None
    assert send_waiting(now=now + 2 * MINUTE) == Sent(0, 0)
    assert send_waiting(now=now + MINUTE + LEASE) == Sent(1, 0)
    assert len(program.calls) == 2


def test_a_private_address_is_not_called_even_if_it_was_registered(
    cast: Cast, now: datetime, program: Program, settings: Any
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    settings.WEBHOOKS_TO_PRIVATE = False
    assert send_waiting(now=now + MINUTE) == Sent(0, 1)
    assert program.calls == []
    assert "private network" in WebhookDelivery.objects.get().answer
    assert Webhook.objects.get().stopped_at is None
