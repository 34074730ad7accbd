"""Taking in a file of leads, and the smallest honest program for the same work.

Two limits: of narrow tables without any rule (copy, look for duplicates, write lead, clock and
event), and of the very tables of LeadBridge with their keys, indexes and triggers.
"""

import csv
import io
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

Figure = tuple[str, float, str]
ROWS = 100_000
TEAM = 20
HEADER = ("Email", "First", "Last", "Company", "Country", "Employees", "Request")
MAPPING = """
[fields]
email = "Email"
first_name = "First"
last_name = "Last"
company = "Company"
country = "Country"
employees = "Employees"
request = "Request"
source = { constant = "fair" }
"""
RAW_TABLES = """
DROP TABLE IF EXISTS raw_staged, raw_event2, raw_clock2, raw_lead;
CREATE TABLE raw_staged (number bigint, email text, first text, last text, company text,
    country text, employees text, request text);
CREATE TABLE raw_lead (id bigserial PRIMARY KEY, email text UNIQUE, first text, last text,
    company text, country text, employees int, request text, at timestamptz);
CREATE TABLE raw_clock2 (id bigserial PRIMARY KEY, lead bigint, due_at timestamptz,
    next_at timestamptz);
CREATE INDEX ON raw_clock2 (next_at, id) WHERE next_at IS NOT NULL;
CREATE TABLE raw_event2 (id bigserial PRIMARY KEY, lead bigint, at timestamptz, data jsonb);
CREATE INDEX ON raw_event2 (lead, at, id)
"""
RAW_TAKE = """
WITH made AS (
    INSERT INTO raw_lead (email, first, last, company, country, employees, request, at)
    SELECT DISTINCT ON (lower(s.email)) lower(s.email), s.first, s.last, s.company, s.country,
        nullif(s.employees, '')::int, s.request, now()
    FROM raw_staged s
    WHERE s.number > %(after)s AND s.number <= %(after)s + 1000
        AND NOT EXISTS (SELECT 1 FROM raw_lead l WHERE l.email = lower(s.email))
    ON CONFLICT DO NOTHING RETURNING id
), clocks AS (
    INSERT INTO raw_clock2 (lead, due_at, next_at)
    SELECT id, now() + interval '4 hours', now() + interval '3 hours' FROM made
)
INSERT INTO raw_event2 (lead, at, data) SELECT id, now(), '{"verdict": "yes"}' FROM made
"""
# One lead, one clock, one event each, as `ground` writes them, with every trigger at work.
REAL_TAKE = """
WITH fresh AS (
    SELECT s.*, nextval('leads_person_id_seq') AS person FROM raw_staged s
    WHERE s.number > %(after)s AND s.number <= %(after)s + 1000
        AND NOT EXISTS (SELECT 1 FROM leads_person p WHERE p.email_key = lower(s.email))
), people AS (
    INSERT INTO leads_person (id, email, email_key, phone, phone_key, first_name, last_name)
    SELECT person, email, lower(email), '', '', first, last FROM fresh
), made AS (
    INSERT INTO leads_lead SELECT (jsonb_populate_record(p.pattern, jsonb_build_object(
        'id', nextval('leads_lead_id_seq'), 'person_id', f.person, 'email_key', lower(f.email),
        'company', f.company, 'external_id', ''))).*
    FROM fresh f, (SELECT l AS pattern FROM leads_lead l WHERE id = %(lead)s) AS p
    RETURNING id
), told AS (
    INSERT INTO leads_event (lead_id, at, action, from_stage, to_stage, data)
    SELECT id, now(), 'capture', '', 'captured', '{"verdict": "yes"}' FROM made
    RETURNING id, lead_id
)
INSERT INTO sla_clock SELECT (jsonb_populate_record(p.pattern, jsonb_build_object(
    'id', nextval('sla_clock_id_seq'), 'lead_id', t.lead_id, 'started_by_id', t.id))).*
FROM told t, (SELECT c AS pattern FROM sla_clock c WHERE id = %(clock)s) AS p
"""
ONE_IMPORT = """
import django, json, resource, sys, time
django.setup()
from django.core.management import call_command
began = time.perf_counter()
call_command("import_leads", sys.argv[1], mapping=__import__("pathlib").Path(sys.argv[2]),
    stdout=open("/dev/null", "w"), stderr=open("/dev/null", "w"))
took = time.perf_counter() - began
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"took": took, "memory": most}))
"""


def run(rows: int = ROWS) -> list[Figure]:
    """Leads a second from the file to the last clock, the memory of the process, and the ratios to
    both limits."""
    after_what_is_there()
    _leave_a_team_of(TEAM)
    with tempfile.TemporaryDirectory() as folder:
        path, mapping = Path(folder, "people.csv"), Path(folder, "mapping.toml")
        people = list(_people(rows))
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([HEADER, *people])
        mapping.write_text(MAPPING)
        raw = rows / _raw(path)
        told = json.loads(
            subprocess.run(
                [sys.executable, "-c", ONE_IMPORT, str(path), str(mapping)],
                stdout=subprocess.PIPE, text=True, check=True,
            ).stdout
        )  # fmt: skip
        ours = rows / told["took"]
        real = rows / _real(rows)
    return [
        ("import", ours, "leads/s"),
        ("import_memory", told["memory"], "MB"),
        ("import_limit", raw, "leads/s"),
        ("import_ratio", raw / ours, "x"),
        ("import_limit_own_tables", real, "leads/s"),
        ("import_ratio_own_tables", real / ours, "x"),
    ]


def _leave_a_team_of(size: int) -> None:
    """Every choice of the routing says of each colleague why not: teams have a dozen or two, and
    not the hundreds of the ground."""
    from leadbridge.people.models import Membership

    sellers = Membership.objects.filter(user__username__startswith="seller")
    staying = sellers.order_by("pk").values("pk")[:size]
    sellers.exclude(pk__in=list(staying.values_list("pk", flat=True))).delete()


def after_what_is_there() -> None:
    """Rows of the ground were written with ids of their own; new ones come after them."""
    with connection.cursor() as cursor:
        for table in ("leads_person", "leads_lead", "leads_event", "sla_clock"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"greatest(1, (SELECT max(id) FROM {table})))"
            )
        cursor.execute("VACUUM ANALYZE")


def _people(rows: int) -> Iterator[tuple[object, ...]]:
    """People of a fair: a third asks for something, two in a hundred come twice."""
    chance = random.Random(5)
    for n in range(rows):
        who = chance.randrange(n) if n and chance.random() < 0.02 else n
        firm = who % 2_000
        yield (
            f"p{who}@firm{firm}.example", "Ines", f"Aydin {who}", f"Firm {firm}", "DE",
            chance.choice([5, 60, 240, 3000]), "demo" if chance.random() < 0.33 else "",
        )  # fmt: skip


def _raw(path: Path) -> float:
    """Seconds that narrow tables need."""
    with connection.cursor() as cursor:
        for statement in RAW_TABLES.split(";"):
            cursor.execute(statement)
        began = time.perf_counter()
        with path.open(newline="") as file:
            lines = csv.reader(file)
            next(lines)
            text = "".join("\t".join([str(n), *row]) + "\n" for n, row in enumerate(lines, 1))
        _copy(cursor, text)
        count = text.count("\n")
        for after in range(0, count, 1_000):
            cursor.execute(RAW_TAKE, {"after": after})
        return time.perf_counter() - began


def _copy(cursor: CursorWrapper, text: str) -> None:
    cursor.copy_expert("COPY raw_staged FROM STDIN", io.StringIO(text))


def _real(rows: int) -> float:
    """Seconds that the tables of LeadBridge need for one lead, clock and event each."""
    from leads.handoff.models import Lead
    from sla.clocks.models import Clock

    clock = Clock.objects.filter(kind="triage", void_at=None, stopped_at=None).latest("pk")
    pattern = Lead.objects.get(pk=clock.lead_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM raw_staged a USING raw_staged b "
            "WHERE a.email = b.email AND a.number > b.number"
        )
        cursor.execute("UPDATE raw_staged SET email = 'again-' || email")
        began = time.perf_counter()
        for after in range(0, rows, 1_000):
            cursor.execute(REAL_TAKE, {"after": after, "lead": pattern.pk, "clock": clock.pk})
        return time.perf_counter() - began
