"""An agreement as a whole, and which target holds for a clock of a kind on a given lead.

Every kind has a default; exceptions name a tier, a source or a team, and the one that names most
wins. Two that name equally much and could meet on one lead are refused when the agreement is
read, so that no clock's target is ever a matter of luck.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TypedDict

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import Reader, shown
from sla.agreement import attempts, ladder, pauses, promises
from sla.agreement.amounts import Amount, Unit, format_amount, parse_amount, read_amount
from sla.agreement.attempts import AttemptPlan
from sla.agreement.ladder import Ladder, Step
from sla.agreement.pauses import PauseRule
from sla.agreement.promises import MarketingPromises, Relief, Surge, read_share
from sla.agreement.starter import HOUSE_ABSENCE, HOUSE_DEFAULTS, HOUSE_HOPS, HOUSE_LADDER

__all__ = ["KINDS", "Agreement", "Amount", "Target", "Unit", "format_amount", "parse_amount"]

KINDS: tuple[str, ...] = tuple(HOUSE_DEFAULTS)
AT_RISK_SHARE = Decimal("0.75")
MOST_EXCEPTIONS = 300
MOST_HOPS = 10
# What becomes of the leads of somebody who is away.
ABSENCE = ("reoffer", "cover", "pause")
PARTS = (
    "defaults",
    "exceptions",
    "ladder",
    "hops",
    "attempts",
    "pauses",
    "absence",
    "relief",
    "marketing",
    "review_on",
)

_READER = Reader("invalid_agreement")
_PROMISE_KEYS = ("amount", "at_risk_share", "attainment")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SELECTORS = ("tier", "source", "team")


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: how long, when it becomes at risk, and how often it is to be kept.

    `at_risk_share` is the part of the amount after which the holder is reminded; `attainment` the
    promised share of clocks met, or None when nothing is promised.
    """

    kind: str
    amount: Amount
    at_risk_share: Decimal = AT_RISK_SHARE
    attainment: Decimal | None = None

    def content(self) -> dict[str, object]:
        parts: dict[str, object] = {"amount": format_amount(self.amount)}
        if self.at_risk_share != AT_RISK_SHARE:
            parts["at_risk_share"] = float(self.at_risk_share)
        if self.attainment is not None:
            parts["attainment"] = float(self.attainment)
        return parts


