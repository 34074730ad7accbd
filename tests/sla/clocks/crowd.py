"""Thousands of leads with a running clock each, written set-wise: for speed, not for show."""

from datetime import datetime

from django.db import connection

from leads.handoff.models import Lead
from sla.clocks.models import Clock


def crowd_of(lead: Lead, count: int, *, due_at: datetime, step: str = "0 s") -> list[int]:
    """So many copies of a captured lead, each with its person, story, custody and one running
    clock, due one `step` after the other; answers the ids of the clocks."""
    clock = Clock.objects.get(lead=lead)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [count])
        people = [pk for (pk,) in cursor.fetchall()]
        leads = _copies(cursor, "leads_lead", lead.pk, people, person_id="n", email_key="''",
                        external_id="''", previous_id="NULL")  # fmt: skip
        events = _copies(cursor, "leads_event", lead.events.get().pk, leads, lead_id="n")
        _copies(cursor, "leads_custody", lead.custody.get().pk, leads, lead_id="n")
        due = f"'{due_at.isoformat()}'::timestamptz + (place - 1) * interval '{step}'"
        clocks = _copies(
            cursor, "sla_clock", clock.pk, leads, lead_id="n",
            started_by_id=f"{events[0]} + place - 1", due_at=due, next_at=due,
            steps="ARRAY['tell']::varchar[]", step_times=f"ARRAY[{due}]",
            started_at=f"least(started_at, {due})", at_risk_at=f"least(at_risk_at, {due})",
        )  # fmt: skip
        cursor.execute(_AGENDA, [clocks])
    return clocks


_PEOPLE = """
    INSERT INTO leads_person (email, phone, phone_key, first_name, last_name)
    SELECT '', '+49 30 ' || n, n::text, 'Crowd', n::text FROM generate_series(1, %s) AS n
    RETURNING id
"""
_AGENDA = """
    UPDATE leads_lead SET next_due_at = clock.due_at, next_at_risk_at = clock.at_risk_at,
        next_started_at = clock.started_at
    FROM sla_clock AS clock WHERE clock.lead_id = leads_lead.id AND clock.id = ANY(%s)
"""


def _copies(cursor, table: str, source: int, numbers: list[int], **changes: str) -> list[int]:  # type: ignore[no-untyped-def]
    """Copy one row for each number `n` (of which it is the `place`-th), some columns changed."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(changes.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, "
        "unnest(%s::bigint[]) WITH ORDINALITY AS numbers(n, place) "
        f"WHERE id = %s ORDER BY place RETURNING id",
        [numbers, source],
    )
    return [pk for (pk,) in cursor.fetchall()]
