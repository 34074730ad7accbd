"""Messages to a real mail server: each once, whatever is down, slow, killed or malicious."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.outbox import claims, delivery
from leadbridge.outbox.claims import LEASE, claim
from leadbridge.outbox.delivery import BACK_OFF, Delivered, deliver_waiting
from leadbridge.outbox.models import Message
from leads.handoff.models import Lead
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import captured
from tests.outbox.conftest import LETTER, Mailbox, letters

MINUTE = timedelta(minutes=1)


def overdue(cast: Cast, now: datetime, count: int = 1, **given: Any) -> list[Lead]:
    """So many leads whose triage Mia missed, swept: one message to her and one to Ana for each."""
    leads = [unreminded(captured(cast, now - timedelta(days=9), **given)) for _ in range(count)]
    sweep(now=now)
    return leads


def unreminded(lead: Lead) -> Lead:
    """A lead whose clock tells nobody before it is due."""
    clock = Clock.objects.get(lead=lead, kind="triage")
    clock.steps, clock.step_times, clock.next_at = ["tell"], [clock.due_at], clock.due_at
    clock.save(update_fields=["steps", "step_times", "next_at"])
    return lead


def waiting() -> list[tuple[int, datetime | None, bool, bool]]:
    rows = Message.objects.order_by("pk")
    return [(m.attempts, m.next_try_at, bool(m.sent_at), bool(m.failed_at)) for m in rows]


def test_a_breach_is_told_to_mia_and_to_her_manager(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    [lead] = overdue(cast, now)
    assert deliver_waiting(now=now) == Delivered(2, 0)
    assert {mail["To"] for mail in mailbox.mails} == {"mia@example.com", "ana@example.com"}
    mail = next(mail for mail in mailbox.mails if mail["To"] == "mia@example.com")
    assert mail["Subject"] == f"Overdue: triage of {lead.ref} {lead.company}"
    assert "waits for you" in mail.get_content()
    assert f"/leads/{lead.ref}/" in mail.get_content()
    assert deliver_waiting(now=now + 9 * MINUTE) == Delivered(0, 0)
    assert len(mailbox.mails) == 2


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\u2028", "\v"])
def test_no_name_of_a_company_writes_a_header(
    cast: Cast, now: datetime, mailbox: Mailbox, break_: str
) -> None:
    overdue(cast, now, company=f"Evil{break_}Bcc: everybody@firm.example{break_}{break_}X")
    assert deliver_waiting(now=now) == Delivered(2, 0)
    for mail in mailbox.mails:
        assert mail["Bcc"] is None
        assert mail["Subject"].endswith("Evil Bcc: everybody@firm.example X")


def test_a_server_that_is_down_is_tried_over_three_days_and_then_no_more(
    cast: Cast, now: datetime, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    overdue(cast, now)
    instant = now
    for tries, wait in enumerate(BACK_OFF, 1):
        assert deliver_waiting(now=instant) == Delivered(0, 2)
        for attempts, next_try, sent, failed in waiting():
            assert (attempts, sent, failed) == (tries, False, False)
            assert next_try is not None
            assert wait <= next_try - instant < wait + MINUTE
        assert deliver_waiting(now=instant + wait - MINUTE / 60) == Delivered(0, 0)
        instant += wait + MINUTE / 2
    assert deliver_waiting(now=instant) == Delivered(0, 2)
    assert [(next_try, failed) for _, next_try, _, failed in waiting()] == [(None, True)] * 2
    assert "Connection refused" in Message.objects.first().error  # type: ignore[union-attr]
    assert deliver_waiting(now=instant + timedelta(days=99)) == Delivered(0, 0)


def test_a_mail_that_is_refused_is_put_off_and_the_others_go_on(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    overdue(cast, now, 2)
    Message.objects.filter(recipient=cast.mia).update(kind="unheard of")
    assert deliver_waiting(now=now) == Delivered(2, 2)
    mailbox.refuse = "451 later"
    Message.objects.filter(recipient=cast.mia).update(kind=LETTER)
    assert deliver_waiting(now=now + 2 * MINUTE) == Delivered(0, 2)
    mailbox.refuse = ""
    assert deliver_waiting(now=now + 9 * MINUTE) == Delivered(2, 0)
    assert [mail["To"] for mail in mailbox.mails] == ["ana@example.com"] + ["mia@example.com"] * 2


def test_somebody_without_an_address_holds_nothing_up(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    type(cast.mia).objects.filter(pk=cast.mia.pk).update(email="")
    overdue(cast, now)
    assert deliver_waiting(now=now) == Delivered(2, 0)
    assert [mail["To"] for mail in mailbox.mails] == ["ana@example.com"]


def test_a_slow_run_leaves_to_others_what_it_cannot_send_within_its_lease(
    cast: Cast, now: datetime, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two workers would send the same."""
    letters(cast, now, 6)
    ticks = iter([0.0] * 4 + [float(n) for n in range(0, 9000, 70)])
    monkeypatch.setattr(delivery, "monotonic", lambda: next(ticks))
    sent = deliver_waiting(now=now).sent
    assert 0 < sent < 6
    left = Message.objects.filter(sent_at=None)
    assert left.count() == 6 - sent
    assert all(message.attempts == 0 and message.next_try_at for message in left)


