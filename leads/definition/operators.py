"""The tests a criterion may make: what each reads, what it is compared with, when it holds.

Texts are compared without regard to case, width and surplus spaces. Adding an operator is adding
a row to `OPERATORS`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from leadbridge.kernel.reading import Reader, shown
from leads.definition.facts import LARGEST, Fact, FactType

Scalar = str | Decimal | date
Value = None | Scalar | tuple[Scalar, ...]
Shape = Literal["nothing", "text", "texts", "bound", "range", "days"]

_MOST_VALUES = 100
_LONGEST_TEXT = 100
_LONGEST_SPAN = 3_650


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """A text as it is compared; `sql_text` says the same in SQL. A sigma is a sigma wherever it
    stands in a word."""
    small = unicodedata.normalize("NFKC", text).lower().replace("\u03c2", "\u03c3")
    return " ".join(small.split())


def rank(value: Fact | Scalar) -> Decimal:
    """A number or a day as one comparable number; a day counts from the first of year 1."""
    if isinstance(value, date):
        return Decimal(value.toordinal())
    assert isinstance(value, Decimal), value
    return value


def texts(value: Value) -> tuple[str, ...]:
    """The folded texts that a criterion names."""
    several = value if isinstance(value, tuple) else (value,)
    return tuple(fold(item) for item in several if isinstance(item, str))


def bounds(value: Value) -> tuple[Decimal, ...]:
    """The numbers or days that a criterion names, as ranks."""
    several = value if isinstance(value, tuple) else (value,)
    return tuple(rank(item) for item in several if isinstance(item, Decimal | date))


Test = Callable[[Fact, date], bool]


def _among(value: Value) -> Test:
    named = frozenset(texts(value))
    return lambda fact, today: isinstance(fact, str) and fold(fact) in named


def _contains(value: Value) -> Test:
    return _found(re.compile("|".join(map(re.escape, texts(value)))))


def _has_word(value: Value) -> Test:
    return _found(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, texts(value)))})(?!\w)"))


def _found(pattern: re.Pattern[str]) -> Test:
    return lambda fact, today: isinstance(fact, str) and bool(pattern.search(fold(fact)))


def _ends_with(value: Value) -> Test:
    endings = texts(value)
    return lambda fact, today: isinstance(fact, str) and fold(fact).endswith(endings)


def _not(prepare: Callable[[Value], Test]) -> Callable[[Value], Test]:
    """The contrary of a test, of a known value."""

    def prepared(value: Value) -> Test:
        test = prepare(value)
        return lambda fact, today: not test(fact, today)

    return prepared


def _at_least(value: Value) -> Test:
    (low,) = bounds(value)
    return lambda fact, today: rank(fact) >= low


def _at_most(value: Value) -> Test:
    (high,) = bounds(value)
    return lambda fact, today: rank(fact) <= high


def _between(value: Value) -> Test:
    low, high = bounds(value)
    return lambda fact, today: low <= rank(fact) <= high


def _in_last_days(value: Value) -> Test:
    (days,) = bounds(value)
    return lambda fact, today: rank(today) - days <= rank(fact) <= rank(today)


def _in_next_days(value: Value) -> Test:
    (days,) = bounds(value)
    return lambda fact, today: rank(today) <= rank(fact) <= rank(today) + days


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of test: `prepare` makes the test out of a value, once for all leads.

    `reads` are the field types it suits; `free` marks a look inside a text.
    """

    reads: frozenset[FactType]
    shape: Shape
    prepare: Callable[[Value], Test]
    free: bool = False


_WORDS: frozenset[FactType] = frozenset({"text", "choice"})
_TEXT: frozenset[FactType] = frozenset({"text"})
_SCALE: frozenset[FactType] = frozenset({"number", "date"})
_YES_NO: frozenset[FactType] = frozenset({"boolean"})
_DAY: frozenset[FactType] = frozenset({"date"})
_EVERY: frozenset[FactType] = frozenset({"text", "choice", "number", "boolean", "date", "any"})

OPERATORS: Mapping[str, Operator] = {
    "equals": Operator(_WORDS, "text", _among),
    "one_of": Operator(_WORDS, "texts", _among),
    "none_of": Operator(_WORDS, "texts", _not(_among)),
    "contains": Operator(_TEXT, "texts", _contains, free=True),
    "has_word": Operator(_TEXT, "texts", _has_word, free=True),
    "ends_with": Operator(_TEXT, "texts", _ends_with, free=True),
    "contains_none": Operator(_TEXT, "texts", _not(_contains), free=True),
    "has_no_word": Operator(_TEXT, "texts", _not(_has_word), free=True),
    "ends_with_none": Operator(_TEXT, "texts", _not(_ends_with), free=True),
    "at_least": Operator(_SCALE, "bound", _at_least),
    "at_most": Operator(_SCALE, "bound", _at_most),
    "between": Operator(_SCALE, "range", _between),
    "is_true": Operator(_YES_NO, "nothing", lambda value: lambda fact, today: fact is True),
    "is_false": Operator(_YES_NO, "nothing", lambda value: lambda fact, today: fact is False),
    "in_last_days": Operator(_DAY, "days", _in_last_days),
    "in_next_days": Operator(_DAY, "days", _in_next_days),
    "known": Operator(_EVERY, "nothing", lambda value: lambda fact, today: True),
}


def read_value(reader: Reader, operator: str, raw: object, where: str) -> Value:
    """The value an operator is given in JSON; refuses what does not fit it."""
    shape = OPERATORS[operator].shape
    if shape == "nothing":
        if raw is not None:
            reader.refuse(where, f"{operator} takes no value; remove {shown(raw)}.")
        return None
    if shape == "text":
        return reader.text(raw, where, longest=_LONGEST_TEXT)
    if shape == "texts":
        several = reader.items(raw, where, least=1, most=_MOST_VALUES)
        return tuple(reader.text(one, where, longest=_LONGEST_TEXT) for one in several)
    if shape == "days":
        return Decimal(reader.whole(raw, where, low=1, high=_LONGEST_SPAN))
    if shape == "bound":
        return _read_bound(reader, raw, where)
    pair = reader.items(raw, where, least=2, most=2)
    low, high = (_read_bound(reader, one, where) for one in pair)
    if type(low) is not type(high) or rank(low) > rank(high):
        reader.refuse(where, "expected two numbers or two days, the lower one first.")
    return low, high


def _read_bound(reader: Reader, raw: object, where: str) -> Decimal | date:
    if isinstance(raw, str):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            reader.refuse(where, f"expected a number or a day as 2026-05-31, got {shown(raw)}.")
    return reader.number(raw, where, low=-LARGEST, high=LARGEST)


def type_read(operator: str, value: Value, declared: FactType) -> FactType:
    """The type a fact is read as: the field's own, or for an attribute what the test needs."""
    if declared != "any" or operator == "known":
        return declared
    if OPERATORS[operator].reads == _SCALE:
        first = value[0] if isinstance(value, tuple) else value
        return "date" if isinstance(first, date) else "number"
    return next(kind for kind in ("text", "boolean", "date") if kind in OPERATORS[operator].reads)


def fits(operator: str, value: Value, declared: FactType) -> bool:
    """Whether this test with this value makes sense on a field of that type."""
    if declared == "any":
        return True
    if declared not in OPERATORS[operator].reads:
        return False
    if OPERATORS[operator].shape not in ("bound", "range"):
        return True
    return type_read(operator, value, "any") == declared


def value_content(value: Value) -> object:
    """The value as JSON; the inverse of `read_value`."""
    if isinstance(value, tuple):
        return [value_content(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
