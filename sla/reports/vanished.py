"""Which filters of a saved view of figures say nothing any more: its team or person is gone."""

from collections.abc import Collection, Mapping
from datetime import datetime

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.models import User
from sla.reports.asking import read_slice
from sla.reports.scope import scope_of


def vanished(user: User, given: Mapping[str, str], now: datetime) -> Collection[str]:
    """Names of the filters that this person's figures cannot be narrowed by."""
    try:
        read_slice(given, scope_of(user), now=now)
    except FieldErrors as found:
        return found.errors.keys()
    except DomainError:
        return ()  # no figures at all: their page says so
    return ()
