"""Somebody's browser, and the instant that everything happens at."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from leadbridge.people.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def at_now(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock of the machine stands at `now`; a test may move it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def signed_in(at_now: time_machine.Traveller) -> SignedIn:
    """A browser of this person's own."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser
