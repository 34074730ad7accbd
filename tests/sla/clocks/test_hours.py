"""Whoever is told something at night reads it when they work again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import Cast, hours
from leadbridge.people.models import Membership
from sla.calendars.actions import save_calendar
from sla.calendars.models import Calendar
from sla.clocks.hours import next_working_instants

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TUESDAY_AT_NINE = datetime(2026, 11, 24, 9, tzinfo=BERLIN)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_each_receiver_is_told_by_the_hours_of_their_own_team(cast: Cast) -> None:
    evening = at("2026-11-23T19:00")
    people = [cast.sam.pk, cast.nora.pk, cast.max.pk, cast.lena.pk]
    found = next_working_instants(people, evening)
    assert found[cast.sam.pk] == found[cast.max.pk] == TUESDAY_AT_NINE  # Max manages, Sam belongs
    assert found[cast.nora.pk] == found[cast.lena.pk] == evening  # 13:00 in New York
    assert set(found) == set(people)


def test_a_calendar_of_ones_own_goes_before_that_of_the_team(cast: Cast, now: datetime) -> None:
    night = hours("Europe/Berlin", "20:00", "23:00", {})
    save_calendar(name="Sam", content=night, now=now, user=cast.sam)
    found = next_working_instants([cast.sam.pk, cast.dora.pk], at("2026-11-23T19:00"))
    assert found == {cast.sam.pk: at("2026-11-23T20:00"), cast.dora.pk: TUESDAY_AT_NINE}


def test_a_team_one_belongs_to_goes_before_one_that_one_manages(cast: Cast) -> None:
    Membership.objects.create(user=cast.max, team=cast.americas)
    morning = at("2026-11-23T10:00")
    assert next_working_instants([cast.max.pk], morning) == {
        cast.max.pk: at("2026-11-23T09:00", NEW_YORK)
    }


def test_without_a_team_of_ones_own_the_organisation_counts(cast: Cast) -> None:
    assert next_working_instants([cast.olu.pk, cast.mia.pk], at("2026-11-27T18:00")) == {
        cast.olu.pk: at("2026-11-30T09:00"),
        cast.mia.pk: at("2026-11-30T09:00"),
    }


def test_in_working_hours_nobody_waits(cast: Cast, now: datetime) -> None:
    assert next_working_instants([cast.sam.pk], now) == {cast.sam.pk: now}


@pytest.mark.parametrize("never_opens", [True, False])
def test_whoever_has_no_hours_is_told_at_once(
    cast: Cast, now: datetime, *, never_opens: bool
) -> None:
    Calendar.objects.filter(organisation=True).update(current=None)
    if never_opens:
        once = {"2020-01-01": [["09:00", "10:00"]]}
        content = {"timezone": "UTC", "weekly": {}, "overrides": once}
        save_calendar(name="Closed", content=content, now=now, user=cast.olu)
    midnight = now + timedelta(hours=14)
    assert next_working_instants([cast.olu.pk], midnight) == {cast.olu.pk: midnight}


def test_any_number_of_people_costs_one_query(cast: Cast, now: datetime) -> None:
    everybody = [p.pk for p in (cast.sam, cast.dora, cast.max, cast.nora, cast.lena, cast.olu)]
    next_working_instants(everybody, now)  # calendars are kept from now on
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(next_working_instants(everybody, now)) == 6
    assert len(asked) == 1
    assert next_working_instants([], now) == {}
