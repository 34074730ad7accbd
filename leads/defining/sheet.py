"""The definition as it is typed into a form: one text per input, there and back. Pure.

`texts_of` fills the inputs; `read_texts` makes content of what came back and knows which input a
refusal is about, so that nothing typed is lost.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from leadbridge.kernel.errors import DomainError
from leads.definition.criteria import MOST_ALSO, Definition
from leads.definition.typed import typed_value, value_text
from leads.definition.words import sentence_for

Texts = dict[str, str]

ROWS = {"criterion": ("c", "criteria"), "example": ("x", "examples")}
EXPECTED = ("accepted", "opportunity")
MOST_ROWS = 60
_PRESSED = re.compile(r"(add|remove|up|down|word) (criterion|example)(?: ([0-9]{1,3}))?")
_PARTS = {
    "kind": "kind",
    "sentence": "sentence",
    "field": "field",
    "operator": "operator",
    "value": "value",
    "unknown": "unknown",
    "weight": "weight",
    "half_life_days": "half",
    "id": "field",
    "also": "also1-field",
}
_TEST = ("field", "operator", "value")
_TRIVIAL: dict[str, object] = {
    "thresholds": {"fit": 0, "interest": 0},
    "tiers": {"fit": [], "interest": [], "cells": [[3]], "fast_track": 1},
}


def texts_of(definition: Definition) -> Texts:
    """Every input with what the definition says."""
    texts: Texts = {}
    for place, one in enumerate(definition.criteria, 1):
        row = f"c-{place}"
        texts |= {f"{row}-id": one.id, f"{row}-kind": one.kind, f"{row}-sentence": one.sentence}
        texts |= {f"{row}-field": one.field, f"{row}-operator": one.operator}
        texts |= {f"{row}-value": value_text(one.value), f"{row}-unknown": one.unknown}
        texts[f"{row}-weight"] = str(one.weight) if one.weight else ""
        texts[f"{row}-half"] = str(one.half_life_days or "")
        for number, more in enumerate(one.also, 1):
            said = (more.field, more.operator, value_text(more.value))
            texts |= {f"{row}-also{number}-{part}": t for part, t in zip(_TEST, said, strict=True)}
    for place, example in enumerate(definition.examples, 1):
        row = f"x-{place}"
        texts |= {f"{row}-lead": example.lead, f"{row}-because": example.because}
        texts[f"{row}-meets"] = "yes" if example.meets else "no"
    texts |= {"criteria": str(len(definition.criteria)), "examples": str(len(definition.examples))}
    texts |= {"fit": str(definition.fit), "interest": str(definition.interest)}
    grid = definition.tiers
    texts["g-fit"] = ", ".join(map(str, grid.fit))
    texts["g-interest"] = ", ".join(map(str, grid.interest))
    texts["g-fast"] = str(grid.fast_track)
    for row_number, cells in enumerate(grid.cells, 1):
        for column, tier in enumerate(cells, 1):
            texts[f"g-{row_number}-{column}"] = str(tier)
    review = definition.review_on
    texts["review_on"] = review.isoformat() if review else ""
    agreed = definition.expected.content()
    texts |= {f"expected-{name}": str(agreed.get(name, "")) for name in EXPECTED}
    return texts


def press(texts: Mapping[str, str], button: str) -> Texts | None:
    """The inputs after a button that adds, removes, moves or words a row, or draws the grid anew;
    None for any other button."""
    if button == "grid":
        return dict(texts)
    pressed = _PRESSED.fullmatch(button)
    if pressed is None:
        return None
    done, what, number = pressed[1], pressed[2], int(pressed[3] or 0)
    prefix, counted = ROWS[what]
    if done == "word":
        return _worded(texts, number)
    count = count_of(texts, counted)
    rows = [_row(texts, f"{prefix}-{place}-") for place in range(1, count + 1)]
    _rearrange(rows, done, number)
    kept = {name: text for name, text in texts.items() if not re.match(rf"{prefix}-[0-9]+-", name)}
    for place, row in enumerate(rows, 1):
        kept |= {f"{prefix}-{place}-{name}": text for name, text in row.items()}
    return {**kept, counted: str(len(rows))}


def _rearrange(rows: list[Texts], done: str, number: int) -> None:
    """Add a blank row, or take, lift or lower the one of that number."""
    if done == "add":
        if len(rows) < MOST_ROWS:
            rows.append({})
        return
    if not 1 <= number <= len(rows):
        return
    row = rows.pop(number - 1)
    if done != "remove":
        to = number - 2 if done == "up" else number
        rows.insert(min(max(to, 0), len(rows)), row)


def _worded(texts: Mapping[str, str], number: int) -> Texts:
    """A sentence out of the rule of one row, where the rule can be read."""
    proposed = proposed_sentence(_Typed(texts).criterion(f"c-{number}", number))
    return {**texts, f"c-{number}-sentence": proposed} if proposed else dict(texts)


def count_of(texts: Mapping[str, str], name: str) -> int:
    """How many rows of a kind the form has."""
    text = texts.get(name, "")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _row(texts: Mapping[str, str], prefix: str) -> Texts:
    return {name.removeprefix(prefix): t for name, t in texts.items() if name.startswith(prefix)}


def proposed_sentence(raw: Mapping[str, object]) -> str:
    """The sentence that a rule proposes; blank where the rule is not whole yet."""
    try:
        content = {**_TRIVIAL, "criteria": [{**raw, "sentence": "-"}]}
        [criterion] = Definition.from_content(content).criteria
    except DomainError:
        return ""
    return sentence_for(criterion)


def read_texts(
    texts: Mapping[str, str], clean: Callable[[object], dict[str, object]]
) -> dict[str, object]:
    """The content that was typed, as `clean` takes it. DomainError as of the definition; its
    `field` is the name of the input at fault, blank where none is alone at fault."""
    typed = _Typed(texts)
    try:
        return clean(typed.content())
    except DomainError as error:
        message = error.message.removeprefix(f"{error.field}: ")
        raise DomainError(
            error.code,
            message[:1].upper() + message[1:],
            field=typed.input_of(error.field),
            data=error.data,
        ) from error


@dataclass
class _Typed:
    """What was typed, on its way to content; `places` remembers which input stands for what."""

    texts: Mapping[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, object]:
        cuts = {axis: self.numbers(f"g-{axis}", f"tiers, {axis}") for axis in ("fit", "interest")}
        content: dict[str, object] = {
            "criteria": self.rows("criterion", self.criterion),
            "thresholds": {
                axis: self.whole(axis, f"thresholds, {axis}") for axis in ("fit", "interest")
            },
            "tiers": {
                **cuts,
                "cells": self.cells(len(cuts["fit"]) + 1, len(cuts["interest"]) + 1),
                "fast_track": self.whole("g-fast", "tiers, fast_track"),
            },
            "examples": self.rows("example", self.example),
        }
        self.places |= {"tiers, cells": "g-fit"}
        review = self.text("review_on", "review_on")
        agreed = {name: self.whole(f"expected-{name}", f"expected, {name}") for name in EXPECTED}
        content |= {"review_on": review} if review else {}
        return content | ({"expected": agreed} if any(agreed.values()) else {})

    def input_of(self, place: str) -> str:
        """The input of a place, or of the closest whole it is part of."""
        while place and place not in self.places:
            place = place.rpartition(", ")[0]
        return self.places.get(place, "")

    def text(self, name: str, place: str) -> str:
        self.places[place] = name
        return self.texts.get(name, "").strip()

    def whole(self, name: str, place: str) -> object:
        """A whole number where it is one; else the text, which the definition refuses by name."""
        return _whole(self.text(name, place))

    def numbers(self, name: str, place: str) -> list[object]:
        parts = re.split(r"[,;\s]+", self.text(name, place))
        return [_whole(part) for part in parts if part]

    def cells(self, rows: int, columns: int) -> list[list[object]]:
        self.places |= {f"tiers, cells, row {row}": f"g-{row}-1" for row in range(1, rows + 1)}
        return [
            [
                self.whole(f"g-{row}-{column}", f"tiers, cells, row {row}, column {column}")
                for column in range(1, min(columns, 7) + 1)
            ]
            for row in range(1, min(rows, 7) + 1)
        ]

    def rows(
        self, what: str, read: Callable[[str, int], dict[str, object]]
    ) -> list[dict[str, object]]:
        prefix, counted = ROWS[what]
        return [read(f"{prefix}-{n}", n) for n in range(1, count_of(self.texts, counted) + 1)]

    def criterion(self, row: str, number: int) -> dict[str, object]:
        name = self.texts.get(f"{row}-id", "").strip() or self._name(row)
        for place in (f"criterion {number}", f"criterion {name}"):
            self.places[place] = f"{row}-sentence"
            self.places |= {f"{place}, {part}": f"{row}-{key}" for part, key in _PARTS.items()}
        raw: dict[str, object] = {
            part: self.texts.get(f"{row}-{part}", "").strip()
            for part in ("kind", "sentence", "field", "operator", "unknown")
        }
        raw["id"] = name
        raw["value"] = typed_value(str(raw["operator"]), self.texts.get(f"{row}-value", ""))
        raw["weight"] = _whole(self.texts.get(f"{row}-weight", "").strip())
        raw["half_life_days"] = _whole(self.texts.get(f"{row}-half", "").strip())
        raw["also"] = self.also(row, f"criterion {name}") or None
        kept = {part: told for part, told in raw.items() if told is not None}
        if not kept["sentence"]:
            kept["sentence"] = proposed_sentence(kept)
        return kept

    def also(self, row: str, where: str) -> list[dict[str, object]]:
        """The further conditions of a criterion of which anything was typed."""
        found: list[dict[str, object]] = []
        for number in range(1, MOST_ALSO + 1):
            names = {part: f"{row}-also{number}-{part}" for part in _TEST}
            typed = {part: self.texts.get(name, "").strip() for part, name in names.items()}
            if not any(typed.values()):
                continue
            place = f"{where}, also {len(found) + 1}"
            self.places |= {f"{place}, {part}": name for part, name in names.items()}
            self.places[place] = names["field"]
            raw = {**typed, "value": typed_value(typed["operator"], typed["value"])}
            found.append({part: told for part, told in raw.items() if told is not None})
        return found

    def _name(self, row: str) -> str:
        """A name for a new criterion: of its field, with a number where that is taken."""
        taken = {text for name, text in self.texts.items() if re.fullmatch(r"c-[0-9]+-id", name)}
        taken |= {place.removeprefix("criterion ") for place in self.places}
        wish = self.texts.get(f"{row}-field", "").removeprefix("attributes.").lower()
        wish = re.sub(r"[^a-z0-9_]", "_", wish)[:32].lstrip("_0123456789") or "criterion"
        free = (f"{wish}_{n}" if n > 1 else wish for n in range(1, MOST_ROWS + 2))
        return next((name for name in free if name not in taken), wish)

    def example(self, row: str, number: int) -> dict[str, object]:
        place = f"example {number}"
        self.places[place] = f"{row}-lead"
        meets = self.text(f"{row}-meets", f"{place}, meets")
        return {
            "lead": self.text(f"{row}-lead", f"{place}, lead"),
            "meets": {"yes": True, "no": False}.get(meets),
            "because": self.text(f"{row}-because", f"{place}, because"),
        }


def _whole(text: str) -> object:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,8}", text) else text or None
