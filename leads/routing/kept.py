"""The explanation of a choice as it is kept on a lead: said once, in few letters. Pure.

A choice names everybody of each team it asked. Most of them stand alike, so what is the same for
all is written once, a figure that differs as a row of numbers, and whoever cannot take the lead
under the reason. Nothing else is needed to read it: `whole_of` gives back every person with all
that counted for them, and whatever was kept before there was this form, as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from leads.routing.ruleset import Method
from leads.routing.turns import Candidate, in_question

# What counts for somebody beside their name.
_FIGURES = ("weight", "credit", "given", "per_day", "load", "open")
_UNKNOWN = "-"


def packed(people: Sequence[Candidate]) -> dict[str, object]:
    """Everybody of a team in columns; the inverse of `_people_of`."""
    found: dict[str, object] = {
        "ids": " ".join([str(one.id) for one in people]),
        "names": [one.name for one in people],
    }
    for name in _FIGURES:
        column = [getattr(one, name) for one in people]
        if any(value != column[0] for value in column):
            found[name] = " ".join(_UNKNOWN if v is None else str(v) for v in column)
        elif column and column[0] is not None:
            found[name] = column[0]
    if any(one.works_at for one in people):
        found["works_at"] = [one.works_at for one in people]
    if had := [one.id for one in people if one.had_it]:
        found["had_it"] = had
    barred: dict[tuple[str, str], list[int]] = {}
    for one in people:
        if one.bar:
            barred.setdefault((one.bar, one.why), []).append(one.id)
    if barred:
        found["barred"] = [
            {"bar": bar, "why": why, "ids": ids} for (bar, why), ids in barred.items()
        ]
    return found


def _people_of(kept: Mapping[str, Any]) -> list[Candidate]:
    ids = [int(number) for number in kept["ids"].split()]
    figures = {name: _column(kept.get(name), len(ids)) for name in _FIGURES}
    had, works = set(kept.get("had_it", ())), kept.get("works_at") or [""] * len(ids)
    bars = {
        number: (told["bar"], told["why"])
        for told in kept.get("barred", ())
        for number in told["ids"]
    }
    return [
        Candidate(
            number, kept["names"][at], *bars.get(number, ("", "")), had_it=number in had,
            works_at=works[at], **{name: column[at] for name, column in figures.items()},
        )
        for at, number in enumerate(ids)
    ]  # fmt: skip


def _column(told: object, length: int) -> list[Any]:
    if isinstance(told, str):
        return [None if part == _UNKNOWN else int(part) for part in told.split()]
    return [told] * length


def whole_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """A stored explanation with everything that follows from it: each person of each team as a
    row of their own, and all who were passed over with the reason, in the order they were asked."""
    if "teams" not in record:
        return dict(record)
    teams, passed = [], [list(pair) for pair in record.get("passed_over", ())]
    for team in record["teams"]:
        if not isinstance(team["people"], Mapping):
            teams.append(team)
            continue
        people = _people_of(team["people"])
        teams.append({**team, "people": [one.content() for one in people]})
        passed += [list(pair) for pair in passed_over(people, team["took"], team["method"])]
    return {**record, "teams": teams, "passed_over": passed}


def passed_over(
    candidates: Sequence[Candidate], took: int | None, method: Method
) -> list[tuple[str, str]]:
    """Everybody else with the reason, those who could not take it at all first."""
    able = {one.id for one in in_question(candidates)}
    ordered = sorted(candidates, key=lambda one: (not one.bar, one.id))
    return [
        (one.name, one.why or _not_their_turn(one, one.id in able, method))
        for one in ordered
        if one.id != took
    ]


def _not_their_turn(one: Candidate, is_able: bool, method: Method) -> str:
    if not is_able:
        return "had it before"
    return f"holds {one.load} open leads" if method == "load" else "not their turn"
