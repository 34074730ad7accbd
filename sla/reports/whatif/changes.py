"""What is to be otherwise in a what-if: targets, hours, people at work. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import Reader
from sla.agreement.amounts import Amount, format_amount, read_amount
from sla.calendars.arithmetic import BusinessCalendar, require_working_time
from sla.clocks.kinds import KINDS, DueBy

# A promised date, the end of a park and the plan of attempts are no targets of their own: what
# they would have been is not in the clock.
CHANGEABLE = tuple(name for name, kind in KINDS.items() if kind.due_by is DueBy.TARGET)
MOST_PEOPLE = 100_000
PROMISED = Decimal(90)
_PARTS = ("targets", "calendars", "people", "promised")
_READER = Reader("invalid")


@dataclass(frozen=True)
class Changes:
    """`targets` by kind, `calendars` by the id of the calendar they take the place of; `people` at
    work at once, 0 where nobody asked; `promised` attainment in percent, for the staffed hours."""

    targets: Mapping[str, Amount] = field(default_factory=dict)
    calendars: Mapping[int, BusinessCalendar] = field(default_factory=dict)
    people: int = 0
    promised: Decimal = PROMISED

    @classmethod
    def from_content(cls, content: object) -> "Changes":
        """The changes that a JSON value describes; DomainError names the place."""
        body = _READER.mapping(content, "changes", keys=_PARTS)
        targets = _READER.mapping(body.get("targets", {}), "targets", keys=CHANGEABLE)
        hours = body.get("calendars", {})
        if not isinstance(hours, dict):
            raise DomainError("invalid", "calendars: give hours by the id of a calendar.")
        return cls(
            {kind: read_amount(amount, f"targets, {kind}") for kind, amount in targets.items()},
            {_id_of(key): _hours(value) for key, value in hours.items()},
            _people(body.get("people", 0)),
            _promised(body.get("promised", PROMISED)),
        )

    def content(self) -> dict[str, object]:
        """The inverse of `from_content`."""
        return {
            "targets": {kind: format_amount(amount) for kind, amount in self.targets.items()},
            "calendars": {str(pk): hours.content() for pk, hours in self.calendars.items()},
            "people": self.people,
            "promised": float(self.promised),
        }


def _id_of(key: object) -> int:
    text = str(key)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise DomainError("invalid", f"calendars: “{text[:20]}” is no id.", field="calendars")
    return int(text)


def _hours(content: object) -> BusinessCalendar:
    hours = BusinessCalendar.from_content(content)
    require_working_time(hours)
    return hours


def _people(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= MOST_PEOPLE:
        raise DomainError(
            "invalid", f"Give 0 to {MOST_PEOPLE:,} people, as a whole number.", field="people"
        )
    return raw


def _promised(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal) or not 0 < raw <= 100:
        raise DomainError(
            "invalid", "A promised attainment is above 0 and at most 100 percent.", field="promised"
        )
    return Decimal(str(raw))
