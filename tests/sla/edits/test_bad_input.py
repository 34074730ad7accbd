"""Hours that cannot be are refused when they are saved, with the cure, and nothing is written."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from sla.calendars.models import Calendar, CalendarVersion
from tests.api import Api

pytestmark = pytest.mark.django_db

WEEK = {"mon": [["09:00", "17:00"]]}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"weekly": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}}, "invalid_schedule"),
        ({"weekly": {"mon": [["17:00", "09:00"]]}}, "invalid_schedule"),
        ({"weekly": {"mon": [["09:00", "09:00"]]}}, "invalid_schedule"),
        ({"timezone": "Mars/Base"}, "invalid_timezone"),
        ({"timezone": ""}, "invalid_timezone"),
        ({"weekly": {}}, "no_working_time"),
    ],
)
def test_hours_that_cannot_be_are_refused_when_made_and_when_an_edit_is_looked_at(
    cast: Cast, now: datetime, changed: dict[str, Any], code: str
) -> None:
    olu, hours = Api(cast.olu, now), {"timezone": "Europe/Berlin", "weekly": WEEK, **changed}
    whole = Calendar.objects.get(organisation=True)
    before = CalendarVersion.objects.count()
    made = olu.post("calendars/", {"person": "dora", "calendar": hours})
    assert (made.status_code, made.json()["code"]) == (400, code), made.json()
    assert len(made.json()["detail"]) > 20  # a sentence, with what to do
    looked = olu.post(f"calendars/{whole.pk}/preview-edit/", {"calendar": hours})
    assert (looked.status_code, looked.json()["code"]) == (400, code)
    assert CalendarVersion.objects.count() == before
    assert not Calendar.objects.filter(user=cast.dora).exists()
