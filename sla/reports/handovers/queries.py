"""What became of a marketer's handovers: refusals by criterion, sources, and pace."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from leadbridge.kernel.shares import Share
from leads.definition.queries import active_definition
from leads.handoff.reasons import Labels
from leads.handoff.stages import Action
from sla.calendars.arithmetic import elapsed
from sla.calendars.queries import hours_for
from sla.reports.narrowing import NONE
from sla.reports.rollups.handed import (
    ACCEPTED,
    REJECTED,
    Handed,
    HandedBy,
    against_marketing,
    decided_of,
    handed_in,
    outcome_count,
)
from sla.reports.scorecard.pace import NO_TEAM, Pace, month_of
from sla.reports.scorecard.weeks import begin_of
from sla.reports.slices import Slice


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


def handed_by_source(slice_: Slice, *, now: datetime) -> list[Handed]:
    """The handovers of a slice as all figures below count them."""
    return handed_in(slice_, HandedBy.SOURCE, now=now)


def refused_by_criterion(handed: Iterable[Handed]) -> list[Refused]:
    """Rejections among handovers by the criterion they named, most first."""
    counts, yes = Counter[str](), Counter[str]()
    for line in handed:
        if line.outcome == REJECTED:
            counts[line.criterion] += line.handed
            yes[line.criterion] += line.said_yes
    sentences = _sentences()
    lines = [
        Refused(named or NONE, sentences.get(named, named.replace("_", " ")), count, yes[named])
        for named, count in counts.items()
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


def refused_by_detail(handed: Iterable[Handed]) -> list[Detail]:
    """Rejections among handovers by what their reason asked for, most first."""
    counts = Counter[tuple[str, str]]()
    for line in handed:
        if line.detail:
            counts[line.code, line.detail] += line.handed
    labels, action = Labels(), Action.REJECT
    lines = [
        Detail(code, labels.of(action, code), named, labels.detail(action, code, named), count)
        for (code, named), count in counts.items()
    ]
    return sorted(lines, key=lambda one: (-one.count, one.reason, one.named))


def _sentences() -> dict[str, str]:
    """What the definition in force says of each criterion, in words."""
    active = active_definition()
    said = {"": "No criterion named"}
    if active is not None:
        said |= {one.id: one.sentence for one in active.definition.criteria}
    return said


def sources_of(handed: Iterable[Handed]) -> list[SourceLine]:
    """The sources of what was handed over, the largest first."""
    of: defaultdict[str, list[Handed]] = defaultdict(list)
    for line in handed:
        of[line.group].append(line)
    against = against_marketing()
    found = [
        SourceLine(
            source,
            sum(line.handed for line in lines),
            outcome_count(lines, ACCEPTED),
            decided_of(lines, against),
            sum(line.opportunities for line in lines),
            sum(line.won for line in lines),
        )
        for source, lines in of.items()
    ]
    return sorted(found, key=lambda one: (-one.handed, one.source))


@dataclass(frozen=True)
class PaceDay:
    """The end of a day: what had come since the month began, beside an even pace."""

    day: date
    so_far: Decimal
    paced: float


def pace_days(pace: Pace, *, now: datetime) -> list[PaceDay]:
    """Day by day to today; days on which nobody works are left out unless something came."""
    came = pace.came
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
