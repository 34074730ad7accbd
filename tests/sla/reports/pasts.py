"""Files of past handoffs and their mappings, for tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from leadbridge.outbox.models import Message
from leadbridge.people.models import Team, User
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.work.models import Touch
from sla.agreement.models import AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import Clock

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"
REAL = SHARED / "handoffs" / "lead_handoffs.csv"
needs_data = pytest.mark.skipif(not REAL.exists(), reason=f"needs {REAL}")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Write = Callable[..., Path]
Run = Callable[..., tuple[list[str], str]]


def mapping_text(
    *,
    opens: str = "09:00",
    closes: str = "17:00",
    days: int = 5,
    accept: str = "60m",
    more: str = "",
) -> str:
    """The mapping of the contract, for other hours and targets."""
    weekly = ", ".join(f'{day} = [["{opens}", "{closes}"]]' for day in WEEK[:days])
    return f"""
zone = "Europe/Amsterdam"
[fields]
external_id = "case_id"
handed_off_at = "handed_off_at"
accepted_at = "accepted_at"
holder = {{ column = "accepted_by", blank = "automatic" }}
source = {{ constant = "history" }}
{more}
[fields.outcome]
column = "outcome"
[fields.outcome.values]
won = "won"
lost_declined = "lost"
lost_cancelled = "lost"
open = ""
no = "rejected"
[calendar]
timezone = "Europe/Amsterdam"
weekly = {{ {weekly} }}
[targets]
accept = "{accept}"
first_touch = "8h"
"""


MORE = 'followed_up_at = "followed_up_at"\noutcome_at = "outcome_at"\ncompany = "company"'
HEAD = "case_id,handed_off_at,accepted_at,accepted_by,followed_up_at,outcome,outcome_at,company\n"


def everything() -> dict[str, int]:
    """How many rows there are of all that an import could write."""
    models = (
        Lead, Person, Event, Remark, Custody, Clock, Touch, User, Team, Calendar, CalendarVersion,
        AgreementVersion, Message,
    )  # fmt: skip
    return {model.__name__: model._default_manager.count() for model in models}
