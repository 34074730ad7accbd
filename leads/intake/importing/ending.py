"""Ends of leads that a file tells: many at once where that is the same, else one by one; and those
that wait because they were told before their leads were."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q

from leadbridge.kernel.copying import change_rows
from leadbridge.kernel.errors import DomainError
from leads.handoff.crowd import Unforeseen
from leads.handoff.telling_many import End, tell_outcomes
from leads.intake.importing.alone import end_as, end_of, lead_named, reader_of
from leads.intake.importing.marking import Mark
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.refusals import Refused
from leads.intake.importing.rows import Wanted
from leads.intake.importing.staging import cells_of
from leads.intake.importing.standing import known_of

AT_ONCE = 500
# What some row of a group is in the way with: each is told by itself then.
NOT_TOGETHER = (Unforeseen, Refused, DomainError, IntegrityError, DataError)
Outcome = ImportRow.Outcome


def apply_waiting(which: Q, *, now: datetime) -> int:
    """Tell the ends that wait, of this file or another, and whose leads have come; how many."""
    rows = ImportRow.objects.filter(which, outcome=Outcome.WAITING).order_by("pk")
    ids, told = list(rows.values_list("pk", flat=True)), 0
    for part in (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)):
        try:
            told += _apply_together(part, now)
        except NOT_TOGETHER:
            told += sum(_apply(row_id, now) for row_id in part)
    return told


def _apply_together(row_ids: Sequence[int], now: datetime) -> int:
    with transaction.atomic():
        rows = ImportRow.objects.select_for_update(of=("self",)).select_related("file__marketer")
        found = list(rows.filter(pk__in=row_ids, outcome=Outcome.WAITING).order_by("pk"))
        files = {row.file_id: row.file for row in found}
        readers = {file_id: reader_of(file, now) for file_id, file in files.items()}
        read = [(row, readers[row.file_id].read(cells_of(row))) for row in found]
        told = _ends_of([(row.file, row, wanted) for row, wanted in read])
        tell_outcomes([end for _, end in told], now=now)
        for row, end in told:
            row.outcome, row.cells, row.key = Outcome.UPDATED, "", ""
            row.lead_id = end.lead_id
        change_rows([row for row, _ in told], ["outcome", "cells", "lead", "key"])
        for file_id, number in Counter(row.file_id for row, _ in told).items():
            counts = {"waiting": F("waiting") - number, "updated": F("updated") + number}
            Import.objects.filter(pk=file_id).update(**counts)
    return len(told)


def _ends_of(rows: Sequence[tuple[Import, ImportRow, Wanted]]) -> list[tuple[ImportRow, End]]:
    """The ends whose leads are there."""
    known = known_of([wanted for _, _, wanted in rows])
    named = [(file, row, wanted, known.lead_of(wanted)) for file, row, wanted in rows]
    return [
        (row, end_of(file, wanted, lead.lead_id))
        for file, row, wanted, lead in named
        if lead is not None
    ]


def end_together(
    file: Import, rows: Sequence[tuple[ImportRow, Wanted]], *, now: datetime
) -> list[Mark]:
    """Tell the ends of leads that are there; what is to be noted of the rows. In a transaction.

    Unforeseen where they have to be told one by one.
    """
    told = _ends_of([(file, row, wanted) for row, wanted in rows])
    if len(told) < len(rows):
        raise Unforeseen
    tell_outcomes([end for _, end in told], now=now)
    return [
        Mark(row.pk, Outcome.UPDATED, end.lead_id, fingerprint=wanted.fingerprint)
        for (row, end), (_, wanted) in zip(told, rows, strict=True)
    ]


def _apply(row_id: int, now: datetime) -> bool:
    with transaction.atomic():
        rows = ImportRow.objects.select_for_update(of=("self",)).select_related("file__marketer")
        row = rows.filter(pk=row_id, outcome=Outcome.WAITING).first()
        if row is None:
            return False
        told: dict[str, object]
        try:
            wanted = reader_of(row.file, now).read(cells_of(row))
            lead_id = lead_named(wanted)
            if lead_id is None:
                return False
            with transaction.atomic():
                end_as(row.file, wanted, lead_id, now)
            told = {"outcome": Outcome.UPDATED, "cells": "", "lead_id": lead_id}
        except Refused as refused:
            told = {"outcome": Outcome.REFUSED, "field": refused.field, "reason": refused.cure}
        except DomainError as error:
            told = {"outcome": Outcome.REFUSED, "field": error.field, "reason": error.message}
        ImportRow.objects.filter(pk=row.pk).update(**told, key="")
        name = "updated" if told["outcome"] == Outcome.UPDATED else "refused"
        counts = {"waiting": F("waiting") - 1, name: F(name) + 1}
        Import.objects.filter(pk=row.file_id).update(**counts)
    return True
