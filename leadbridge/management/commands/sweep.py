"""The sweep by hand: for a look, for a cron job, or in place of a worker."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from leadbridge.kernel.time import now
from sla.clocks.ladder import climb
from sla.clocks.sweep import due_now, sweep


class Command(BaseCommand):
    help = "Mark the clocks that fell due; without --once, again and again."

    def add_arguments(self, parser: CommandParser) -> None:
        """How often, and whether at all."""
        parser.add_argument("--once", action="store_true", help="one sweep, then end")
        parser.add_argument("--dry-run", action="store_true", help="only say what a sweep would do")

    def handle(self, *, once: bool, dry_run: bool, **options: object) -> None:
        """Says one line for each sweep."""
        while True:
            self.stdout.write(self.one(dry_run=dry_run))
            if once or dry_run:
                return
            time.sleep(settings.SWEEP_SECONDS)

    def one(self, *, dry_run: bool) -> str:
        """One sweep, in a line."""
        at = now()
        if dry_run:
            return f"would mark {due_now(now=at)} clocks"
        done, moved = sweep(now=at), climb(now=at)
        return (
            f"took {done.taken} steps: marked {done.breached} clocks, handed on {moved} leads, "
            f"set aside {done.set_aside}"
        )
