"""Reading what was delivered: leads, or the quarantine. Done by a worker, repeatable at will."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leads.definition.fields import live_fields
from leads.definition.own_fields import FieldSpec
from leads.intake.actions import take_in
from leads.intake.cleaning import read_packet
from leads.intake.quarantine.actions import Sent, set_aside, settle_by_itself
from leads.intake.quarantine.models import Origin, Quarantined, State
from leads.intake.receiving.fitting import fit
from leads.intake.receiving.models import Arrived, Delivery, DeliveryState
from leads.intake.receiving.providers import PROVIDERS
from leads.intake.receiving.readers import Arrival, Unread

log = logging.getLogger(__name__)

BATCH = 100
MOST_TRIES = 5
NOBODY = "Nobody shows interest in it."
OURS = "It failed on our side; the cause is in the log. Have it read again, or enter it by hand."


def waiting_deliveries() -> list[int]:
    """Those that nobody has read yet, the oldest first."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def read_delivery(*, delivery_id: int, now: datetime) -> None:
    """Read one: everybody in it is taken in or set aside, in one transaction with saying so. What
    fails as no refusal of ours is tried again, and in the end left to be replayed."""
    try:
        with transaction.atomic():
            rows = Delivery.objects.select_for_update(
                no_key=True, skip_locked=True, of=("self",)
            ).select_related("endpoint__marketer")
            delivery = rows.filter(pk=delivery_id, state=DeliveryState.WAITING).first()
            if delivery is not None:
                _read(delivery, now)
    except Exception:
        log.exception("delivery %s could not be read", delivery_id)
        _note_failure(delivery_id, now)


def _note_failure(delivery_id: int, now: datetime) -> None:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(no_key=True, of=("self",))
        delivery = rows.select_related("endpoint__marketer").get(pk=delivery_id)
        delivery.tries += 1
        if delivery.tries >= MOST_TRIES:
            delivery.state, delivery.note = DeliveryState.FAILED, OURS
            set_whole_aside(delivery, DomainError("failed", OURS), now)
        delivery.save(update_fields=["tries", "state", "note"])


def _read(delivery: Delivery, now: datetime) -> None:
    provider = PROVIDERS[delivery.endpoint.provider]
    try:
        arrivals = provider.read(bytes(delivery.raw), delivery.content_type)
    except Unread as error:
        set_whole_aside(delivery, DomainError("unread", str(error)), now)
        _done(delivery, DeliveryState.ASIDE, str(error), now)
        return
    own = live_fields()
    taken = [_take(delivery, one, number, own, now) for number, one in enumerate(arrivals)]
    if not arrivals:
        _done(delivery, DeliveryState.NOTHING, NOBODY, now)
    elif all(taken):
        _settle_whole(delivery, now)
        _done(delivery, DeliveryState.DONE, "", now)
    else:
        waiting = taken.count(False)
        _done(delivery, DeliveryState.ASIDE, f"{waiting} of {len(taken)} in quarantine.", now)


def set_whole_aside(delivery: Delivery, error: DomainError, now: datetime) -> None:
    """Give a delivery out of which nobody could be read an owner and a time: nobody looks through
    the list of an address unasked. Read after all, it settles itself."""
    _set_aside(delivery, Arrival(), error, {}, _whole(delivery), now)


def _settle_whole(delivery: Delivery, now: datetime) -> None:
    arrived = delivery.arrived.exclude(lead=None).select_related("lead").order_by("pk").first()
    if arrived is not None and arrived.lead is not None:
        keys = [_aside_key(delivery, _whole(delivery))]
        settle_by_itself(keys=keys, lead=arrived.lead, now=now)


def _whole(delivery: Delivery) -> str:
    return f"{delivery.fingerprint} whole"


def _done(delivery: Delivery, state: DeliveryState, note: str, now: datetime) -> None:
    delivery.state, delivery.note, delivery.done_at = state, note[:300], now
    delivery.save(update_fields=["state", "note", "done_at"])


def _take(
    delivery: Delivery, arrival: Arrival, number: int, own: Sequence[FieldSpec], now: datetime
) -> bool:
    """Whether this person is a lead now; otherwise they wait in the quarantine."""
    endpoint = delivery.endpoint
    key = _key(delivery, arrival, number)
    known = Arrived.objects.filter(endpoint=endpoint, key=key).select_related("aside").first()
    if known is not None and not _waits(known):
        return True
    told = _told(delivery, arrival, own)
    try:
        if arrival.missing:
            raise DomainError("fields_elsewhere", arrival.missing)
        with transaction.atomic():
            packet = read_packet(told, now=now, own=own)
            marketer = endpoint.marketer
            lead = take_in(
                packet=packet, origin="provider", marketer=marketer, actor=None, now=now
            ).lead
    except DomainError as error:
        if error.code == "already_known":
            return True
        aside = known.aside if known else _set_aside(delivery, arrival, error, told, key, now)
        _note_arrival(delivery, key, known, aside=aside)
        return False
    # The fields of somebody who waits for them, or a replay of what was refused before.
    settle_by_itself(keys=[_aside_key(delivery, f"id {arrival.id}"),
                           _aside_key(delivery, key)], lead=lead, now=now)  # fmt: skip
    _note_arrival(delivery, key, known, lead_id=lead.pk)
    return True


def _waits(known: Arrived) -> bool:
    return known.lead_id is None and known.aside is not None and known.aside.state == State.WAITING


def _note_arrival(
    delivery: Delivery,
    key: str,
    known: Arrived | None,
    *,
    lead_id: int | None = None,
    aside: Quarantined | None = None,
) -> None:
    row = known or Arrived(endpoint=delivery.endpoint, key=key, delivery=delivery)
    row.lead_id, row.aside = lead_id, aside
    row.save()


def _key(delivery: Delivery, arrival: Arrival, number: int) -> str:
    """The provider's own number of the person, told with or without fields; else the place in this
    very delivery."""
    if not arrival.id:
        return f"{delivery.fingerprint[:50]} {number}"[:64]
    part = "id" if arrival.missing else "full"
    return f"{part} {hashlib.sha256(arrival.id.encode(errors='replace')).hexdigest()[:50]}"


def _told(delivery: Delivery, arrival: Arrival, own: Sequence[FieldSpec]) -> dict[str, object]:
    endpoint = delivery.endpoint
    told = fit(
        arrival.fields,
        names=PROVIDERS[endpoint.provider].names,
        mapping=endpoint.mapping,
        own=own,
    )
    told |= {"source": endpoint.source, "campaign": endpoint.campaign}
    if arrival.id:
        told.setdefault("external_id", arrival.id[:100])
    if arrival.consent:
        told["consent"] = {"text": arrival.consent, "at": delivery.received_at.isoformat()}
    return told


def _aside_key(delivery: Delivery, key: str) -> str:
    return f"endpoint {delivery.endpoint_id} {key}"


def _set_aside(
    delivery: Delivery,
    arrival: Arrival,
    error: DomainError,
    told: dict[str, object],
    key: str,
    now: datetime,
) -> Quarantined:
    endpoint = delivery.endpoint
    sent = Sent(
        origin=Origin.PROVIDER,
        place=f"{PROVIDERS[endpoint.provider].label}: {endpoint.name}",
        raw=bytes(delivery.raw),
        error=error,
        told=told,
        content_type=delivery.content_type,
        key=_aside_key(delivery, f"id {arrival.id}" if arrival.missing else key),
    )
    return set_aside(sent=sent, marketer=endpoint.marketer, now=now)
