"""Reading imports: who may see them, the rows that were not taken, mappings that fit a header."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import brings_leads
from leadbridge.people.models import User
from leads.intake.importing.mapping import LeadMapping, mapping_of
from leads.intake.importing.models import Import, ImportMapping, ImportRow
from leads.intake.importing.staging import OURS, cells_of

RESUMED = (Import.State.WAITING, Import.State.RUNNING, Import.State.FAILED)


def imports_for(user: User) -> QuerySet[Import]:
    """All imports, for marketing; DomainError `forbidden` for others."""
    if not brings_leads(user):
        raise DomainError("forbidden", "Files are imported by marketing.", status=403)
    return Import.objects.select_related("marketer", "undone_by").order_by("-asked_at", "-pk")


def get_import_for(user: User, number: str) -> Import:
    """One of them; DomainError `not_found` for a number that is none."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    found = imports_for(user).filter(pk=int(number)).first() if plain else None
    if found is None:
        raise DomainError("not_found", "There is no such import.", status=404)
    return found


def waiting_imports() -> list[int]:
    """What a worker has to do, the oldest first."""
    files = Import.objects.filter(state__in=Import.WORKED_ON).order_by("asked_at", "pk")
    return list(files.values_list("pk", flat=True))


def unfinished(digest: str, mapping: LeadMapping) -> Import | None:
    """The same file under the same mapping, begun and not ended."""
    files = Import.objects.filter(digest=digest, mapping=mapping.content(), state__in=RESUMED)
    return files.order_by("pk").first()


def refused_rows(file: Import) -> Iterator[list[object]]:
    """The rows that were not taken, to be mended and sent again: the header, then each row as it
    came with its number, the field and the reason."""
    yield [*file.header, *OURS]
    width = len(file.header)
    rows = ImportRow.objects.filter(file=file, outcome=ImportRow.Outcome.REFUSED)
    for row in rows.order_by("number").iterator(chunk_size=200):
        cells: list[Any] = list(cells_of(row))
        beyond = [cell for cell in cells[width:] if cell.strip()]
        left = f" Left over: {' | '.join(beyond)}" if beyond else ""
        cells = (cells + [""] * width)[:width]
        yield [*cells, row.number, row.field, row.reason + left]


def mappings_for(header: Sequence[str]) -> list[ImportMapping]:
    """Kept mappings whose columns this header has, the closest first."""
    there = set(header)
    found = [
        (one, mapping)
        for one in ImportMapping.objects.select_related("made_by")
        if not (mapping := mapping_of(one.content)).missing_in(header)
    ]
    found.sort(key=lambda pair: (-len(there & set(pair[0].columns)), pair[0].name))
    return [one for one, _ in found]
