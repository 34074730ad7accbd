"""A seller's own promises, what they let drop, and what was ruled on their refusals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from django.db.models import QuerySet

from leadbridge.kernel.shares import Share
from leadbridge.people.models import User
from leads.handoff.disputes import Dispute
from sla.agreement.queries import active_agreement
from sla.clocks.kinds import KINDS, Side
from sla.clocks.models import Clock
from sla.reports.attainment import Score
from sla.reports.groups import By
from sla.reports.listing import in_order
from sla.reports.rollups.counting import counts_of
from sla.reports.scorecard.promises import added, goal_of
from sla.reports.scorecard.weeks import Week, begin_of, monday_of
from sla.reports.slices import Part, Slice

WEEKS = 8
FEWEST_COLLEAGUES = 3  # with fewer a median would be the figure of one person


@dataclass(frozen=True)
class Own:
    """One kind of promise: week by week, as a whole, what was agreed, and the team's median.

    `colleagues` is how many of the team the median is of; it is None below three.
    """

    kind: str
    weeks: tuple[Score, ...]
    whole: Score
    agreed: float | None
    team: float | None
    colleagues: int


@dataclass(frozen=True)
class Ruled:
    """What was ruled on somebody's refusals that marketing contested."""

    upheld: int
    ruled: int
    waiting: int

    @property
    def share(self) -> Share:
        """Upheld, of those on which both sides ruled."""
        return Share(self.upheld, self.ruled)


def own_slice(user: User, *, now: datetime) -> Slice:
    """The last eight weeks of one's own clocks; the week that runs is the last."""
    return Slice(begin_of(monday_of(now) - timedelta(weeks=WEEKS - 1)), now, holder_id=user.pk)


def own_promises(user: User, weeks: Sequence[Week], slice_: Slice, now: datetime) -> list[Own]:
    """Each kind of sales' promises of which at least one fell due."""
    active = active_agreement()
    agreement = active.agreement if active else None
    counts = counts_of(slice_, (By.KIND, By.WEEK), now)
    teams = _shares_of_teams(user, slice_, now)
    found = []
    for kind in (name for name, one in KINDS.items() if one.side is Side.SALES):
        scores = tuple(Score(*counts.get((kind, week.key), ())) for week in weeks)
        whole = added(scores)
        if whole.due:
            team, colleagues = middle_of(teams[kind])
            found.append(Own(kind, scores, whole, goal_of(agreement, kind), team, colleagues))
    return found


def _shares_of_teams(
    user: User, slice_: Slice, now: datetime
) -> defaultdict[str, list[float | None]]:
    """By kind, the attainment of each person of one's teams, oneself among them."""
    teams = frozenset(user.teams.filter(side="sales").values_list("pk", flat=True))
    of_teams = replace(slice_, holder_id=None, team_ids=teams)
    found: defaultdict[str, list[float | None]] = defaultdict(list)
    for (kind, holder), counts in counts_of(of_teams, (By.KIND, By.HOLDER), now).items():
        if holder.isdigit():
            found[kind].append(Score(*counts).share)
    return found


def middle_of(shares: Iterable[float | None]) -> tuple[float | None, int]:
    """The median of the shares that there are, and how many; None of fewer than three."""
    known = [share for share in shares if share is not None]
    return (median(known) if len(known) >= FEWEST_COLLEAGUES else None), len(known)


def dropped(user: User, now: datetime) -> QuerySet[Clock]:
    """Next steps that went past, the oldest first."""
    ours = Slice(now, now, kind="next_step", holder_id=user.pk)
    return in_order(ours, Part.OVERDUE, now)


def contested(user: User) -> QuerySet[Dispute]:
    """The refusals of somebody that marketing contested, newest first."""
    return Dispute.objects.filter(rejected_by=user).select_related("lead__person").order_by("-id")


def ruled_on(disputes: Sequence[Dispute]) -> Ruled:
    """Upheld, settled and open ones among these."""
    outcomes = [one.outcome for one in disputes]
    upheld = outcomes.count(Dispute.Outcome.UPHELD)
    waiting = outcomes.count("")
    return Ruled(upheld, len(outcomes) - waiting, waiting)
