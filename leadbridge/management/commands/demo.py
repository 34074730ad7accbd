"""A believable organisation with leads that have a past."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadbridge.demo.history import make_history
from leadbridge.demo.organisation import find_cast, found_organisation
from leadbridge.kernel.time import now
from leadbridge.people.models import User
from leads.handoff.models import Lead

HANDED_OVER = 0.75


class Command(BaseCommand):
    help = "Make the demo organisation and live through some days of its leads."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many leads over how many days; the same seed gives the same demo."""
        parser.add_argument("--leads", type=int, default=120, help="how many leads (120)")
        parser.add_argument("--days", type=int, default=30, help="over how many days (30)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same demo (1)")

    def handle(self, *, leads: int, days: int, seed: int, **options: object) -> None:
        """Refuses where somebody's own organisation lives."""
        if not (0 <= leads <= 1_000_000 and 1 <= days <= 3650):
            raise CommandError("--leads is 0 to 1000000, --days 1 to 3650.")
        cast = find_cast()
        if cast is None and User.objects.exists():
            raise CommandError(
                "This database holds people of its own; the demo is for an empty one."
            )
        at = now()
        cast = cast or found_organisation(now=at, per_month=promised(leads, days))
        if Lead.objects.exists():
            raise CommandError("The demo has its leads already.")
        steps = 0
        for steps in make_history(cast=cast, leads=leads, days=days, seed=seed, now=at):
            if steps % 500 == 0:
                self.stdout.write(f"{steps} steps lived through …")
        self.stdout.write(f"{Lead.objects.count()} leads, {steps} steps.")


def promised(leads: int, days: int) -> int:
    """How many of that many leads marketing promises a month: what is handed over, and a bit."""
    return max(1, round(leads / days * 30 * HANDED_OVER))
