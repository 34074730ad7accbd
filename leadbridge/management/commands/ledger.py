"""`manage.py ledger`: the proof that every lead is accounted for."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from leadbridge.kernel.time import now
from sla.reports.ledger import Ledger, ledger


class Command(BaseCommand):
    """One line per stage, the differences, and `unaccounted 0`; exit code 1 where it is not 0."""

    help = "Proves that every lead is accounted for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", type=_instant, help="2026-01-31, in UTC")
        parser.add_argument("--to", dest="end", type=_instant, help="the first day not counted")

    def handle(self, *args: object, **options: datetime | None) -> None:
        start, end = options["start"], options["end"]
        if start and end and start >= end:
            raise CommandError("--from lies before --to.")
        proof = ledger(now=now(), start=start, end=end)
        self._print(proof)
        if proof.unaccounted:
            sys.exit(1)

    def _print(self, proof: Ledger) -> None:
        for line in proof.lines:
            standing = "" if line.standing is None else f" now {line.standing}"
            self.stdout.write(
                f"{line.stage:<12} opening {line.opening} in {line.came} out {line.went} "
                f"closing {line.closing}{standing} difference {line.difference}"
            )
        flow = proof.flow
        self.stdout.write(
            f"waiting before {flow.opening} + submitted {flow.submitted} = "
            f"accepted {flow.accepted} + rejected {flow.rejected} + waiting {flow.waiting} + "
            f"otherwise {flow.otherwise}, difference {flow.difference}"
        )
        for rule in proof.broken:
            some = "".join(f" L-{lead_id}" for lead_id in rule.examples)
            self.stdout.write(f"rule {rule.name}: {rule.sentence} broken by {rule.count}{some}")
        self.stdout.write(f"unaccounted {proof.unaccounted}")


def _instant(text: str) -> datetime:
    """A day or an instant; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
