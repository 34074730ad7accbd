"""How a person can be reached: e-mail, phone and country as they are kept."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from leadbridge.kernel.text import Refused, clean_text
from leads.handoff.episodes import email_key
from leads.intake.countries import code_meant, country_names

LONGEST_EMAIL = 254
FEWEST_DIGITS, MOST_DIGITS = 5, 15  # E.164 allows fifteen
# Local parts about which there is nothing to judge but their length.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*")
_EXTENSION = re.compile(r"(?:ext\.?|extension|x|#)\s*\d{1,7}\s*$", re.IGNORECASE)
_PHONE_CURE = "This is no phone number. Write it with the country's code, such as +49 30 901820."


def read_email(raw: object) -> str:
    """An address that can exist, without asking the network; the domain in small letters."""
    if not isinstance(raw, str):
        raise Refused("Send a text here.")
    text = clean_text(raw, longest=LONGEST_EMAIL)
    local, at, domain = text.partition("@")
    plain = at and len(local) <= 64 and _PLAIN_LOCAL.fullmatch(local) and domain.isascii()
    if plain and (known := _domain(domain.lower())):
        return f"{local}@{known}"
    try:
        # `test_environment` lets addresses under .test pass: people try a system out with them.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        # The sentence may show marks of the address that a program cannot write.
        raise Refused(clean_text(str(error)[:300], longest=300)) from None
    if len(email_key(found.normalized)) > LONGEST_EMAIL:
        raise Refused(f"At most {LONGEST_EMAIL} characters.")
    return found.normalized


@lru_cache(maxsize=4096)
def _domain(name: str) -> str:
    """A domain as addresses are kept with it; blank where the whole address has to be judged. Most
    people of a list share few domains."""
    try:
        found = validate_email(f"a@{name}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return found.normalized.removeprefix("a@")


def read_phone(raw: object, country: str) -> str:
    """E.164 where the number is international or its country is known, otherwise its digits."""
    text = clean_text(raw, longest=60)
    if not country and text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return _digits_of(text)
    if not phonenumbers.is_possible_number(number):
        return _digits_of(text)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written} ext. {number.extension}" if number.extension else written


def _digits_of(text: str) -> str:
    bare = _EXTENSION.sub("", text)
    if any(mark.isalpha() for mark in bare):
        raise Refused(_PHONE_CURE)
    digits = "".join(
        str(unicodedata.decimal(mark)) for mark in bare if unicodedata.category(mark) == "Nd"
    )
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        raise Refused(_PHONE_CURE)
    return f"+{digits}" if bare.startswith("+") else digits


def read_country(raw: object) -> str:
    """A two-letter ISO code in capitals; a name is answered with the code it stands for."""
    if not isinstance(raw, str):
        raise Refused("Send a two-letter ISO code, such as DE or US.")
    text = clean_text(raw, longest=100)
    if text.upper() in country_names():
        return text.upper()
    meant = code_meant(text)
    cure = f"Did you mean {meant}?" if meant else "For example DE or US."
    raise Refused(f"Give the country's two-letter ISO code. {cure}")
