"""A worker that is really killed while it sends: everything arrives, under the id it had."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.models import WebhookDelivery
from leadbridge.outbox.webhooks.sending import LEASE, Sent, send_waiting
from tests.leads.handoff.scenes import MINUTE, captured
from tests.outbox.webhooks.conftest import Program, registered

KILLED = """
import django, sys
django.setup()
from datetime import datetime
from leadbridge.outbox.webhooks.sending import send_waiting
send_waiting(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_sends_loses_nothing_and_renames_nothing(
    cast: Cast, now: datetime, program: Program
) -> None:
    """It dies while the third of six is on its way: two were taken and the third may have been."""
    registered(cast, now, program.url, events=["lead.captured"])
    for _ in range(6):
        captured(cast, now)
    program.hold.clear()
    program.holds_from = 3
    worker = sending_worker(now + MINUTE)
    try:
        assert program.reached.wait(30)
    finally:
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
    program.hold.set()
    keys = {str(row.key): row for row in WebhookDelivery.objects.all()}
    assert [row.delivered_at is None for row in keys.values()].count(True) >= 4
    assert send_waiting(now=now + MINUTE) == Sent(0, 0)  # its lease still holds
    assert send_waiting(now=now + 2 * MINUTE + LEASE).failed == 0

    assert not WebhookDelivery.objects.filter(delivered_at=None).exists()
    arrived = Counter(headers["webhook-id"] for headers, _ in program.calls)
    assert set(arrived) == set(keys)
    assert arrived[program.calls[2][0]["webhook-id"]] == 2
    said = {(headers["webhook-id"], body) for headers, body in program.calls}
    assert len(said) == 6
    assert said == {(str(row.key), row.body) for row in WebhookDelivery.objects.all()}


def sending_worker(now: datetime) -> subprocess.Popen[bytes]:
    """A process of its own, on the database of the tests."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, now.isoformat()],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "leadbridge.settings",
            "DATABASE_URL": url,
            "EMAIL_URL": "dummymail://",
            "WEBHOOKS_TO_PRIVATE": "1",
        },
    )
