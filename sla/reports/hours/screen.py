"""Arrivals and lateness as two tables of hours: a number in each cell, shaded by a class."""

from collections.abc import Iterator

from sla.reports.arrivals import DAYS, hour_text
from sla.reports.asking import Asked
from sla.reports.hours.heat import WEEK, Heat
from sla.reports.links import list_url
from sla.reports.slices import Part

SHADES = 5
# From how many percent missed on a cell is darker.
LATE_FROM = (0.0, 5.0, 10.0, 20.0, 35.0)

Row = dict[str, object]


def heat_tables(heat: Heat, asked: Asked) -> Row:
    """Both tables, over the same hours."""
    return {
        "days": DAYS,
        "arrived": [_arrived(heat, hour, asked) for hour in (*heat.busy, None)],
        "late": [_late(heat, hour, asked) for hour in (*heat.busy, None)],
        "handed": heat.arrived_of(None, None),
        "due": heat.late_of(None, None).n,
    }


def _columns() -> Iterator[int | None]:
    yield from WEEK
    yield None


def _name(hour: int | None) -> str:
    return "All" if hour is None else f"{hour:02}:00"


def _arrived(heat: Heat, hour: int | None, asked: Asked) -> Row:
    most = max(heat.arrived.values(), default=1)
    cells = []
    for day in _columns():
        count, sums = heat.arrived_of(day, hour), day is None or hour is None
        url = list_url(asked, Part.SUBMITTED, hour=hour_text(day, hour)) if count else ""
        shade = 0 if sums or not count else -(-SHADES * count // most)
        cells.append({"value": f"{count:,}", "url": url, "shade": shade, "sums": sums})
    return {"name": _name(hour), "cells": cells}


def _late(heat: Heat, hour: int | None, asked: Asked) -> Row:
    cells = []
    for day in _columns():
        share, sums = heat.late_of(day, hour), day is None or hour is None
        narrowing = {"kind": heat.kind, "hour": hour_text(day, hour)}
        cells.append(
            {
                "missed": f"{share.part:,}",
                "missed_url": list_url(asked, Part.MISSED, **narrowing) if share.part else "",
                "due": f"{share.n:,}" if share.n else "",
                "due_url": list_url(asked, Part.DUE, **narrowing) if share.n else "",
                "share": "" if share.percent is None else f"{share.percent:.0f} %",
                "shade": 0 if sums else late_shade(share.percent),
                "sums": sums,
            }
        )
    return {"name": _name(hour), "cells": cells}


def late_shade(percent: float | None) -> int:
    """How dark; nothing where too few fell due for a share, or none was missed."""
    if not percent:
        return 0
    return sum(percent >= least for least in LATE_FROM)
