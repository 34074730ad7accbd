"""Reading JSON that people wrote: every refusal names the place and the cure.

Definitions and agreements are edited as JSON, come in by API and are signed by people. So a text
may hold nothing that is invisible or reorders what the eye reads, numbers are finite and small
enough to reason about, and a misspelt key is refused instead of being ignored.
"""

import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from leadbridge.kernel.errors import DomainError

# Joiners have a meaning in Persian and in Indic scripts; other invisible marks are refused, most
# of all those that make a signed sentence read differently from what it says.
_JOINERS = "\u200c\u200d"
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_SHOWN = 40


def is_plain(text: str) -> bool:
    """Whether a text can be stored and reads as what it is: no control or invisible marks."""
    return not any(
        unicodedata.category(mark) in _INVISIBLE and mark not in _JOINERS for mark in text
    )


def shown(raw: object) -> str:
    """A short, safe description of any value, for the sentence that refuses it."""
    if isinstance(raw, str):
        clean = "".join(mark for mark in raw[:_SHOWN] if is_plain(mark))
        return f"“{clean}…”" if len(raw) > _SHOWN else f"“{clean}”"
    if raw is None or isinstance(raw, bool):
        return {None: "nothing", True: "true", False: "false"}[raw]
    if isinstance(raw, int):
        # str() of a very long integer raises in Python, so it is never called on one.
        return str(raw) if raw.bit_length() < 64 else "a very large number"
    if isinstance(raw, float | Decimal):
        return str(raw)[:_SHOWN]
    return {"list": "a list", "dict": "an object"}.get(type(raw).__name__, "an unreadable value")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads typed values out of untrusted JSON; raises `DomainError` with its `code`.

    `where` is how a person finds the place, for example `criterion size, weight`.
    """

    code: str

    def refuse(self, where: str, cure: str) -> NoReturn:
        raise DomainError(self.code, f"{where}: {cure}", field=where, data={"where": where})

    def mapping(
        self, raw: object, where: str, *, keys: Collection[str], needs: Collection[str] = ()
    ) -> dict[str, object]:
        """An object that has all of `needs` and nothing beside `keys`."""
        if not isinstance(raw, dict):
            self.refuse(where, f"expected an object, got {shown(raw)}.")
        for key in raw:
            if key not in keys:
                self.refuse(where, f"{shown(key)} is not known here; use {', '.join(keys)}.")
        for key in needs:
            if key not in raw:
                self.refuse(where, f"“{key}” is missing; please add it.")
        return raw

    def items(self, raw: object, where: str, *, least: int, most: int) -> list[object]:
        if not isinstance(raw, list):
            self.refuse(where, f"expected a list, got {shown(raw)}.")
        if not least <= len(raw) <= most:
            self.refuse(where, f"expected {least} to {most} entries, got {len(raw)}.")
        return raw

    def text(self, raw: object, where: str, *, longest: int) -> str:
        """A visible one-line text of 1 to `longest` characters, without spaces around it."""
        if not isinstance(raw, str) or not raw.strip(_JOINERS + " \t\r\n"):
            self.refuse(where, f"expected a text, got {shown(raw)}.")
        if len(raw) > longest:
            self.refuse(where, f"at most {longest} characters, got {len(raw)}.")
        if not is_plain(raw.strip()):
            self.refuse(where, "remove line breaks and invisible characters.")
        return raw.strip()

    def whole(self, raw: object, where: str, *, low: int, high: int) -> int:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)  # 20.0 is how some editors write 20
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            self.refuse(where, f"expected a whole number from {low} to {high}, got {shown(raw)}.")
        return raw

    def number(self, raw: object, where: str, *, low: int, high: int) -> Decimal:
        """A finite number from `low` to `high`, exactly as it was written."""
        real = isinstance(raw, int | float) and not isinstance(raw, bool)
        if not real or not math.isfinite(_tame(raw)) or not low <= _tame(raw) <= high:
            self.refuse(where, f"expected a number from {low} to {high}, got {shown(raw)}.")
        return Decimal(str(raw))

    def choice(self, raw: object, where: str, *, of: Collection[str]) -> str:
        if not isinstance(raw, str) or raw not in of:
            self.refuse(where, f"expected one of {', '.join(of)}, got {shown(raw)}.")
        return raw


def _tame(raw: object) -> float:
    """A number as a float; integers beyond a float's range become infinite instead of raising."""
    if isinstance(raw, float):
        return raw
    return float(raw) if isinstance(raw, int) and raw.bit_length() < 1000 else math.inf
