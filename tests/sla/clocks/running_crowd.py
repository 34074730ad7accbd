"""Thousands of running clocks that count by the organisation's hours: due at all times, some late
and told, some that only promise a date, beside clocks that have ended. Written set-wise."""

from datetime import datetime, timedelta

from django.db import connection

from leadbridge.demo.organisation import Cast
from sla.calendars.models import Calendar
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.spans import counted_span
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import captured
from tests.sla.clocks.crowd import _copies, crowd_of

TARGETS = (8 * 3600, 3600)  # in turn, so that one edit makes some late and others late no longer
OVER = timedelta(days=9)  # over so many days before now they start


def running_crowd(cast: Cast, now: datetime, count: int) -> Calendar:
    """The organisation's calendar, with so many clocks that count by it. What is late was told."""
    lead = captured(cast, now - timedelta(days=30))
    numbers = [Clock.objects.get(lead=lead).pk, *crowd_of(lead, count - 1, due_at=now)]
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    assert calendar.current is not None
    hours = calendar_of(calendar.current.pk)
    spans = []
    for place in range(len(numbers)):
        start = now - OVER * (place / count) - timedelta(seconds=1)
        spans.append(counted_span(start.replace(microsecond=0), TARGETS[place % 2], SHARE, hours))
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, {
            "ids": numbers,
            "start": [span.started_at for span in spans],
            "risk": [span.at_risk_at for span in spans],
            "due": [span.due_at for span in spans],
            "target": [span.target_seconds for span in spans],
        })  # fmt: skip
        cursor.execute(_AGENDA, [numbers])
        _end_some(cursor, numbers, now)
        cursor.execute("ANALYZE sla_clock")
    sweep(now=now)
    return calendar


def _end_some(cursor, numbers: list[int], now: datetime) -> None:  # type: ignore[no-untyped-def]
    """Every third lead has a clock behind it that was met."""
    some = Clock.objects.filter(pk__in=numbers).order_by("pk").values_list("lead_id", flat=True)
    leads = list(some[::3])
    ended = f"'{now.isoformat()}'::timestamptz - interval '25 days'"
    _copies(
        cursor, "sla_clock", numbers[0], leads, lead_id="n",
        kind="'rework'", stopped_at=ended, elapsed_seconds="1800", next_at="NULL",
        started_at=f"{ended} - interval '1 hour'", at_risk_at=ended, due_at=ended,
        breached_at="NULL", detected_at="NULL", ended_by_id="started_by_id", counted="true",
    )  # fmt: skip


SHARE = Clock._meta.get_field("at_risk_share").default
_SPREAD = """
    UPDATE sla_clock AS clock SET started_at = spread.started_at, at_risk_at = spread.at_risk_at,
        due_at = spread.due_at, target_seconds = spread.target, counted = spread.place %% 7 <> 0,
        steps = ARRAY['remind', 'tell']::varchar[],
        step_times = ARRAY[spread.at_risk_at, spread.due_at], next_at = spread.at_risk_at
    FROM unnest(%(ids)s::bigint[], %(start)s::timestamptz[], %(risk)s::timestamptz[],
        %(due)s::timestamptz[], %(target)s::int[]) WITH ORDINALITY
        AS spread (id, started_at, at_risk_at, due_at, target, place)
    WHERE clock.id = spread.id
"""
_AGENDA = """
    UPDATE leads_lead AS lead SET next_kind = clock.kind, next_started_at = clock.started_at,
        next_at_risk_at = clock.at_risk_at, next_due_at = clock.due_at
    FROM sla_clock AS clock WHERE clock.lead_id = lead.id AND clock.id = ANY(%s)
"""
