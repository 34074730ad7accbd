"""Forgetting a person in files: the rows stay and count, what they said goes."""

import json
import re

from leads.handoff.packets import email_key
from leads.intake.importing.models import ImportRow

ERASED = "What was sent is erased."


def erase_from_files(*, address: str) -> int:
    """Empty every kept row that names this address; how many. What still waits to be taken in is
    refused with that reason when its turn comes."""
    key = re.escape(json.dumps(email_key(address))[1:-1])
    if not key:
        return 0
    whole = rf"(^|[^a-z0-9._%+-]){key}([^a-z0-9._-]|$)"
    kept = ImportRow.objects.exclude(cells="").filter(cells__iregex=whole)
    return kept.update(cells="[]", size=2, fault=ERASED, reason=ERASED)