def test_no_batch_is_larger_than_agreed_however_it_is_planned(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters(cast, now, 4)
    monkeypatch.setattr(claims, "BATCH", 3)
    with connection.cursor() as cursor:  # what statistics of a busy table may lead to
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
            "SET LOCAL enable_hashagg = off; SET LOCAL enable_sort = off;"
            "SET LOCAL enable_material = off; SET LOCAL enable_indexscan = off;"
            "SET LOCAL enable_bitmapscan = off"
        )
    assert len(claim(now=now)) == 3


def test_a_later_batch_is_leased_from_when_it_is_taken(
    cast: Cast, now: datetime, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters(cast, now, 4)
    monkeypatch.setattr(claims, "BATCH", 3)
    ticks = iter([0.0] * 9 + [3600.0] * 99)
    monkeypatch.setattr(delivery, "monotonic", lambda: next(ticks))
    leased: list[Any] = []
    real = delivery._send

    def watched(mail: list[Message], server: Any, at: datetime) -> bool:
        leased.append(Message.objects.get(pk=mail[0].pk).next_try_at)
        return real(mail, server, at)

    monkeypatch.setattr(delivery, "_send", watched)
    assert deliver_waiting(now=now) == Delivered(4, 0)
    assert leased == [now + LEASE] * 3 + [now + timedelta(hours=1) + LEASE]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(cast: Cast, now: datetime, mailbox: Mailbox) -> None:
    letters(cast, now, 80)
    results: list[Delivered] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait(10)
            results.append(deliver_waiting(now=now))
        finally:
            connection.close()

    batch, claims.BATCH = claims.BATCH, 7
    try:
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    finally:
        claims.BATCH = batch
    assert sum(result.sent for result in results) == 80
    assert all(result.sent for result in results)
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(ids) == len(set(ids)) == 80


KILLED = """
import django, sys
django.setup()
from datetime import datetime
from leadbridge.outbox.delivery import deliver_waiting
deliver_waiting(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_leaves_the_message_to_the_next(
    cast: Cast, now: datetime, mailbox: Mailbox, settings: Any
) -> None:
    overdue(cast, now)
    Message.objects.filter(recipient=cast.ana).update(sent_at=now, next_try_at=None)
    mailbox.hang.clear()
    database = connection.settings_dict
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, now.isoformat()],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "leadbridge.settings",
            "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        },
    )
    assert mailbox.reached.wait(30)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    mailbox.hang.set()
    assert claim(now=now + LEASE - MINUTE) == []
    assert deliver_waiting(now=now + LEASE + MINUTE) == Delivered(1, 0)
    ids = {mail["Message-ID"] for mail in mailbox.mails}
    clock = Clock.objects.get()
    assert ids == {f"<clock-{clock.pk}-breached-{cast.mia.pk}@leadbridge>"}
