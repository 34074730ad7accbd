"""A clock laid open: whose promise it is, by whose hours it counts, and every step to its due time.

Plain values for the page. The arithmetic and the pauses stand on the wall clock of the calendar
that counts, everything else on that of whoever reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, WEEKDAYS, duration_words
from leads.handoff.changes import RELIEFS
from leads.handoff.pauses import Pause
from sla.agreement.ladder import MANAGER, OFFER, REASSIGN, REMIND, TELL
from sla.calendars.explain import clock_changes
from sla.calendars.queries import calendar_of
from sla.clocks.explanation import Line, explain_clock, pauses_of, working_words
from sla.clocks.kinds import KINDS, DueBy
from sla.clocks.models import Clock, ClockStep

# What is owed, as the end of "… promised … to".
DEEDS = {
    "triage": "decide what becomes of {lead}",
    "accept": "accept or reject {lead}",
    "first_touch": "get in touch with {lead}",
    "attempts": "try {lead} again",
    "next_step": "take the next step with {lead}",
    "decision": "decide what becomes of {lead}",
    "debrief": "write down what was learnt from {lead}",
    "rework": "rework {lead}",
    "review": "look at {lead} again",
    "answer": "answer a question about {lead}",
    "status": "say how {lead} stands",
    "ruling": "rule on {lead}",
    "readout": "sign the read-out of {lead}",
}
PARTIES = {
    "marketing": ("Marketing", "sales"),
    "sales": ("Sales", "marketing"),
    "both": ("Both sides", "each other"),
}
STEPS = {
    REMIND: "Remind the holder",
    TELL: "Tell holder and manager",
    OFFER: "Offer it to the pool",
    REASSIGN: "Give it to somebody else",
    MANAGER: "Hand it to the manager",
}


@dataclass(frozen=True)
class Fact:
    """One thing a clock keeps, with where it leads."""

    name: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One step of the arithmetic as a line of the table."""

    begin: str
    end: str
    counted: str
    why: str
    total: str


@dataclass(frozen=True)
class Rung:
    """A step of the ladder that the clock came to."""

    name: str
    due: str
    done: str
    outcome: str


@dataclass(frozen=True)
class Sheet:
    """All of a clock's page but its face."""

    title: str
    promise: str
    facts: tuple[Fact, ...]
    facts_zone: str
    zone: str
    rows: tuple[Row, ...]
    too_long: str
    changes: tuple[str, ...]
    pauses: tuple[str, ...]
    ladder: tuple[Rung, ...]


def sheet_of(clock: Clock, *, zone: str) -> Sheet:
    """The clock in words for somebody who reads times in `zone`."""
    calendar = calendar_of(clock.calendar_id)
    there = calendar.zone.key
    climbed = clock.climbed.order_by("due_at", "pk")
    rows, too_long = _rows(clock, there)
    changes = clock_changes(calendar, clock.started_at, clock.due_at)
    return Sheet(
        title=f"{KINDS[clock.kind].label}{f' {clock.number}' if clock.number else ''}",
        promise=promise_words(clock, zone),
        facts=tuple(fact for fact in _facts(clock, zone) if fact.value),
        facts_zone=zone,
        zone=there,
        rows=rows,
        too_long=too_long,
        changes=tuple(_change_words(at, note, there) for at, note in changes),
        pauses=tuple(_pauses(clock, there)),
        ladder=tuple(_rung(step, zone) for step in climbed),
    )


def promise_words(clock: Clock, zone: str) -> str:
    """Who promised what to whom: "Sales promised marketing to accept or reject L-12 Northwind
    within 2 working hours."."""
    giver, taker = PARTIES[clock.side]
    lead = f"{clock.lead.ref} {clock.lead.name}"
    deed = DEEDS.get(clock.kind, "keep “{kind}” on {lead}")
    deed = deed.format(lead=lead, kind=KINDS[clock.kind].label.lower())
    due_by, within = KINDS[clock.kind].due_by, f"within {working_words(clock.target_seconds)}"
    if due_by is DueBy.PROMISE:
        within = f"by {_moment(clock.due_at, zone)}, as was promised or agreed, whichever is first"
    if due_by is DueBy.PLAN:
        within = f"by {_moment(clock.due_at, zone)}, the agreed day of attempt {clock.number}"
    if due_by is DueBy.PARK:
        within = f"by {_moment(clock.due_at, zone)}, when it has been parked long enough"
    return f"{giver} promised {taker} to {deed} {within}."


