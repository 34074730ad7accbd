"""Deliveries that lay their time are forgotten; what still has to be done never is."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.actions import dismiss, replay
from leadbridge.outbox.webhooks.clearing import KEPT, KEPT_PARKED, clear_old
from leadbridge.outbox.webhooks.models import TEST, Webhook, WebhookDelivery
from leadbridge.outbox.webhooks.queries import State, state_of
from tests.api import Api, assert_problem
from tests.outbox.webhooks.conftest import Program, registered
from tests.pages import Browser

SECOND = timedelta(seconds=1)


def delivery(webhook: Webhook, at: datetime, **told: datetime | None) -> WebhookDelivery:
    """One of that time, taken unless said otherwise."""
    columns = told or {"delivered_at": at}
    return WebhookDelivery.objects.create(webhook=webhook, type=TEST, made_at=at, **columns)


@pytest.mark.parametrize(
    ("column", "kept"),
    [("delivered_at", KEPT), ("dismissed_at", KEPT), ("parked_at", KEPT_PARKED)],
)
def test_what_is_over_goes_when_its_time_is_over_and_not_a_moment_before(
    cast: Cast, now: datetime, program: Program, column: str, kept: timedelta
) -> None:
    webhook = registered(cast, now, program.url)
    old = delivery(webhook, now, **{column: now})
    young = delivery(webhook, now, **{column: now + SECOND})
    assert clear_old(now=now + kept) == 0
    assert clear_old(now=now + kept + SECOND) == 1
    assert list(WebhookDelivery.objects.all()) == [young]
    assert old.pk != young.pk


def test_it_goes_in_batches_until_nothing_is_left(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url)
    for _ in range(7):
        delivery(webhook, now)
    assert clear_old(now=now + 2 * KEPT, batch=3) == 7
    assert clear_old(now=now + 2 * KEPT) == 0


def test_what_waits_stays_unless_its_address_was_stopped_long_ago(
    cast: Cast, now: datetime, program: Program
) -> None:
    called, stopped, lately = (registered(cast, now, program.url) for _ in range(3))
    for webhook in (called, stopped, lately):
        delivery(webhook, now, next_try_at=now)
    Webhook.objects.filter(pk=stopped.pk).update(stopped_at=now)
    Webhook.objects.filter(pk=lately.pk).update(stopped_at=now + KEPT)
    assert clear_old(now=now + KEPT_PARKED + SECOND) == 1
    assert set(WebhookDelivery.objects.values_list("webhook", flat=True)) == {called.pk, lately.pk}


def test_an_administrator_dismisses_what_was_given_up_and_may_think_again(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url)
    parked, other = (delivery(webhook, now, parked_at=now) for _ in range(2))
    taken = delivery(webhook, now)
    olu, there = Browser(cast.olu, now), f"/settings/webhooks/{webhook.pk}/"
    assert "Dismiss 2" in olu.get(there)
    olu.post(f"{there}dismiss/", delivery=str(parked.pk))
    olu.post(f"{there}dismiss/", delivery="nonsense")
    olu.post(f"{there}dismiss/", delivery=str(taken.pk))
    assert [state_of(row) for row in webhook.deliveries.order_by("pk")] == [
        State.DISMISSED, State.PARKED, State.DELIVERED,
    ]  # fmt: skip
    assert "dismissed" in olu.get(f"{there}?state=dismissed")
    assert Api(cast.olu, now).post(f"webhooks/{webhook.pk}/dismiss/").json() == {"dismissed": 1}
    assert dismiss(webhook_id=webhook.pk, actor=cast.olu, now=now) == 0
    other.refresh_from_db()
    assert other.dismissed_at == now
    assert replay(webhook_id=webhook.pk, actor=cast.olu, now=now, deliveries=[parked.pk]) == 1
    parked.refresh_from_db()
    assert state_of(parked) == State.WAITING


def test_all_but_administrators_dismiss_nothing(
    cast: Cast, now: datetime, program: Program
) -> None:
    webhook = registered(cast, now, program.url)
    parked = delivery(webhook, now, parked_at=now)
    Browser(cast.mia, now).post(f"/settings/webhooks/{webhook.pk}/dismiss/", 403)
    assert_problem(Api(cast.mia, now).post(f"webhooks/{webhook.pk}/dismiss/"), 403, "forbidden")
    parked.refresh_from_db()
    assert state_of(parked) == State.PARKED
