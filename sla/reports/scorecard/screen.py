"""The scorecard as its page draws it: words, bars and the lists behind the numbers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings

from leadbridge.kernel.money import money_words
from leadbridge.kernel.shares import Share
from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS
from sla.clocks.kinds import Side
from sla.reports.asking import Asked
from sla.reports.links import list_url
from sla.reports.scorecard.asking import exact_text
from sla.reports.scorecard.card import Scorecard
from sla.reports.scorecard.cohort import Line
from sla.reports.scorecard.ladder import Ladder, Rung
from sla.reports.scorecard.pace import Pace
from sla.reports.scorecard.promises import Promise, WeekScore
from sla.reports.scorecard.weeks import Week
from sla.reports.slices import Part
from sla.reports.words import Stat, share_words

LEADS_URL = "/scorecard/leads/"
TOUCHES = "touches"
RUNG_NAMES = {
    Rung.LEADS: "Leads",
    Rung.QUALIFIED: "Qualified",
    Rung.ACCEPTED: "Accepted",
    Rung.OPPORTUNITIES: "Opportunities",
    Rung.WON: "Won",
}
COST_NAMES = {
    Rung.LEADS: "per lead",
    Rung.QUALIFIED: "per qualified",
    Rung.ACCEPTED: "per accepted",
    Rung.OPPORTUNITIES: "per opportunity",
    Rung.WON: "per win",
}
NOTHING = "–"
GOAL_WIDTH = 1


@dataclass(frozen=True)
class Cell:
    """A number with the list it counts; `young`: its leads have not had the time yet."""

    value: str
    url: str = ""
    young: bool = False
    note: str = ""


def leads_url(asked: Asked, part: str, **narrowing: str) -> str:
    """The leads behind a number."""
    params = {**dict(asked.params), "part": part, **narrowing}
    return f"{LEADS_URL}?{urlencode({name: text for name, text in params.items() if text})}"


def joint_stats(card: Scorecard, asked: Asked) -> list[Stat]:
    """The five figures that both sides answer for together."""
    whole = card.cohort.whole
    conversion = Share(whole.won, whole.leads)
    young = "some are too young to have won" if whole.is_young(Rung.WON) else "of all leads"
    return [
        Stat("Activity", f"{card.touches:,}", "attempts to reach people",
             leads_url(asked, TOUCHES)),
        Stat("Leads", f"{whole.leads:,}", "came in", leads_url(asked, Rung.LEADS)),
        Stat("Cost per lead", money(whole.each(Rung.LEADS)), cost_note(whole),
             leads_url(asked, Rung.LEADS)),
        Stat("Conversions", f"{whole.won:,} won", f"{conversion.words()}, {young}",
             leads_url(asked, Rung.WON)),
        Stat("Sales", money(whole.revenue), return_note(whole), leads_url(asked, Rung.WON)),
    ]  # fmt: skip


def money(amount: Decimal | None) -> str:
    """An amount, or a dash where there is none to tell."""
    return NOTHING if amount is None else money_words(amount, settings.CURRENCY)


def cost_note(ladder: Ladder) -> str:
    """What was spent in all."""
    return f"{money(ladder.spend)} spent" if ladder.cost else "no cost entered"


def return_note(ladder: Ladder) -> str:
    """How many times the cost came back."""
    return NOTHING if ladder.times is None else f"{ladder.times:,}× what was spent"


def mirror_rows(card: Scorecard, asked: Asked) -> list[dict[str, object]]:
    """A row for each week, marketing to its left and sales to its right, both from 0 to 100 %."""
    rows: list[dict[str, object]] = []
    for place, week in enumerate(card.weeks):
        left = card.kept[Side.MARKETING].weeks[place]
        right = card.kept[Side.SALES].weeks[place]
        rows.append(
            {
                "week": f"{week.monday.day} {MONTHS[week.monday.month - 1]}",
                "monday": week.key,
                "changes": [one for one in card.changes if week.start <= one.at < week.end],
                "left": _half(left, Side.MARKETING, week, asked, mirrored=True),
                "right": _half(right, Side.SALES, week, asked),
            }
        )
    return rows


def _half(
    kept: WeekScore, side: Side, week: Week, asked: Asked, *, mirrored: bool = False
) -> dict[str, object]:
    period = {"from": exact_text(week.start), "to": exact_text(week.end)}
    return {
        "value": share_words(kept.score),
        "note": range_note(Share(kept.score.met, kept.score.due)),
        "url": list_url(asked, Part.DUE, side=side.value, **period),
        "parts": bar_parts(kept.score.share, kept.promised, mirrored=mirrored),
        "label": bar_label(kept),
        "v": drawn(kept.score.share),
        "goal": drawn(kept.promised),
    }


def drawn(number: float | None) -> str:
    """A number as a chart reads it from its cell; blank is a gap."""
    return "" if number is None else f"{number:.1f}"


def range_note(share: Share) -> str:
    """ "n 24, 62 to 93": n with each share, and where the true one lies if n is small."""
    if share.percent is None:
        return ""
    if share.interval is None:
        return f"n {share.n:,}"
    low, high = share.interval
    return f"n {share.n:,}, {low:.0f} to {high:.0f}"


def bar_label(kept: WeekScore) -> str:
    """A bar in words."""
    promised = "nothing promised" if kept.promised is None else f"{kept.promised:.0f} % promised"
    return f"{share_words(kept.score)} kept, {promised}"


def bar_parts(
    share: float | None,
    goal: float | None,
    *,
    mirrored: bool = False,
    at_most: bool = False,
    tone: str = "",
) -> list[dict[str, object]]:
    """A bar of what was kept, and the line of what was promised; `tone` where the line alone does
    not say whether it is good."""
    parts: list[dict[str, object]] = []
    if share is not None:
        good = goal is None or (share <= goal if at_most else share >= goal)
        parts.append(_rect(0, share, tone or ("ok" if good else "late"), mirrored))
    if goal is not None:
        parts.append(_rect(min(goal, 100 - GOAL_WIDTH), GOAL_WIDTH, "goal", mirrored))
    return parts


def _rect(start: float, share: float, tone: str, mirrored: bool) -> dict[str, object]:
    begin = 100 - start - share if mirrored else start
    return {"start": f"{begin:.2f}", "share": f"{share:.2f}", "tone": tone}


SHORT = {
    "acceptance": "Handed over and accepted",
    "conformity": "Pass every gate",
    "duplicates": "Duplicates, customers already",
    "overrides": "Against the definition",
}
VERDICTS = {True: ("kept", "ok"), False: ("broken", "late")}


def promise_rows(promises: tuple[Promise, ...], asked: Asked) -> list[dict[str, object]]:
    """One side's promises: what was agreed, what is so far, kept or not."""
    return [_promise_row(promise, asked) for promise in promises]


