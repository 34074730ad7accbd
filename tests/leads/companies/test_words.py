"""When two names mean one company or one person; pure."""

import pytest

from leads.companies.words import (
    LIKE_COMPANY,
    LIKE_PERSON,
    business_domain,
    company_key,
    company_likeness,
    domain_of,
    person_likeness,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Brandt GmbH & Co. KG", "brandt"),
        ("BRANDT  gmbh", "brandt"),
        ("The Acme Corporation, Inc.", "acme"),
        ("Société Générale S.A.", "societe generale"),
        ("Nová spol. s.r.o.", "nova spol"),
        ("Kite & Anchor", "kite and anchor"),
        ("Kite and Anchor Ltd.", "kite and anchor"),
        ("A/S Norden A/S", "as norden"),
        ("AG", "ag"),
        ("The", "the"),
        ("  ", ""),
        ("北京公司", "北京公司"),
    ],
)
def test_a_company_is_compared_without_its_legal_form(name: str, key: str) -> None:
    assert company_key(name) == key


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Brandt GmbH", "Brandt AG", True),
        ("Northwind Robotics", "Nortwind Robotics Ltd", True),
        ("Robotics Northwind", "Northwind Robotics", True),
        ("Northwind Robotics", "Northwind Dental", False),
        ("Brandt", "Brant Industries", False),
        ("", "", False),
    ],
)
def test_two_companies_look_alike(one: str, other: str, alike: bool) -> None:
    assert (company_likeness(one, other) >= LIKE_COMPANY) is alike
    assert company_likeness(one, other) == company_likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Kim Brandt", "brandt KIM", True),
        ("Kim Brandt", "K. Brandt", True),
        ("Jürgen Müller", "Jurgen Muller", True),
        ("Jonathan Meyer", "Jonathon Meyer", True),
        ("Kim Brandt", "Tom Brandt", False),
        ("Kim Brandt", "Kim Brown", False),
        ("Kim Brandt", "", False),
    ],
)
def test_two_people_look_alike(one: str, other: str, alike: bool) -> None:
    assert (person_likeness(one, other) >= LIKE_PERSON) is alike
    assert person_likeness(one, other) == person_likeness(other, one)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Kim@Brandt.Example", "brandt.example"),
        ("https://www.brandt.example/jobs", "brandt.example"),
        ("brandt.example.", "brandt.example"),
        ("brandt", ""),
        ("", ""),
    ],
)
def test_a_domain_is_found_in_an_address_or_a_website(text: str, domain: str) -> None:
    assert domain_of(text) == domain


def test_free_mail_tells_no_company() -> None:
    assert business_domain("kim@GMAIL.com") == business_domain("kim@web.de") == ""
    assert business_domain("kim@brandt.example") == "brandt.example"
