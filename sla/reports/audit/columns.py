"""Which column of a file means what: by its name, and by the words that it holds. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from leads.intake.importing.guessing import guess_fields
from sla.reports.history.known import known_mapping

# What a form asks for, in this order.
COLUMNS = (
    "external_id", "handed_off_at", "accepted_at", "followed_up_at", "outcome", "outcome_at",
    "holder", "value", "company",
)  # fmt: skip
_WORDS: tuple[tuple[str, str], ...] = (
    ("external_id", r"^(case|lead|record|deal|ticket|contact)?[ _-]?(id|no|number|nr)\.?$"),
    ("handed_off_at", r"hand(ed)?[ _-]?(off|over)|^given|assigned[ _-]?(at|on|date)|mql[ _-]?date"),
    ("accepted_at", r"accept(ed)?[ _-]?(at|on|date|time)|picked[ _-]?up|sal[ _-]?date"),
    ("followed_up_at", r"follow(ed)?[ _-]?up[ _-]?(at|on|date)|first[ _-]?(touch|contact|call)"),
    ("outcome_at", r"outcome[ _-]?(at|on|date)|clos(ed|e)[ _-]?(at|on|date)|ended"),
    ("outcome", r"^(outcome|result|status|stage)$"),
    ("holder", r"^(holder|owner|seller|rep|accepted[ _-]?by|sales[ _-]?(rep|person))$"),
)  # fmt: skip
# What others call an end; whole words only, and what is none of these is asked about.
_ENDS: tuple[tuple[str, str], ...] = (
    ("won", r"won|win|sold|closed[ _-]?won"),
    ("lost", r"lost|lost[ _-]\w+|closed[ _-]?lost"),
    ("rejected", r"reject(ed)?|refused"),
    ("disqualified", r"disqualified|junk|spam"),
    ("", r"open|new|working|in progress"),
)


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Our names to the columns that they are likely to be; a name that fits none is left out."""
    known = known_mapping(list(header))
    if known is not None:
        return {name: known.fields[name].column for name in COLUMNS if name in known.fields}
    found = {name: name for name in COLUMNS if name in header}
    for name, words in _WORDS:
        left = [column for column in header if column not in found.values()]
        fits = (column for column in left if re.search(words, column.strip(), re.IGNORECASE))
        found.setdefault(name, next(fits, ""))
    for name, column in guess_fields(header, found).items():
        if name in ("value", "company") and column not in found.values():
            found.setdefault(name, column)
    return {name: found[name] for name in COLUMNS if found.get(name)}


def guess_outcomes(words: Iterable[str]) -> Mapping[str, str]:
    """Their words for an end to ours; a word that is not known stays, and its row is refused."""
    return {word: _end_of(word) for word in words}


def _end_of(word: str) -> str:
    said = word.strip().lower()
    return next((ours for ours, theirs in _ENDS if re.fullmatch(theirs, said)), word)
