"""The funnel as a table: each number opens the leads it counts."""

from decimal import Decimal

from django.conf import settings

from leadbridge.kernel.money import money_words
from sla.reports.asking import Asked
from sla.reports.funnel import Funnel, FunnelBy, FunnelGroup
from sla.reports.links import list_url, page_url
from sla.reports.slices import Part

HEADS = ("Handed over", "Accepted", "Opportunities", "Won", "Won of handed over", "Days to win",
         "Value won")  # fmt: skip
MOST_SHOWN = 100  # lines; the file holds all
NAMES = {
    FunnelBy.SOURCE: "By source",
    FunnelBy.CAMPAIGN: "By campaign",
    FunnelBy.TEAM: "By team",
    FunnelBy.HOLDER: "By salesperson",
}


def funnel_table(
    groups: list[FunnelGroup], whole: Funnel, asked: Asked, by: FunnelBy
) -> dict[str, object]:
    """Lines and menus of the page."""
    menu = [
        (name, page_url(asked, "/sla/funnel/", by=one.value), one is by)
        for one, name in NAMES.items()
    ]
    return {
        "by_name": NAMES[by],
        "by_menu": menu,
        "heads": HEADS,
        "lines": [
            {"name": one.name or "Not said", "cells": _cells(one.funnel, asked, by, one.key)}
            for one in groups[:MOST_SHOWN]
        ],
        "hidden": max(len(groups) - MOST_SHOWN, 0),
        "whole": _cells(whole, asked, by, None),
    }


def _cells(funnel: Funnel, asked: Asked, by: FunnelBy, key: str | None) -> list[dict[str, object]]:
    counts = (
        (funnel.handed, Part.SUBMITTED),
        (funnel.accepted, Part.ACCEPTED),
        (funnel.opportunities, Part.OPPORTUNITIES),
        (funnel.won, Part.WON),
    )
    narrowing = {} if key is None else _narrowing(by, key)
    cells: list[dict[str, object]] = [
        {"value": f"{count:,}", "url": _list(asked, part, narrowing)} for count, part in counts
    ]
    days = "–" if funnel.days is None else f"{funnel.days:,.1f}"
    value = money_words(funnel.value, settings.CURRENCY) if funnel.value != Decimal(0) else "–"
    cells += [{"value": text, "url": ""} for text in (funnel.conversion.words(), days, value)]
    return cells


def _list(asked: Asked, part: Part, narrowing: dict[str, str] | None) -> str:
    return "" if narrowing is None else list_url(asked, part, **narrowing)


def _narrowing(by: FunnelBy, key: str) -> dict[str, str] | None:
    """By what a list is narrowed to one group; None where no list is."""
    if by is FunnelBy.SOURCE and key:
        return {"source": key}
    if by is FunnelBy.TEAM:
        return {"team": key}
    if by is FunnelBy.HOLDER:
        pool = not key.isdigit()
        return {"holder": "pool", "team": key.removeprefix("pool-")} if pool else {"holder": key}
    return None
