"""Fields that an organisation adds to its leads: typed, so that what comes in is worth judging by.

Pure: what a field takes, and how it is said. Their values live among the lead's attributes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import shown
from leadbridge.kernel.text import Refused, clean_text
from leads.definition.facts import FactType, read_fact
from leads.definition.operators import fold

TYPES: Mapping[str, str] = {
    "text": "Text",
    "number": "Number",
    "choice": "One of several",
    "boolean": "Yes or no",
    "date": "Day",
}
MOST_FIELDS = 40
MOST_CHOICES = 50
LONGEST_LABEL = 60
LONGEST_TEXT = 500
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Kept = str | int | float | bool


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its key among the attributes, what people call it, and what it takes."""

    key: str
    label: str
    type: FactType
    choices: tuple[str, ...] = ()
    on_forms: bool = False

    @property
    def fact(self) -> str:
        """The name by which criteria know it."""
        return f"attributes.{self.key}"

    def read(self, raw: object) -> Kept | None:
        """The value as it is kept, None for nothing said; `Refused` with the cure."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if self.type == "choice":
            return self._choice(raw)
        if self.type == "text":
            return clean_text(raw, longest=LONGEST_TEXT, lines=True)
        value = read_fact({self.fact: raw}, self.fact, self.type)
        if value is None:
            raise Refused(_CURES[self.type])
        if isinstance(value, bool | str):
            return value
        if self.type == "date":
            return str(value)
        number = float(str(value))
        return int(number) if number.is_integer() else number

    def _choice(self, raw: object) -> str:
        text = fold(clean_text(raw, longest=LONGEST_TEXT))
        found = next((one for one in self.choices if fold(one) == text), None)
        if found is None:
            raise Refused(f"Choose one of: {', '.join(self.choices)}.")
        return found

    def say(self, value: object) -> str:
        """A kept value in words."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return str(value) if isinstance(value, str | int | float) else ""


_CURES: Mapping[str, str] = {
    "number": "Give a number, such as 250 or 12.5.",
    "boolean": "Say yes or no.",
    "date": "Give a day, such as 2026-11-23.",
}


def read_key(raw: str) -> str:
    """A key fit for programs; DomainError names the cure."""
    if not _KEY.fullmatch(raw.strip()):
        raise DomainError(
            "invalid",
            f"{shown(raw)} will not do: small letters, digits and _, a letter first, at most 40.",
            field="key",
        )
    return raw.strip()


def read_type(raw: str) -> FactType:
    """One of the types there are."""
    if raw not in TYPES:
        raise DomainError("invalid", f"Choose one of: {', '.join(TYPES)}.", field="type")
    return cast("FactType", raw)


def read_label(raw: str) -> str:
    """What people call the field."""
    try:
        label = clean_text(raw, longest=LONGEST_LABEL)
    except Refused as refusal:
        raise DomainError("invalid", str(refusal), field="label") from None
    if not label:
        raise DomainError("invalid", "Say what people call it.", field="label")
    return label


def read_choices(raw: list[str], of: FactType) -> list[str]:
    """The values one chooses from: two or more for a choice, none for any other type."""
    try:
        choices = [text for one in raw if (text := clean_text(one, longest=100))]
    except Refused as refusal:
        raise DomainError("invalid", str(refusal), field="choices") from None
    if of != "choice" and choices:
        raise DomainError("invalid", "Only “one of several” has choices.", field="choices")
    if of == "choice" and not 2 <= len(choices) <= MOST_CHOICES:
        raise DomainError("invalid", f"Give 2 to {MOST_CHOICES} choices.", field="choices")
    if len({fold(one) for one in choices}) < len(choices):
        raise DomainError("invalid", "Two choices read alike; remove one.", field="choices")
    return choices
