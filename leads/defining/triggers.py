"""When it is time to look at the definition again: what was agreed, beside what happened.

Over leads handed over under the version in force in the last 90 days, each by its last decision;
rejections that say nothing about the definition are left out. Limits: those of published reviews.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from leadbridge.kernel.documents import DocumentState
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage

WINDOW = timedelta(days=90)
LEAST = 30  # decisions below which a share says nothing
LEAST_REJECTIONS = 10
ACCEPTED_BELOW, ACCEPTED_ABOVE = 0.80, 0.97
DISPUTED_ABOVE, OVERRIDDEN_ABOVE, ONE_ABOVE = 0.15, 0.10, 0.40
OFF_BY = 10  # points between what both expect and what came
_BECAME = Q(decision=Action.ACCEPT, qualified_at__isnull=False)
_ENDED = (Stage.RECYCLED, Stage.DISQUALIFIED)  # of the accepted, those that became none
NOT_OF_THE_DEFINITION = ("wrong_route", "no_capacity")


@dataclass(frozen=True)
class Trigger:
    """One reason to look again: its figure, its limit, and whether the limit is passed."""

    name: str
    figure: str
    limit: str
    fires: bool

    @property
    def tone(self) -> str:
        """The colour of the figure."""
        return "risk" if self.fires else ""


@dataclass(frozen=True)
class Figures:
    """What became of the leads that were handed over."""

    submitted: int
    overridden: int
    accepted: int
    rejected: int
    met: int
    met_rejected: int
    became: int
    settled: int
    criteria: dict[str, int]

    @property
    def decided(self) -> int:
        """Accepted or rejected."""
        return self.accepted + self.rejected


def triggers_of(
    active: DefinitionVersion | None, review_on: date | None, now: datetime
) -> list[Trigger]:
    """All reasons there are, whether they hold or not; none without a version in force."""
    if active is None or active.state != DocumentState.ACTIVE:
        return []
    return list(told_of(active, review_on, figures_of(active, now), now))


def figures_of(active: DefinitionVersion, now: datetime) -> Figures:
    """Two queries over the leads of the version in force."""
    since = max(active.effective_from or now, now - WINDOW)
    leads = Lead.objects.filter(definition=active, submitted_at__gte=since)
    counts = leads.aggregate(
        submitted=Count("pk"),
        overridden=Count("pk", filter=Q(overridden=True)),
        accepted=Count("pk", filter=Q(decision=Action.ACCEPT)),
        met=Count("pk", filter=Q(decision__in=(Action.ACCEPT, Action.REJECT), verdict="yes")),
        became=Count("pk", filter=_BECAME),
        settled=Count("pk", filter=_BECAME | Q(decision=Action.ACCEPT, stage__in=_ENDED)),
    )
    told = Event.objects.filter(
        action=Action.REJECT, at__gte=since, lead__definition=active, lead__submitted_at__gte=since,
        lead__decision=Action.REJECT,
    ).exclude(data__reason__in=NOT_OF_THE_DEFINITION)  # fmt: skip
    rows = told.values_list("data__reason", "data__criterion", "lead__verdict").annotate(
        n=Count("lead", distinct=True)
    )
    rejected, met_rejected, criteria = 0, 0, dict[str, int]()
    for reason, criterion, verdict, count in rows:
        rejected += count
        if reason == "fails_definition":
            criteria[criterion or ""] = criteria.get(criterion or "", 0) + count
            met_rejected += count if verdict == "yes" else 0
    return Figures(
        counts["submitted"], counts["overridden"], counts["accepted"], rejected,
        counts["met"], met_rejected, counts["became"], counts["settled"], criteria,
    )  # fmt: skip


def told_of(
    active: DefinitionVersion, review_on: date | None, seen: Figures, now: datetime
) -> Iterator[Trigger]:
    """Every reason, out of the figures."""
    yield Trigger(
        "Day of review",
        f"{review_on:%-d %B %Y}" if review_on else "none agreed",
        "when it has come",
        review_on is not None and review_on <= now.date(),
    )
    accepted = _share(seen.accepted, seen.decided)
    yield Trigger(
        "Accepted by sales",
        _said(seen.accepted, seen.decided, LEAST),
        "below 80 % or above 97 %",
        seen.decided >= LEAST and not ACCEPTED_BELOW <= accepted <= ACCEPTED_ABOVE,
    )
    agreed = Definition.from_content(active.content).expected
    if agreed.accepted:
        yield _off(
            "Accepted, beside what both expect", seen.accepted, seen.decided, agreed.accepted
        )
    if agreed.opportunity:
        yield _off(
            "Accepted ones that became opportunities", seen.became, seen.settled,
            agreed.opportunity,
        )  # fmt: skip
    yield _above(
        "Met the definition, rejected as not meeting it",
        seen.met_rejected, seen.met, LEAST, DISPUTED_ABOVE,
    )  # fmt: skip
    yield _above(
        "Handed over against the definition",
        seen.overridden, seen.submitted, LEAST, OVERRIDDEN_ABOVE,
    )  # fmt: skip
    if seen.criteria:
        worst, count = max(seen.criteria.items(), key=lambda pair: pair[1])
        said = {one.id: one.sentence for one in Definition.from_content(active.content).criteria}
        named = said.get(worst, worst)
        yield _above(
            f"Rejections for one criterion: “{named}”" if named else "Rejections for one criterion",
            count, sum(seen.criteria.values()), LEAST_REJECTIONS, ONE_ABOVE,
        )  # fmt: skip


def _above(name: str, part: int, whole: int, least: int, limit: float) -> Trigger:
    fires = whole >= least and _share(part, whole) > limit
    return Trigger(name, _said(part, whole, least), f"above {limit:.0%}".replace("%", " %"), fires)


def _off(name: str, part: int, whole: int, expected: int) -> Trigger:
    fires = whole >= LEAST and abs(100 * _share(part, whole) - expected) > OFF_BY
    limit = f"{OFF_BY} points off the {expected} % that both expect"
    return Trigger(name, _said(part, whole, LEAST), limit, fires)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _said(part: int, whole: int, least: int) -> str:
    if whole < least:
        return f"{part} of {whole}, too few to say"
    return f"{100 * part / whole:.1f} % of {whole:,}"
