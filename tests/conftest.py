"""The cast everybody knows, and the instant at which tests begin."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import monotonic

import psycopg2
import pytest
from hypothesis import settings

# A Monday, 11:00 in Berlin and 05:00 in New York: EMEA works, Americas sleeps.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


LONG = 3.0  # seconds after which a test has probably left many dead rows behind
TABLES = "leads_lead, leads_person, leads_custody, leads_event, sla_clock"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Tidy up the database after a long test, as autovacuum would within a minute: what a hundred
    thousand rows that were rolled back leave behind made later tests take minutes. After the last
    test there is no database any more."""
    began = monotonic()
    done = yield
    long = nextitem is not None and monotonic() - began > LONG
    if long and "db" in getattr(item, "fixturenames", ()):
        _tidy_up()
    return done


def _tidy_up() -> None:
    from django.db import connection

    link = psycopg2.connect(**connection.get_connection_params())
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE, SKIP_LOCKED) {TABLES}")
    link.close()


@pytest.fixture
def now() -> datetime:
    """The instant at which a test begins."""
    return MONDAY


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Found the organisation once; tests that roll back find it again, and so does --reuse-db."""
    from leadbridge.demo.organisation import find_cast, found_organisation

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django has no types
        if find_cast() is None:
            found_organisation(now=MONDAY)


@pytest.fixture
def cast(db: None):  # type: ignore[no-untyped-def]  # models are known only after Django is set up
    """Mia, Ana, Sam, Dora, Max, Nora, Lena, Olu and their teams."""
    from leadbridge.demo.organisation import find_cast, found_organisation

    seed_reasons()
    return find_cast() or found_organisation(now=MONDAY)


def seed_reasons() -> None:
    """Tests that empty the tables take what the migration put there with them."""
    from django.apps import apps

    from leads.handoff.reasons import Reason

    if not Reason.objects.exists():
        name = next(Path(__file__).parents[1].glob("leads/migrations/*_reasons_and_disputes.py"))
        import_module(f"leads.migrations.{name.stem}").seed(apps, None)


# `pytest --hypothesis-profile=thorough`: for the night before a release.
settings.register_profile("thorough", max_examples=2000, deadline=None)
