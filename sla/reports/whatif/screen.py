"""A what-if as its page shows it: words, figures and rows, nothing reckoned anew."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from leadbridge.kernel.shares import LEAST_FOR_SHARE
from leadbridge.kernel.time import local
from leadbridge.people.http import zone_of
from leadbridge.people.models import User
from sla.calendars.content import WEEKDAYS
from sla.calendars.models import Calendar
from sla.calendars.typed import write_hours
from sla.clocks.kinds import KINDS
from sla.reports.scorecard.asking import exact_text
from sla.reports.slices import Part
from sla.reports.whatif.changes import Changes
from sla.reports.whatif.models import WhatIf
from sla.reports.whatif.queries import named_clocks

State = WhatIf.State
TONES = {State.DONE: "ok", State.FAILED: "late", State.WAITING: "risk", State.RUNNING: "risk"}
SIDES = {
    "won": ("Breaches won back", "Missed then, kept under these settings"),
    "lost": ("Breaches added", "Kept then, missed under these settings"),
}
DAY_NAMES = {5: "Monday to Friday", 6: "Monday to Saturday", 7: "every day"}


def headline(asked: WhatIf, user: User) -> dict[str, Any]:
    """What every mention says: of which days, by whom, and how far it is."""
    zone = zone_of(user)
    since, until = local(asked.since, zone), local(asked.until, zone)
    return {
        "whatif": asked,
        "url": f"/sla/whatif/{asked.pk}/",
        "state": asked.get_state_display(),
        "tone": TONES[State(asked.state)],
        "asked": f"{asked.asked_by}, {local(asked.asked_at, zone):%-d %B %Y %H:%M}",
        "period": f"{since:%-d %B %Y} to {until:%-d %B %Y}",
        "progress": _progress(asked),
        "parts": [{"start": 0, "share": asked.share, "tone": "accent"}],
    }


def whatif_screen(user: User, asked: WhatIf) -> dict[str, Any]:
    """Everything that the page of one shows."""
    shown = headline(asked, user) | {"changes": changes_words(Changes.from_content(asked.changes))}
    if asked.state != State.DONE:
        return shown
    result = asked.result
    return shown | {
        "result": result,
        "figures": _figures(result),
        "tables": [
            (
                "By promise",
                [
                    _row(KINDS[one["kind"]].label, one, _missed_then(asked, one["kind"]))
                    for one in result["by_kind"]
                ],
            ),
            ("By team", [_row(one["team"], one) for one in result["by_team"]]),
            (
                "By hour in which it began",
                [_row(f"{one['hour']:02d}:00", one) for one in result["by_hour"]],
            ),
        ],
        "load": _load(result["load"]),
        "people": result["load"]["people"],
        "staffed": staffed_words(result["staffed"]),
        "sides": [
            _side("won", user, result["won"]),
            _side("lost", user, result["lost"]),
        ],
    }


def _missed_then(asked: WhatIf, kind: str) -> str:
    """The list of what was missed of a kind; empty for several teams, which no list narrows to."""
    teams = asked.team_ids
    if teams is not None and len(teams) != 1:
        return ""
    period = {"from": exact_text(asked.since), "to": exact_text(asked.until)}
    params = {**period, "kind": kind, "part": Part.MISSED.value, "team": teams[0] if teams else ""}
    return f"/sla/clocks/?{urlencode({name: text for name, text in params.items() if text})}"


def changes_words(changes: Changes) -> list[str]:
    """What is otherwise, a sentence each."""
    names = dict(Calendar.objects.filter(pk__in=changes.calendars).values_list("pk", "name"))
    said = [
        f"{KINDS[kind].label}: {amount.value} {amount.unit.name.lower().replace('_', ' ')}"
        for kind, amount in changes.targets.items()
    ]
    for pk, hours in changes.calendars.items():
        days = zip(WEEKDAYS, hours.week, strict=True)
        week = "; ".join(f"{day} {write_hours(blocks)}" for day, blocks in days)
        said.append(f"{names.get(pk, 'Hours')}: {week}")
    return said


def attainment_words(score: Mapping[str, int]) -> str:
    """Met of due; a share only where there are enough to speak of one."""
    counts = f"{score['met']:,} of {score['due']:,}"
    if score["due"] < LEAST_FOR_SHARE:
        return counts
    return f"{100 * score['met'] / score['due']:.1f} %"


def staffed_words(found: Mapping[str, Any]) -> str:
    """What the search for staffed hours found."""
    if not found["sample"]:
        return "No promise fell due, so there is nothing to search."
    if found["hours"] is None:
        return (
            f"Not even round the clock: {found['round_the_clock']:.1f} % would be kept, "
            f"{found['promised']:g} % is promised. Hours alone do not do it."
        )
    return (
        f"{found['hours']} hours a week, {DAY_NAMES[found['days']]} {found['opens']} to "
        f"{found['closes']}: {found['attainment']:.1f} % would be kept, "
        f"{found['promised']:g} % is promised."
    )


def _progress(asked: WhatIf) -> str:
    if asked.state == State.WAITING:
        return "Waits for a worker"
    if asked.clocks is None:
        return "Counting the promises"
    return f"{asked.share} % of {asked.clocks:,} promises replayed"


def _figures(result: Mapping[str, Any]) -> list[dict[str, str]]:
    was, would = result["recorded"], result["imagined"]
    won, lost = (f"{result[side]['count']:,}" for side in SIDES)
    return [
        _figure("Attainment then", attainment_words(was), f"{was['met']:,} of {was['due']:,} kept"),
        _figure("It would be", attainment_words(would),
                f"{would['met']:,} of {would['due']:,} kept"),
        _figure("Breaches won back", won, "missed then, kept here", "" if won == "0" else "ok",
                "#won"),
        _figure("Breaches added", lost, "kept then, missed here", "" if lost == "0" else "late",
                "#lost"),
    ]  # fmt: skip


def _figure(label: str, value: str, note: str, tone: str = "", url: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "tone": tone, "url": url}


def _row(name: str, one: Mapping[str, Any], missed_url: str = "") -> dict[str, Any]:
    was, would = one["recorded"], one["imagined"]
    share = round(100 * would["met"] / would["due"], 1) if would["due"] else 0
    return {
        "name": name,
        "due": would["due"],
        "was": attainment_words(was),
        "would": attainment_words(would),
        "missed_then": was["due"] - was["met"],
        "missed_url": missed_url if was["due"] > was["met"] else "",
        "missed": would["due"] - would["met"],
        "parts": [
            {"start": 0, "share": share, "tone": "ok"},
            {"start": share, "share": round(100 - share, 1) if would["due"] else 0, "tone": "late"},
        ],
    }


def _load(load: Mapping[str, Any]) -> list[dict[str, Any]]:
    most = max((one["a_day"] for one in load["hours"]), default=0) or 1
    return [
        {
            "hour": f"{one['hour']:02d}:00",
            "a_day": f"{one['a_day']:g}",
            "each": "" if one["each"] is None else f"{one['each']:g}",
            "parts": [{"start": 0, "share": round(100 * one["a_day"] / most, 1), "tone": "accent"}],
        }
        for one in load["hours"]
    ]


def _side(name: str, user: User, side: Mapping[str, Any]) -> dict[str, Any]:
    listed: Sequence[Sequence[int]] = side["clocks"]
    clocks, (title, note) = named_clocks(user, listed), SIDES[name]
    return {
        "id": name,
        "title": title,
        "note": note,
        "count": side["count"],
        "more": side["count"] - len(clocks),
        "rows": [
            {
                "url": f"/clocks/{clock.pk}/",
                "name": clock.lead.name,
                "kind": KINDS[clock.kind].label,
            }
            for clock in clocks
        ],
    }
