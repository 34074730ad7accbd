"""Short ways to what most addresses and texts are: they say what the long way says."""

import unicodedata

from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kernel.text import Refused, clean_text
from leads.intake.contact import read_email

LOCAL = st.text("aZ9._+-'!ü\" ", min_size=0, max_size=70)
DOMAIN = st.sampled_from(
    ["acme.example", "ACME.Example", "x", "münchen.example", "xn--mnchen-3ya.example", "a.test",
     "a..b", "-a.example", "127.0.0.1", "[1.2.3.4]", "localhost", "x.invalid", "b_c.example", ""]
)  # fmt: skip


def the_long_way(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


@given(local=LOCAL, domain=DOMAIN)
def test_an_address_is_what_the_library_says(local: str, domain: str) -> None:
    text = f"{local}@{domain}".strip()
    if any(unicodedata.category(mark) == "Cc" for mark in text):
        return
    try:
        found = read_email(text)
    except Refused:
        found = ""
    assert found == the_long_way(text)


@given(text=st.text(st.characters(max_codepoint=127), max_size=20), lines=st.booleans())
def test_a_plain_text_is_cleaned_like_any_other(text: str, lines: bool) -> None:
    beside = "é"  # takes the long way
    try:
        plain = clean_text(text, longest=100, lines=lines)
        long = clean_text(text + beside, longest=100, lines=lines)
    except Refused:
        return
    assert plain == long.removesuffix(beside).strip()
