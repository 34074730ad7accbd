"""Writing many rows of one model with COPY: several times as fast as inserts, and guarded by the
same constraints and triggers. Ids are drawn first, so that rows may point to one another.

For rows whose every column is set; defaults of the database do not apply.
"""

import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.base import ModelState

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING = r"\N"  # how COPY writes a null
Encode = Callable[[Any], str]
Row = TypeVar("Row", bound=models.Model)


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model, and give each its id. In a transaction."""
    if not rows:
        return
    model = type(rows[0])
    number_rows(rows)
    columns = _columns(model)
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    getters = [(attribute, encode) for _, attribute, encode in columns]
    text = io.StringIO()
    for row in rows:
        values = row.__dict__
        cells = [
            NOTHING if (value := values[name]) is None else encode(value)
            for name, encode in getters
        ]
        text.write("\t".join(cells) + "\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', text)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def number_rows(rows: Sequence[models.Model]) -> None:
    """Give rows that have none an id each, in their order."""
    new = [row for row in rows if row.pk is None]
    if not new:
        return
    table = type(new[0])._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, len(new)],
        )
        drawn = [number for (number,) in cursor.fetchall()]
    for row, number in zip(new, drawn, strict=True):
        row.pk = number


def twin(row: Row) -> Row:
    """Another row that says the same. Several times as fast as `copy.copy`, which pickles."""
    made = type(row).__new__(type(row))
    made.__dict__.update(row.__dict__)
    made._state = ModelState()
    made._state.fields_cache = dict(row._state.fields_cache)
    return made


@cache
def _columns(model: type[models.Model]) -> list[tuple[str, str, Encode]]:
    """Column, attribute and how a value of it is written."""
    found = []
    for field in model._meta.concrete_fields:
        assert field.attname is not None
        found.append((str(field.column), field.attname, _encoder(field)))
    return found


def _encoder(field: "models.Field[Any, Any]") -> Encode:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.CharField | models.TextField):
        return _text
    if isinstance(field, models.DateTimeField):
        return _instant
    return str


def _text(value: str) -> str:
    return value.translate(_ESCAPES) if not value.isprintable() or "\\" in value else str(value)


def _json(value: object) -> str:
    text = json.dumps(value)
    return text.replace("\\", "\\\\") if "\\" in text else text


def _instant(value: datetime) -> str:
    return value.isoformat()


def _array(value: Sequence[object]) -> str:
    """Texts and instants; of ours none holds a quote or a backslash."""
    return "{" + ",".join(_part(one) for one in value) + "}"


def _part(value: object) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    assert not set(text) & set('"\\\t\n\r'), "arrays of ours hold codes and instants"
    return f'"{text}"'
