"""The tables of a what-if as files: its result as it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Sequence[object]
TABLES = {"kinds": "By promise", "teams": "By team", "hours": "By hour", "load": "Load"}
_SCORE = ("due", "met", "met_late", "missed_open")


def whatif_tables(result: Mapping[str, Any]) -> Mapping[str, Iterator[Row]]:
    """Every table by the name that an address asks for it with."""
    return {
        "kinds": _scores("kind", result["by_kind"]),
        "teams": _scores("team", result["by_team"]),
        "hours": _scores("hour", result["by_hour"]),
        "load": _load(result["load"]),
    }


def _scores(key: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    yield (key, *(f"{name}_{when}" for when in ("then", "would_be") for name in _SCORE))
    for one in lines:
        sides = (one["recorded"], one["imagined"])
        yield (one[key], *(side[name] for side in sides for name in _SCORE))


def _load(load: Mapping[str, Any]) -> Iterator[Row]:
    yield ("hour", "begun_a_day", "for_each_person")
    for one in load["hours"]:
        yield (one["hour"], one["a_day"], one["each"])
