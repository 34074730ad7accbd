"""Text from outside, made fit to be kept: composed, trimmed, free of what cannot be stored.

Marks that only steer the direction of writing, joiners and emoji stay: they belong to names and
messages. Control characters are refused with a sentence rather than dropped in silence.
"""

import re
import unicodedata

_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})
_REFUSED = frozenset({"Cc", "Cs"})


class Refused(ValueError):
    """What was sent cannot be taken; the message is a sentence for whoever sent it."""


def clean_text(raw: object, *, longest: int, lines: bool = False) -> str:
    """The text behind a value from outside, in NFC; blank where nothing can be seen in it.

    `lines` keeps line breaks and tabs, otherwise each becomes a space. A whole number counts as
    its digits. Raises `Refused` for any other type, control characters and too great a length.
    """
    text = _text_of(raw)
    if text.isascii() and text.isprintable():  # by far the most; nothing of what follows applies
        return _within(text.strip(), longest)
    text = unicodedata.normalize("NFC", text)
    text = _BREAKS.sub("\n" if lines else " ", text)
    if not lines:
        text = text.replace("\t", " ")
    bad = sorted({mark for mark in text if unicodedata.category(mark) in _REFUSED} - {"\n", "\t"})
    if bad:
        named = ", ".join(f"U+{ord(mark):04X}" for mark in bad[:3])
        raise Refused(f"Remove the control characters ({named}); they cannot be kept.")
    text = text.strip()
    if all(unicodedata.category(mark) in _UNSEEN for mark in text):
        return ""
    return _within(text, longest)


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(f"At most {longest:,} characters; this has {len(text):,}.")
    return text


def _text_of(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    # str() of a very long integer raises in Python, so it is never called on one.
    if isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() < 200:
        return str(raw)
    raise Refused("Send a text here.")
