"""What was sent, made fit for JSON columns and screens. Pure; the bytes stay beside it."""

import json
import math
import unicodedata
from collections.abc import Mapping

from leads.intake.cleaning import KNOWN

DEEPEST = 12  # objects inside objects; what lies deeper is in the raw bytes
LONGEST_SUMMARY = 300
_PUTS = (("first_name", "last_name"), ("company",), ("email",), ("phone",))
_LOST = "\N{REPLACEMENT CHARACTER}"


def storable(value: object, depth: int = 0) -> object:
    """The value as PostgreSQL can keep it in JSON: no null characters or halves of characters, no
    number that is none, nothing endlessly deep."""
    if isinstance(value, str):
        return "".join(_LOST if _unkept(mark) else mark for mark in value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() < 64 else f"{value:#x}"[:100]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= DEEPEST:
        return _LOST
    if isinstance(value, Mapping):
        return {str(storable(str(name))): storable(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part, depth + 1) for part in value]
    return str(storable(str(value)))


def _unkept(mark: str) -> bool:
    return mark == "\0" or "\ud800" <= mark <= "\udfff"


def sorted_fields(raw: object) -> dict[str, object]:
    """What was told in our own names, with whatever has no field of ours among the attributes: so
    it can be mended without losing any of it. Empty for what is no object of names and values."""
    if not isinstance(raw, Mapping):
        return {}
    kept = storable(raw)
    assert isinstance(kept, dict), "a mapping stays one"
    told = {name: value for name, value in kept.items() if name in KNOWN}
    extras = {name: value for name, value in kept.items() if name not in KNOWN}
    given = told.get("attributes")
    attributes = {**(given if isinstance(given, dict) else {}), **extras}
    if given and not isinstance(given, dict):
        attributes["attributes"] = given
    if attributes:
        told["attributes"] = attributes
    return told


def summary_of(told: Mapping[str, object]) -> str:
    """Who it is about, for lists and for the search."""
    words = [" ".join(plain(told[name]) for name in part if told.get(name)) for part in _PUTS]
    return " · ".join(word for word in words if word)[:LONGEST_SUMMARY]


def plain(value: object, longest: int = 100) -> str:
    """A value on one line of a screen, without marks that steer or hide."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(
        " " if mark in "\r\n\t" else mark
        for mark in text[: 4 * longest]
        if mark in "\r\n\t" or unicodedata.category(mark) not in ("Cc", "Cs", "Cf")
    )
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def readable(raw: bytes, longest: int) -> tuple[str, bool]:
    """Bytes as a person can read them, control characters written out; and whether it was cut."""
    text = bytes(raw[: 4 * longest]).decode("utf-8", "backslashreplace")
    shown = "".join(
        mark
        if mark in "\n\t" or unicodedata.category(mark) not in ("Cc", "Cs", "Cf")
        else f"\\u{ord(mark):04x}"
        for mark in text[:longest].replace("\r\n", "\n")
    )
    return shown, len(raw) > 4 * longest or len(text) > longest
