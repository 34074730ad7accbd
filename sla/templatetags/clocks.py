"""What pages of other rooms show of the clocks: their names, how each stands, and working hours.

The only way by which a page of `leads` gets anything of `sla`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django import template
from django.db.models import Q
from django.utils.safestring import SafeString

from leadbridge.kernel.markup import fill
from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace, due_words, duration_words, running_face, still_face
from leadbridge.people.http import Request, zone_of
from leads.handoff.inbox import Row
from leads.handoff.models import Lead
from leads.handoff.outcomes import Silence
from sla.calendars.arithmetic import BusinessCalendar, elapsed
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.queries import calendar_of
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING, State, state_of

register = template.Library()

MOST_PROMISES = 12  # what a lead of many months kept long ago stands in its story


@register.filter
def kind_label(name: str) -> str:
    """A clock's kind in words: "First touch"."""
    kind = KINDS.get(name)
    return kind.label if kind else name


@register.simple_tag
def clock_cell(kind: str, face: ClockFace | None) -> SafeString:
    """What is due next on a lead, as the first cell of its row: an include would cost too much."""
    if face is None:
        return NOTHING_DUE
    return fill(
        CELL, kind_label(kind), face.tone, face.tone, face.due, face.risk, face.start, face.words,
        face.spent,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def inbox_rows(context: template.Context) -> SafeString:
    """The rows of the inbox, each with the clock that is due next, or that of the debrief owed."""
    rows: Sequence[Row] = context["rows"]
    owed = context["show"] == "debrief"
    return SafeString("".join(_inbox_row(context, row, owed) for row in rows))


def _inbox_row(context: template.Context, row: Row, owed: bool) -> str:
    kind = "debrief" if owed else row.kind
    face = beside_clock(context, kind, row.lead_id) if owed else row.clock
    return f'<tr id="{row.ref}" data-ref="{row.ref}">{clock_cell(kind, face)}{row.cells}</tr>'


@register.simple_tag(takes_context=True)
def beside_clock(context: template.Context, kind: str, lead_id: int) -> ClockFace | None:
    """The running clock that a lead of this list has beside its way, such as that of a question;
    read once for all rows of the page."""
    kept = context["request"].__dict__.setdefault("_beside", {})
    if kind not in kept:
        clocks = Clock.objects.filter(IS_RUNNING, kind=kind)
        clocks = clocks.filter(lead__in=[row.lead_id for row in context["rows"]])
        kept[kind] = {clock.lead_id: clock for clock in clocks}
    clock = kept[kind].get(lead_id)
    request: Request = context["request"]
    if clock is None:
        return None
    zone = zone_of(request.user)
    face = face_of(clock, state_of(clock, request.now), zone, request.now)
    return replace(face, label=KINDS[kind].label)


NOTHING_DUE = SafeString('<td><span class="muted small">nothing due</span></td>')
# The same as components/clock.html.
CELL = (
    '<td><span class="promise">{}</span>'
    '<span class="clock {}" data-state="{}" data-due="{}" data-risk="{}" data-start="{}">'
    '<span><b>{}</b></span><svg aria-hidden="true"><rect width="{}%" height="4"/></svg></span></td>'
)


@register.simple_tag(takes_context=True)
def promises(context: template.Context, lead: Lead) -> list[dict[str, object]]:
    """All clocks of a lead with their faces (`named`: with the name), running and soonest first."""
    request: Request = context["request"]
    clocks = Clock.objects.filter(lead=lead).select_related("holder", "team")
    standing = [(state_of(clock, request.now), clock) for clock in clocks]
    shown = [(state, clock) for state, clock in standing if state is not State.VOID]
    running = [pair for pair in shown if pair[1].stopped_at is None]
    ended = [pair for pair in shown if pair[1].stopped_at is not None]
    running.sort(key=lambda pair: (KINDS[pair[1].kind].aside, pair[1].due_at))
    ended.sort(key=lambda pair: pair[1].due_at, reverse=True)
    owed = []
    for state, clock in (running + ended)[:MOST_PROMISES]:
        face, name = (
            face_of(clock, state, zone_of(request.user), request.now),
            KINDS[clock.kind].label,
        )
        who = str(clock.holder) if clock.holder else f"Pool of {clock.team}"
        named, url = replace(face, label=name), f"/clocks/{clock.pk}/"
        owed.append({"name": name, "who": who, "clock": face, "named": named, "url": url})
    return owed


def face_of(clock: Clock, state: State, zone: str, now: datetime) -> ClockFace:
    """The face of a clock, running or not."""
    if state is State.PAUSED and clock.paused_from and clock.paused_until:
        spent = _running_face(clock, zone, clock.paused_from).spent / 100
        return still_face(
            f"paused until {due_words(local(clock.paused_until, zone), now)}", spent=spent
        )
    if clock.stopped_at is None:
        return _running_face(clock, zone, now)
    if state is State.MET:
        took = duration_words(clock.elapsed_seconds or 0)
        share = (clock.elapsed_seconds or 0) / clock.target_seconds if clock.target_seconds else 0
        return still_face(f"met in {took}", tone="ok", spent=min(share, 1))
    late = (clock.stopped_at - clock.due_at).total_seconds()
    return still_face(f"met {duration_words(late)} late", tone="late", spent=1)


def _running_face(clock: Clock, zone: str, now: datetime) -> ClockFace:
    return running_face(
        start=clock.started_at, risk=clock.at_risk_at, due=local(clock.due_at, zone), now=now
    )


def void_face() -> ClockFace:
    """The face of a clock whose promise lost its object."""
    return still_face("no longer owed")


@register.simple_tag(takes_context=True)
def silence(context: template.Context, found: Silence | None) -> str:
    """ "Nobody has touched it for 11 working hours", by the hours of whoever holds the lead."""
    if found is None:
        return ""
    calendar = _hours(context).of(found.holder_id, found.team_id)
    if calendar is None:
        return ""
    seconds = elapsed(calendar, found.since, context["request"].now)
    length = working_words(seconds)
    return found.words.format(length) if length else ""


def working_words(seconds: float) -> str:
    """A length of working time: "11 working hours", "25 working minutes"; empty under a minute."""
    hours, minutes = int(seconds) // 3600, int(seconds) // 60
    if hours:
        return f"{hours} working hour{'s' if hours > 1 else ''}"
    return f"{minutes} working minute{'s' if minutes > 1 else ''}" if minutes else ""


class _Hours:
    """Whose calendar counts for whom, read once for a whole page."""

    def __init__(self) -> None:
        rows = Calendar.objects.filter(current__isnull=False).values_list(
            "user_id", "team_id", "organisation", "current_id"
        )
        self.users: dict[int, int] = {}
        self.teams: dict[int, int] = {}
        self.house: int | None = None
        for user_id, team_id, organisation, version_id in rows.filter(
            Q(user__isnull=False) | Q(team__isnull=False) | Q(organisation=True)
        ):
            if user_id:
                self.users[user_id] = version_id
            elif team_id:
                self.teams[team_id] = version_id
            elif organisation:
                self.house = version_id

    def of(self, holder_id: int | None, team_id: int) -> BusinessCalendar | None:
        """The holder's own, else the team's, else the house's (see sla.calendars.queries)."""
        version = self.users.get(holder_id or 0) or self.teams.get(team_id) or self.house
        return calendar_of(version) if version else None


def _hours(context: template.Context) -> _Hours:
    kept = context["request"].__dict__
    if "_hours_of_page" not in kept:
        kept["_hours_of_page"] = _Hours()
    hours: _Hours = kept["_hours_of_page"]
    return hours


@register.simple_tag(takes_context=True)
def hours_note(context: template.Context) -> str:
    """Whose working hours the times on a page count: "Times count working hours of Team EMEA …"."""
    user = context["request"].user
    theirs = Q(user=user) | Q(team__memberships__user=user) | Q(organisation=True)
    found = (
        Calendar.objects.filter(theirs, current__isnull=False)
        .order_by("user_id", "team_id")  # PostgreSQL puts what is null last: own, team, house
        .values_list("name", "current_id")
        .first()
    )
    if found is None:
        return ""
    name, version_id = found
    owner = f"{name[0].lower()}{name[1:]}"
    return f"Times count the working hours of {owner} ({_week_of(version_id)})."


@lru_cache(maxsize=1024)
def _week_of(version_id: int) -> str:
    """The week of a version in words; kept, because a version never changes."""
    return week_words(CalendarVersion.objects.get(pk=version_id).content)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week_words(content: dict[str, object]) -> str:
    """A week in words: "Mon–Fri 09:00–17:30, Berlin"; only the zone where days differ."""
    weekly = content.get("weekly")
    week = weekly if isinstance(weekly, dict) else {}
    zone = str(content.get("timezone", "UTC")).rsplit("/", 1)[-1].replace("_", " ")
    days = [day for day in DAYS if week.get(day)]
    blocks = [week[day] for day in days]
    first = DAYS.index(days[0]) if days else 0
    together = days == list(DAYS[first : first + len(days)])
    if not days or not together or any(block != blocks[0] for block in blocks):
        return zone
    span = days[0].capitalize() + (f"–{days[-1].capitalize()}" if len(days) > 1 else "")
    return f"{span} {', '.join('–'.join(pair) for pair in blocks[0])}, {zone}"
