"""What the page of a version shows of its trials: the last result while it is not in force, and
which result lay before each who signed."""

from collections.abc import Iterator
from dataclasses import dataclass

from leadbridge.kernel.time import local
from leadbridge.people.access import sees_figures
from leadbridge.people.http import zone_of
from leadbridge.people.models import User
from leads.definition.models import DefinitionVersion
from leads.trials.actions import USUAL_DAYS
from leads.trials.models import Backtest
from leads.trials.queries import exhibits, last_backtest
from leads.trials.screen import backtest_screen

State = DefinitionVersion.State


@dataclass(frozen=True)
class Shown:
    """What lay before one who signed: in words, and where it is read."""

    who: str
    what: str
    url: str
    link: str


def evidence_by_backtests(user: User, version: DefinitionVersion) -> dict[str, object]:
    """Context of the template of a version; nothing for who reads no figures. `trial` is there
    while there is something left to decide, `exhibits` once somebody signed."""
    if not sees_figures(user):
        return {}
    context: dict[str, object] = {}
    if version.state in (State.DRAFT, State.PROPOSED, State.SIGNED):
        last = last_backtest(version)
        context["trial"] = {
            "days": USUAL_DAYS, "url": f"/definition/backtests/{last.pk}/" if last else "",
        }  # fmt: skip
        context["tried"] = backtest_screen(user, last) if last else None
    if version.state != State.DRAFT:
        context["exhibits"] = list(_exhibits(user, version))
    return context


def _exhibits(user: User, version: DefinitionVersion) -> Iterator[Shown]:
    zone = zone_of(user)
    for one in exhibits(version):
        who, shown = f"{one.by} for {one.side}", one.backtest
        if shown is None:
            yield Shown(who, "no backtest of this text was done by then", "", "")
            continue
        since, until = local(shown.since, zone), local(shown.until, zone)
        period = f"{since:%-d %b} to {until:%-d %b %Y}"
        yield Shown(who, _found(shown), f"/definition/backtests/{shown.pk}/", period)


def _found(backtest: Backtest) -> str:
    passing, missed = backtest.result["qualify"]["draft"], backtest.result["wins_missed"]["leads"]
    wins = {0: "no win missed", 1: "1 win missed"}.get(missed, f"{missed:,} wins missed")
    return f"{passing['yes']:,} of {backtest.result['leads']:,} leads would qualify, {wins}"
