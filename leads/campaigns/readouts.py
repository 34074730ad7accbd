"""The read-out of a campaign: begun by its launch, over when both sides signed it. What is told
meanwhile is its ladder's (`readout_ladder`)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leadbridge.kernel.deadline import Pressure, pressure_of
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.actions import post
from leadbridge.people.access import active_heads, readout_side
from leadbridge.people.models import Side, User
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readout_due import readout_due

LONGEST_WORDS = 300
STATES = (*map(str, Pressure), "met", "met_late")
BEGUN = "readout.begun"
UNSIGNED = Q(marketing_by=None) | Q(sales_by=None)


def begin_readout(*, campaign: Campaign, actor: User, now: datetime) -> Readout:
    """It is owed from the launch on; in the transaction of that. Whoever may sign hears of it."""
    owed = readout_due(campaign.marketer, now)
    readout = Readout.objects.create(
        campaign=campaign, started_at=now, at_risk_at=owed.at_risk_at, due_at=owed.due_at,
        raise_at=owed.raise_at, next_at=owed.at_risk_at if owed.reminds else owed.due_at,
    )  # fmt: skip
    to = owed_by(readout) - {actor.pk}
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
        if readout.marketing_by_id and readout.sales_by_id:
            readout.next_at = None
        readout.save(update_fields=[f"{side}_by", f"{side}_at", f"{side}_words", "next_at"])
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


def owed_by(readout: Readout) -> set[int]:
    """Whose signature is looked for: of marketing who answers for the campaign, of sales its head.
    Any other who may sign can do it for them."""
    owed = set()
    if readout.marketing_by_id is None:
        marketer = readout.campaign.marketer
        owed |= {marketer.pk} if marketer.is_active else heads_of(Side.MARKETING)
    if readout.sales_by_id is None:
        owed |= heads_of(Side.SALES)
    return owed


def heads_of(side: Side) -> set[int]:
    """Who heads a side today."""
    return set(active_heads(side).values_list("pk", flat=True))


def managers_of(marketer: User) -> set[int]:
    """Who manages the marketing teams of whoever answers for a campaign."""
    teams = marketer.teams.filter(side=Side.MARKETING, manager__is_active=True)
    return {pk for pk in teams.values_list("manager_id", flat=True) if pk}


def unsigned(readout: Readout) -> list[Side]:
    """The sides whose signature is missing."""
    return [side for side in Side if signature(readout, side)[0] is None]