@dataclass(frozen=True, slots=True)
class SpecialTarget:
    """A target for some leads only; `selectors` are what a lead must have, by name."""

    target: Target
    selectors: tuple[tuple[str, str | int], ...]

    def covers(self, lead: Mapping[str, str | int | None]) -> bool:
        return all(lead.get(name) == wanted for name, wanted in self.selectors)

    def content(self) -> dict[str, object]:
        return {"kind": self.target.kind, **dict(self.selectors), **self.target.content()}

    def __str__(self) -> str:
        return f"{self.target.kind} for {', '.join(f'{k} {v}' for k, v in self.selectors)}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """All targets: a default per kind, and exceptions, the most specific first; and the terms
    that go with them, each the house's where nothing else was agreed."""

    defaults: Mapping[str, Target]
    exceptions: tuple[SpecialTarget, ...] = ()
    ladder: Ladder = ladder.HOUSE
    hops: int = HOUSE_HOPS
    attempts: Mapping[int, AttemptPlan] = field(default_factory=lambda: attempts.HOUSE)
    pauses: tuple[PauseRule, ...] = pauses.HOUSE
    absence: str = HOUSE_ABSENCE
    relief: Relief = promises.HOUSE_CLAUSES
    marketing: MarketingPromises = promises.HOUSE_PROMISES
    review_on: date | None = None

    @classmethod
    def from_content(cls, content: object, *, kinds: Iterable[str] = KINDS) -> "Agreement":
        """Reads the JSON of a version.

        What the content does not name gets the house default, and `content()` writes it out,
        so propose `Agreement.from_content(draft).content()`: then it is signed too. Raises
        `DomainError` `invalid_agreement`, `invalid_amount` or `ambiguous_target`.
        """
        known = tuple(kinds)
        body = _READER.mapping(content, "agreement", keys=PARTS)
        given = _READER.mapping(body.get("defaults", {}), "defaults", keys=known)
        defaults = {kind: _read_default(kind, given) for kind in known}
        listed = _READER.items(
            body.get("exceptions", []), "exceptions", least=0, most=MOST_EXCEPTIONS
        )
        exceptions = [_read_exception(raw, place, known) for place, raw in enumerate(listed, 1)]
        _refuse_ties(exceptions)
        exceptions.sort(key=lambda one: _in_order(one, known))
        return cls(defaults, tuple(exceptions), **_read_terms(body, known))

    def content(self) -> dict[str, object]:
        """The agreement as JSON with every default written out; `from_content` reads it back."""
        return {
            "defaults": {kind: target.content() for kind, target in self.defaults.items()},
            "exceptions": [exception.content() for exception in self.exceptions],
            "ladder": self.ladder.content(),
            "hops": self.hops,
            "attempts": {str(tier): plan.content() for tier, plan in self.attempts.items()},
            "pauses": [pause.content() for pause in self.pauses],
            "absence": self.absence,
            "relief": self.relief.content(),
            "marketing": self.marketing.content(),
            "review_on": self.review_on.isoformat() if self.review_on else None,
        }

    def refuse_contradictions(self) -> None:
        """Refuse a target for the attempts that ends before the last of them is due: nobody could
        say which of the two counts. Asked of what is drafted; what is signed is read as it is.

        Raises `DomainError` `invalid_agreement`.
        """
        for tier, plan in self.attempts.items():
            for target, where in self._attempt_targets(tier):
                if plan.on and attempts.is_shorter(target.amount, plan.on[-1]):
                    _READER.refuse(
                        where,
                        f"{format_amount(target.amount)} ends before the last attempt of tier "
                        f"{tier}, which is agreed for {format_amount(plan.on[-1])}; make one fit "
                        "the other.",
                    )

    def _attempt_targets(self, tier: int) -> list[tuple[Target, str]]:
        """The targets that attempts on leads of a tier may have, each with its place."""
        special = [one for one in self.exceptions if one.target.kind == "attempts"]
        of_tier = [(one, dict(one.selectors).get("tier")) for one in special]
        found = [
            (one.target, f"exceptions, {one}") for one, named in of_tier if named in (None, tier)
        ]
        if "attempts" in self.defaults and (("tier", tier),) not in {
            one.selectors for one in special
        }:
            found.append((self.defaults["attempts"], "defaults, attempts"))
        return found

    def ladder_for(self, kind: str, tier: int | None) -> tuple[Step, ...]:
        """The steps for a clock, in order; the reminder's `at` is 0, see `ladder.Step`."""
        return self.ladder.steps_for(kind, tier)

    def attempts_for(self, tier: int | None) -> AttemptPlan:
        """The plan of a tier; a lead of no tier gets that of tier 3."""
        return self.attempts[tier or 3]

    def pause_for(self, code: str) -> PauseRule:
        """The pause of that code. Raises `DomainError` `unknown_pause`."""
        for pause in self.pauses:
            if pause.code == code:
                return pause
        known = ", ".join(pause.code for pause in self.pauses) or "none"
        raise DomainError(
            "unknown_pause",
            f"The agreement knows no pause {shown(code)}; it knows {known}.",
            field="code",
        )

    @property
    def surge(self) -> Surge | None:
        """From how many leads a day on the excess gets the targets of tier 3."""
        return self.relief.surge

    def target_for(
        self,
        *,
        kind: str,
        tier: int | None = None,
        source: str | None = None,
        team: str | None = None,
    ) -> Target:
        """The most specific target for a clock; None stands for not known and meets no exception.

        Raises `DomainError` `unknown_clock_kind` for a kind this agreement was not read with.
        """
        lead = {"tier": tier, "source": source, "team": team}
        for exception in self.exceptions:
            if exception.target.kind == kind and exception.covers(lead):
                return exception.target
        if kind not in self.defaults:
            raise DomainError("unknown_clock_kind", f"There is no clock of the kind {shown(kind)}.")
        return self.defaults[kind]


def _read_default(kind: str, given: Mapping[str, object]) -> Target:
    raw = given.get(kind, HOUSE_DEFAULTS.get(kind))
    where = f"defaults, {kind}"
    if raw is None:
        _READER.refuse(where, "this kind of clock needs a target; add one, as 8h.")
    body = {"amount": raw} if isinstance(raw, str) else raw
    return _read_target(
        kind, _READER.mapping(body, where, keys=_PROMISE_KEYS, needs=("amount",)), where
    )


