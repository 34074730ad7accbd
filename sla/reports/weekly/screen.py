"""Weeks as a table that a chart is drawn from: each cell is a number and opens what it counts."""

from collections.abc import Iterator
from datetime import datetime

from leadbridge.kernel.words import MONTHS
from sla.reports.asking import Asked
from sla.reports.attainment import Score
from sla.reports.groups import By
from sla.reports.links import list_url
from sla.reports.listing import label_of_kind
from sla.reports.scorecard.asking import exact_text
from sla.reports.scorecard.screen import drawn
from sla.reports.scorecard.weeks import Week
from sla.reports.slices import Part
from sla.reports.weekly.trend import Line, Trend
from sla.reports.words import share_words

DRAWN = 6  # more lines than these cannot be told apart; the table has them all
SHOWN = 50  # of all, those of whom most fell due; the file has the others too
NAMES = {
    By.TEAM: "By team",
    By.HOLDER: "By salesperson",
    By.SOURCE: "By source",
    By.TIER: "By tier",
    By.KIND: "By clock",
}

Row = dict[str, object]


def week_name(week: Week) -> str:
    """ "5 Oct"."""
    return f"{week.monday.day} {MONTHS[week.monday.month - 1]}"


def score_cell(score: Score, url: str) -> Row:
    """A share with its n and range, or counts where few fell due; `v` is what a chart draws."""
    low, high = score.interval or (None, None)
    note = "" if score.share is None else f"n {score.due:,}"
    return {
        "value": share_words(score),
        "url": url if score.due else "",
        "note": f"{note}, {low:.0f} to {high:.0f}" if low is not None else note,
        "v": drawn(score.share),
        "low": drawn(low),
        "high": drawn(high),
    }


def trend_rows(trend: Trend, asked: Asked, now: datetime) -> list[Row]:
    """A row for each week: what was kept, what was promised, what came into force."""
    return [
        {
            "week": week_name(week),
            "monday": week.key,
            "changes": [one for one in trend.changes if week.start <= one.at < week.end],
            "kept": score_cell(score, list_url(asked, Part.DUE, **period_of(week, now))),
            "promised": "–" if promised is None else f"{promised:.0f} %",
            "goal": drawn(promised),
        }
        for week, score, promised in zip(
            trend.weeks, trend.whole.weeks, trend.promised, strict=True
        )
    ]


def period_of(week: Week, now: datetime) -> dict[str, str]:
    """The parameters of a week; the one that runs has no end but now."""
    end = "" if week.end > now else exact_text(week.end)
    return {"days": "", "from": exact_text(week.start), "to": end}


def group_table(trend: Trend, by: By, asked: Asked, now: datetime) -> Row:
    """A row for each group with a cell for each week."""
    heads = [
        {
            "week": week_name(week),
            "monday": week.key,
            "changes": [one for one in trend.changes if week.start <= one.at < week.end],
        }
        for week in trend.weeks
    ]
    shown = trend.lines[:SHOWN]
    rows = [
        {
            "name": label_of_kind(line.key) if by is By.KIND else line.name,
            "drawn": place < DRAWN,
            "cells": list(_cells(trend, line, by, asked, now)),
        }
        for place, line in enumerate(shown)
    ]
    return {
        "name": NAMES[by],
        "heads": heads,
        "rows": rows,
        "left_out": max(0, len(rows) - DRAWN),
        "more": len(trend.lines) - len(shown),
    }


def _cells(trend: Trend, line: Line, by: By, asked: Asked, now: datetime) -> Iterator[Row]:
    narrowing = narrowing_of(by, line.key)
    first, last = trend.weeks[0], trend.weeks[-1]
    spans = [(line.whole, {**period_of(last, now), "from": exact_text(first.start)})]
    spans += [
        (score, period_of(week, now)) for score, week in zip(line.weeks, trend.weeks, strict=True)
    ]
    for score, period in spans:
        linked = narrowing is not None
        url = list_url(asked, Part.DUE, **period, **(narrowing or {})) if linked else ""
        yield score_cell(score, url)


def narrowing_of(by: By, key: str) -> dict[str, str] | None:
    """By what a list is narrowed to one group; None where it cannot be."""
    if by is By.HOLDER and not key.isdigit():
        return {"holder": "pool", "team": key.removeprefix("pool-")}
    return {by.value: key} if key else None
