"""What is said under one `webhook-id` is the same on every try, until somebody is erased."""

import json
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.actions import replay
from leadbridge.outbox.webhooks.bodies import fix_bodies
from leadbridge.outbox.webhooks.models import WebhookDelivery
from leadbridge.outbox.webhooks.sending import Sent, send_waiting
from leads.handoff.corrections import erase_person
from leads.handoff.stages import Action
from leads.handoff.withdrawing import withdraw_lead
from tests.leads.handoff.scenes import MINUTE, captured, do
from tests.outbox.webhooks.conftest import Program, registered

HOUR = timedelta(hours=1)


def test_a_late_retry_says_word_by_word_what_the_first_try_said(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url, events=["lead.captured"])
    lead = captured(cast, now)
    program.answers = [(500, "")]
    assert send_waiting(now=now + MINUTE) == Sent(0, 1)
    do(Action.SUBMIT, lead, cast.mia, now + 2 * MINUTE, cast)
    assert send_waiting(now=now + HOUR) == Sent(1, 0)
    [row] = WebhookDelivery.objects.all()
    assert replay(webhook_id=webhook.pk, actor=cast.olu, now=now + HOUR, deliveries=[row.pk]) == 1
    assert send_waiting(now=now + 2 * HOUR) == Sent(1, 0)
    bodies = [body for _, body in program.calls]
    assert bodies == [row.body] * 3
    assert json.loads(row.body)["data"]["lead"]["stage"] == "captured"
    assert {headers["webhook-id"] for headers, _ in program.calls} == {str(row.key)}


def test_what_was_fixed_by_another_worker_holds(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    lead = captured(cast, now)
    [early], [late] = [list(WebhookDelivery.objects.select_related("webhook")) for _ in range(2)]
    first = fix_bodies([early])
    do(Action.SUBMIT, lead, cast.mia, now + MINUTE, cast)
    assert fix_bodies([late]) == first
    assert WebhookDelivery.objects.get().body == first[early.pk]


def test_an_erasure_takes_the_body_back_and_what_goes_again_has_another_id(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    lead = captured(cast, now, external_id="kim-of-acme")
    other = captured(cast, now)
    program.answers = [(500, "")]
    send_waiting(now=now + MINUTE)
    send_waiting(now=now + HOUR)
    before = {row.about: row for row in WebhookDelivery.objects.all()}
    erase_person(person_id=lead.person_id, actor=cast.olu, now=now + HOUR, request="R-1")
    WebhookDelivery.objects.update(next_try_at=now, delivered_at=None)
    assert send_waiting(now=now + 2 * HOUR) == Sent(2, 0)
    after = {row.about: row for row in WebhookDelivery.objects.all()}
    assert "kim-of-acme" in before[lead.pk].body
    assert "kim-of-acme" not in after[lead.pk].body + program.calls[-1][1] + program.calls[-2][1]
    assert before[lead.pk].key != after[lead.pk].key
    assert (before[other.pk].key, before[other.pk].body) == (
        after[other.pk].key, after[other.pk].body,
    )  # fmt: skip


def test_a_lead_that_is_withdrawn_with_its_file_leaves_no_body(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    lead = captured(cast, now, external_id="kim-of-acme")
    send_waiting(now=now + MINUTE)
    before = WebhookDelivery.objects.get()
    withdraw_lead(lead_id=lead.pk, by=cast.mia, now=now + HOUR, why="Import 1")
    after = WebhookDelivery.objects.get()
    assert (after.body, after.about) == ("", None)
    assert after.key != before.key


@pytest.mark.django_db(transaction=True)
def test_a_body_that_is_sought_during_an_erasure_is_found_after_it(
    cast: Cast, now: datetime, program: Program
) -> None:
    registered(cast, now, program.url, events=["lead.captured"])
    lead = captured(cast, now, external_id="kim-of-acme")
    rows = list(WebhookDelivery.objects.select_related("webhook"))
    found: list[str] = []

    def seek() -> None:
        try:
            found.extend(str(body) for body in fix_bodies(rows).values())
        finally:
            connection.close()

    worker = threading.Thread(target=seek)
    with transaction.atomic():
        erase_person(person_id=lead.person_id, actor=cast.olu, now=now, request="R-1")
        worker.start()
        worker.join(0.3)
        assert worker.is_alive()
    worker.join(10)
    [body] = found
    assert "kim-of-acme" not in body
