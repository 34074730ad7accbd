"""Forgetting a person who asked for it."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import now
from leadbridge.people.models import Role, User
from leads.handoff.corrections import erase_person
from leads.handoff.episodes import email_key
from leads.handoff.models import Person
from leads.intake.importing.erasing import erase_from_files
from leads.intake.quarantine.erasing import erase_from_quarantine
from leads.intake.receiving.erasing import erase_from_deliveries


class Command(BaseCommand):
    help = "Remove what identifies a person from all their leads; counts and clocks stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, at which request, and who answers for it."""
        parser.add_argument("person_email", help="the person's e-mail address")
        parser.add_argument("--request", required=True, help="reference of the person's request")
        parser.add_argument("--as", dest="actor", help="administrator who does it (the first one)")

    def handle(
        self, *, person_email: str, request: str, actor: str | None, **options: object
    ) -> None:
        """Ends with the number of leads."""
        instant = now()
        people = User.objects.filter(is_active=True, role=Role.ADMINISTRATOR).order_by("pk")
        who = (people.filter(username=actor) if actor else people).first()
        if who is None:
            raise CommandError("No administrator is there to do it; name one with --as.")
        person = Person.objects.filter(email_key=email_key(person_email)).first()
        aside = erase_from_quarantine(address=person_email, actor=who, now=instant)
        in_files = erase_from_files(address=person_email)
        delivered = erase_from_deliveries(address=person_email)
        if person is None and not (aside or in_files or delivered):
            raise CommandError("Nobody is known by this address.")
        try:
            count = (
                erase_person(person_id=person.pk, actor=who, now=instant, request=request)
                if person
                else 0
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"erased {count} leads")
        if aside:
            self.stdout.write(f"and {aside} in the quarantine")
        if in_files:
            self.stdout.write(f"and {in_files} in files")
        if delivered:
            self.stdout.write(f"and {delivered} deliveries")
