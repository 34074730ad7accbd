"""The ladder of a read-out: a reminder when it is at risk, a notice past due, and one target later
the heads in person. Each step is taken once, and a signature cancels what it was to ask for.

Like the ladder of a clock, but for what moves a lead: there is none. What is told waits for its
receiver's working hours, and what comes together leaves as one mail.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from leadbridge.outbox.actions import Post, post_all
from leadbridge.outbox.kinds import Letter, Renderer
from leadbridge.outbox.models import Message
from leadbridge.people.models import Role, Side, User
from leads.campaigns.models import Readout
from leads.campaigns.readouts import BEGUN, UNSIGNED, heads_of, managers_of, owed_by, unsigned

SOON, LATE, RAISED = "readout.soon", "readout.late", "readout.raised"
BATCH = 500


class Step(NamedTuple):
    """A step: what it tells, at which of the frozen instants, and where it is noted."""

    kind: str
    due: str
    taken: str


LADDER = (
    Step(SOON, "at_risk_at", "reminded_at"),
    Step(LATE, "due_at", "told_at"),
    Step(RAISED, "raise_at", "raised_at"),
)
_NOTED = ["next_at", *(step.taken for step in LADDER)]


def climb_readouts(*, now: datetime) -> int:
    """Take the steps that read-outs have come to; of how many. Any number of workers at once."""
    with transaction.atomic():
        come = list(
            Readout.objects.filter(UNSIGNED, next_at__lt=now)
            .select_related("campaign__marketer")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("next_at", "pk")[:BATCH]
        )
        post_all([told for readout in come for told in _take(readout, now)])
        for readout in come:
            readout.save(update_fields=_NOTED)
    return len(come)


def _take(readout: Readout, now: datetime) -> list[Post]:
    """The steps from the next one to now, noted in memory; of a reminder that comes after the due
    time, where no worker ran, nothing is told: the notice says more."""
    begun = readout.next_at or now
    ladder = [(step, at) for step in LADDER if (at := getattr(readout, step.due))]
    steps = [step for step, at in ladder if begun <= at < now]
    if readout.due_at < now:
        steps = [step for step in steps if step.kind != SOON]
    for step in steps:
        setattr(readout, step.taken, now)
    readout.next_at = next((at for _, at in ladder if at >= now), None)
    return [
        Post(
            step.kind,
            f"readout-{readout.pk}-{step.kind.rpartition('.')[2]}",
            _in_person(readout) if step.kind == RAISED else owed_by(readout),
            {"readout": readout.pk},
            now,
        )
        for step in steps
    ]


def _in_person(readout: Readout) -> set[int]:
    """Both heads, because the promise is of both sides, and who manages the marketer where that
    side's signature is missing; an administrator where nobody is left to be told."""
    people = heads_of(Side.MARKETING) | heads_of(Side.SALES)
    if readout.marketing_by_id is None:
        people |= managers_of(readout.campaign.marketer)
    if people:
        return people
    keepers = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return set(keepers.values_list("pk", flat=True))


def _letter(message: Message, what: str) -> Letter | None:
    """Nothing where both sides, or the receiver's own, have signed meanwhile."""
    rows = Readout.objects.select_related("campaign", "campaign__marketer")
    readout = rows.filter(UNSIGNED, pk=message.data["readout"]).first()
    if readout is None:
        return None
    if message.kind != RAISED and message.recipient_id not in owed_by(readout):
        return None
    name, missing = readout.campaign.name, unsigned(readout)
    both = "Neither side has signed" if len(missing) > 1 else f"{missing[0].label} has not signed"
    return Letter(
        f"“{name}” {what}",
        f"Both sides read how the first hour of “{name}” went, by"
        f" {readout.due_at:%-d %B %Y, %H:%M} UTC. {both}:\n"
        f"{settings.SITE_URL}/campaigns/{readout.campaign_id}/#readout\n",
    )


def render_begun(message: Message) -> Letter | None:
    """A campaign is out, and its first hour is to be read."""
    return _letter(message, "is out: please sign its read-out")


def render_soon(message: Message) -> Letter | None:
    """Its read-out is at risk; once it is late, that is told by a notice of its own."""
    readout = Readout.objects.filter(pk=message.data["readout"], told_at=None).first()
    return _letter(message, "waits for its read-out: due soon") if readout else None


def render_late(message: Message) -> Letter | None:
    """Its read-out is past its time."""
    return _letter(message, "was not read out in time")


def render_raised(message: Message) -> Letter | None:
    """Its read-out is past its time once more as long as was agreed."""
    return _letter(message, "is still not read out")


RENDERERS: dict[str, Renderer] = {
    BEGUN: render_begun,
    SOON: render_soon,
    LATE: render_late,
    RAISED: render_raised,
}


def render_together(messages: Sequence[Message]) -> Letter | None:
    """What several of them say, as one mail: of each read-out the last that was told of it."""
    order = list(RENDERERS)
    last: dict[int, Letter] = {}
    for message in sorted(messages, key=lambda one: order.index(one.kind)):
        if letter := RENDERERS[message.kind](message):
            last[message.data["readout"]] = letter
    letters = list(last.values())
    if len(letters) < 2:
        return letters[0] if letters else None
    body = "\n".join(f"{letter.subject}\n{letter.body}" for letter in letters)
    return Letter(f"{len(letters)} campaigns wait for their read-out", body)
