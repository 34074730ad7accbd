"""Fifty rows of an inbox with nothing around them: what a page could cost at least."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
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


urlpatterns = [path("inbox/", inbox)]