def _facts(clock: Clock, zone: str) -> Iterable[Fact]:
    version = clock.calendar
    owner = str(clock.holder) if clock.holder else f"Pool of {clock.team}"
    stopped = clock.stopped_at
    elapsed = working_words(clock.elapsed_seconds) if clock.elapsed_seconds is not None else ""
    yield Fact("Owed by", owner)
    yield Fact("Lead", f"{clock.lead.ref} {clock.lead.name}", f"/leads/{clock.lead.ref}/")
    yield Fact("Target", working_words(clock.target_seconds))
    calendar = f"{version.calendar.name}, version {version.number}"
    yield Fact("Counted by", calendar, f"/calendars/{version.calendar_id}/")
    agreement = clock.agreement.version
    yield Fact("Agreement", f"version {agreement}", f"/agreement/v{agreement}/")
    yield Fact("Tier", str(clock.tier or ""))
    name, meaning = RELIEFS.get(clock.relief, ("", ""))
    yield Fact(name, meaning)
    yield Fact("Started", _moment(clock.started_at, zone))
    yield Fact("At risk from", _moment(clock.at_risk_at, zone))
    yield Fact("Due", _moment(clock.due_at, zone))
    yield Fact("Stopped", _moment(stopped, zone) if stopped else "")
    yield Fact("Took", elapsed)
    if clock.void_at:
        yield Fact("No longer owed", f"{_moment(clock.void_at, zone)} ({clock.void_cause})")
    if clock.breached_at and clock.detected_at:
        late = (clock.detected_at - clock.breached_at).total_seconds()
        noticed = f"{_moment(clock.detected_at, zone)}, {duration_words(late)} after it was due"
        yield Fact("Missed", _moment(clock.breached_at, zone))
        yield Fact("Noticed", f"{noticed}: that delay is LeadBridge's own and counts for nobody")


def _rows(clock: Clock, zone: str) -> tuple[tuple[Row, ...], str]:
    try:
        return tuple(_row(line, zone) for line in explain_clock(clock)), ""
    except DomainError as error:
        return (), error.message


def _row(line: Line, zone: str) -> Row:
    step = line.step
    begin, end = local(step.from_, zone), local(step.to, zone)
    same_day = begin.date() == end.date()
    return Row(
        begin=_short(begin),
        end=_time(end) if same_day else _short(end),
        counted=exact_words(step.counted_seconds) if step.counted_seconds else "",
        why=step.why,
        total=exact_words(line.total_seconds),
    )


def _change_words(at: datetime, note: str, zone: str) -> str:
    went = note.strip("()").removeprefix("clocks ")
    return (
        f"The clocks of {zone} {went} on {_moment(at, zone)}. "
        "What counts is the time that really passed."
    )


def _pauses(clock: Clock, zone: str) -> Iterable[str]:
    """What it was paused for, each with the reasons that were given."""
    kept = pauses_of(clock)
    named = list(Pause.objects.filter(lead=clock.lead_id)) if kept else []
    for begin, end in kept:
        why = [one.label for one in named if one.starts_at < end and begin < one.until]
        length = duration_words((end - begin).total_seconds())
        reasons = ": " + ", ".join(dict.fromkeys(why)) if why else ""
        yield f"{_moment(begin, zone)} to {_moment(end, zone)} ({length}){reasons}"


def _rung(step: ClockStep, zone: str) -> Rung:
    done = f"{step.get_state_display().lower()}, {_moment(step.at, zone)}"
    return Rung(STEPS[step.step], _moment(step.due_at, zone), done, step.outcome)


def exact_words(seconds: int) -> str:
    """A length of working time in hours and minutes, with the seconds only where there are any, so
    that a column of them adds up: "3:30", "0:45", "1:00:12"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


def _moment(instant: datetime, zone: str) -> str:
    """Day, date and time of day, with the seconds only where there are any."""
    there = local(instant, zone)
    day = f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]}"
    return f"{day} {there.year}, {_time(there)}"


def _short(there: datetime) -> str:
    return f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]} {_time(there)}"


def _time(there: datetime) -> str:
    return f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
