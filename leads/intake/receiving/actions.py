"""Writing deliveries down, reading them, replaying them; and keeping the addresses."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.access import keeps_forms
from leadbridge.people.models import Side, User
from leads.intake.cleaning import LONGEST
from leads.intake.receiving.models import AGAIN, Delivery, DeliveryState, Endpoint
from leads.intake.receiving.providers import PROVIDERS
from leads.intake.receiving.signatures import CHECKS, Signed
from leads.intake.receiving.working import set_whole_aside

AGAIN_AFTER = timedelta(
    minutes=10
)  # the same form once more is a second thought, not a double click
KEPT_HEADERS = (
    "content-type", "user-agent", "x-hubspot-signature-v3", "x-hubspot-request-timestamp",
    "x-hub-signature-256", "x-li-signature", "typeform-signature", "x-webflow-signature",
    "x-webflow-timestamp",
)  # fmt: skip
MOST_MAPPINGS = 100
UNSIGNED = "The signature does not fit the secret of this address."


def find_endpoint(provider: str, token: str) -> Endpoint:
    """The open address; DomainError `not_found` (404) for anything else."""
    found = Endpoint.objects.filter(token=token, provider=provider, closed_at=None)
    endpoint = found.select_related("marketer").first() if token.isprintable() else None
    if endpoint is None:
        raise DomainError("not_found", "Nothing is received at this address.", status=404)
    return endpoint


def write_down(
    *, endpoint: Endpoint, raw: bytes, headers: Mapping[str, str], url: str, now: datetime
) -> Delivery:
    """Keep a delivery as it came, before anybody reads it; the very same again is one row. One that
    is not signed as it should be is kept too, in the quarantine as well, so that a wrong secret
    loses nothing: when it comes again with one that fits, it is read. Answers how this one came."""
    low = {name.lower(): text for name, text in headers.items()}
    row = Delivery(
        endpoint=endpoint,
        fingerprint=_fingerprint(endpoint, raw, now),
        raw=raw,
        content_type=low.get("content-type", "")[:100].replace("\0", ""),
        headers={name: low[name][:500].replace("\0", "") for name in KEPT_HEADERS if name in low},
        url=url[:500],
        received_at=now,
    )
    if not is_signed(row):
        row.state, row.note = DeliveryState.REFUSED, UNSIGNED
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if row.state == DeliveryState.REFUSED:
                set_whole_aside(row, DomainError("bad_signature", UNSIGNED), now)
        return row
    except IntegrityError:
        return _came_again(row)


def _came_again(row: Delivery) -> Delivery:
    same = Delivery.objects.filter(endpoint=row.endpoint, fingerprint=row.fingerprint)
    same.update(times=F("times") + 1)
    if row.state == DeliveryState.REFUSED:
        return row  # a forged copy changes nothing about the one that is here
    came = {name: getattr(row, name) for name in ("headers", "url", "content_type", "received_at")}
    same.filter(state=DeliveryState.REFUSED).update(state=DeliveryState.WAITING, note="", **came)
    return same.get()


def _fingerprint(endpoint: Endpoint, raw: bytes, now: datetime) -> str:
    """A webhook is repeated word by word; a visitor may send the same form again another day."""
    digest = hashlib.sha256(raw)
    if PROVIDERS[endpoint.provider].form:
        digest.update(str(int(now.timestamp() // AGAIN_AFTER.total_seconds())).encode())
    return digest.hexdigest()


def is_signed(delivery: Delivery) -> bool:
    """Does the delivery prove that it comes from its provider? Without a secret nothing is asked:
    then the address itself is the secret."""
    endpoint = delivery.endpoint
    check = CHECKS.get(endpoint.provider)
    if check is None or not endpoint.secret:
        return True
    signed = Signed(delivery.url, bytes(delivery.raw), delivery.headers, delivery.received_at)
    return check(endpoint.secret, signed)


def replay(*, deliveries: Sequence[int], actor: User, now: datetime) -> int:
    """Have these read again: those that failed, were refused, or wait in the quarantine. What was
    taken in already is not taken in twice. How many are read again."""
    require_keeper(actor)
    rows = Delivery.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    with transaction.atomic():
        found = list(rows.filter(pk__in=deliveries, state__in=AGAIN).select_related("endpoint"))
        again = [row for row in found if is_signed(row)]
        Delivery.objects.filter(pk__in=[row.pk for row in again]).update(
            state=DeliveryState.WAITING, note="", tries=0
        )
    return len(again)


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever may not keep these addresses."""
    if not keeps_forms(user):
        raise DomainError("forbidden", "Marketing and administrators keep these.", status=403)


@dataclass(frozen=True)
class Plan:
    """What an address is to be. `secret`: None leaves it as it is."""

    name: str
    marketer: User
    source: str
    provider: str = ""
    campaign: str = ""
    secret: str | None = None
    mapping: Mapping[str, str] | None = None


def save_endpoint(*, endpoint_id: int | None, plan: Plan, actor: User, now: datetime) -> Endpoint:
    """Open an address (None) or change one. FieldErrors name every field at fault."""
    require_keeper(actor)
    fields = _read(plan)
    with transaction.atomic():
        if endpoint_id is None:
            if plan.provider not in PROVIDERS:
                raise FieldErrors({"provider": [f"Choose one of: {', '.join(PROVIDERS)}."]})
            token = secrets.token_urlsafe(24)
            endpoint = Endpoint(provider=plan.provider, token=token, made_by=actor, made_at=now)
        else:
            endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
        for name, value in fields.items():
            setattr(endpoint, name, value)
        endpoint.save()
    return endpoint


def close_endpoint(*, endpoint_id: int, actor: User, now: datetime) -> None:
    """Receive nothing more at this address; what came stays readable."""
    require_keeper(actor)
    Endpoint.objects.filter(pk=endpoint_id, closed_at=None).update(closed_at=now)


def _read(plan: Plan) -> dict[str, object]:
    errors: dict[str, list[str]] = {}
    fields: dict[str, object] = {"marketer": plan.marketer}
    texts = {"name": 100, "source": LONGEST["source"], "campaign": LONGEST["campaign"]}
    texts |= {"secret": 200} if plan.secret is not None else {}
    for name, longest in texts.items():
        try:
            fields[name] = clean_text(getattr(plan, name), longest=longest)
            if not fields[name] and name in ("name", "source"):
                raise Refused("Please fill this in.")
        except Refused as refusal:
            errors[name] = [str(refusal)]
    if plan.mapping is not None:
        fields["mapping"] = dict(plan.mapping)
        if len(plan.mapping) > MOST_MAPPINGS:
            errors["mapping"] = [f"At most {MOST_MAPPINGS} lines."]
    if not plan.marketer.teams.filter(side=Side.MARKETING).exists():
        errors["marketer"] = [f"{plan.marketer} belongs to no marketing team."]
    if errors:
        raise FieldErrors(errors)
    return fields
