"""From the parameters of an address to a scorecard: twelve weeks where it names no period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leadbridge.kernel.errors import FieldErrors
from sla.reports.asking import Asked, read_slice
from sla.reports.scope import Scope
from sla.reports.scorecard.weeks import first_monday

OF_A_CARD = ("from", "to", "days", "team", "source")
PERIOD = frozenset({"from", "to", "days"})
LONGEST = timedelta(days=372)


@dataclass(frozen=True)
class CardAsked:
    """`exact` asks for the very instants that were counted: what the lists behind figures are
    asked with. `menu` asks as the address did, so that a kept address goes on with time."""

    exact: Asked
    menu: Asked


def read_card(
    given: Mapping[str, str], scope: Scope, *, now: datetime, more: Sequence[str] = ()
) -> CardAsked:
    """What an address asks for; `more` parameters narrow it where a scorecard would not.
    FieldErrors name what is wrong."""
    told = {name: given[name] for name in (*OF_A_CARD, *more) if given.get(name)}
    usual = {} if told.keys() & PERIOD else {"from": first_monday(now).isoformat()}
    menu = read_slice({**told, **usual}, scope, now=now)
    if menu.slice.end - menu.slice.start > LONGEST:
        raise FieldErrors({"from": ["A scorecard covers a year at most."]})
    end = min(menu.slice.end, now)
    if menu.slice.start >= end:
        raise FieldErrors({"from": ["The period has not begun yet."]})
    kept = {name: text for name, text in menu.params if name not in PERIOD}
    period = {"from": exact_text(menu.slice.start), "to": exact_text(end)}
    exact = replace(
        menu, slice=replace(menu.slice, end=end), days=None, params=tuple((period | kept).items())
    )
    shown = tuple((name, text) for name, text in menu.params if name not in usual)
    return CardAsked(exact, replace(menu, params=shown))


def exact_text(at: datetime) -> str:
    """An instant as an address asks for it again, to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
