"""A list as a file: what an organisation asks of its leads stands in it as well."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leads.definition.fields import add_field, retire_field
from sla.reports.listing import CSV_HEAD, csv_rows
from sla.reports.slices import Part, Slice
from tests.pages import Browser
from tests.sla.reports.conftest import HOUR, Hand

pytestmark = pytest.mark.django_db


def test_own_fields_are_columns_of_an_export_at_once(cast: Cast, hand: Hand, now: datetime) -> None:
    hand(5, attributes={"budget": 1200, "pilot": True, "note": "=cmd()"})
    hand(4)
    period = Slice(now - 10 * HOUR, now)
    [head, *_] = csv_rows(period, Part.SUBMITTED, now=now)
    assert head == list(CSV_HEAD)
    for key, of in (("budget", "number"), ("pilot", "boolean"), ("note", "text")):
        add_field(actor=cast.olu, now=now, key=key, label=key.title(), type=of)
    [head, *rows] = csv_rows(period, Part.SUBMITTED, now=now)
    assert head[-3:] == ["budget", "pilot", "note"]
    assert sorted(row[-3:] for row in rows) == [["", "", ""], ["1200", "Yes", "=cmd()"]]
    assert {len(row) for row in rows} == {len(head)}
    retire_field(key="pilot", actor=cast.olu, now=now)
    assert next(csv_rows(period, Part.SUBMITTED, now=now))[-2:] == ["budget", "note"]


def test_own_fields_are_reached_from_the_navigation(cast: Cast, now: datetime) -> None:
    assert 'href="/settings/fields/"' in Browser(cast.max, now).get("/sla/")
    assert 'href="/settings/fields/"' not in Browser(cast.sam, now).get("/inbox/")
