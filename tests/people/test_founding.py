"""How an organisation begins: one administrator, made by whoever runs the machine."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leadbridge.people.models import User

pytestmark = pytest.mark.django_db


def test_the_first_administrator_is_made_by_a_command_that_prints_their_link() -> None:
    printed = StringIO()
    call_command("administrator", "kay", "--email", "kay@example.com", stdout=printed)
    kay = User.objects.get(username="kay")
    assert (kay.role, kay.email, kay.has_usable_password()) == (
        "administrator", "kay@example.com", False,
    )  # fmt: skip
    assert "/accounts/password/reset/key/" in printed.getvalue()


def test_a_name_that_is_taken_makes_nobody(cast: object) -> None:
    people = User.objects.count()
    with pytest.raises(CommandError, match="There is somebody called sam already"):
        call_command("administrator", "sam")
    assert User.objects.count() == people
