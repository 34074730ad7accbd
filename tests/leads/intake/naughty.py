"""Strings that broke other programs: some of our own, and the Big List of Naughty Strings where
it lies beside the repository."""

import json
from pathlib import Path

from leadbridge.kernel.text import Refused, clean_text

LIST = Path(__file__).resolve().parents[4] / "shared" / "data" / "csv" / "naughty_strings.json"
OURS = [
    "", " ", "\0", "a\0b", "\ud800", "\x1b[31m", "e\u0301", "\u202eabc", "a\u200db", "\u200b",
    "<script>alert(1)</script>", "'; DROP TABLE leads_lead; --", "{{ 7 * 7 }}", "%s%n", "\ufffe",
    "نص", "Zażółć", "👩‍👩‍👧", "line\r\nbreak", "NaN", "1e400", "null", "../../etc/passwd", "=1+1",
]  # fmt: skip
NAUGHTY: list[str] = OURS + (json.loads(LIST.read_text()) if LIST.exists() else [])


def kept(text: str, *, longest: int, lines: bool = False) -> str | None:
    """How a text is stored, None where it is refused."""
    try:
        return clean_text(text, longest=longest, lines=lines)
    except Refused:
        return None
