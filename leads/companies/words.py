"""When two names mean one company or one person. Pure.

Equal keys are certain; a likeness (0 to 100, by rapidfuzz) is a doubt for a person to settle.
"""

import re
import unicodedata

from rapidfuzz import fuzz

from leads.companies.tables import FREE_MAIL, LEGAL_FORMS

LIKE_COMPANY = 88  # from here on two names of companies may mean the same
LIKE_PERSON = 86

_INNER_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")


def plain(words: str) -> str:
    """Words without accents, capitals and marks: "Société A.B. & Co." → "societe ab and co"."""
    text = unicodedata.normalize("NFKD", words).casefold().replace("&", " and ")
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    text = _INNER_DOTS.sub("", text)
    return " ".join("".join(mark if mark.isalnum() else " " for mark in text).split())


def company_key(name: str) -> str:
    """A company's name as it is compared: without its legal form, marks, accents and capitals."""
    words = plain(name.replace("/", "")).split()
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    kept = list(words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return " ".join(kept)[:200]


def domain_of(address: str) -> str:
    """The domain of an address, or of a website; blank where there is none."""
    text = address.strip().casefold()
    text = text.rpartition("@")[2] if "@" in text else text.rpartition("//")[2].partition("/")[0]
    return text.removeprefix("www.").rstrip(".") if "." in text else ""


def business_domain(address: str) -> str:
    """The domain of an address that tells where somebody works; blank for free mail."""
    domain = domain_of(address)
    return "" if domain in FREE_MAIL else domain


def company_likeness(one: str, other: str) -> float:
    """How alike two companies' names are; 100 for equal keys, 0 where one is unknown."""
    a, b = company_key(one), company_key(other)
    if not (a and b):
        return 0
    return 100 if a == b else min(99, fuzz.token_sort_ratio(a, b))


def person_likeness(one: str, other: str) -> float:
    """How alike two people's names are; an initial stands for its name: "K. Brandt"."""
    a, b = plain(one).split(), plain(other).split()
    if not (a and b):
        return 0
    if sorted(a) == sorted(b):
        return 100
    both_whole = len(a) > 1 and len(b) > 1 and a[-1] == b[-1]
    if both_whole and a[0][0] == b[0][0] and 1 in (len(a[0]), len(b[0])):
        return 90
    return min(99, fuzz.token_sort_ratio(" ".join(a), " ".join(b)))
