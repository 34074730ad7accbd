"""Finding pairs that look alike, set-wise, beside whatever takes leads in.

A worker looks at new leads once a minute, in batches: candidates by number, name and domain out of
indexes, at most `MOST` of each for a lead, so that one company's 10,000 leads stay cheap; then
`likeness` decides. Whatever is found twice is kept once.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction

from leads.companies.tables import FREE_MAIL
from leads.duplicates.likeness import Face, why_alike
from leads.duplicates.models import Likeness, Lookout
from leads.handoff.models import OPEN, Lead

MOST = 30
BATCH = 500
MOST_IN_A_RUN = 20_000

_CANDIDATES = """
    WITH fresh AS (
        SELECT l.id, l.person_id, p.phone_key, split_part(l.email_key, '@', 2) AS domain,
               LOWER(p.first_name) AS first_name, LOWER(p.last_name) AS last_name
        FROM leads_lead l JOIN leads_person p ON p.id = l.person_id
        WHERE l.id = ANY(%(ids)s) AND l.stage = ANY(%(open)s)
    )
    SELECT fresh.person_id, found.person_id FROM fresh CROSS JOIN LATERAL (
        SELECT q.id AS person_id FROM leads_person q
        WHERE q.phone_key = fresh.phone_key AND q.phone_key <> '' AND q.id <> fresh.person_id
        ORDER BY q.id DESC LIMIT %(most)s
    ) found WHERE fresh.phone_key <> ''
    UNION
    SELECT fresh.person_id, found.person_id FROM fresh CROSS JOIN LATERAL (
        SELECT q.id AS person_id FROM leads_person q
        WHERE LOWER(q.last_name) = fresh.last_name AND LOWER(q.first_name) = fresh.first_name
            AND q.first_name <> '' AND q.last_name <> '' AND q.id <> fresh.person_id
        ORDER BY q.id DESC LIMIT %(most)s
    ) found WHERE fresh.first_name <> '' AND fresh.last_name <> ''
    UNION
    SELECT fresh.person_id, found.person_id FROM fresh CROSS JOIN LATERAL (
        SELECT l.person_id FROM leads_lead l
        WHERE split_part(l.email_key, '@', 2) = fresh.domain AND l.email_key <> ''
            AND l.stage = ANY(%(open)s) AND l.person_id <> fresh.person_id
        ORDER BY l.id DESC LIMIT %(most)s
    ) found WHERE fresh.domain <> '' AND fresh.domain <> ALL(%(free)s)
"""


def look_out(*, now: datetime) -> int:
    """Look at the leads that came since the run before the last one; how many pairs were found.
    One worker at a time; whoever finds another at it leaves."""
    with transaction.atomic():
        Lookout.objects.get_or_create(pk=1)
        row = Lookout.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if row is None:
            return 0
        fresh = Lead.objects.filter(pk__gt=row.before).order_by("pk")
        ids = list(fresh.values_list("pk", flat=True)[:MOST_IN_A_RUN])
        if not ids:
            return 0
        found = 0
        for start in range(0, len(ids), BATCH):
            found += look_at(ids[start : start + BATCH], now=now)
        whole = len(ids) < MOST_IN_A_RUN
        row.before, row.seen = (min(row.seen, ids[-1]) if whole else ids[-1]), ids[-1]
        row.save(update_fields=["before", "seen"])
    return found


def look_at(lead_ids: Collection[int], *, now: datetime) -> int:
    """Pairs of these leads' people with anybody else who has an open lead; how many are new."""
    pairs = _candidates(lead_ids)
    faces = _faces({person for pair in pairs for person in pair})
    found = [
        Likeness(one_id=one, other_id=other, why=why, found_at=now)
        for one, other in sorted(pairs)
        if one in faces and other in faces and (why := why_alike(faces[one], faces[other]))
    ]
    before = Likeness.objects.count() if found else 0
    Likeness.objects.bulk_create(found, ignore_conflicts=True)
    return Likeness.objects.count() - before if found else 0


def _candidates(lead_ids: Collection[int]) -> set[tuple[int, int]]:
    told: dict[str, list[int] | list[str] | int] = {
        "ids": list(lead_ids),
        "open": [stage.value for stage in OPEN],
        "most": MOST,
        "free": sorted(FREE_MAIL),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, told)
        return {(min(row), max(row)) for row in cursor.fetchall()}


def _faces(people: Iterable[int]) -> dict[int, Face]:
    """Whoever of them has an open lead, as they are recognised."""
    rows = Lead.objects.open().filter(person__in=list(people)).order_by("pk")
    return {
        lead.person_id: Face(
            lead.person.full_name, lead.email_key, lead.person.phone_key, lead.company
        )
        for lead in rows.select_related("person")
    }
