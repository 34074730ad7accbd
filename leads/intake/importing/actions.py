"""What people ask of a file: name its columns, have it checked, take it in, take it back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import brings_leads
from leadbridge.people.models import User
from leads.handoff.episodes import marketing_team
from leads.intake.importing.mapping import LeadMapping, mapping_of
from leads.intake.importing.models import Import, ImportMapping
from leads.intake.importing.staging import require_columns

State = Import.State


def require_marketer(user: User) -> None:
    """DomainError `forbidden` for who does not bring leads in."""
    if not brings_leads(user):
        raise DomainError("forbidden", "Files are imported by marketing.", status=403)
    marketing_team(user)


def lock_import(import_id: int) -> Import:
    """The file, locked for this transaction; DomainError `not_found` otherwise."""
    files = Import.objects.select_for_update(of=("self",)).select_related("marketer")
    file = files.filter(pk=import_id).first()
    if file is None:
        raise DomainError("not_found", "There is no such import.", status=404)
    return file


def name_columns(
    *, import_id: int, mapping: LeadMapping, preset: str, actor: User, now: datetime
) -> Import:
    """Say which column is which; what was checked before counts no longer."""
    require_marketer(actor)
    with transaction.atomic():
        file = lock_import(import_id)
        if file.state not in (State.STAGED, State.CHECKED):
            raise _not_now(file)
        require_columns(mapping, file.header)
        file.mapping, file.preset = mapping.content(), preset
        file.state, file.checked = State.CHECKING, {}
        file.save(update_fields=["mapping", "preset", "state", "checked"])
    return file


def rename_columns(*, import_id: int, actor: User) -> Import:
    """Back to naming the columns, before anything was taken in."""
    require_marketer(actor)
    with transaction.atomic():
        file = lock_import(import_id)
        if file.state not in (State.CHECKED, State.CHECKING):
            raise _not_now(file)
        file.state, file.checked = State.STAGED, {}
        file.save(update_fields=["state", "checked"])
    return file


def start_import(*, import_id: int, actor: User) -> Import:
    """Have a worker take it in; also what had stopped because the house was not ready."""
    require_marketer(actor)
    with transaction.atomic():
        file = lock_import(import_id)
        if file.state not in (State.CHECKED, State.FAILED):
            raise _not_now(file)
        file.state, file.error, file.finished_at = State.WAITING, "", None
        file.save(update_fields=["state", "error", "finished_at"])
    return file


def drop_import(*, import_id: int, actor: User) -> None:
    """Let a file go of which nothing was taken in."""
    require_marketer(actor)
    with transaction.atomic():
        file = lock_import(import_id)
        if file.state not in (State.STAGED, State.CHECKING, State.CHECKED):
            raise _not_now(file)
        file.delete()


def keep_mapping(
    *, name: str, content: Mapping[str, object], columns: list[str], actor: User, now: datetime
) -> ImportMapping:
    """Keep a mapping under a name; the same name of the same person is written anew."""
    require_marketer(actor)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise DomainError("invalid", "Give it a name of at most 80 characters.", field="keep")
    mapping_of(content)
    fresh = {"content": dict(content), "columns": columns, "made_at": now}
    mine = ImportMapping.objects.filter(name=name, made_by=actor)
    if mine.update(**fresh):
        return mine.get()
    try:
        with transaction.atomic():
            return ImportMapping.objects.create(name=name, made_by=actor, **fresh)
    except IntegrityError:
        raise DomainError(
            "invalid", f"Somebody else keeps a mapping “{name}”; choose another name.", field="keep"
        ) from None


def _not_now(file: Import) -> DomainError:
    said = file.get_state_display().lower()
    return DomainError("not_allowed", f"“{file.name}” stands at “{said}”.", status=409)
