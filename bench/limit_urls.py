"""Fifty rows of an inbox with nothing around them, and a lead that is only written: what a page and
a post could cost at least."""

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, Engine
from django.urls import path

PAGE = Engine().from_string(
    "<!doctype html><table>{% for row in rows %}<tr><td>{{ row.0 }}<td>{{ row.1 }}<td>{{ row.2 }}"
    "<td>{{ row.3 }}<td>{{ row.4 }}<td>{{ row.5 }}<td><button>Accept</button>"
    "<button>Reject</button></tr>{% endfor %}</table>"
)
QUERY = """
    SELECT lead.id, next_due_at, company, person.first_name, source, value
    FROM leads_lead AS lead JOIN leads_person AS person ON person.id = lead.person_id
    WHERE holder_id = (SELECT id FROM people_user WHERE username = 'sam')
        AND stage IN ('accepted', 'captured', 'nurturing', 'opportunity', 'recycled', 'rejected',
            'submitted', 'working')
    ORDER BY next_due_at, lead.id LIMIT 50
"""


def inbox(request: HttpRequest) -> HttpResponse:
    """One query, one template."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        return HttpResponse(PAGE.render(Context({"rows": cursor.fetchall()})))


WRITE = """
WITH made AS (
    INSERT INTO raw_lead (email, first, last, company, country, employees, at)
    VALUES (lower(%(email)s), %(first_name)s, %(last_name)s, %(company)s, %(country)s,
        %(employees)s, now())
    RETURNING id
), clocks AS (
    INSERT INTO raw_clock2 (lead, due_at, next_at)
    SELECT id, now() + interval '4 hours', now() + interval '3 hours' FROM made
), told AS (
    INSERT INTO raw_event2 (lead, at, data) SELECT id, now(), '{"verdict": "yes"}' FROM made
)
SELECT id FROM made
"""


def lead(request: HttpRequest) -> JsonResponse:
    """One lead, event and clock each, in one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, json.loads(request.body))
        return JsonResponse({"id": cursor.fetchone()[0]}, status=201)


urlpatterns = [path("inbox/", inbox), path("leads/", lead)]
