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

_CHUNK = 1 << 18
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING = r"\N"  # how COPY writes a null
Encode = Callable[[Any], str]
Row = TypeVar("Row", bound=models.Model)


def copy_rows(rows: Sequence[models.Model], *, numbered: bool = True) -> None:
    """Write new rows of one model, and give each its id. In a transaction.

    Without `numbered` the database draws the ids and nobody is told: for rows to which none points.
    """
    if not rows:
        return
    model = type(rows[0])
    if numbered:
        number_rows(rows)
    columns = [one for one in _columns(model) if numbered or one[1] != model._meta.pk.attname]
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    values = [row.__dict__ for row in rows]
    cells = [_column([one[name] for one in values], encode) for _, name, encode in columns]
    text = io.BytesIO()
    for line in zip(*cells, strict=True):
        text.write("\t".join(line).encode() + b"\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', text, _CHUNK)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def _column(values: list[Any], encode: Encode) -> list[str]:
    """One column of all rows as COPY takes it. What many rows share is the very same object for
    most columns, and is put into letters once."""
    first = values[0]
    if all(value is first for value in values):
        return [NOTHING if first is None else encode(first)] * len(values)
    if encode is str or encode is _text:
        return [NOTHING if value is None else encode(value) for value in values]
    told: dict[int, str] = {id(None): NOTHING}
    found = []
    for value in values:
        text = told.get(id(value))
        if text is None:
            text = told[id(value)] = encode(value)
        found.append(text)
    return found


def change_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows that there are, of one model, in one statement."""
    if not rows:
        return
    model = type(rows[0])
    fields = [model._meta.get_field(name) for name in names]
    columns = [(str(field.column), str(field.attname)) for field in fields]  # type: ignore[union-attr]
    told = [
        {"id": row.pk, **{column: row.__dict__[name] for column, name in columns}} for row in rows
    ]
    sets = ", ".join(f'"{column}" = new."{column}"' for column, _ in columns)
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS row SET {sets} "  # noqa: S608  # names of our own columns
            f"FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS new WHERE row.id = new.id",
            [json.dumps(told, default=str)],
        )


def number_rows(rows: Sequence[models.Model]) -> None:
    """Give rows that have none an id each, in their order."""
    key = str(type(rows[0])._meta.pk.attname) if rows else ""
    new = [row for row in rows if row.__dict__[key] is None]
    if not new:
        return
    table = type(new[0])._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            # The inner select is asked once, and not for every number.
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) "
            "FROM generate_series(1, %s)",
            [table, len(new)],
        )
        drawn = [number for (number,) in cursor.fetchall()]
    for row, number in zip(new, drawn, strict=True):
        row.__dict__[key] = number


def twin(row: Row) -> Row:
    """Another row that says the same. Several times as fast as `copy.copy`, which pickles."""
    made = type(row).__new__(type(row))
    made.__dict__.update(row.__dict__)
    made._state = ModelState()
    made._state.fields_cache = dict(row._state.fields_cache)
    return made


def point(rows: Sequence[models.Model], *names: str) -> None:
    """Let rows point to what they were made with, which has an id by now. Assigning the id itself
    would make the row forget what it points to."""
    for name in names:
        column = f"{name}_id"
        for row in rows:
            target = row._state.fields_cache.get(name)
            row.__dict__[column] = None if target is None else target.__dict__["id"]


def fresh(model: type[Row], **values: object) -> Row:
    """A new row, as the model's own constructor makes it, at a tenth of the price: what is not
    said stands as the model has it. For columns and for what foreign keys point to, by name."""
    row, (plain, made, links) = model.__new__(model), _starts(model)
    row._state = ModelState()
    row.__dict__.update(plain)
    for name, make in made:
        row.__dict__[name] = make()
    for name, value in values.items():
        column = links.get(name)
        if column is None:
            row.__dict__[name] = value
        else:
            row.__dict__[column] = None if value is None else value.pk  # type: ignore[attr-defined]
            row._state.fields_cache[name] = value
    return row


@cache
def _starts(
    model: type[models.Model],
) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]], dict[str, str]]:
    """How a new row begins: what is the same for all, what is made for each, and the columns of
    its foreign keys."""
    pattern, fields = model(), model._meta.concrete_fields
    made = [(f.attname, f.get_default) for f in fields if f.has_default() and callable(f.default)]
    own = {name for name, _ in made}
    plain = {f.attname: getattr(pattern, f.attname) for f in fields if f.attname not in own}
    links = {f.name: f.attname for f in fields if f.is_relation}
    return plain, made, links


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
