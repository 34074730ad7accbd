"""Forgetting a person in the quarantine: the rows stay and count, what was sent goes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leadbridge.people.models import User
from leads.handoff.episodes import email_key
from leads.intake.naming import naming
from leads.intake.quarantine.models import Quarantined, State

REASON = "Erased at the person's own request."


def erase_from_quarantine(*, address: str, actor: User, now: datetime) -> int:
    """Empty everything that came from this address, or became a lead of whoever has it; how many.
    What still waits is discarded: nobody may mend it any more. Called before the person itself is
    erased, because then the address is no longer known."""
    key = email_key(address)
    rows = Quarantined.objects.select_for_update(no_key=True, of=("self",))
    theirs = Q(email_key=key) | Q(lead__person__email_key=key)
    # What nobody could read bears no address of its own.
    unread = naming(Quarantined.objects.filter(erased_at=None, email_key=""), address)
    theirs |= Q(pk__in=list(unread.values_list("pk", flat=True)))
    with transaction.atomic():
        found = list(rows.filter(theirs, erased_at=None).order_by("pk")) if key else []
        for item in found:
            item.raw, item.told, item.summary, item.email_key = b"", {}, "", ""
            item.errors = {"": ["What was sent is erased."]}
            item.erased_at = now
            if item.state == State.WAITING:
                item.state, item.reason = State.DISCARDED, REASON
                item.settled_at, item.settled_by = now, actor
            item.save()
    return len(found)
