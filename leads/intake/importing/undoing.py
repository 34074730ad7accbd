"""Taking a whole import back, while nobody has acted on what it brought."""

import time
from collections.abc import Callable
from datetime import datetime
from math import inf

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.models import Event
from leads.handoff.withdrawing import withdraw_lead
from leads.intake.importing.actions import lock_import, require_marketer
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.running import held

State = Import.State
Outcome = ImportRow.Outcome


def acts_on(file: Import) -> QuerySet[Event]:
    """What people have done since with the leads that a file made."""
    made = ImportRow.objects.filter(file=file, outcome=Outcome.CREATED).values("lead_id")
    acts = Event.objects.filter(Q(actor__isnull=False) | Q(action="join"), lead_id__in=made)
    return acts.exclude(at__lte=file.finished_at, actor=file.marketer_id)


def why_not_undone(file: Import) -> str:
    """Why an import cannot be taken back; blank where it can."""
    if file.state != State.DONE or file.finished_at is None:
        return "Only an import that is done can be undone."
    if not file.created:
        return "It made no lead, so there is nothing to take back."
    act = acts_on(file).order_by("pk").first()
    if act is not None:
        return f"Somebody has worked on it since: {act.action} on L-{act.lead_id}."
    return ""


def undo_import(*, import_id: int, actor: User, now: datetime) -> Import:
    """Have a worker take back every lead that a file made; what it added to leads that were there
    stays. DomainError `not_allowed` (409) once somebody has acted on one."""
    require_marketer(actor)
    with transaction.atomic():
        file = lock_import(import_id)
        if barred := why_not_undone(file):
            raise DomainError("not_allowed", barred, status=409)
        file.state, file.undone_at, file.undone_by = State.UNDOING, now, actor
        file.save(update_fields=["state", "undone_at", "undone_by"])
    return file


def run_undo(
    *,
    import_id: int,
    now: datetime,
    seconds: float = inf,
    progress: Callable[[int], object] = lambda _: None,
) -> bool:
    """Take the leads back one by one, so that a run that dies is gone on with; False where there
    is nothing to do, or another worker is at it. A lead that somebody took on meanwhile stays."""
    with held(import_id) as mine:
        files = Import.objects.select_related("undone_by")
        file = files.filter(pk=import_id, state=State.UNDOING).first()
        if not mine or file is None or file.undone_by is None:
            return False
        began = time.monotonic()
        rows = ImportRow.objects.filter(file=file, outcome=Outcome.CREATED).order_by("number")
        taken = set(acts_on(file).values_list("lead_id", flat=True))
        for row_id, lead_id in list(rows.values_list("pk", "lead_id")):
            if lead_id in taken:
                continue
            _undo_one(file, row_id, lead_id, now)
            progress(1)
            if time.monotonic() - began > seconds:
                return True
        Import.objects.filter(pk=file.pk, state=State.UNDOING).update(state=State.UNDONE)
    return True


def _undo_one(file: Import, row_id: int, lead_id: int, now: datetime) -> None:
    assert file.undone_by is not None, "somebody asked for it"
    with transaction.atomic():
        withdraw_lead(
            lead_id=lead_id, by=file.undone_by, now=now, why=f"The import {file.name} was undone."
        )
        ImportRow.objects.filter(pk=row_id).update(outcome=Outcome.UNDONE)
        Import.objects.filter(pk=file.pk).update(created=F("created") - 1)
