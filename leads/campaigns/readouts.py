"""The read-out of a campaign: begun by its launch, over when both sides signed it, told once where
that is late."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from leadbridge.kernel.deadline import Pressure, pressure_of, pressure_q
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.actions import post
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads, readout_side
from leadbridge.people.models import Side, User
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readout_due import readout_due

LONGEST_WORDS = 300
BEGUN, LATE = "readout.begun", "readout.late"
UNSIGNED = Q(marketing_by=None) | Q(sales_by=None)
BATCH = 500


def begin_readout(*, campaign: Campaign, actor: User, now: datetime) -> Readout:
    """It is owed from the launch on; in the transaction of that. Whoever may sign hears of it."""
    at_risk_at, due_at = readout_due(campaign.marketer, now)
    readout = Readout.objects.create(
        campaign=campaign, started_at=now, at_risk_at=at_risk_at, due_at=due_at
    )
    to = _owed_by(readout) - {actor.pk}
    post(kind=BEGUN, key=f"readout-{readout.pk}", to=to, data={"readout": readout.pk}, now=now)
    return readout


def sign_readout(*, campaign_id: int, actor: User, now: datetime, words: str = "") -> Readout:
    """Say for one's own side that it was read, once.

    DomainError `not_found` (404) before the launch; `forbidden` (403) for whoever signs for neither
    side, or signed for the other; `already_decided` (409) where the side has signed.
    """
    side, words = _signs_for(actor), _checked(words)
    with transaction.atomic():
        # A plain row lock is enough: nothing that is written in batches refers to a read-out.
        rows = Readout.objects.select_for_update(no_key=True, of=("self",))
        readout = rows.select_related("campaign").filter(campaign=campaign_id).first()
        if readout is None:
            raise DomainError("not_found", "It has no read-out: it is not out.", status=404)
        _refuse_second(readout, side, actor)
        setattr(readout, f"{side}_by", actor)
        setattr(readout, f"{side}_at", now)
        setattr(readout, f"{side}_words", words)
        readout.save(update_fields=[f"{side}_by", f"{side}_at", f"{side}_words"])
    return readout


def _signs_for(actor: User) -> Side:
    side = readout_side(actor)
    if side is None:
        sentence = "A read-out is signed by marketing, and by managers or the head of sales."
        raise DomainError("forbidden", sentence, status=403)
    return side


def _checked(words: str) -> str:
    words = " ".join(words.split())
    if len(words) > LONGEST_WORDS:
        raise DomainError("invalid", f"At most {LONGEST_WORDS} letters.", field="words")
    return words


def _refuse_second(readout: Readout, side: Side, actor: User) -> None:
    by, at = signature(readout, side)
    if by is not None and at is not None:
        sentence = f"{by} has signed it for {side} at {at:%Y-%m-%d %H:%M} UTC."
        raise DomainError(
            "already_decided", sentence, status=409, data={"by": str(by), "at": at.isoformat()}
        )
    if any(signature(readout, other)[0] == actor for other in Side):
        raise DomainError("forbidden", "You have signed it for the other side.", status=403)


def signature(readout: Readout, side: str) -> tuple[User | None, datetime | None]:
    """Who signed for a side, and when."""
    return getattr(readout, f"{side}_by"), getattr(readout, f"{side}_at")


def state_of(readout: Readout, now: datetime) -> str:
    """`met`, `met_late`, or how it stands while a signature is missing. Met at the due instant is
    met."""
    signed = readout.marketing_at, readout.sales_at
    if signed[0] is None or signed[1] is None:
        return _pressure(readout, now)
    late = _pressure(readout, max(signed[0], signed[1])) is Pressure.OVERDUE
    return "met_late" if late else "met"


def _pressure(readout: Readout, at: datetime) -> Pressure:
    return pressure_of(at_risk_at=readout.at_risk_at, due_at=readout.due_at, now=at)


def tell_late_readouts(*, now: datetime) -> int:
    """Tell of each read-out past its time, once, those whose signature is missing; how many. Any
    number of workers at once."""
    with transaction.atomic():
        late = list(
            Readout.objects.filter(
                UNSIGNED,
                pressure_q(Pressure.OVERDUE, now, at_risk="at_risk_at", due="due_at"),
                told_at=None,
            )
            .select_related("campaign__marketer")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("due_at", "pk")[:BATCH]
        )
        for readout in late:
            key, data = f"readout-{readout.pk}-late", {"readout": readout.pk}
            post(kind=LATE, key=key, to=_owed_by(readout), data=data, now=now)
        Readout.objects.filter(pk__in=[one.pk for one in late]).update(told_at=now)
    return len(late)


def _owed_by(readout: Readout) -> set[int]:
    """Whose signature is looked for: of marketing who answers for the campaign, of sales its head.
    Any other who may sign can do it for them."""
    owed = set()
    if readout.marketing_by_id is None:
        marketer = readout.campaign.marketer
        owed |= {marketer.pk} if marketer.is_active else _heads(Side.MARKETING)
    if readout.sales_by_id is None:
        owed |= _heads(Side.SALES)
    return owed


def _heads(side: Side) -> set[int]:
    return set(active_heads(side).values_list("pk", flat=True))


def render_begun(message: Message) -> Letter | None:
    """A campaign is out, and its first hour is to be read."""
    return _letter(message, "is out: please sign its read-out")


def render_late(message: Message) -> Letter | None:
    """Its read-out is past its time."""
    return _letter(message, "was not read out in time")


def _letter(message: Message, what: str) -> Letter | None:
    """Nothing where the receiver's side has signed meanwhile."""
    rows = Readout.objects.select_related("campaign", "campaign__marketer")
    readout = rows.filter(UNSIGNED, pk=message.data["readout"]).first()
    if readout is None or message.recipient_id not in _owed_by(readout):
        return None
    name = readout.campaign.name
    return Letter(
        f"“{name}” {what}",
        f"Both sides read how the first hour of “{name}” went, by"
        f" {readout.due_at:%-d %B %Y, %H:%M} UTC. Your signature is missing:\n"
        f"{settings.SITE_URL}/campaigns/{readout.campaign_id}/#readout\n",
    )
