"""Something that could not be taken, for tests."""

from datetime import datetime
from typing import Any

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.models import User
from leads.intake.quarantine.actions import Sent, set_aside
from leads.intake.quarantine.models import Origin, Quarantined

WRONG = FieldErrors({"email": ["Give an e-mail address or a phone number."]})
TOLD: dict[str, Any] = {
    "first_name": "Jo", "company": "Acme", "email": "jo@", "source": "fair", "request": "demo",
    "country": "DE", "employees": 240, "last_name": "Doe",
}  # fmt: skip


def sent(**changes: Any) -> Sent:
    """A form with a broken address."""
    kept: dict[str, Any] = {
        "origin": Origin.FORM, "place": "form demo", "raw": b"email=jo%40", "error": WRONG,
        "told": TOLD, **changes,
    }  # fmt: skip
    return Sent(**kept)


def set_one_aside(marketer: User | None, now: datetime, **changes: Any) -> Quarantined:
    """The same, set aside."""
    return set_aside(sent=sent(**changes), marketer=marketer, now=now)


def closed() -> DomainError:
    """A fault of ours, not of what was sent."""
    return DomainError("no_working_time", "No calendar counts here.", status=409)
