"""`manage.py import_history`: past handoffs, judged by the calendar and targets of a mapping."""

import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import write_csv
from leadbridge.kernel.time import now
from sla.reports.history.importing import Importer, Refusal, Result, mapping_for, rows_for
from sla.reports.history.joining import Rows
from sla.reports.history.mapping import Mapping, read_mapping
from sla.reports.history.table import open_table


class Command(BaseCommand):
    """See docs/history.md."""

    help = "Imports past handoffs with their real instants, or audits them with --dry-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="a TOML file; see docs/history.md")
        parser.add_argument("--dry-run", action="store_true", help="judge only, write nothing")
        parser.add_argument("--refused", type=Path, help="where refused rows go, as CSV")

    def handle(self, *args: object, **options: object) -> None:
        path, given, out = options["file"], options["mapping"], options["refused"]
        assert isinstance(path, Path), "the parser makes a path of it"
        try:
            table = open_table(path)
            chosen = _mapping(given) if isinstance(given, Path) else None
            rows = rows_for(table, chosen)
            mapping = mapping_for(rows, chosen)
            if table.note:
                self.stderr.write(f"{path.name}: {table.note}.")
            result = self._run(path, rows, mapping, out, dry=bool(options["dry_run"]))
        except DomainError as error:
            raise CommandError(error.message) from error
        self._report(result, mapping, dry=bool(options["dry_run"]))

    def _run(self, path: Path, table: Rows, mapping: Mapping, out: object, *, dry: bool) -> Result:
        with ExitStack() as stack:
            bar = stack.enter_context(tqdm(unit=" rows", disable=not sys.stderr.isatty()))
            sink = stack.enter_context(_opened(out)) if isinstance(out, Path) else None
            if sink is not None:
                write_csv(sink, [[*table.header, "row", "field", "reason"]])

            def tell(refusal: Refusal) -> None:
                self.stderr.write(f"row {refusal.row}: {refusal.refused}")
                if sink is not None:
                    cells = [refusal.cells.get(name, "") for name in table.header]
                    refused = refusal.refused
                    write_csv(sink, [[*cells, refusal.row, refused.field, refused.cure]])

            return Importer(path.stem, table, mapping, now(), tell, bar.update, dry).run()

    def _report(self, result: Result, mapping: Mapping, *, dry: bool) -> None:
        done = (
            "dry run, nothing written" if dry else f"created {result.created} known {result.known}"
        )
        self.stdout.write(f"{done} refused {result.refused}")
        for kind, score in result.audit.scores():
            if score.due or kind in mapping.targets:
                share = f"{100 * score.met / score.due:.1f}" if score.due else "-"
                self.stdout.write(
                    f"{kind} due {score.due} met {score.met} late {score.met_late} "
                    f"open {score.missed_open} attainment {share}"
                )


def _mapping(path: Path) -> Mapping:
    try:
        return read_mapping(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8; save it as UTF-8.") from error


def _opened(path: Path):  # type: ignore[no-untyped-def]  # whatever `open` answers
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
