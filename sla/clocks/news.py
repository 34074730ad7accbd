"""What an act on a lead tells people at once, because something waits for them now: a lead that
came to them, a question, its answer, a dispute to rule on.

Written in the transaction of the act, and put into words when the mail leaves: what was dealt with
meanwhile is no news any more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, WEEKDAYS
from leadbridge.outbox.actions import Post, post_all
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leads.handoff.bars import ruling_of, side_of
from leads.handoff.changes import Change
from leads.handoff.judged import verdict_line, verdict_text
from leads.handoff.models import Event, Lead
from leads.handoff.stages import SALES_STAGES, Action
from leads.work.models import Question
from leads.work.rulings import rulers_of
from sla.clocks.kinds import KINDS
from sla.clocks.terms import past_now

ARRIVED, ASKED, ANSWERED, DISPUTED = "lead.arrived", "lead.asked", "lead.answered", "lead.disputed"
STATUS_ASKED, REPORTED = "lead.status_asked", "lead.reported"
MOST_LISTED = 30
MOST_EXPLAINED = 5  # leads that one mail explains line by line; of more it tells the verdict alone


def tell_of(change: Change) -> None:
    """Tell those for whom this act leaves something to do; nobody hears of their own doing."""
    tell_of_many([change])


def tell_of_many(changes: Sequence[Change]) -> None:
    """The same for changes that are written together."""
    if past_now():
        return
    post_all([found for change in changes if (found := _news_of(change)) is not None])


def _news_of(change: Change) -> Post | None:
    found = _RECEIVERS.get(change.action)
    if found is None or change.undated:
        return None
    kind, receivers = found
    return Post(
        kind=kind,
        key=f"event-{change.event.pk}",
        to=receivers(change) - {change.actor.pk if change.actor else None},
        data={"lead": change.lead.pk, "event": change.event.pk},
        now=change.now,
    )


def _new_holder(change: Change) -> set[int]:
    lead = change.lead
    return {lead.holder_id} if change.new_holder and lead.holder_id else set()


def _holder_or_manager(change: Change) -> set[int]:
    """Whoever has it; of the pool whoever leads the team."""
    return {change.lead.holder_id or change.lead.team.manager_id}


def _marketer(change: Change) -> set[int]:
    return {change.lead.marketer_id}


def _askers(change: Change) -> set[int]:
    """Who asked, if they are still here, and who holds the lead by now."""
    asked = Question.objects.filter(
        pk__in=change.event.data["questions"], asked_by__is_active=True
    ).values_list("asked_by_id", flat=True)
    holder = change.lead.holder_id if change.lead.stage in SALES_STAGES else None
    return {*asked, *([holder] if holder else ())}


def _rulers(change: Change) -> set[int]:
    return rulers_of(change.lead)


_RECEIVERS: Mapping[Action, tuple[str, Callable[[Change], set[int]]]] = {
    Action.SUBMIT: (ARRIVED, _new_holder),
    Action.REASSIGN: (ARRIVED, _new_holder),
    Action.ASK: (ASKED, _marketer),
    Action.ANSWER: (ANSWERED, _askers),
    Action.ASK_STATUS: (STATUS_ASKED, _holder_or_manager),
    Action.REPORT: (REPORTED, _marketer),
    Action.DISPUTE: (DISPUTED, _rulers),
}


@dataclass(frozen=True)
class Words:
    """How a kind of news is said: in the subject of one, in that of many, and of whom."""

    one: str
    many: str
    sentence: str
    current: Callable[[Lead, User], bool]


WORDS: Mapping[str, Words] = {
    DISPUTED: Words(
        "Rule on a dispute",
        "to rule on",
        "{who} contests that sales rejected it. The managers of both sides rule",
        lambda lead, user: lead.disputed_at is not None and not ruling_of(lead, side_of(user)),
    ),
    ASKED: Words(
        "A question", "with a question", "{who} asks", lambda lead, user: lead.open_questions > 0
    ),
    STATUS_ASKED: Words(
        "How does it stand",
        "to tell the status of",
        "{who} asks how it stands",
        lambda lead, user: lead.status_owed,
    ),
    REPORTED: Words("Status", "with a status", "{who} says how it stands", lambda lead, user: True),
    ANSWERED: Words("Answered", "answered", "{who} answers", lambda lead, user: True),
    ARRIVED: Words(
        "New for you",
        "new for you",
        "came to you from {who}",
        lambda lead, user: lead.holder_id == user.pk and lead.stage in SALES_STAGES,
    ),
}


def render(messages: Sequence[Message]) -> Letter | None:
    """One mail about all of it; None where everything was dealt with before it left."""
    ids = {message.data["event"] for message in messages}
    events = Event.objects.select_related("lead__person", "actor").in_bulk(ids)
    told = [(message, events[message.data["event"]]) for message in messages]
    order = list(WORDS)
    current = sorted(
        (
            (message, event)
            for message, event in told
            if WORDS[message.kind].current(event.lead, message.recipient)
        ),
        key=lambda one: (order.index(one[0].kind), one[1].pk),
    )
    if not current:
        return None
    explain = verdict_text if len(current) <= MOST_EXPLAINED else verdict_line
    entries = [_entry(message, event, explain) for message, event in current[:MOST_LISTED]]
    if more := len(current) - len(entries):
        entries.append(f"… and {more:,} more: {settings.SITE_URL}/")
    return Letter(_subject(current), "\n\n".join(entries) + "\n")


def render_one(message: Message) -> Letter | None:
    """The same for a single one."""
    return render([message])


def _subject(current: Sequence[tuple[Message, Event]]) -> str:
    if len(current) == 1:
        [(message, event)] = current
        return f"{WORDS[message.kind].one}: {event.lead.ref} {event.lead.name}"
    parts: list[str] = []
    for kind, words in WORDS.items():
        number = len({event.lead_id for message, event in current if message.kind == kind})
        if number:
            noun = "" if parts else f" lead{'' if number == 1 else 's'}"
            parts.append(f"{number:,}{noun} {words.many}")
    return ", ".join(parts)


def _entry(message: Message, event: Event, explain: Callable[[Lead], str]) -> str:
    lead, who = event.lead, str(event.actor or "LeadBridge")
    said = next((r.text for r in event.remarks.all() if r.kind == "comment"), "")
    lines = (
        f"{lead.name} ({lead.ref}): {WORDS[message.kind].sentence.format(who=who)}"
        + (f": “{said}”" if said else "."),
        _due(lead, message) if message.kind == ARRIVED else "",
        explain(lead) if message.kind == ARRIVED else "",
        f"{settings.SITE_URL}/leads/{lead.ref}/",
    )
    return "\n".join(filter(None, lines))


def _due(lead: Lead, message: Message) -> str:
    """What is promised next on it, by when."""
    if lead.next_due_at is None:
        return ""
    zone = message.recipient.time_zone or settings.TIME_ZONE
    there = local(lead.next_due_at, zone)
    day = f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]}"
    return f"{KINDS[lead.next_kind].label} is due {day}, {there:%H:%M} ({zone})."
