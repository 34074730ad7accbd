"""What is known when somebody shows interest, and how addresses and numbers are compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

FACTS_OF_PERSON = ("first_name", "last_name", "phone")


@dataclass(frozen=True)
class Packet:
    """What is known when somebody shows interest: cleaned, within the limits of the columns."""

    source: str
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    company: str = ""
    country: str = ""
    employees: int | None = None
    industry: str = ""
    campaign: str = ""
    campaign_id: int | None = None
    external_id: str = ""
    request: str = ""
    message: str = ""
    value: Decimal | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    consent_text: str = ""
    consent_version: str = ""
    consent_at: datetime | None = None
    acted_at: datetime | None = None  # where it is told later than it was: a file, a log


def email_key(address: str) -> str:
    """An address as it is compared: case does not distinguish people."""
    return address.strip().casefold()


def phone_key(number: str) -> str:
    """A number as it is compared: its digits."""
    return "".join(filter(str.isdigit, number))[-20:]
