"""Many notices to one receiver leave as one mail, at most one a minute, and each of them once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.outbox import claims
from leadbridge.outbox.claims import LEASE, PAUSE, claim
from leadbridge.outbox.delivery import Delivered, deliver_waiting
from leadbridge.outbox.models import Message
from leads.handoff.models import Lead
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import captured, submitted
from tests.outbox.conftest import Mailbox
from tests.outbox.test_delivery import KILLED, overdue, unreminded

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def at_risk(lead: Lead, cast: Cast, now: datetime) -> Message:
    """A notice that the lead is at risk, for Mia."""
    clock = Clock.objects.get(lead=lead, kind="triage")
    return Message.objects.create(
        key=f"clock-{clock.pk}-at_risk-{cast.mia.pk}",
        kind="clock.at_risk",
        recipient=cast.mia,
        data={"clock": clock.pk},
        created_at=now,
        next_try_at=now,
    )


def to_mia(mailbox: Mailbox) -> list[str]:
    """What Mia was sent, each mail as one text."""
    return [
        f"{mail['Subject']}\n{mail.get_content()}"
        for mail in mailbox.mails
        if mail["To"] == "mia@example.com"
    ]


def test_what_waits_for_one_receiver_leaves_as_one_mail_that_stays_provable(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    leads = overdue(cast, now, 12)
    assert deliver_waiting(now=now) == Delivered(24, 0)
    assert sorted(mail["To"] for mail in mailbox.mails) == ["ana@example.com", "mia@example.com"]
    [mail] = to_mia(mailbox)
    assert mail.startswith("12 leads overdue\n")
    assert all(f"/leads/{lead.ref}/" in mail for lead in leads)
    first = Message.objects.filter(recipient=cast.mia).order_by("pk").first()
    assert first is not None
    assert set(Message.objects.filter(recipient=cast.mia).values_list("bundle", flat=True)) == {
        first.pk
    }
    assert {m["Message-ID"] for m in mailbox.mails} >= {f"<{first.key}@leadbridge>"}
    assert not Message.objects.filter(sent_at=None).exists()


def test_a_reminder_that_comes_with_its_miss_is_one_line(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    lead = captured(cast, now - timedelta(days=9))
    sweep(now=now)  # after downtime both steps of the ladder are due at once
    assert Message.objects.filter(recipient=cast.mia).count() == 2
    deliver_waiting(now=now)
    [mail] = to_mia(mailbox)
    assert mail.startswith("Overdue: triage of ")
    assert mail.count(f"/leads/{lead.ref}/") == 1


def test_thirty_are_listed_and_the_rest_is_counted(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    overdue(cast, now, 33)
    deliver_waiting(now=now)
    [mail] = to_mia(mailbox)
    assert mail.startswith("33 leads overdue\n")
    assert mail.count("/leads/L-") == 30
    assert "… and 3 more" in mail


def test_overdue_stands_before_at_risk_and_the_oldest_first(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    risk = captured(cast, now - 5 * MINUTE)
    at_risk(risk, cast, now)
    younger = unreminded(captured(cast, now - timedelta(days=4)))
    older = unreminded(captured(cast, now - timedelta(days=9)))
    sweep(now=now)
    deliver_waiting(now=now)
    [mail] = to_mia(mailbox)
    assert mail.startswith("2 leads overdue, 1 due soon\n")
    places = [mail.index(f"/leads/{lead.ref}/") for lead in (older, younger, risk)]
    assert places == sorted(places)


def test_what_was_done_meanwhile_is_no_alarm_any_more(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    """Notices wait for working hours; a reminder of what is done would be noise."""
    done = submitted(cast, now - timedelta(hours=1))  # its triage is over
    Message.objects.all().delete()  # that it came to Sam
    at_risk(done, cast, now)
    assert deliver_waiting(now=now) == Delivered(1, 0)
    assert mailbox.mails == []
    overdue(cast, now)
    at_risk(submitted(cast, now), cast, now)
    Message.objects.exclude(recipient=cast.mia).delete()
    assert deliver_waiting(now=now + SECOND) == Delivered(2, 0)
    assert [mail.split("\n")[0] for mail in to_mia(mailbox)] == ["1 lead overdue"]


def test_a_few_leave_as_they_come(cast: Cast, now: datetime, mailbox: Mailbox) -> None:
    for second in range(0, 6, 2):
        overdue(cast, now + second * SECOND)
        assert deliver_waiting(now=now + second * SECOND) == Delivered(2, 0)
    assert [mail[:18] for mail in to_mia(mailbox)] == ["Overdue: triage of"] * 3


def test_after_many_at_once_the_next_mail_waits_a_minute(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    overdue(cast, now, 4)
    assert deliver_waiting(now=now) == Delivered(8, 0)
    overdue(cast, now + SECOND, 3)
    assert deliver_waiting(now=now + SECOND) == Delivered(0, 0)
    overdue(cast, now + 30 * SECOND, 4)
    assert deliver_waiting(now=now + PAUSE - SECOND) == Delivered(0, 0)
    assert deliver_waiting(now=now + PAUSE + 5 * SECOND) == Delivered(14, 0)
    assert len(to_mia(mailbox)) == 2
    assert to_mia(mailbox)[1].startswith("7 leads overdue\n")


def test_after_a_long_failure_of_the_server_all_leaves_as_one(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    mailbox.refuse = "451 later"
    for minute in range(3):
        overdue(cast, now + minute * 2 * MINUTE)
        deliver_waiting(now=now + minute * 2 * MINUTE)
    assert mailbox.mails == []
    mailbox.refuse = ""
    deliver_waiting(now=now + timedelta(hours=2))
    assert [mail.split("\n")[0] for mail in to_mia(mailbox)] == ["3 leads overdue"]


def test_a_mail_that_may_have_been_taken_is_repeated_as_it_was(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    """Else a server that drops the repetition would drop what was added to it as well."""
    overdue(cast, now, 2)
    claimed = claim(now=now)  # a worker that dies now
    late = now + LEASE + MINUTE
    overdue(cast, late, 3)
    deliver_waiting(now=late)
    deliver_waiting(now=late + 2 * PAUSE)
    [again] = [mail for mail in mailbox.mails if mail["To"] == _receiver(claimed)][:1]
    assert again["Subject"] == "2 leads overdue"
    head = Message.objects.get(pk=claimed[0])
    assert again["Message-ID"] == f"<{head.key}@leadbridge>"
    assert Message.objects.filter(bundle=head).count() == 2
    assert not Message.objects.filter(sent_at=None).exists()


def _receiver(ids: list[int]) -> str:
    return Message.objects.select_related("recipient").get(pk=ids[0]).recipient.email


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_a_digest_leaves_it_to_the_next(
    cast: Cast, now: datetime, mailbox: Mailbox, settings: object
) -> None:
    overdue(cast, now, 5)
    Message.objects.filter(recipient=cast.ana).update(sent_at=now, next_try_at=None)
    mailbox.hang.clear()
    database = connection.settings_dict
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, now.isoformat()],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "leadbridge.settings",
            "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",  # type: ignore[attr-defined]
        },
    )
    assert mailbox.reached.wait(30)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    mailbox.hang.set()
    assert claim(now=now + LEASE - MINUTE) == []
    assert deliver_waiting(now=now + LEASE + MINUTE) == Delivered(5, 0)
    first = Message.objects.filter(recipient=cast.mia).order_by("pk")[0]
    assert {mail["Message-ID"] for mail in mailbox.mails} == {f"<{first.key}@leadbridge>"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_receiver_one_mail(
    cast: Cast, now: datetime, mailbox: Mailbox
) -> None:
    overdue(cast, now, 40)
    results: list[Delivered] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait(10)
            results.append(deliver_waiting(now=now))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(result.sent for result in results) == 80
    assert sorted(mail["To"] for mail in mailbox.mails) == ["ana@example.com", "mia@example.com"]


def test_while_one_worker_sends_no_other_writes_to_the_same_receiver(
    cast: Cast, now: datetime
) -> None:
    overdue(cast, now, 2)
    first, second = claim(now=now), claim(now=now)  # Mia's and Ana's
    assert len(first) == len(second) == 2
    overdue(cast, now + SECOND, 3)
    assert claim(now=now + 2 * SECOND) == []
    assert claim(now=now + LEASE - SECOND) == []


def test_more_than_one_mail_can_bear_waits_for_the_next(
    cast: Cast, now: datetime, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST_IN_ONE_MAIL", 5)
    overdue(cast, now, 8)
    assert deliver_waiting(now=now) == Delivered(10, 0)
    assert deliver_waiting(now=now + PAUSE + MINUTE) == Delivered(6, 0)
    assert [mail.split(" ")[0] for mail in to_mia(mailbox)] == ["5", "3"]
