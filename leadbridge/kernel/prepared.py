"""Selects that are worked out once and then only asked.

Django works the SQL of a queryset out afresh each time it is asked, which for a lead with the
people beside it takes four times as long as the asking. What every act asks is asked this way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    get_related_populators,
)
from django.db.transaction import TransactionManagementError

Found = TypeVar("Found")


@dataclass(frozen=True)
class _Slot:
    """Where in the parameters the value of this place goes."""

    place: int


class Prepared(Generic[Found]):
    """A queryset of models (also with `select_related`), or of `values_list`, whose values are
    told later: `Prepared(1, lambda key: Team.objects.filter(pk=key))`.

    `make` is called once, with so many stand-ins for the values; they are compared as they are,
    without the conversions of a field.
    """

    def __init__(self, values: int, make: Callable[..., "QuerySet[Any, Found]"]) -> None:
        self._values, self._make = values, make

    def all(self, *values: object) -> list[Found]:
        """What is found, in the order of the queryset."""
        return self._select.run(values)

    def first(self, *values: object) -> Found | None:
        """The first that is found; None where nothing is. All are read: ask by a key."""
        found = self._select.run(values)
        return found[0] if found else None

    @cached_property
    def _select(self) -> "_Select":
        slots = (RawSQL("%s", (_Slot(place),)) for place in range(self._values))
        return _Select(self._make(*slots))


class _Select:
    """SQL, and how a row of it becomes an object; `ModelIterable` of Django without the part that
    is the same each time."""

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        self._compiler = compiler = queryset.query.get_compiler(connection=connection)
        self._sql, self._params = compiler.as_sql()
        self._locks = queryset.query.select_for_update
        self._converters = compiler.get_converters([column[0] for column in compiler.select])
        self._row_type = queryset._iterable_class
        if self._row_type is ModelIterable:
            shape = compiler.klass_info
            self._model, places = shape["model"], shape["select_fields"]
            self._own = slice(places[0], places[-1] + 1)
            self._names = [column[0].target.attname for column in compiler.select[self._own]]
            self._beside = get_related_populators(
                shape,
                compiler.select,
                connection.alias,  # type: ignore[call-arg]  # of Django 6
            )

    def run(self, values: Sequence[object]) -> list[Any]:
        if self._locks and not connection.in_atomic_block:
            raise TransactionManagementError("A row is locked inside a transaction only.")
        told: list[Any] = [values[p.place] if isinstance(p, _Slot) else p for p in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, told)
            rows: Any = cursor.fetchall()
        if self._converters:
            rows = self._compiler.apply_converters(rows, self._converters)
        if self._row_type is ModelIterable:
            return [self._object_of(row) for row in rows]
        if self._row_type is FlatValuesListIterable:
            return [row[0] for row in rows]
        return [tuple(row) for row in rows]

    def _object_of(self, row: Sequence[Any]) -> Any:
        made = self._model.from_db(connection.alias, self._names, row[self._own])
        for populator in self._beside:
            populator.populate(row, made)
        return made
