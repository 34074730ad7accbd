"""What each side promised the other, week by week and as a whole.

A promise with a clock is judged by attainment (`scores_by` week), a promise about the leads handed
over by the lists of slices.py. Weeks are judged by the agreement that was in force in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from leadbridge.kernel.shares import Share
from sla.agreement.models import AgreementVersion
from sla.agreement.queries import active_agreement, agreement_version
from sla.agreement.targets import Agreement
from sla.agreement.words import SHARE_WORDS, share_words
from sla.clocks.kinds import KINDS, Side
from sla.reports.attainment import Score
from sla.reports.groups import By
from sla.reports.links import READOUT
from sla.reports.readouts.counting import readout_score
from sla.reports.rollups.counting import counts_of
from sla.reports.rollups.handed import HandedBy, handed_count, handed_in
from sla.reports.scorecard.weeks import Week
from sla.reports.slices import Part, Slice

BOTH = (Side.MARKETING, Side.SALES)
# What of the handovers a share is of: the part, and the whole it is taken from.
OF_HANDOVERS: Mapping[str, tuple[Part, Part]] = {
    "acceptance": (Part.ACCEPTED, Part.DECIDED),
    "conformity": (Part.CONFORMING, Part.SUBMITTED),
    "duplicates": (Part.DUPLICATES, Part.SUBMITTED),
    "overrides": (Part.OVERRIDDEN, Part.SUBMITTED),
}
AT_MOST = frozenset({"duplicates", "overrides"})


@dataclass(frozen=True)
class Promise:
    """One promise: `share` of it was kept, `agreed` percent were promised (None: no share was).

    `kind` is the clock it is counted by, blank for one about handovers; `parts` are the lists of
    the two numbers of the share. `at_most`: less is better.
    """

    name: str
    words: str
    kind: str
    agreed: float | None
    share: Share
    parts: tuple[Part, Part]
    at_most: bool = False

    @property
    def kept(self) -> bool | None:
        """None where nothing was promised or too few were counted to say."""
        if self.agreed is None or self.share.percent is None:
            return None
        good = self.share.percent - self.agreed
        return good <= 0 if self.at_most else good >= 0


@dataclass(frozen=True)
class WeekScore:
    """A week of one side; `promised` percent were agreed for what fell due, None where nothing."""

    score: Score
    promised: float | None


@dataclass(frozen=True)
class Kept:
    """One side: its promises, and its weeks from the oldest on."""

    promises: tuple[Promise, ...]
    weeks: tuple[WeekScore, ...]


Weekly = dict[str, dict[str, Score]]


def kept_by_both(slice_: Slice, weeks: Sequence[Week], *, now: datetime) -> dict[Side, Kept]:
    """Both sides over a period, by the same computation."""
    goals, active = goals_of(weeks), active_agreement()
    agreement = active.agreement if active else None
    found = _weekly(slice_, now)
    handed = _of_handovers(slice_, agreement, now)
    readouts = _of_readouts(slice_, agreement, now)
    return {
        side: Kept(
            (
                *(handed if side is Side.MARKETING else ()),
                *_of_clocks(side, found, agreement),
                *readouts,
            ),
            tuple(_week(side, week, found, goals[week.key]) for week in weeks),
        )
        for side in BOTH
    }


def kinds_of(side: Side) -> list[str]:
    """The clocks of one side; what both owe counts for neither."""
    return [name for name, kind in KINDS.items() if kind.side is side]


def _weekly(slice_: Slice, now: datetime) -> Weekly:
    found: Weekly = {kind: {} for kind in KINDS}
    every = replace(slice_, kind="", side="")
    for (kind, week), counts in counts_of(every, (By.KIND, By.WEEK), now).items():
        found[kind][week] = Score(*counts)
    return found


def _of_clocks(side: Side, found: Weekly, agreement: Agreement | None) -> list[Promise]:
    promises = []
    for name, kind in KINDS.items():
        if kind.side not in (side, Side.BOTH):
            continue
        whole = added(found[name].values())
        words = kind.label
        if agreement:
            words = f"{kind.label} within {agreement.defaults[name].amount.in_words}"
        promises.append(
            Promise(
                name,
                words,
                name,
                goal_of(agreement, name),
                Share(whole.met, whole.due),
                (Part.MET, Part.DUE),
            )
        )
    return promises


def _of_readouts(slice_: Slice, agreement: Agreement | None, now: datetime) -> list[Promise]:
    """The read-outs of campaigns, which both sides sign; they are of no team and of no source."""
    if slice_.team_ids is not None or slice_.source:
        return []
    score, words = readout_score(slice_.start, slice_.end, now), "Read-out of a campaign"
    if agreement:
        words = f"{words} within {agreement.defaults[READOUT].amount.in_words}"
    share = Share(score.met, score.due)
    goal = goal_of(agreement, READOUT)
    return [Promise(READOUT, words, READOUT, goal, share, (Part.MET, Part.DUE))]


def goal_of(agreement: Agreement | None, kind: str) -> float | None:
    """The promised share of a kind, in percent, where nothing special is agreed for a lead."""
    target = agreement.defaults.get(kind) if agreement else None
    return float(target.attainment * 100) if target and target.attainment is not None else None


def added(scores: Iterable[Score]) -> Score:
    """Scores of parts that do not overlap, as one."""
    whole = Score()
    for score in scores:
        whole = Score(
            whole.due + score.due,
            whole.met + score.met,
            whole.met_late + score.met_late,
            whole.missed_open + score.missed_open,
        )
    return whole


def _of_handovers(slice_: Slice, agreement: Agreement | None, now: datetime) -> list[Promise]:
    if agreement is None:
        return []
    agreed = {name: getattr(agreement.marketing, name) for name in OF_HANDOVERS}
    counted = _counted(slice_, now)
    return [
        Promise(
            name,
            _sentence(name, share),
            "",
            float(share * 100),
            Share(*(counted[part] for part in OF_HANDOVERS[name])),
            OF_HANDOVERS[name],
            name in AT_MOST,
        )
        for name, share in agreed.items()
        if share is not None
    ]


def _sentence(name: str, share: Decimal) -> str:
    words = SHARE_WORDS[name].format(share_words(share))
    return words[0].upper() + words[1:]


def _counted(slice_: Slice, now: datetime) -> dict[Part, int]:
    lines = handed_in(slice_, HandedBy.NONE, now=now)
    wanted = {part for parts in OF_HANDOVERS.values() for part in parts}
    return {part: handed_count(lines, part) for part in wanted}


def _week(side: Side, week: Week, found: Weekly, goals: Mapping[str, float | None]) -> WeekScore:
    scores = {kind: found[kind].get(week.key, Score()) for kind in kinds_of(side)}
    return WeekScore(added(scores.values()), promised_of(scores, goals))


def promised_of(scores: Mapping[str, Score], goals: Mapping[str, float | None]) -> float | None:
    """What was agreed to be kept of what fell due, in percent: each kind by its own share."""
    pairs = [
        (score.due, goal)
        for kind, score in scores.items()
        if score.due and (goal := goals.get(kind)) is not None
    ]
    due = sum(count for count, _ in pairs)
    return sum(count * goal for count, goal in pairs) / due if due else None


def goals_of(weeks: Sequence[Week]) -> dict[str, dict[str, float | None]]:
    """For each week the promised shares of the agreement that was in force at its end."""
    rows = AgreementVersion.objects.filter(
        state__in=("active", "retired"), effective_from__isnull=False
    )
    since = list(rows.order_by("effective_from").values_list("effective_from", "pk"))
    found: dict[str, dict[str, float | None]] = {}
    for week in weeks:
        then = [pk for at, pk in since if at and at < week.end]
        agreement = agreement_version(then[-1]).agreement if then else None
        found[week.key] = {kind: goal_of(agreement, kind) for kind in KINDS}
    return found
