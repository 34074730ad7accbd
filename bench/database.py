"""A database for one run: made, migrated, and gone at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2

NAME = "leadbridge_bench"


@contextmanager
def of_its_own() -> Iterator[None]:
    """Django, set up on an empty database of this run."""
    given = os.environ["DATABASE_URL"]
    _maintain(given, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME}")
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(given)._replace(path=f"/{NAME}"))
    import django
    from django.core.management import call_command
    from django.db import connections

    try:
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        yield
    finally:
        connections.close_all()
        _maintain(given, f"DROP DATABASE {NAME} WITH (FORCE)")


def _maintain(url: str, *statements: str) -> None:
    link = psycopg2.connect(url)
    link.autocommit = True
    try:
        for statement in statements:
            link.cursor().execute(statement)
    finally:
        link.close()
