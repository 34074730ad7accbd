"""The agreement as both sides read it: tables and plain sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sla.agreement.attempts import TIERS
from sla.agreement.difference import Change
from sla.agreement.promises import SHARES
from sla.agreement.targets import AT_RISK_SHARE, Agreement, Target
from sla.agreement.words import (
    ABSENCE_WORDS,
    CAP_WORDS,
    LABELS,
    MEANINGS,
    SHARE_WORDS,
    SIDES,
    kind_words,
    kinds_words,
    lead_words,
    share_words,
    step_words,
    surge_words,
    times_words,
    volume_words,
)

SIDE_NAMES = {
    "sales": "What sales owes",
    "marketing": "What marketing owes",
    "both": "What both owe",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A target in words, and how often it is to be kept."""

    amount: str
    kept: str


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of clock: what is promised, and the target for each tier."""

    label: str
    meaning: str
    cells: tuple[Cell, ...]

    @property
    def same(self) -> bool:
        """Whether every tier has the same."""
        return len(set(self.cells)) == 1


@dataclass(frozen=True, slots=True)
class Block:
    """The promises of one side, and the exceptions for a source or a team in sentences."""

    name: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def flat(self) -> bool:
        """Whether no tier differs in any promise of this side."""
        return all(row.same for row in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """Persistence for one tier."""

    tier: int
    count: int
    on: str
    spread: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason for which a clock may stand still."""

    label: str
    cap: str
    kinds: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is agreed, ready to be drawn."""

    blocks: tuple[Block, ...]
    plans: tuple[Plan, ...]
    ladder: tuple[tuple[str, tuple[str, ...]], ...]
    hops: str
    pauses: tuple[Pause, ...]
    absence: str
    marketing: tuple[str, ...]
    relief: tuple[str, ...]
    review: str


def paper_of(agreement: Agreement) -> Paper:
    """The whole agreement in words."""
    review = agreement.review_on
    return Paper(
        blocks=tuple(_block(agreement, side) for side in SIDES),
        plans=tuple(_plan(agreement, tier) for tier in TIERS),
        ladder=tuple(_ladder(agreement)),
        hops=f"The ladder gives one lead to somebody else {times_words(agreement.hops)}.",
        pauses=tuple(
            Pause(pause.label, pause.cap.in_words, kinds_words(pause.kinds).capitalize())
            for pause in agreement.pauses
        ),
        absence=f"When somebody is away, {ABSENCE_WORDS[agreement.absence]}.",
        marketing=tuple(_marketing(agreement)),
        relief=tuple(_relief(agreement)),
        review=f"Both look at it again on {review:%-d %B %Y}." if review else "",
    )


def grouped(changes: list[Change]) -> list[tuple[str, list[str]]]:
    """Differences by part of the agreement, for a list under headings."""
    parts = groupby(changes, key=lambda change: change.part)
    return [(part, [change.sentence for change in found]) for part, found in parts]


def _block(agreement: Agreement, side: str) -> Block:
    # A kind that came with a later version of the program and stands on no side is shown with both.
    known = {kind for kinds in SIDES.values() for kind in kinds}
    others = [kind for kind in agreement.defaults if kind not in known] if side == "both" else []
    kinds = [*SIDES[side], *others]
    return Block(
        SIDE_NAMES[side],
        tuple(_row(agreement, kind) for kind in kinds),
        tuple(note for kind in kinds for note in _notes(agreement, kind)),
    )


def _row(agreement: Agreement, kind: str) -> Row:
    targets = [agreement.target_for(kind=kind, tier=tier) for tier in TIERS]
    cells = tuple(Cell(target.amount.in_words, _kept(target)) for target in targets)
    return Row(LABELS.get(kind, kind_words(kind)), MEANINGS.get(kind, ""), cells)


def _kept(target: Target) -> str:
    return share_words(target.attainment) if target.attainment else ""


def _notes(agreement: Agreement, kind: str) -> Iterator[str]:
    """What the table of tiers cannot show: other leads, and reminders at another share."""
    for one in agreement.exceptions:
        if one.target.kind == kind and [name for name, _ in one.selectors] != ["tier"]:
            kept = f", kept in {_kept(one.target)}" if one.target.attainment else ""
            yield (
                f"{kind_words(kind)}, {lead_words(one.selectors)}: "
                f"{one.target.amount.in_words}{kept}."
            )
    for tier in TIERS:
        share = agreement.target_for(kind=kind, tier=tier).at_risk_share
        if share != AT_RISK_SHARE:
            when = f"at risk after {share_words(share)} of the time"
            yield f"{kind_words(kind)}, tier {tier}: {when}."


def _plan(agreement: Agreement, tier: int) -> Plan:
    plan = agreement.attempts_for(tier)
    units = {amount.unit for amount in plan.on}
    if len(units) == 1:  # “1, 2 and 4 business days” reads better than the unit five times
        last = plan.on[-1].in_words
        on = ", ".join([*(str(amount.value) for amount in plan.on[:-1]), last])
    else:
        on = ", ".join(amount.in_words for amount in plan.on)
    channels = "1 channel" if plan.channels == 1 else f"{plan.channels} channels"
    days = "1 day" if plan.days == 1 else f"{plan.days} days"
    return Plan(tier, plan.count, on or "none", f"{channels}, {days}")


def _ladder(agreement: Agreement) -> Iterator[tuple[str, tuple[str, ...]]]:
    for rule in agreement.ladder.rules:
        kind = kind_words(rule.kind) if rule.kind else ""
        tier = f"tier {rule.tier}" if rule.tier else ""
        name = ", ".join(part for part in (kind, tier) if part) or "Everything else"
        steps = tuple(step_words(step) for step in rule.steps)
        yield name[0].upper() + name[1:], steps


def _marketing(agreement: Agreement) -> Iterator[str]:
    promises = agreement.marketing
    if promises.volume:
        words = volume_words(promises.volume)
        yield f"{words[0].upper()}{words[1:]}."
    for name in SHARES:
        share = getattr(promises, name)
        if share is not None:
            words = SHARE_WORDS[name].format(share_words(share))
            yield f"{words[0].upper()}{words[1:]}."
    if promises.cap_refuses:
        yield f"{CAP_WORDS[True]}."


def _relief(agreement: Agreement) -> Iterator[str]:
    relief = agreement.relief
    if relief.surge:
        yield f"At {surge_words(relief.surge)} for one team, the excess gets the targets of tier 3."
    if relief.late:
        yield "A lead that sales touched late does not count against marketing’s conversion."
    if relief.non_conforming:
        yield "A lead that fails a gate without an override binds sales to no target."
