"""`manage.py figures`: are the kept days what the rows say? `--rebuild` counts them all again."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from leadbridge.kernel.time import now
from sla.reports.rollups.checking import differences
from sla.reports.rollups.checking import rebuild as count_again


class Command(BaseCommand):
    """One line with how many days were compared, and `differences 0`; exit code 1 otherwise."""

    help = "Compares the kept figures of past days with the rows they were counted from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count all days again first")

    def handle(self, *args: object, rebuild: bool = False, **options: object) -> None:
        at = now()
        if rebuild:
            self.stdout.write(f"counted {count_again(now=at)} days")
        days, wrong = differences(now=at)
        self.stdout.write(f"compared {days} days\ndifferences {wrong}")
        if wrong:
            sys.exit(1)
