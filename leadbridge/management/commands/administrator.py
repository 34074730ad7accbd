"""The first person of an organisation, who makes all others on the page of people."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadbridge.kernel.errors import DomainError
from leadbridge.people.founding import create_person
from leadbridge.people.invitation import link_for
from leadbridge.people.models import Role


class Command(BaseCommand):
    help = "Make an administrator and print the link by which they choose a password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who they are."""
        parser.add_argument("user", help="user name")
        parser.add_argument("--email", default="")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")

    def handle(self, *, user: str, **options: str) -> None:
        """The link alone on standard output."""
        try:
            person = create_person(
                actor=None, username=user, first_name=options["first_name"],
                last_name=options["last_name"], email=options["email"],
                role=Role.ADMINISTRATOR,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stderr.write("Open this link to choose a password; it works once, for three days.")
        self.stdout.write(link_for(user=person, actor=None))
