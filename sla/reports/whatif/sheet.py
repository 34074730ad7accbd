"""The form of a what-if, there and back: what is typed becomes changes; a blank changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from sla.agreement.amounts import format_amount
from sla.agreement.queries import active_agreement
from sla.calendars.content import WEEKDAYS
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of, calendars_visible_to
from sla.calendars.typed import read_hours, write_hours
from sla.clocks.kinds import KINDS
from sla.reports.whatif.actions import USUAL_DAYS
from sla.reports.whatif.changes import CHANGEABLE, PROMISED

MOST_CALENDARS = 20
WEEKEND = WEEKDAYS[5:]


@dataclass(frozen=True)
class Field:
    """One line of the form. `now` says what counts today."""

    name: str
    label: str
    value: str
    now: str


def sheet_of(user: User, typed: Mapping[str, str]) -> dict[str, Any]:
    """The form, with what was typed in it."""
    return {
        "days": typed.get("days", str(USUAL_DAYS)),
        "people": typed.get("people", ""),
        "promised": typed.get("promised", str(PROMISED)),
        "targets": _targets(typed),
        "hours": _hours(editable(user), typed),
    }


def changes_of(user: User, typed: Mapping[str, str]) -> tuple[dict[str, object], int]:
    """What was typed, as the JSON of changes, and the days; DomainError names the field."""
    targets = {
        kind: typed[f"target-{kind}"].strip()
        for kind in CHANGEABLE
        if typed.get(f"target-{kind}", "").strip()
    }
    found: dict[str, object] = {
        "targets": targets,
        "calendars": {
            str(calendar.pk): content
            for calendar in editable(user)
            if (content := _content(calendar, typed))
        },
        "people": _number(typed.get("people", ""), "people", 0),
        "promised": _number(typed.get("promised", ""), "promised", int(PROMISED)),
    }
    return found, _number(typed.get("days", ""), "days", USUAL_DAYS)


def editable(user: User) -> list[Calendar]:
    """The hours that the form offers to change: the house's and the teams', whoever reads them."""
    shared = calendars_visible_to(user).filter(user=None, current__isnull=False)
    return list(shared.order_by("-organisation", "name")[:MOST_CALENDARS])


def _targets(typed: Mapping[str, str]) -> list[Field]:
    active = active_agreement()
    said = active.agreement.defaults if active else {}
    return [
        Field(
            f"target-{kind}",
            KINDS[kind].label,
            typed.get(f"target-{kind}", ""),
            format_amount(said[kind].amount) if kind in said else "",
        )
        for kind in CHANGEABLE
    ]


def _hours(calendars: list[Calendar], typed: Mapping[str, str]) -> list[Field]:
    fields = []
    for calendar in calendars:
        assert calendar.current_id is not None, "only such are offered"
        week = calendar_of(calendar.current_id).week
        for part, day, words in (("week", 0, "Mon to Fri"), ("weekend", 5, "Sat and Sun")):
            name = f"{part}-{calendar.pk}"
            label = f"{calendar.name}, {words}"
            fields.append(Field(name, label, typed.get(name, ""), write_hours(week[day])))
    return fields


def _content(calendar: Calendar, typed: Mapping[str, str]) -> dict[str, object] | None:
    """The hours of a calendar with what was typed in their place; None where nothing was."""
    assert calendar.current is not None, "only such are offered"
    weekly = dict(calendar.current.content.get("weekly", {}))
    changed = False
    for part, days in (("week", WEEKDAYS[:5]), ("weekend", WEEKEND)):
        name = f"{part}-{calendar.pk}"
        text = typed.get(name, "").strip()
        if text:
            blocks, changed = read_hours(text, name), True
            weekly |= dict.fromkeys(days, blocks)
    kept = {day: blocks for day, blocks in weekly.items() if blocks}
    return {**calendar.current.content, "weekly": kept} if changed else None


def _number(text: str, field: str, usual: int) -> int:
    plain = text.strip()
    if not plain:
        return usual
    if not (plain.isascii() and plain.isdigit() and len(plain) < 7):
        raise DomainError("invalid", f"{field.capitalize()}: give a whole number.", field=field)
    return int(plain)
