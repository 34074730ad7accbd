"""Texts in SQL exactly as Python compares them (`operators.fold`).

Databases differ in what they hold for a capital, a space or a letter, by version, library and
locale. So the letters come from Python's own tables and travel as parameters; of PostgreSQL only
what is fixed is used: the collation "C", which knows ASCII alone, and the normal form NFKC. Almost
every text is ASCII and takes the short way.
"""

import re
import sys
from collections.abc import Callable
from functools import cache

Parameter = Callable[[object], str]

_EVERY = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
SPACES = "".join(mark for mark in _EVERY if mark.isspace())
_ASCII_SPACES = "".join(mark for mark in SPACES if mark.isascii())
_ASCII_WORD = "0-9a-z_"
DOTTED_I, DOTTED_I_LOWER = "\u0130", "\u0130".lower()  # the one letter whose small form is two


@cache
def small_letters() -> tuple[str, str]:
    """Marks beyond ASCII that folding changes one for one, and what becomes of each."""
    changed = {
        mark: mark.lower()
        for mark in _EVERY
        if not mark.isascii() and mark != DOTTED_I and mark.lower() != mark
    }
    # A small sigma at the end of a word is a sigma; Python's own lower() looks at its neighbours.
    changed |= {"\u03c2": "\u03c3"} | {mark: " " for mark in SPACES if not mark.isascii()}
    return "".join(changed), "".join(changed.values())


@cache
def _ranges(belongs: Callable[[str], bool]) -> str:
    """The marks beyond ASCII that belong, as the inside of a bracket in a regular expression."""
    parts, start, last = [], "", ""
    for mark in (*(one for one in _EVERY if not one.isascii() and belongs(one)), ""):
        if mark and last and ord(mark) == ord(last) + 1:
            last = mark
            continue
        if start:
            parts.append(start if start == last else f"{start}-{last}")
        start = last = mark
    return "".join(parts)


def _is_word(mark: str) -> bool:
    return mark.isalnum()


def _is_changed(mark: str) -> bool:
    return mark == DOTTED_I or mark in _changed_marks()


@cache
def _changed_marks() -> frozenset[str]:
    return frozenset(small_letters()[0])


def is_ascii(text: str) -> str:
    """Whether every character takes one byte."""
    return f"octet_length({text}) = length({text})"


def lowered(text: str, parameter: Parameter) -> str:
    """`str.lower()`, with every small sigma alike and every space a plain one."""
    old, new = small_letters()
    rest = (
        f'translate(replace(lower({text} COLLATE "C"), {parameter(DOTTED_I)}, '
        f"{parameter(DOTTED_I_LOWER)}), {parameter(old)}, {parameter(new)})"
    )
    touched = f"{text} ~ {parameter(f'[{_ranges(_is_changed)}]')}"
    return f'CASE WHEN {touched} THEN {rest} ELSE lower({text} COLLATE "C") END'


def stripped(text: str, parameter: Parameter) -> str:
    """`str.strip()`."""
    return f"btrim({text}, {parameter(SPACES)})"


def joined(text: str, parameter: Parameter) -> str:
    """Of a lowered text, runs of spaces as one and none around; null where nothing is left."""
    plain = f"translate({text}, {parameter(_ASCII_SPACES)}, {parameter(' ' * len(_ASCII_SPACES))})"
    return f"nullif(btrim(regexp_replace({plain}, '[ ]+', ' ', 'g'), ' '), '')"


def folded(text: str, parameter: Parameter) -> str:
    """`operators.fold`; null where nothing is left. A text with nothing in it but ASCII and single
    spaces needs no more than small letters. No subquery: with one, the database would not let
    several processes work on a select."""
    slowly = joined(lowered(f"normalize({text}, NFKC)", parameter), parameter)
    return (
        f"CASE WHEN {text} COLLATE \"C\" ~ '[^ -~]|  |^ | $' THEN {slowly} "
        f"ELSE nullif(lower({text} COLLATE \"C\"), '') END"
    )


def contains(text: str, parts: tuple[str, ...], parameter: Parameter) -> str:
    """Whether any of the parts stands in the text."""
    found = [f'strpos({text} COLLATE "C", {parameter(part)}) > 0' for part in parts]
    return f"({' OR '.join(found)})"


def ends_with(text: str, parts: tuple[str, ...], parameter: Parameter) -> str:
    """Whether the text ends with any of the parts."""
    found = [f'right({text}, {len(one)}) COLLATE "C" = {parameter(one)}' for one in parts]
    return f"({' OR '.join(found)})"


def has_word(text: str, parts: tuple[str, ...], parameter: Parameter) -> str:
    """Whether any of the parts stands in the text with no letter, digit or _ beside it."""
    listed = "|".join(_literal(part) for part in parts)
    in_ascii = parameter(_between(listed, _ASCII_WORD))
    in_any = parameter(_between(listed, _ASCII_WORD + _ranges(_is_word)))
    matched = f'CASE WHEN {is_ascii(text)} THEN {text} COLLATE "C" ~ {in_ascii}'
    return f'({matched} ELSE {text} COLLATE "C" ~ {in_any} END)'


def _between(listed: str, word: str) -> str:
    return f"(?<![{word}])(?:{listed})(?![{word}])"


def _literal(text: str) -> str:
    """The text as a regular expression of PostgreSQL that finds it and nothing else."""
    return re.sub(r"([^0-9a-zA-Z_ \u0080-\U0010ffff])", r"\\\1", text)


def digits(text: str, parameter: Parameter) -> str:
    """How many digits of any script there are in a text."""
    every = "".join(mark for mark in _EVERY if mark.isdigit())
    without = (
        f"CASE WHEN {is_ascii(text)} THEN translate({text}, '0123456789', '') "
        f"ELSE translate({text}, {parameter(every)}, '') END"
    )
    return f"(length({text}) - length({without}))"
