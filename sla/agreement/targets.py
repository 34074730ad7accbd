"""The promises of an agreement: which target holds for a clock of a kind on a given lead.

Every kind has a default; exceptions name a tier, a source or a team, and the one that names most
wins. Two that name equally much and could meet on one lead are refused when the agreement is
read, so that no clock's target is ever a matter of luck.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import Reader, shown
from sla.agreement.amounts import Amount, Unit, format_amount, parse_amount
from sla.agreement.starter import HOUSE_DEFAULTS

__all__ = ["KINDS", "Agreement", "Amount", "Target", "Unit", "format_amount", "parse_amount"]

KINDS: tuple[str, ...] = tuple(HOUSE_DEFAULTS)
AT_RISK_SHARE = Decimal("0.75")
MOST_EXCEPTIONS = 300

_READER = Reader("invalid_agreement")
_PROMISE_KEYS = ("amount", "at_risk_share", "attainment")
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
    """All targets: a default per kind, and exceptions, the most specific first."""

    defaults: Mapping[str, Target]
    exceptions: tuple[SpecialTarget, ...] = ()

    @classmethod
    def from_content(cls, content: object, *, kinds: Iterable[str] = KINDS) -> "Agreement":
        """Reads the JSON of a version.

        A kind that the content does not name gets the house default, and `content()` writes it
        out, so propose `Agreement.from_content(draft).content()`: then it is signed too. Raises
        `DomainError` `invalid_agreement`, `invalid_amount` or `ambiguous_target`.
        """
        known = tuple(kinds)
        body = _READER.mapping(content, "agreement", keys=("defaults", "exceptions"))
        given = _READER.mapping(body.get("defaults", {}), "defaults", keys=known)
        defaults = {kind: _read_default(kind, given) for kind in known}
        listed = _READER.items(
            body.get("exceptions", []), "exceptions", least=0, most=MOST_EXCEPTIONS
        )
        exceptions = [_read_exception(raw, place, known) for place, raw in enumerate(listed, 1)]
        _refuse_ties(exceptions)
        exceptions.sort(key=lambda one: -len(one.selectors))
        return cls(defaults, tuple(exceptions))

    def content(self) -> dict[str, object]:
        """The agreement as JSON with every default written out; `from_content` reads it back."""
        return {
            "defaults": {kind: target.content() for kind, target in self.defaults.items()},
            "exceptions": [exception.content() for exception in self.exceptions],
        }

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


def _read_target(kind: str, body: Mapping[str, object], where: str) -> Target:
    try:
        amount = parse_amount(body["amount"])
    except DomainError as error:
        place = f"{where}, amount"
        raise DomainError(error.code, f"{place}: {error.message}", field=place) from error
    share, attainment = body.get("at_risk_share"), body.get("attainment")
    return Target(
        kind,
        amount,
        AT_RISK_SHARE if share is None else _read_share(share, f"{where}, at_risk_share"),
        None if attainment is None else _read_share(attainment, f"{where}, attainment"),
    )


def _read_share(raw: object, where: str) -> Decimal:
    """A share above 0 and up to 1: 0.75, not 75."""
    share = _READER.number(raw, where, low=0, high=1)
    if share == 0 or share != round(share, 4):
        _READER.refuse(where, f"expected a share as 0.75 with up to 4 decimals, got {shown(raw)}.")
    return share


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
