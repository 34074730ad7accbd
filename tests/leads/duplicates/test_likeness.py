"""What makes two people look like one; pure."""

import pytest

from leads.duplicates.likeness import Face, why_alike

KIM = Face("Kim Brandt", "kim@brandt.example", "4930901820", "Brandt GmbH")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Face("Kim Brandt", "kim@gmail.com", "4930901820"), ["phone", "name"]),
        (Face("", "office@gmail.com", "4930901820"), ["phone"]),
        (Face("Tom Weber", "tom@brandt.example", "4930901820", "Brandt GmbH"), []),
        (Face("Kim Brandt", "k.brandt@gmail.com", "", "Brandt AG"), ["name", "company"]),
        (Face("K. Brandt", "k.brandt@brandt.example"), ["name", "domain"]),
        (Face("Kim Brandt", "kim@other.example", "", "Northwind"), []),
        (Face("", "", ""), []),
    ],
)
def test_two_people_look_like_one_by_name_and_something_beside(other: Face, why: list[str]) -> None:
    assert why_alike(KIM, other) == why
    assert why_alike(other, KIM) == why


def test_two_addresses_of_free_mail_are_no_sign() -> None:
    one, other = Face("Kim Brandt", "kim@gmail.com"), Face("Kim Brandt", "brandt@gmail.com")
    assert why_alike(one, other) == []
