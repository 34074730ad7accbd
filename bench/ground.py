"""A database of its own with as many leads and clocks as asked for, written set-wise."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from leadbridge.embedded import provide

NAME = "leadbridge_bench"
SELLERS = 400
MINE = 120  # open leads of the seller whose inbox is asked for, at every size


@contextmanager
def own_database(keep: str = "") -> Iterator[None]:
    """An empty database beside the usual one, dropped in the end; settings then name it. One that
    is to be kept, by the name given, stays, and is found again as it was."""
    provide()
    usual, name = os.environ["DATABASE_URL"], keep or NAME
    parts = urlsplit(usual)
    known = _administer(usual, f"SELECT FROM pg_database WHERE datname = '{name}'")
    if known and not keep:
        _administer(usual, f"DROP DATABASE {name} WITH (FORCE)")
    if not (known and keep):
        _administer(usual, f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    try:
        yield
    finally:
        if not keep:
            _administer(usual, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> int:
    """Run one statement outside of any transaction; how many rows it found."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.rowcount
    connection.close()
    return found


# Rows are written as the application would leave them; triggers guard single acts and are off here.
PEOPLE = """
INSERT INTO people_user (username, password, first_name, last_name, email, role, time_zone,
    is_active, is_staff, is_superuser, date_joined)
SELECT 'seller' || g, '', 'Seller', 'No ' || g, '', 'seller', '', true, false, false, now()
FROM generate_series(1, {sellers}) g;
INSERT INTO people_membership (user_id, team_id)
SELECT id, {team} FROM people_user WHERE username LIKE 'seller%%';
"""

LEADS = """
INSERT INTO leads_person (id, email, email_key, phone, phone_key, first_name, last_name)
SELECT g, 'p' || g || '@x.example', 'p' || g || '@x.example', '', '', 'Ines', 'Aydin ' || g
FROM generate_series({first}, {last}) g;
INSERT INTO leads_lead (id, person_id, episode, stage, last_action, changed_at, marketer_id,
    marketing_team_id, holder_id, team_id, origin, source, campaign, external_id, email_key, title,
    company, country, industry, request, message, attributes, value, verdict, verdict_lines, fit,
    interest, tier, overridden, routing, acted_at, captured_at, submitted_at, accepted_at,
    closed_at, reason, reason_criterion, decision, marketing_ruling, sales_ruling, debrief,
    paused_for, open_questions, next_kind, next_started_at, next_at_risk_at,
    next_due_at)
SELECT g, g, 1,
    CASE WHEN is_open THEN 'submitted' ELSE 'won' END, 'submit', at, {marketer}, {marketing},
    holder, {team}, 'form', 'web form', 'Spring launch', '', 'p' || g || '@x.example',
    'VP Operations',
    'Company ' || g, 'DE', 'logistics', 'demo', '', '{{}}', 1000, 'yes', {lines}::jsonb, 60, 30, 1,
    false, '{{}}', at, at, at, CASE WHEN is_open THEN NULL ELSE at END,
    CASE WHEN is_open THEN NULL ELSE at END, '', '', '', '', '', '', '', 0,
    CASE WHEN is_open THEN 'accept' ELSE '' END, CASE WHEN is_open THEN at END,
    CASE WHEN is_open THEN at + interval '40 days' END,
    CASE WHEN is_open THEN at + interval '50 days' END
FROM (
    SELECT g, now() - g * interval '1 second' AS at, g <= {mine} OR g %% 5 = 0 AS is_open,
        CASE WHEN g <= {mine} THEN {sam} ELSE sellers[1 + g %% {sellers}] END AS holder
    FROM generate_series({first}, {last}) g,
        (SELECT array_agg(id) AS sellers FROM people_user WHERE username LIKE 'seller%%') s
) AS made;
"""

CLOCKS = """
INSERT INTO leads_event (id, lead_id, at, action, from_stage, to_stage, data)
VALUES (-1, 1, now(), 'submit', 'captured', 'submitted', '{{}}');
INSERT INTO sla_clock (lead_id, kind, side, holder_id, team_id, tier, calendar_id, agreement_id,
    target_seconds, at_risk_share, counted, pauses, started_at, at_risk_at, due_at, started_by_id,
    void_cause, error, steps, step_times, next_at)
SELECT 1 + g % {leads},
    (ARRAY['accept', 'first_touch', 'next_step', 'triage', 'rework'])[1 + g / {leads}],
    'sales', sellers[1 + g % {sellers}], {team}, 1,
    (SELECT min(id) FROM sla_calendarversion), (SELECT min(id) FROM sla_agreement), 3600, 0.75,
    true, '[]', now(), now() + interval '1 day', due_at, -1, '', '',
    ARRAY['tell', 'offer', 'reassign', 'manager'],
    ARRAY[due_at, due_at + interval '90 days', due_at + interval '91 days',
        due_at + interval '92 days'],
    due_at
FROM generate_series(0, {clocks} - 1) g,
    LATERAL (SELECT now() + interval '2 days' + g * interval '1 second' AS due_at) AS promised,
    (SELECT array_agg(id) AS sellers FROM people_user WHERE username LIKE 'seller%%') s;
"""


def seed(statement: str, **numbers: object) -> None:
    """Run one of the statements above with triggers off, and come to rest."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement.format(**numbers).replace("%%", "%"))
        cursor.execute("SET session_replication_role = DEFAULT")
    rest()


def rest() -> None:
    """Let the database tidy up: what it would do by itself would fall into the measurement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
