"""Keeping addresses: administrators only."""

import base64
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.outbox.webhooks.addresses import checked_url
from leadbridge.outbox.webhooks.models import EVENTS, TEST, Webhook, WebhookDelivery
from leadbridge.people.models import User

log = logging.getLogger(__name__)

OVERLAP = timedelta(days=1)
NAME = 100


@dataclass(frozen=True)
class Plan:
    """What an address is to be."""

    name: str
    url: str
    events: Collection[str]


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for all but administrators."""
    if not user.is_administrator:
        raise DomainError("forbidden", "Webhooks are kept by administrators.", status=403)


def open_webhook(*, plan: Plan, actor: User, now: datetime) -> Webhook:
    """Register an address; its `secret` is to be shown now and never again."""
    require_keeper(actor)
    kept = _checked(plan)
    webhook = Webhook.objects.create(
        name=kept.name, url=kept.url, events=list(kept.events), secret=_new_secret(),
        made_by=actor, made_at=now, rest_until=now,
    )  # fmt: skip
    log.info("%s opens webhook %d", actor, webhook.pk)
    return webhook


def change_webhook(*, webhook_id: int, plan: Plan, actor: User, now: datetime) -> Webhook:
    """Another name, address or choice of events; what waits goes to the new address."""
    require_keeper(actor)
    kept = _checked(plan)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        webhook.name, webhook.url, webhook.events = kept.name, kept.url, list(kept.events)
        webhook.rest_until = now
        webhook.save(update_fields=["name", "url", "events", "rest_until"])
    log.info("%s changes webhook %d", actor, webhook_id)
    return webhook


def rotate_secret(*, webhook_id: int, actor: User, now: datetime) -> Webhook:
    """A new secret; for a day the old one signs as well, so that nothing is lost meanwhile."""
    require_keeper(actor)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        webhook.old_secret, webhook.old_until = webhook.secret, now + OVERLAP
        webhook.secret = _new_secret()
        webhook.save(update_fields=["secret", "old_secret", "old_until"])
    log.info("%s renews the secret of webhook %d", actor, webhook_id)
    return webhook


def stop_webhook(*, webhook_id: int, actor: User, now: datetime) -> Webhook:
    """Tell it nothing more; what waits there waits until it is started again."""
    require_keeper(actor)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        webhook.stopped_at = webhook.stopped_at or now
        webhook.save(update_fields=["stopped_at"])
    log.info("%s stops webhook %d", actor, webhook_id)
    return webhook


def start_webhook(*, webhook_id: int, actor: User, now: datetime) -> Webhook:
    """Tell it again what happens from now on, and what had waited."""
    require_keeper(actor)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        webhook.stopped_at, webhook.rest_until, webhook.failing_since = None, now, None
        webhook.save(update_fields=["stopped_at", "rest_until", "failing_since"])
    log.info("%s starts webhook %d", actor, webhook_id)
    return webhook


def send_test(*, webhook_id: int, actor: User, now: datetime) -> WebhookDelivery:
    """A delivery that tells of nothing, to see whether it arrives."""
    require_keeper(actor)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        Webhook.objects.filter(pk=webhook.pk).update(rest_until=now)
        return WebhookDelivery.objects.create(
            webhook=webhook, type=TEST, made_at=now, next_try_at=now
        )


def replay(
    *, webhook_id: int, actor: User, now: datetime, deliveries: Collection[int] | None = None
) -> int:
    """Let deliveries go again from the start, under the same `webhook-id`: these, or all that were
    given up; how many."""
    require_keeper(actor)
    with transaction.atomic():
        webhook = _locked(webhook_id)
        count = _ended(webhook, deliveries).update(
            next_try_at=now, attempts=0, parked_at=None, delivered_at=None, dismissed_at=None
        )
        Webhook.objects.filter(pk=webhook.pk).update(rest_until=now)
    log.info("%s lets %d deliveries of webhook %d go again", actor, count, webhook_id)
    return count


def dismiss(
    *, webhook_id: int, actor: User, now: datetime, deliveries: Collection[int] | None = None
) -> int:
    """Nobody needs these any more, or any that were given up; how many. They stay readable like
    what was taken, and can go again as long."""
    require_keeper(actor)
    with transaction.atomic():
        parked = _ended(_locked(webhook_id), deliveries).filter(parked_at__isnull=False)
        count = parked.update(parked_at=None, dismissed_at=now)
    log.info("%s dismisses %d deliveries of webhook %d", actor, count, webhook_id)
    return count


def _ended(webhook: Webhook, deliveries: Collection[int] | None) -> QuerySet[WebhookDelivery]:
    """Those of them with which there is nothing more to do; None: all that were given up."""
    rows = webhook.deliveries.filter(next_try_at=None)
    if deliveries is None:
        return rows.filter(parked_at__isnull=False)
    return rows.filter(pk__in=deliveries)


def _locked(webhook_id: int) -> Webhook:
    found = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id).first()
    if found is None:
        raise DomainError("not_found", "There is no such webhook.", status=404)
    return found


def _checked(plan: Plan) -> Plan:
    errors: dict[str, list[str]] = {}
    name, events = plan.name.strip(), [event for event in EVENTS if event in plan.events]
    if not name or len(name) > NAME:
        errors["name"] = [f"Give it a name of at most {NAME} letters."]
    if unknown := sorted(set(plan.events) - set(EVENTS)):
        errors["events"] = [f"There is no event {unknown[0]}; there are {', '.join(EVENTS)}."]
    elif not events:
        errors["events"] = ["Choose at least one event."]
    url = plan.url
    try:
        url = checked_url(plan.url)
    except DomainError as error:
        errors["url"] = [error.message]
    if errors:
        raise FieldErrors(errors)
    return Plan(name, url, events)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
