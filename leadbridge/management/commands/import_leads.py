"""`manage.py import_leads`: leads out of a file, as the page /import/ takes them in."""

import sys
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import write_csv
from leadbridge.kernel.time import now
from leadbridge.people.models import Role, User
from leads.definition.fields import live_fields
from leads.intake.importing.checking import check_import
from leads.intake.importing.mapping import LeadMapping, mapping_of, read_lead_mapping
from leads.intake.importing.models import Import
from leads.intake.importing.presets import PRESETS, preset_for
from leads.intake.importing.queries import mappings_for, refused_rows, unfinished
from leads.intake.importing.running import run_import
from leads.intake.importing.sampling import first_rows, settled, values_of
from leads.intake.importing.staging import require_columns, stage_file

COUNTS = ("created", "updated", "joined", "refused")
BESIDE = {"unchanged": "known already", "waiting": "waiting for a lead to come"}


class Command(BaseCommand):
    """See docs/import.md."""

    help = "Takes in leads from a CSV or XLSX file; the same file twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--preset", choices=sorted(PRESETS), help="the program that wrote it")
        which.add_argument("--mapping", type=Path, help="a TOML file; see docs/import.md")
        parser.add_argument("--as", dest="actor", help="the marketer who answers for the leads")
        parser.add_argument("--zone", help="where times without a zone were written")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--refused", type=Path, help="where refused rows go, as CSV")

    def handle(self, *args: object, **options: Any) -> None:
        """Ends with the counts."""
        path = options["file"]
        try:
            with _opened(path, "rb") as file, transaction.atomic():
                marketer = _marketer(options["actor"])
                staged = stage_file(
                    file=file, name=path.name, marketer=marketer, now=now(),
                    progress=_bar("read").update,
                )  # fmt: skip
                self._ready(staged, self._mapping(staged, options))
                if options["dry_run"]:
                    self._tell(self._tried(staged), "dry run, nothing written: ")
                    transaction.set_rollback(True)
                    return
                staged = self._taken_up(staged)
            ended = self._run(staged)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["refused"] is not None:
            with _opened(options["refused"], "w") as out:
                write_csv(out, refused_rows(ended))
        self._tell({name: getattr(ended, name) for name in (*COUNTS, *BESIDE)})

    def _mapping(self, staged: Import, options: dict[str, Any]) -> LeadMapping:
        """As it was said, else as the header tells."""
        if staged.note:
            self.stderr.write(f"{staged.name}: {staged.note}.")
        zone = _zone(options["zone"])
        if options["mapping"] is not None:
            given = read_lead_mapping(_text_of(options["mapping"]))
            return replace(given, zone=given.zone or zone)
        kept = None if options["preset"] else next(iter(mappings_for(staged.header)), None)
        if kept is not None:
            return mapping_of(kept.content)
        preset = PRESETS[options["preset"]] if options["preset"] else preset_for(staged.header)
        if preset is None:
            there = ", ".join(f"“{name[:60]}”" for name in staged.header[:30])
            raise DomainError(
                "unreadable",
                "The header is that of no program we know; say with --mapping what its columns "
                f"mean. It has: {there}.",
            )
        staged.preset = preset.name
        self.stderr.write(f"{staged.name}: read as {preset.label}.")
        mapping = mapping_of(replace(preset.mapping_for(staged.header), zone=zone).content())
        own = {spec.key: spec for spec in live_fields()}
        mapping, open_ = settled(mapping, values_of(staged.header, first_rows(staged)), own)
        for one in open_:
            what = "its zone: say --zone" if one.needs_zone else "its format: say --mapping"
            self.stderr.write(f"“{one.column}” leaves open {what}. It is not taken.")
        return mapping

    def _ready(self, staged: Import, mapping: LeadMapping) -> None:
        require_columns(mapping, staged.header)
        staged.mapping, staged.state = mapping.content(), Import.State.CHECKING
        staged.save(update_fields=["mapping", "preset", "state"])

    def _tried(self, staged: Import) -> dict[str, int]:
        with _bar("checked", staged.total) as bar:
            check_import(import_id=staged.pk, now=now(), progress=bar.update)
        staged.refresh_from_db()
        for name, why, count in staged.checked["reasons"]:
            self.stderr.write(f"{count} × {name + ': ' if name else ''}{why}")
        return {name: staged.checked[name] for name in (*COUNTS, *BESIDE)}

    def _taken_up(self, staged: Import) -> Import:
        """The file, or where a run of it was broken off, that one."""
        begun = unfinished(staged.digest, mapping_of(staged.mapping))
        if begun is not None:
            self.stderr.write(f"{staged.name}: goes on after {begun.done} rows.")
            staged.delete()
            staged = begun
        staged.state = Import.State.RUNNING
        staged.save(update_fields=["state"])
        return staged

    def _run(self, staged: Import) -> Import:
        """Take it in, or wait for the worker who is at it."""
        with _bar("taken in", staged.total, staged.done) as bar:
            while staged.is_worked_on:
                if not run_import(import_id=staged.pk, now=now(), progress=bar.update):
                    time.sleep(0.2)
                staged.refresh_from_db()
        if staged.state == Import.State.FAILED:
            raise DomainError("stopped", f"Stopped after {staged.done} rows: {staged.error}")
        return staged

    def _tell(self, counts: dict[str, int], before: str = "") -> None:
        for name, said in BESIDE.items():
            if counts[name]:
                self.stdout.write(f"{counts[name]} rows {said}")
        self.stdout.write(before + " ".join(f"{name} {counts[name]}" for name in COUNTS))


def _bar(what: str, total: int | None = None, done: int = 0) -> Any:
    return tqdm(desc=what, total=total, initial=done, unit=" rows", disable=not sys.stderr.isatty())


def _opened(path: Path, mode: str) -> Any:
    text = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""} if mode == "w" else {}
    try:
        return path.open(mode, **text)  # type: ignore[call-overload]  # as its mode has it
    except OSError as error:
        done = "written" if mode == "w" else "opened"
        raise CommandError(f"{path} cannot be {done}: {error.strerror}.") from error


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8; save it as UTF-8.") from error


def _zone(name: str | None) -> ZoneInfo | None:
    if name and name not in available_timezones():
        raise CommandError(f"“{name}” is no time zone; say for example Europe/Berlin.")
    return ZoneInfo(name) if name else None


def _marketer(name: str | None) -> User:
    """Who answers for the leads: whoever is named, else the head of marketing."""
    people = User.objects.filter(is_active=True)
    if name:
        found = people.filter(username=name).first()
        if found is None or not found.is_marketing:
            raise CommandError(f"“{name}” is nobody of marketing who could answer for leads.")
        return found
    heads = people.filter(role=Role.MARKETING_HEAD).order_by("pk")
    found = heads.first() or people.filter(role=Role.MARKETER).order_by("pk").first()
    if found is None:
        raise CommandError("Nobody of marketing is there to answer for leads; make somebody.")
    return found
