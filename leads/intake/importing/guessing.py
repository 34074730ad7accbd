"""What a column is likely to be, by its name: for forms whose questions everybody words anew, and
as the first proposal on the page. Pure; a guess that is wrong is seen in the preview."""

import re
from collections.abc import Iterable, Sequence

# In the order in which they are asked: a company's name must not be taken for a person's.
_WORDS: tuple[tuple[str, str], ...] = (
    ("email", r"e[- _]?mail|correo|courriel"),
    ("phone", r"phone|mobile|telefon|handy|t[eé]l[eé]phone|^tel\b|whatsapp"),
    ("first_name", r"first[ _-]?name|given[ _-]?name|vorname|pr[eé]nom|voornaam"),
    ("last_name", r"last[ _-]?name|sur[ _-]?name|family[ _-]?name|nachname|achternaam"),
    ("employees", r"employees|mitarbeiter|company[ _-]?size|headcount|number of people"),
    ("company", r"company|organi[sz]ation|account name|firma|unternehmen|entreprise|bedrijf"),
    ("title", r"job[ _-]?title|position|^title$|your role|^role$|funktion"),
    ("name", r"full[ _-]?name|your name|^name$|contact name"),
    ("country", r"country|^land$|pays"),
    ("industry", r"industry|branche|sector"),
    ("campaign", r"campaign|kampagne|utm_campaign"),
    ("source", r"lead source|^source$|original source|utm_source|^quelle$"),
    ("message", r"message|comment|description|nachricht|how can we help"),
    ("external_id", r"^(lead|record|contact|person)?[ _-]?id$|external[ _-]?id"),
    ("value", r"amount|deal value|^value$|revenue|umsatz"),
    ("acted_at", r"creat(ed|ion)|submit(ted)?[ _-]?(date|time|at)|date added|opt.?in.?time"),
)  # fmt: skip
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PATTERNS = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _WORDS)
# What belongs to somebody else than the person, or to a machine.
_NOT = re.compile(
    r"owner|opt[- _]?out|bounced|consent|modified|updated|\bcode\b|\burl\b|website|domain|"
    r"associated|unsubscribed|quality|_ip$|converted",
    re.IGNORECASE,
)


def guess_fields(header: Sequence[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Field to column: the first column whose name speaks of a field that is not taken yet."""
    found: dict[str, str] = {}
    done = set(taken)
    for column in header:
        name = guess_field(column)
        if name and name not in done and name not in found:
            found[name] = column
    if "first_name" in found or "last_name" in found:
        found.pop("name", None)
    return found


def guess_field(column: str) -> str:
    """The field a column's name speaks of; blank where it speaks of none."""
    if _NOT.search(column):
        return ""
    return next((name for name, pattern in _PATTERNS if pattern.search(column)), "")


def are_addresses(values: Sequence[str]) -> bool:
    """Whether most of these are e-mail addresses, whatever their column is called."""
    return bool(values) and sum(bool(_ADDRESS.fullmatch(one)) for one in values) > len(values) / 2
