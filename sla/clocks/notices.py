"""What people are told about clocks, in words: one by one, or many as one digest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, WEEKDAYS
from leadbridge.outbox.kinds import Letter, Renderer
from leadbridge.outbox.models import Message
from leads.handoff.judged import verdict_line, verdict_text
from sla.clocks.explanation import short_words
from sla.clocks.kinds import KINDS, Side
from sla.clocks.models import Clock

AT_RISK, BREACHED, ESCALATED = "clock.at_risk", "clock.breached", "clock.escalated"
NUDGED = "clock.nudged"
MOST_LISTED = 30
WITH_NAMES = ("lead__person", "holder", "team", "calendar__calendar", "agreement")


def render_breach(message: Message) -> Letter:
    """A promise passed its time: which, whose, since when, and where to act."""
    clock = _clock_of(message)
    subject = f"Overdue: {_kind(clock)} of {clock.lead.ref} {clock.lead.name}"
    return Letter(subject, _body(clock, message, f"was due {_due(clock, message)}"))


def render_risk(message: Message) -> Letter | None:
    """A promise is at risk; nothing is left to say where it was kept meanwhile, or broken: that is
    told by a notice of its own."""
    clock = _clock_of(message)
    if _is_over(clock) or clock.detected_at:
        return None
    subject = f"Due soon: {_kind(clock)} of {clock.lead.ref} {clock.lead.name}"
    return Letter(subject, _body(clock, message, f"is due {_due(clock, message)}"))


def render_escalation(message: Message) -> Letter:
    """A promise stayed unkept so long that its ladder went on: to what, and when it was due."""
    clock = _clock_of(message)
    subject = f"Still overdue: {_kind(clock)} of {clock.lead.ref} {clock.lead.name}"
    done = str(message.data.get("outcome", ""))
    return Letter(subject, _body(clock, message, f"was due {_due(clock, message)}", done))


def render_nudge(message: Message) -> Letter | None:
    """Somebody who leads asks for it; nothing is left to say where it was answered meanwhile."""
    clock = _clock_of(message)
    if _is_over(clock):
        return None
    asks = str(message.data.get("by", ""))
    subject = f"{asks} asks: {_kind(clock)} of {clock.lead.ref} {clock.lead.name}"
    return Letter(subject, _body(clock, message, f"was due {_due(clock, message)}"))


def _clock_of(message: Message) -> Clock:
    return Clock.objects.select_related(*WITH_NAMES).get(pk=message.data["clock"])


def _body(clock: Clock, message: Message, due: str, done: str = "") -> str:
    lead, zone = clock.lead, _zone(message)
    paragraphs = (
        f"{lead.name} ({lead.ref}) {_standing(clock, message)}.",
        done,
        f"{KINDS[clock.kind].label} {due} ({zone}).\n{_counted(clock, zone)}",
        verdict_text(lead) if lead.submitted_at else "",
        f"{settings.SITE_URL}/leads/{lead.ref}/",
        f"Why it was due then: {settings.SITE_URL}/clocks/{clock.pk}/",
    )
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _counted(clock: Clock, zone: str) -> str:
    try:
        counted = short_words(clock, zone)
    except DomainError:  # years of it: the page says the same
        counted = f"By {clock.calendar.calendar.name}"
    return f"{counted}\nAgreement {clock.agreement}."


def _standing(clock: Clock, message: Message) -> str:
    if _is_over(clock):
        return "has been dealt with since"
    if KINDS[clock.kind].side is Side.BOTH:
        return "waits for the managers of both sides"
    mine = clock.holder_id == message.recipient_id
    return "waits for you" if mine else f"waits for {_owner(clock)}"


def _owner(clock: Clock) -> str:
    return str(clock.holder) if clock.holder else f"{clock.team} (pool)"


def _kind(clock: Clock) -> str:
    return KINDS[clock.kind].label.lower()


def _is_over(clock: Clock) -> bool:
    return clock.stopped_at is not None or clock.void_at is not None


def _zone(message: Message) -> str:
    return message.recipient.time_zone or settings.TIME_ZONE


def _due(clock: Clock, message: Message) -> str:
    return _moment(clock.due_at, _zone(message))


def _moment(instant: datetime, zone: str) -> str:
    there = local(instant, zone)
    return f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]}, {there:%H:%M}"


@dataclass
class _Late:
    """One lead in a digest: all that is owed on it, by its oldest due time."""

    first: Clock
    overdue: bool
    kinds: list[str] = field(default_factory=list)


def render_digest(messages: Sequence[Message]) -> Letter | None:
    """Many notices as one mail: what is overdue before what is at risk, oldest due first, and
    leads rather than clocks. What was dealt with meanwhile is counted, or not told at all."""
    told = {message.data["clock"] for message in messages}
    if len(told) == 1:
        return _strongest(messages)
    clocks = list(Clock.objects.filter(pk__in=told).order_by("due_at", "pk"))
    late = {message.data["clock"] for message in messages if message.kind != AT_RISK}
    late |= {clock.pk for clock in clocks if clock.detected_at}
    open_, over = (
        [clock for clock in clocks if _is_over(clock) is ended] for ended in (False, True)
    )
    leads = _by_lead(open_, late)
    since = len({clock.lead_id for clock in over if clock.pk in late} - {*leads})
    if not leads and not since:
        return None
    rows = sorted(leads.values(), key=lambda one: (not one.overdue, one.first.due_at, one.first.pk))
    overdue = sum(row.overdue for row in rows)
    subject = _subject(overdue, len(rows) - overdue, since)
    return Letter(subject, _digest(rows, since, messages[0]))


def _strongest(messages: Sequence[Message]) -> Letter | None:
    """Several notices of one clock say what the last of them says."""
    last = max(messages, key=lambda message: list(RENDERERS).index(message.kind))
    return RENDERERS[last.kind](last)


def _by_lead(clocks: Sequence[Clock], late: set[int]) -> dict[int, _Late]:
    leads: dict[int, _Late] = {}
    for clock in sorted(clocks, key=lambda clock: clock.pk not in late):
        lead = leads.setdefault(clock.lead_id, _Late(clock, clock.pk in late))
        lead.kinds.append(KINDS[clock.kind].label)
    return leads


def _subject(overdue: int, at_risk: int, since: int) -> str:
    if not overdue and not at_risk:
        return f"{_counted_leads(since)} were overdue and are dealt with"
    late = f"{_counted_leads(overdue)} overdue" if overdue else ""
    soon = f"{at_risk:,}" if overdue else _counted_leads(at_risk)
    return ", ".join(filter(None, (late, f"{soon} due soon" if at_risk else "")))


def _counted_leads(number: int) -> str:
    return f"{number:,} lead{'' if number == 1 else 's'}"


def _digest(rows: Sequence[_Late], since: int, message: Message) -> str:
    shown = rows[:MOST_LISTED]
    full = Clock.objects.select_related(*WITH_NAMES).in_bulk([row.first.pk for row in shown])
    paragraphs = [_entry(row, full[row.first.pk], message) for row in shown]
    if more := len(rows) - len(shown):
        paragraphs.append(f"… and {more:,} more: {settings.SITE_URL}/")
    if since:
        many = "had been late and was" if since == 1 else "had been late and were"
        paragraphs.append(f"{_counted_leads(since)} {many} dealt with before this mail left.")
    return "\n\n".join([*paragraphs, f"Times are those of {_zone(message)}."]) + "\n"


def _entry(row: _Late, clock: Clock, message: Message) -> str:
    due = f"{'Overdue since' if row.overdue else 'Due'} {_due(clock, message)}"
    owed = ", ".join(dict.fromkeys(row.kinds)).lower()
    lines = (
        f"{due}: {clock.lead.name} ({clock.lead.ref}), {owed}; {_standing(clock, message)}.",
        verdict_line(clock.lead) if clock.lead.submitted_at else "",
        f"{settings.SITE_URL}/leads/{clock.lead.ref}/",
    )
    return "\n".join(filter(None, lines))


RENDERERS: dict[str, Renderer] = {
    AT_RISK: render_risk,
    BREACHED: render_breach,
    ESCALATED: render_escalation,
    NUDGED: render_nudge,
}
