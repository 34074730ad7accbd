"""The ladder: whom a promise that is not kept is brought before, step by step.

A rule holds for a kind of clock and a tier, for one of the two, or for everything else; the one
that names most wins, and a kind names more than a tier. A step is counted in multiples of the
target. Every rule tells the holder and the manager at the due instant: a ladder that names nobody
is no ladder.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from leadbridge.kernel.reading import Reader, shown
from sla.agreement.starter import HOUSE_LADDER

REMIND, TELL, OFFER, REASSIGN, MANAGER = "remind", "tell", "offer", "reassign", "manager"
DOINGS = (REMIND, TELL, OFFER, REASSIGN, MANAGER)
# What moves a lead, or hands it to a manager, makes sense only while nobody has worked on it.
MOVES = (OFFER, REASSIGN, MANAGER)
MOVED_BY = ("accept", "first_touch")
MOST_RULES = 60
LATEST = 20

_READER = Reader("invalid_agreement")
_RULE_KEYS = ("kind", "tier", "steps")
# A reminder comes at the target's own share at risk, which the ladder does not know.
_FIXED = {REMIND: Decimal(0), TELL: Decimal(1)}


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, and after how many targets; a reminder has 0, whatever the share at risk."""

    do: str
    at: Decimal

    def content(self) -> dict[str, object]:
        if self.do in _FIXED:
            return {"do": self.do}
        return {"do": self.do, "at": int(self.at) if self.at % 1 == 0 else float(self.at)}


@dataclass(frozen=True, slots=True)
class LadderRule:
    """The steps for clocks of one kind, of one tier, of both, or (neither) of all others."""

    steps: tuple[Step, ...]
    kind: str | None = None
    tier: int | None = None

    @property
    def rank(self) -> int:
        """How closely the rule names a clock; among those that cover it the highest wins."""
        return 2 * (self.kind is not None) + (self.tier is not None)

    def covers(self, kind: str | None, tier: int | None) -> bool:
        return self.kind in (None, kind) and self.tier in (None, tier)

    def content(self) -> dict[str, object]:
        named: dict[str, object] = {"kind": self.kind, "tier": self.tier}
        chosen = {name: value for name, value in named.items() if value is not None}
        return {**chosen, "steps": [step.content() for step in self.steps]}

    def __str__(self) -> str:
        parts = [self.kind or "", f"tier {self.tier}" if self.tier else ""]
        return ", ".join(part for part in parts if part) or "everything else"


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rules, the closest first; the last one covers everything."""

    rules: tuple[LadderRule, ...]

    def steps_for(self, kind: str | None, tier: int | None) -> tuple[Step, ...]:
        """The steps of the closest rule; None is a clock of which no more is known."""
        return next(rule.steps for rule in self.rules if rule.covers(kind, tier))

    def content(self) -> list[dict[str, object]]:
        return [rule.content() for rule in self.rules]


def read_ladder(raw: object, *, kinds: Collection[str]) -> Ladder:
    """The rules out of JSON. A ladder without a rule for everything else gets the house's.

    Raises `DomainError` `invalid_agreement`, with the place and the cure.
    """
    listed = _READER.items(raw, "ladder", least=0, most=MOST_RULES)
    rules = [_read_rule(one, f"ladder, rule {place}", kinds) for place, one in enumerate(listed, 1)]
    seen: dict[tuple[str | None, int | None], int] = {}
    for place, rule in enumerate(rules, 1):
        other = seen.setdefault((rule.kind, rule.tier), place)
        if other != place:
            where = f"ladder, rule {place}"
            _READER.refuse(where, f"rule {other} is for {rule} as well; keep one of them.")
    if (None, None) not in seen:
        rules.append(_REST)
    order = list(kinds)
    rules.sort(
        key=lambda rule: (-rule.rank, order.index(rule.kind) if rule.kind else -1, rule.tier or 0)
    )
    return Ladder(tuple(rules))


def _read_rule(raw: object, where: str, kinds: Collection[str]) -> LadderRule:
    body = _READER.mapping(raw, where, keys=_RULE_KEYS, needs=("steps",))
    kind, tier = body.get("kind"), body.get("tier")
    return LadderRule(
        _read_steps(body["steps"], where, kind),
        None if kind is None else _READER.choice(kind, f"{where}, kind", of=kinds),
        None if tier is None else _READER.whole(tier, f"{where}, tier", low=1, high=3),
    )


def _read_steps(raw: object, where: str, kind: object) -> tuple[Step, ...]:
    listed = _READER.items(raw, f"{where}, steps", least=0, most=len(DOINGS))
    steps: list[Step] = []
    for place, one in enumerate(listed, 1):
        here = f"{where}, step {place}"
        step = _read_step(one, here, kind)
        if any(earlier.do == step.do for earlier in steps):
            _READER.refuse(here, f"“{step.do}” is there already; each step is taken once.")
        if steps and step.at <= steps[-1].at:
            _READER.refuse(here, f"“{step.do}” must come later than “{steps[-1].do}”.")
        steps.append(step)
    if not any(step.do == TELL for step in steps):
        _READER.refuse(
            f"{where}, steps", f"a ladder that names nobody is none; add “{TELL}”, at due."
        )
    return tuple(steps)


def _read_step(raw: object, where: str, kind: object) -> Step:
    body: Mapping[str, object] = _READER.mapping(raw, where, keys=("do", "at"), needs=("do",))
    do = _READER.choice(body["do"], f"{where}, do", of=DOINGS)
    if do in _FIXED:
        if body.get("at") is not None:
            when = "when the target is at risk" if do == REMIND else "at due"
            _READER.refuse(f"{where}, at", f"“{do}” always comes {when}; leave its time out.")
        return Step(do, _FIXED[do])
    if kind not in MOVED_BY:
        only = " and ".join(MOVED_BY)
        _READER.refuse(f"{where}, do", f"“{do}” is for {only} only; name one of them as kind.")
    return Step(do, _read_multiple(body.get("at"), f"{where}, at"))


def _read_multiple(raw: object, where: str) -> Decimal:
    at = _READER.number(raw, where, low=1, high=LATEST)
    if at == 1 or at != round(at, 2):
        cure = f"expected a multiple of the target above 1, as 2 or 2.5, got {shown(raw)}."
        _READER.refuse(where, cure)
    return at


_REST = LadderRule((Step(REMIND, _FIXED[REMIND]), Step(TELL, _FIXED[TELL])))
HOUSE = read_ladder(HOUSE_LADDER, kinds=MOVED_BY)
