"""Leads handed over under a calendar that is always open, so that hours are hours."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.documents import content_hash
from leadbridge.people.models import User
from leads.handoff.actions import accept_lead, submit_lead
from leads.handoff.episodes import Packet, capture_lead
from leads.handoff.models import Lead
from sla.agreement.models import AgreementVersion
from sla.agreement.queries import agreement_version
from sla.agreement.targets import Agreement
from sla.calendars.actions import save_calendar
from sla.calendars.queries import Hours, calendar_of
from sla.clocks.terms import PastTerms, judged_by
from tests.sla.reports.pasts import MORE, Run, Write, mapping_text

HOUR = timedelta(hours=1)
# Response in hours by age in hours (DOMAIN, Annex E); None is still unanswered. Target: 8 hours.
TWENTY = (
    (60, 1), (60, 2), (58, 3), (55, 3.5), (50, 4), (50, 6), (48, 7), (46, 7.5), (44, 9), (40, 20),
    (40, None), (36, None), (30, None), (20, None), (12, None), (6, None), (5, None), (3, None),
    (2, None), (1, None),
)  # fmt: skip
_numbers = count(1)

Hand = Callable[..., Lead]


@pytest.fixture
def around_the_clock(cast: Cast, now: datetime) -> Iterator[None]:
    """Clocks start under eight hours of a calendar that never closes."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    always = {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in days}}
    calendar = save_calendar(name="Always", content=always, now=now)
    assert calendar.current is not None
    content = Agreement.from_content({"defaults": {"accept": "8h", "first_touch": "8h"}}).content()
    agreement = AgreementVersion.objects.create(
        version=90, state="retired", retired_at=now, content=content,
        content_hash=content_hash(content),
    )  # fmt: skip
    hours = Hours(calendar.current.pk, "Always", calendar_of(calendar.current.pk))
    with judged_by(PastTerms(agreement_version(agreement.pk), hours)):
        yield


@pytest.fixture
def hand(cast: Cast, now: datetime, around_the_clock: None) -> Hand:
    """Hand a lead over so many hours before now; `answered` after so many hours."""

    def hand(age: float, answered: float | None = None, **given: object) -> Lead:
        at = now - age * HOUR
        usual: dict[str, object] = {
            "source": "fair", "email": f"p{next(_numbers)}@firm.example", "first_name": "Pat",
            "last_name": "Firm", "company": "Firm", "country": "DE",
        }  # fmt: skip
        packet = Packet(**{**usual, **given})  # type: ignore[arg-type]  # the test names fields
        lead = capture_lead(
            packet=packet, origin="form", marketer=cast.mia, actor=cast.mia, now=at
        ).lead
        lead = submit_lead(lead_id=lead.pk, actor=cast.mia, now=at, override_reason="for the test")
        if answered is not None:
            holder = lead.holder
            assert isinstance(holder, User)
            accept_lead(lead_id=lead.pk, actor=holder, now=at + answered * HOUR)
        return Lead.objects.get(pk=lead.pk)

    return hand


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of handoffs, and its mapping beside it."""

    def write(text: str | bytes, name: str = "past.csv", mapping: str | None = None) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (tmp_path / "mapping.toml").write_text(mapping or mapping_text(more=MORE))
        return path

    return write


@pytest.fixture
def run() -> Run:
    """Run the command on a file with the mapping beside it; its lines and what it complained of."""

    def run(path: Path, **options: Any) -> tuple[list[str], str]:
        out, complaints = StringIO(), StringIO()
        options.setdefault("mapping", path.with_name("mapping.toml"))
        call_command("import_history", path, stdout=out, stderr=complaints, **options)
        return out.getvalue().splitlines(), complaints.getvalue()

    return run
