"""What makes two people look like one. Pure."""

from dataclasses import dataclass

from leads.companies.words import (
    LIKE_COMPANY,
    LIKE_PERSON,
    business_domain,
    company_likeness,
    person_likeness,
)

WORDS = {
    "phone": "same phone number",
    "name": "same or similar name",
    "company": "same or similar company",
    "domain": "same mail domain",
}


@dataclass(frozen=True)
class Face:
    """What is known of a person by whom they are recognised."""

    name: str = ""
    email_key: str = ""
    phone_key: str = ""
    company: str = ""


def why_alike(one: Face, other: Face) -> list[str]:
    """Codes of why these two may be the same; empty where nothing says so. The same number tells
    nothing of two people with different names: it may be that of their office."""
    named = person_likeness(one.name, other.name) >= LIKE_PERSON
    phone = bool(one.phone_key) and one.phone_key == other.phone_key
    domain = business_domain(one.email_key)
    same_domain = bool(domain) and domain == business_domain(other.email_key)
    company = company_likeness(one.company, other.company) >= LIKE_COMPANY
    if not (named or (phone and not (one.name and other.name))):
        return []
    if not (phone or same_domain or company):
        return []
    told = {"phone": phone, "name": named, "company": company, "domain": same_domain}
    return [code for code, holds in told.items() if holds]
