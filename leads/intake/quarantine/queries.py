"""Reading the quarantine: the only door to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace, due_words, running_face
from leadbridge.people.access import sees_quarantine, settles_quarantine
from leadbridge.people.http import zone_of
from leadbridge.people.models import User
from leads.definition.fields import live_fields
from leads.intake.quarantine.actions import unknown_item
from leads.intake.quarantine.keeping import plain
from leads.intake.quarantine.models import Origin, Quarantined, QuarantineQuerySet, State

PAGE = 50
LABELS = {
    "email": "E-mail", "phone": "Phone", "first_name": "First name", "last_name": "Last name",
    "title": "Job title", "company": "Company", "country": "Country", "employees": "People in it",
    "industry": "Industry", "source": "Source", "campaign": "Campaign", "external_id": "Their id",
    "value": "Value", "message": "Message", "request": "What they would like",
    "consent": "Consent",
}  # fmt: skip


def quarantine_for(user: User) -> QuarantineQuerySet:
    """All of it, for whoever may read it; DomainError `forbidden` (403) for others."""
    if not sees_quarantine(user):
        raise DomainError(
            "forbidden", "Marketing and administrators read the quarantine.", status=403
        )
    rows = Quarantined.objects.select_related("owner", "marketer", "settled_by", "lead__person")
    return rows.defer("raw")


def get_item_for(user: User, ref: str) -> Quarantined:
    """One of them; DomainError `not_found` (404) for what is not there or none of your business."""
    digits = ref.removeprefix("Q-")
    known = digits.isascii() and digits.isdigit() and len(digits) <= 18
    item = quarantine_for(user).filter(pk=int(digits)).first() if known else None
    if item is None:
        raise unknown_item(ref)
    return item


@dataclass(frozen=True)
class Wish:
    """What a list is asked for."""

    state: str = State.WAITING
    origin: str = ""
    mine: bool = False
    q: str = ""

    @property
    def narrow(self) -> bool:
        """Whether more is asked for than a state."""
        return bool(self.origin or self.mine or self.q)


def asked_for(user: User, wish: Wish) -> QuarantineQuerySet:
    """What a wish means: what waits soonest due first, what is settled last settled first."""
    rows = quarantine_for(user).filter(state=wish.state)
    if wish.origin:
        rows = rows.filter(origin=wish.origin)
    if wish.mine:
        rows = rows.owned_by(user)
    if wish.q:
        rows = rows.searched(wish.q)
    waits = wish.state == State.WAITING
    return rows.order_by(*(("due_at", "pk") if waits else ("-settled_at", "-pk")))


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    number: int
    ref: str
    url: str
    title: str
    origin: str
    place: str
    reasons: tuple[str, ...]
    more: int
    owner: str
    received: str
    received_at: str
    times: int
    clock: ClockFace | None
    state: str
    tone: str
    settled: str
    lead: str
    reason: str
    decides: bool
    overdue: bool
    told: str
    ticked: bool = False


def rows_of(items: Sequence[Quarantined], user: User, now: datetime) -> list[Row]:
    """Lines of the list, in the zone of who reads them."""
    own = own_labels()
    return [row_of(item, user, now, own) for item in items]


def row_of(item: Quarantined, user: User, now: datetime, own: Mapping[str, str]) -> Row:
    """One of them."""
    zone = zone_of(user)
    waits = item.state == State.WAITING
    reasons = reasons_of(item.errors, own)
    settled = due_words(local(item.settled_at, zone), now) if item.settled_at else ""
    return Row(
        number=item.pk,
        ref=item.ref,
        url=f"/quarantine/{item.ref}/",
        title=item.summary or "Nobody could be made out",
        origin=Origin(item.origin).label,
        place=item.place,
        reasons=tuple(reasons[:2]),
        more=max(0, len(reasons) - 2),
        owner=str(item.owner or "Head of marketing"),
        received=due_words(local(item.received_at, zone), now),
        received_at=item.received_at.isoformat(),
        times=item.times,
        clock=face_of(item, zone, now) if waits else None,
        state=State(item.state).label,
        tone="ok" if item.lead_id else "",
        settled=f"{settled} by {item.settled_by or 'LeadBridge'}" if settled else "",
        lead=f"L-{item.lead_id}" if item.lead_id else "",
        reason=item.reason,
        decides=waits and settles_quarantine(user),
        overdue=waits and item.due_at < now,
        told=due_words(local(item.told_at, zone), now) if waits and item.told_at else "",
    )


def face_of(item: Quarantined, zone: str, now: datetime) -> ClockFace:
    """The clock of one that waits."""
    return running_face(
        start=item.received_at, risk=item.at_risk_at, due=local(item.due_at, zone), now=now
    )


def own_labels() -> dict[str, str]:
    """The names of the fields of this organisation, by where errors are about them."""
    return {f"attributes.{spec.key}": spec.label for spec in live_fields()}


def reasons_of(errors: Mapping[str, Sequence[str]], own: Mapping[str, str]) -> list[str]:
    """Why it could not be taken, each with the field at fault."""
    return [
        f"{_label(name, own)}: {words}" if name else words
        for name, sentences in errors.items()
        for words in sentences
    ]


def _label(name: str, own: Mapping[str, str]) -> str:
    first, _, rest = name.partition(".")
    return own.get(name) or LABELS.get(name) or LABELS.get(first) or plain(rest or name)