def _read_exception(raw: object, place: int, kinds: tuple[str, ...]) -> SpecialTarget:
    where = f"exception {place}"
    keys = ("kind", *_SELECTORS, *_PROMISE_KEYS)
    body = _READER.mapping(raw, where, keys=keys, needs=("kind", "amount"))
    kind = _READER.choice(body["kind"], f"{where}, kind", of=kinds)
    selectors: list[tuple[str, str | int]] = []
    if body.get("tier") is not None:
        selectors.append(("tier", _READER.whole(body["tier"], f"{where}, tier", low=1, high=3)))
    for name in ("source", "team"):
        if body.get(name) is not None:
            selectors.append((name, _READER.text(body[name], f"{where}, {name}", longest=100)))
    if not selectors:
        _READER.refuse(where, f"name a tier, a source or a team, or change the default of {kind}.")
    return SpecialTarget(_read_target(kind, body, where), tuple(selectors))


def _in_order(one: SpecialTarget, kinds: tuple[str, ...]) -> tuple[object, ...]:
    """The most specific first, then always alike: what says the same has the same hash."""
    named = dict(one.selectors)
    place = (-len(named), kinds.index(one.target.kind), named.get("tier", 0))
    return (*place, str(named.get("source", "")), str(named.get("team", "")))


def _read_target(kind: str, body: Mapping[str, object], where: str) -> Target:
    share, attainment = body.get("at_risk_share"), body.get("attainment")
    return Target(
        kind,
        read_amount(body["amount"], f"{where}, amount"),
        AT_RISK_SHARE if share is None else read_share(share, f"{where}, at_risk_share"),
        None if attainment is None else read_share(attainment, f"{where}, attainment"),
    )


def _refuse_ties(exceptions: list[SpecialTarget]) -> None:
    """Refuses two equally specific exceptions that meet on a lead no closer one decides."""
    for one, other in combinations(exceptions, 2):
        if one.target.kind != other.target.kind or len(one.selectors) != len(other.selectors):
            continue
        both = dict(one.selectors) | dict(other.selectors)
        if not (one.covers(both) and other.covers(both)):
            continue
        closer = (e for e in exceptions if len(e.selectors) > len(one.selectors))
        if not any(e.target.kind == one.target.kind and e.covers(both) for e in closer):
            raise DomainError(
                "ambiguous_target",
                f"{one} and {other} meet on the same leads and name equally much; "
                "remove one or add an exception that names both.",
                data={"first": one.content(), "second": other.content()},
            )


class _Terms(TypedDict):
    ladder: Ladder
    hops: int
    attempts: Mapping[int, AttemptPlan]
    pauses: tuple[PauseRule, ...]
    absence: str
    relief: Relief
    marketing: MarketingPromises
    review_on: date | None


def _read_terms(body: Mapping[str, object], kinds: tuple[str, ...]) -> _Terms:
    """All but the targets; a part that is not there is the house's."""
    named = pauses.read_pauses(body["pauses"]) if "pauses" in body else pauses.HOUSE
    absence = _READER.choice(body.get("absence", HOUSE_ABSENCE), "absence", of=ABSENCE)
    if absence == "pause" and not any(pause.code == "absence" for pause in named):
        _READER.refuse("absence", "“pause” needs a pause with the code “absence”; add one.")
    steps = body.get("ladder", HOUSE_LADDER)
    return {
        "ladder": ladder.read_ladder(steps, kinds=kinds),
        "hops": _READER.whole(body.get("hops", HOUSE_HOPS), "hops", low=0, high=MOST_HOPS),
        "attempts": attempts.read_attempts(body.get("attempts", {})),
        "pauses": named,
        "absence": absence,
        "relief": promises.read_relief(body.get("relief", {})),
        "marketing": promises.read_marketing(body.get("marketing", {})),
        "review_on": _read_date(body.get("review_on"), "review_on"),
    }


def _read_date(raw: object, where: str) -> date | None:
    if raw is None:
        return None
    try:
        if isinstance(raw, str) and _DATE.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    _READER.refuse(where, f"{shown(raw)} is no date; write it as 2026-11-23.")
