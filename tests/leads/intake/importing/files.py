"""Files for tests of imports, and where the real ones lie."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from leadbridge.people.models import User
from leads.intake.importing.mapping import mapping_of
from leads.intake.importing.models import Import
from leads.intake.importing.running import run_import
from leads.intake.importing.staging import stage_file

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"
with_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the shared data are not beside the checkout"
)
PEOPLE = {
    "email": "Email", "first_name": "First", "last_name": "Last", "company": "Company",
    "country": "Country", "employees": "Employees", "phone": "Phone", "request": "Request",
    "message": "Message", "external_id": "Id", "source": {"constant": "fair"},
}  # fmt: skip
COLUMNS = ("Email", "First", "Last", "Company", "Country", "Employees", "Phone", "Request",
           "Message", "Id")  # fmt: skip


def as_csv(rows: Sequence[Sequence[object]], header: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def ready(marketer: User, now: datetime, data: bytes, fields: Any = None, **rest: Any) -> Import:
    """A file whose columns are named, waiting for a worker."""
    name = rest.pop("name", "people.csv")
    file = stage_file(file=io.BytesIO(data), name=name, marketer=marketer, now=now)
    file.mapping = mapping_of({"fields": fields or PEOPLE, **rest}).content()
    file.state = Import.State.WAITING
    file.save()
    return file


def imported(marketer: User, now: datetime, data: bytes, fields: Any = None, **rest: Any) -> Import:
    """The same taken in."""
    file = ready(marketer, now, data, fields, **rest)
    assert run_import(import_id=file.pk, now=now)
    file.refresh_from_db()
    return file


def counts(file: Import) -> dict[str, int]:
    """What became of its rows, zeros left out."""
    names = ("created", "updated", "joined", "refused", "unchanged", "waiting")
    return {name: n for name in names if (n := getattr(file, name))}