def _promise_row(promise: Promise, asked: Asked) -> dict[str, object]:
    share, agreed = promise.share, promise.agreed
    narrowing = {"kind": promise.kind, "side": ""}
    part, whole = promise.parts
    return {
        "name": SHORT.get(promise.name, promise.words),
        "agreed": NOTHING if agreed is None else agreed_words(promise),
        "share": NOTHING if share.percent is None else f"{share.percent:.1f} %",
        "range": range_words(share),
        "part": Cell(f"{share.part:,}", list_url(asked, part, **narrowing)),
        "whole": Cell(f"{share.n:,}", list_url(asked, whole, **narrowing)),
        "parts": bar_parts(share.percent, agreed, at_most=promise.at_most),
        "label": f"{share.words()}; agreed {NOTHING if agreed is None else agreed_words(promise)}",
        "verdict": verdict_of(promise),
    }


def agreed_words(promise: Promise) -> str:
    """ "≥ 85 %", "≤ 2 %"."""
    return f"{'≤' if promise.at_most else '≥'} {promise.agreed:g} %"


def range_words(share: Share) -> str:
    """ "62 to 93" where few were counted, else nothing."""
    return "" if share.interval is None else f"{share.interval[0]:.0f} to {share.interval[1]:.0f}"


def verdict_of(promise: Promise) -> tuple[str, str]:
    """Kept or broken, with the tone of its tag; less where no more can be said."""
    if promise.kept is not None:
        return VERDICTS[promise.kept]
    return ("no share", "") if promise.agreed is None else ("too few", "")


def pace_row(pace: Pace | None, asked: Asked) -> dict[str, object] | None:
    """The promised volume of the month that runs."""
    if pace is None:
        return None
    of_value = pace.volume.measure == "value"
    say = money if of_value else (lambda amount: f"{amount:,.0f}")
    period = {"from": exact_text(pace.slice.start), "to": exact_text(pace.slice.end)}
    whole, tone = Decimal(pace.volume.per_month), "ok" if pace.state == "on pace" else "risk"
    share = min(100.0, float(pace.so_far / whole * 100))
    return {
        "name": "Value handed over this month" if of_value else "Leads handed over this month",
        "agreed": say(whole),
        "so_far": Cell(say(pace.so_far), list_url(asked, Part.CREDITED, **period)),
        "paced": say(Decimal(round(pace.paced))),
        "parts": bar_parts(share, pace.share * 100, tone=tone),
        "tone": tone,
        "state": pace.state,
        "error": "" if pace.error is None else f"{pace.error * 100:+.0f} %".replace("-", "−"),
    }


def ladder_rows(lines: tuple[Line, ...], asked: Asked, name: str) -> list[dict[str, object]]:
    """A table of campaigns or sources; `name` is the parameter that narrows a list to one."""
    return [
        {"name": one.name, "cells": ladder_cells(one.ladder, asked, {name: one.key})}
        for one in lines
    ]


def ladder_cells(ladder: Ladder, asked: Asked, narrowing: dict[str, str]) -> list[Cell]:
    """Counts with their lists, then what one on each rung cost, revenue and return."""
    linked = all(narrowing.values())

    def amount(value: Decimal | None, young: bool) -> Cell:
        return Cell(money(value), "", young and value is not None)

    counts = [
        Cell(
            f"{ladder.count(rung):,}",
            leads_url(asked, rung, **narrowing) if linked else "",
            ladder.is_young(rung),
        )
        for rung in Rung
    ]
    costs = [amount(ladder.each(rung), ladder.is_young(rung)) for rung in Rung]
    times = NOTHING if ladder.times is None else f"{ladder.times:,}×"
    spend = Cell(money(ladder.spend) if ladder.cost else NOTHING)
    young = ladder.is_young(Rung.WON)
    returned = Cell(times, "", young and ladder.times is not None)
    return [spend, *counts, *costs, Cell(money(ladder.revenue), "", young), returned]


LADDER_HEADS = (
    "Spend",
    *RUNG_NAMES.values(),
    *(f"Cost {name}" for name in COST_NAMES.values()),
    "Revenue",
    "Return",
)


def period_words(asked: Asked, now: datetime) -> str:
    """ "7 Sep to 25 Nov 2026"."""
    first = local(asked.slice.start, settings.TIME_ZONE)
    last = local(min(asked.slice.end, now), settings.TIME_ZONE)
    days = [f"{day.day} {MONTHS[day.month - 1]}" for day in (first, last)]
    return f"{days[0]} to {days[1]} {last.year}"
