"""What became of a marketer's handovers: refusals by criterion, sources, and pace."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from leadbridge.kernel.shares import Share
from leads.definition.queries import active_definition
from leads.handoff.reasons import Labels
from leads.handoff.recoding import coded_now, detail_now
from leads.handoff.stages import Action
from sla.calendars.arithmetic import elapsed
from sla.calendars.queries import hours_for
from sla.reports.scorecard.pace import NO_TEAM, Pace, month_of
from sla.reports.scorecard.weeks import begin_of
from sla.reports.slices import (
    CRITERION,
    DECISIONS,
    NONE,
    PROGRESS,
    PROMISED,
    Part,
    Slice,
    clocks_in,
)


@dataclass(frozen=True)
class Refused:
    """A criterion that sales named, how often, and how often the definition had said yes."""

    key: str
    sentence: str
    count: int
    though_yes: int


@dataclass(frozen=True)
class SourceLine:
    """A source: accepted of decided, and what followed of the accepted."""

    source: str
    handed: int
    accepted: int
    decided: int
    opportunities: int
    won: int

    @property
    def acceptance(self) -> Share:
        """Wrong routes and no capacity are in neither number."""
        return Share(self.accepted, self.decided)

    @property
    def followed(self) -> Share:
        """Became opportunities, of those accepted."""
        return Share(self.opportunities, self.accepted)


def refused_by_criterion(slice_: Slice, *, now: datetime) -> list[Refused]:
    """Rejections of a slice by the criterion they named, most first."""
    rows = (
        clocks_in(slice_, Part.REJECTED, now)
        .order_by()
        .values(named=CRITERION)
        .annotate(n=Count("pk"), yes=Count("pk", filter=Q(lead__verdict="yes")))
        .values_list("named", "n", "yes")
    )
    sentences = _sentences()
    lines = [
        Refused(named or NONE, sentences.get(named, named.replace("_", " ")), count, yes)
        for named, count, yes in rows
    ]
    return sorted(lines, key=lambda one: (-one.count, one.key))


@dataclass(frozen=True)
class Detail:
    """What sales named beside a reason: a kind, a field, an owner; and how often."""

    code: str
    reason: str
    key: str
    named: str
    count: int


def refused_by_detail(slice_: Slice, *, now: datetime) -> list[Detail]:
    """Rejections of a slice by what their reason asked for, most first. A link to one other lead
    says nothing about the others, so those are counted together."""
    ended = ("ended_by_id", "ended_by__data")
    rows = (
        clocks_in(slice_, Part.REJECTED, now)
        .order_by()
        .annotate(code=coded_now(*ended), named=detail_now(*ended))
        .exclude(named=None)
        .exclude(named="")
        .exclude(named__regex=r"^(L|C)-")
        .values_list("code", "named")
        .annotate(n=Count("pk"))
    )
    labels, action = Labels(), Action.REJECT
    lines = [
        Detail(code, labels.of(action, code), named, labels.detail(action, code, named), count)
        for code, named, count in rows
    ]
    return sorted(lines, key=lambda one: (-one.count, one.reason, one.named))


def _sentences() -> dict[str, str]:
    """What the definition in force says of each criterion, in words."""
    active = active_definition()
    said = {"": "No criterion named"}
    if active is not None:
        said |= {one.id: one.sentence for one in active.definition.criteria}
    return said


_COUNTED = {
    "n_handed": Q(),
    "n_accepted": DECISIONS[Part.ACCEPTED],
    "n_decided": PROMISED[Part.DECIDED],
    "n_opportunities": PROGRESS[Part.OPPORTUNITIES],
    "n_won": PROGRESS[Part.WON],
}


def sources_of(slice_: Slice, *, now: datetime) -> list[SourceLine]:
    """The sources of what was handed over, the largest first."""
    counts = {name: Count("pk", filter=condition) for name, condition in _COUNTED.items()}
    rows = (
        clocks_in(slice_, Part.SUBMITTED, now)
        .order_by()
        .values("lead__source")
        .annotate(**counts)
        .values_list("lead__source", *counts)
    )
    return sorted((SourceLine(*row) for row in rows), key=lambda one: (-one.handed, one.source))


@dataclass(frozen=True)
class PaceDay:
    """The end of a day: what had come since the month began, beside an even pace."""

    day: date
    so_far: Decimal
    paced: float


def pace_days(pace: Pace, *, now: datetime) -> list[PaceDay]:
    """Day by day to today; days on which nobody works are left out unless something came."""
    zone = ZoneInfo(settings.TIME_ZONE)
    day_of = TruncDate("lead__submitted_at", tzinfo=zone)
    found = clocks_in(pace.slice, Part.CREDITED, now).order_by().values(day=day_of)
    amount = Sum("lead__value") if pace.volume.measure == "value" else Count("pk")
    rows = found.annotate(amount=amount).values_list("day", "amount")
    came = {day: Decimal(came or 0) for day, came in rows}
    return _days(pace, came, now)


def _days(pace: Pace, came: dict[date, Decimal], now: datetime) -> list[PaceDay]:
    calendar = hours_for(holder_id=None, team_id=NO_TEAM).calendar
    first, last = month_of(now)
    whole = elapsed(calendar, first, last)
    days, so_far, before = [], Decimal(0), 0.0
    day = first.date()
    while begin_of(day) < now:
        end = min(begin_of(day + timedelta(days=1)), now)
        gone, so_far = elapsed(calendar, first, end), so_far + came.get(day, Decimal(0))
        if gone > before or day in came:
            days.append(PaceDay(day, so_far, pace.volume.per_month * gone / whole))
        before, day = gone, day + timedelta(days=1)
    return days
