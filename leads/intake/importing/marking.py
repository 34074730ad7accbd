"""Noting what became of rows, many at once, and counting it on their file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from leads.intake.importing.models import Import, ImportRow

Outcome = ImportRow.Outcome
COUNTED = {
    Outcome.CREATED: "created",
    Outcome.UPDATED: "updated",
    Outcome.JOINED: "joined",
    Outcome.REFUSED: "refused",
    Outcome.UNCHANGED: "unchanged",
    Outcome.WAITING: "waiting",
}
# What is kept of a row as it came: of what was not taken everything, of what waits its end.
KEPT = frozenset({Outcome.REFUSED, Outcome.WAITING})


@dataclass(frozen=True)
class Mark:
    """What became of one row."""

    row_id: int
    outcome: Outcome
    lead_id: int | None = None
    field: str = ""
    reason: str = ""
    fingerprint: str = ""
    key: str = ""


_MARK = """
    UPDATE leads_importrow AS row SET outcome = new.outcome, lead_id = new.lead_id,
        field = new.field, reason = new.reason, fingerprint = new.fingerprint, key = new.key,
        cells = CASE WHEN new.outcome = ANY(%(kept)s) THEN row.cells ELSE '' END
    FROM unnest(%(ids)s::bigint[], %(outcomes)s::text[], %(leads)s::bigint[], %(fields)s::text[],
        %(reasons)s::text[], %(fingerprints)s::text[], %(keys)s::text[])
        AS new (id, outcome, lead_id, field, reason, fingerprint, key)
    WHERE row.id = new.id AND row.outcome = ''
"""


def mark_rows(import_id: int, marks: Sequence[Mark]) -> None:
    """Note what became of rows of a file and count it. In the transaction of what was done.

    IntegrityError where another file has told the same meanwhile.
    """
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "kept": [outcome.value for outcome in KEPT],
                "ids": [one.row_id for one in marks],
                "outcomes": [one.outcome.value for one in marks],
                "leads": [one.lead_id for one in marks],
                "fields": [one.field[:100] for one in marks],
                "reasons": [one.reason for one in marks],
                "fingerprints": [one.fingerprint for one in marks],
                "keys": [one.key for one in marks],
            },
        )
        if cursor.rowcount != len(marks):
            raise RuntimeError("rows were dealt with by somebody else")
    counts = Counter(COUNTED[one.outcome] for one in marks)
    Import.objects.filter(pk=import_id).update(
        done=F("done") + len(marks), **{name: F(name) + n for name, n in counts.items()}
    )
