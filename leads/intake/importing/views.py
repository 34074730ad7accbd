"""The pages of imports: what was imported, sending a file, naming its columns, watching it."""

from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import csv_response
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.kernel.uploads import length_of
from leadbridge.people.http import Request, signed_in, zone_of
from leads.definition.fields import live_fields
from leads.intake.importing.actions import (
    drop_import,
    keep_mapping,
    name_columns,
    rename_columns,
    require_marketer,
    start_import,
)
from leads.intake.importing.checking import check_import
from leads.intake.importing.mapping import LeadMapping
from leads.intake.importing.models import Import
from leads.intake.importing.presets import PRESETS
from leads.intake.importing.queries import get_import_for, imports_for, refused_rows
from leads.intake.importing.sampling import first_rows, values_of
from leads.intake.importing.screen import headline, import_screen, preview
from leads.intake.importing.sheet import (
    read_sheet,
    require_answers,
    sheet_of,
    start_named,
    starts_for,
    still_open,
)
from leads.intake.importing.staging import stage_file
from leads.intake.importing.undoing import undo_import
from leads.intake.importing.zones import zones
from leads.intake.tasks import wake_imports

MOST_UPLOADED = 200_000_000  # bytes; larger files are for the command line
CHECKED_AT_ONCE = 500  # rows that are counted while one waits
LISTED = 50
TOO_LARGE = (
    "The file is larger than 200 MB. Cut it, or have it imported on the server: "
    "manage.py import_leads takes files of any size."
)


@csrf_exempt  # until the size is known: checking the token reads the whole body
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponseBase:
    """What was imported (GET); send a file (POST)."""
    if request.method == "POST" and length_of(request) > MOST_UPLOADED:
        return render(request, "413.html", {"why": TOO_LARGE}, status=413)
    return _imports(request)


@csrf_protect
@signed_in
def _imports(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _list(request)
    require_marketer(request.user)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise DomainError("invalid", "Choose a file first.", field="file")
        file = _staged(request, sent)
    except DomainError as refused:
        return _list(request, refused)
    return redirect("import", number=file.pk)


def _staged(request: Request, sent: "UploadedFile[bytes]") -> Import:
    assert sent.file is not None, "an uploaded file has its content"
    content = cast("BinaryIO", sent.file)
    return stage_file(
        file=content, name=sent.name or "file", marketer=request.user, now=request.now
    )


def _list(request: Request, refused: DomainError | None = None) -> HttpResponse:
    rows = [headline(file, request.user) for file in imports_for(request.user)[:LISTED]]
    labels = [preset.label for preset in PRESETS.values()]
    context = {"rows": rows, "refused": refused, "presets": labels}
    status = refused.status if refused else 200
    return render(request, "leads/imports.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def one_import(request: Request, number: str) -> HttpResponse:
    """One file: its columns, then what taking it in would do, then what it did."""
    file = get_import_for(request.user, number)
    if request.method == "POST":
        return _act(request, file)
    if file.state == Import.State.STAGED:
        return _draw_sheet(request, file)
    return answer_page(
        request,
        page="leads/import.html",
        live="leads/_import_live.html",
        stamp=stamp_of((file.state, file.done, file.checked, file.created, file.waiting)),
        context=lambda: {**import_screen(file, request.user), **_previewed(file)},
    )


def _previewed(file: Import) -> dict[str, object]:
    if file.state != Import.State.CHECKED:
        return {}
    labels, rows = preview(file)
    return {"labels": labels, "previewed": rows}


def _act(request: Request, file: Import) -> HttpResponse:
    match request.POST.get("do"):
        case "check":
            return _check(request, file)
        case "rename":
            rename_columns(import_id=file.pk, actor=request.user)
        case "start":
            start_import(import_id=file.pk, actor=request.user)
            wake_imports()
        case "undo":
            undo_import(import_id=file.pk, actor=request.user, now=request.now)
            wake_imports()
        case "drop":
            drop_import(import_id=file.pk, actor=request.user)
            return redirect("imports")
        case _:
            raise DomainError("invalid", "There is no such button.")
    return redirect("import", number=file.pk)


def _check(request: Request, file: Import) -> HttpResponse:
    """Take the names of the columns and count what they would do; a large file in a worker."""
    posted = {name: str(value) for name, value in request.POST.items()}
    own = {spec.key: spec for spec in live_fields()}
    values = values_of(file.header, first_rows(file))
    start = start_named(posted.get("use", ""), starts_for(file.header, values))
    mapping = start.mapping
    try:
        mapping = read_sheet(posted, start, file.header, own)
        require_answers(still_open(mapping, posted, values, own))
        if posted.get("keep", "").strip():
            keep_mapping(
                name=posted["keep"], content=mapping.content(), columns=file.header,
                actor=request.user, now=request.now,
            )  # fmt: skip
        name_columns(
            import_id=file.pk, mapping=mapping, preset=start.use[:30], actor=request.user,
            now=request.now,
        )  # fmt: skip
    except DomainError as refused:
        if refused.status == 403:
            raise
        return _draw_sheet(request, file, mapping, refused)
    if file.total <= CHECKED_AT_ONCE:
        check_import(import_id=file.pk, now=request.now)
    else:
        wake_imports()
    return redirect("import", number=file.pk)


def _draw_sheet(
    request: Request,
    file: Import,
    mapping: LeadMapping | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    own = {spec.key: spec for spec in live_fields()}
    values = values_of(file.header, first_rows(file))
    starts = starts_for(file.header, values)
    asked = request.POST.get("use") or request.GET.get("use", "")
    start = start_named(asked, starts)
    sheet = sheet_of(start, mapping or start.mapping, file.header, values, own)
    context = {
        **headline(file, request.user),
        "sheet": sheet,
        "starts": starts,
        "chosen": start,
        "zones": zones(),
        "own_zone": zone_of(request.user),
        "keep": request.POST.get("keep", ""),
        "refused": refused,
    }
    return render(
        request, "leads/import_columns.html", context, status=refused.status if refused else 200
    )


@require_GET
@signed_in
def refused(request: Request, number: str) -> HttpResponse:
    """The rows that were not taken, to be mended and sent again."""
    file = get_import_for(request.user, number)
    name = f"{file.name.rsplit('.', 1)[0]}-not-taken"
    return cast("HttpResponse", csv_response(name, refused_rows(file)))  # streamed, row by row
