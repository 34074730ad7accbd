"""One hash for one content: what two people sign."""

import hashlib
import json
import math
import unicodedata
from typing import NoReturn

from leadbridge.kernel.errors import DomainError

_DEEPEST = 40


def content_hash(content: object) -> str:
    """The SHA-256 of a JSON value in canonical form, 64 hex digits.

    The same for any order of keys, any Unicode composition of the same text, and for a number
    before and after it has been in the database (PostgreSQL gives 1e22 back as an integer).
    Raises `DomainError` `invalid_content` for what JSON or PostgreSQL cannot hold.
    """
    canonical = json.dumps(
        _canonical(content, 0),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object, depth: int) -> object:
    if depth > _DEEPEST:
        _refuse(f"is nested more than {_DEEPEST} levels deep")
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return [_canonical(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return _object(value, depth)
    _refuse(f"holds a {type(value).__name__}, which is not JSON")


def _object(value: dict[object, object], depth: int) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            _refuse("has a key that is not a text")
        name = _text(key)
        if name in result:
            _refuse("has two keys that read the same")
        result[name] = _canonical(item, depth + 1)
    return result


def _text(value: str) -> str:
    if any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in value):
        _refuse("has a text with characters that cannot be stored")
    return unicodedata.normalize("NFC", value)


def _number(value: int | float) -> int | float:
    if isinstance(value, int):
        if value.bit_length() > 256:
            _refuse("has a number too large to keep exactly")
        return value
    if not math.isfinite(value):
        _refuse("has a number that is not finite")
    return int(value) if value.is_integer() and abs(value) < 2.0**256 else value


def _refuse(what: str) -> NoReturn:
    raise DomainError("invalid_content", f"The content {what}; please correct it.")
