"""A key for a program that acts as somebody."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import now
from leadbridge.people.keys import make_key
from leadbridge.people.models import ApiKey, User


class Command(BaseCommand):
    help = "Make an API key and print it, once: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, what it is called, and whether it may write."""
        parser.add_argument("user", help="user name of whom the key acts as")
        parser.add_argument("--name", required=True, help="what the key is for, such as “website”")
        parser.add_argument(
            "--scope", choices=ApiKey.Scope.values, default=ApiKey.Scope.READ, help="read"
        )

    def handle(self, *, user: str, name: str, scope: str, **options: object) -> None:
        """The key alone on standard output, so that a script can take it."""
        person = User.objects.filter(username=user, is_active=True).first()
        if person is None:
            raise CommandError(f"There is nobody called {user!r} who is active.")
        try:
            key = make_key(user=person, name=name, scope=scope, now=now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stderr.write(
            f"Acts as {person}, may {'read and write' if scope == 'write' else scope}."
        )
        self.stdout.write(key)
