"""Long lists by cursor: as quick on the thousandth page as on the first, and stable while rows
come and go.

A page starts after the last row of the one before: after its value *and* its key, so that equal
values neither repeat nor vanish. Rows without a place in the order come last, by key; they are read
in a query of their own, because one condition for both would read the whole list up to the page.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leadbridge.kernel.errors import FieldErrors

PAGE_SIZE = 50
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Order:
    """By which column a list is sorted; the key decides between equal values.

    `among` are the rows that have a place in this order (all, where it is None): those with a value
    and, where it helps, no others than a partial index holds.
    """

    column: str = "pk"
    descending: bool = False
    among: Q | None = None


@dataclass(frozen=True)
class _Cursor:
    """The row a page begins after (or ends before, going back). `placed`: it has a place in the
    order, which `value` tells."""

    back: bool
    placed: bool
    value: object
    key: int


class CursorPages(BasePagination):
    """`{next, previous, results}`. The view names its `order`, or answers one from `get_order`."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the page that the request asks for."""
        self.request = request
        self.order: Order = getattr(view, "order", Order())
        self.size = _size_of(request)
        cursor = _read_cursor(request.query_params.get("cursor"), queryset, self.order)
        found = _rows(queryset, self.order, cursor, self.size + 1)
        more = len(found) > self.size
        self.found = found[: self.size]
        if cursor is not None and cursor.back:
            self.found.reverse()
            self.has_next, self.has_previous = True, more
        else:
            self.has_next, self.has_previous = more, cursor is not None
        return [row for row, _ in self.found]

    def get_paginated_response(self, data: Any) -> Response:
        """The page with the addresses of its neighbours."""
        return Response(
            {
                "next": self._link(back=False) if self.has_next and self.found else None,
                "previous": self._link(back=True) if self.has_previous and self.found else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """For the description of the API."""
        address = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """For the description of the API."""
        words = "Where the page begins, out of `next` or `previous`."
        return [
            {"name": "cursor", "in": "query", "description": words, "schema": {"type": "string"}},
            {
                "name": "page_size",
                "in": "query",
                "schema": {
                    "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE,
                },
            },
        ]  # fmt: skip

    def _link(self, *, back: bool) -> str:
        row, placed = self.found[0 if back else -1]
        params = self.request.query_params.copy()
        value = getattr(row, self.order.column) if placed else None
        params["cursor"] = _write_cursor(_Cursor(back, placed, value, row.pk))
        return (
            f"{self.request.build_absolute_uri(self.request.path)}?{urlencode(params, doseq=True)}"
        )


def _rows(
    queryset: QuerySet[Any], order: Order, cursor: _Cursor | None, limit: int
) -> list[tuple[Any, bool]]:
    """Up to `limit` rows after the cursor in its direction, each with whether it is placed."""
    back = cursor is not None and cursor.back
    parts = [True] if order.among is None else [not back, back]
    found: list[tuple[Any, bool]] = []
    for placed in parts:
        if cursor is not None and placed not in (cursor.placed, back):
            continue  # this part lies wholly on the other side of the cursor
        part = queryset
        if order.among is not None:
            part = part.filter(order.among if placed else ~order.among)
        column = order.column if placed else "pk"
        falling = (order.descending and placed) != back
        if cursor is not None and cursor.placed == placed:
            part = part.filter(_after(cursor, column, falling=falling))
        found += [
            (row, placed) for row in part.order_by(*_keys(column, falling))[: limit - len(found)]
        ]
        if len(found) == limit:
            break
    return found


def _keys(column: str, falling: bool) -> list[str]:
    sign = "-" if falling else ""
    return [f"{sign}pk"] if column == "pk" else [f"{sign}{column}", f"{sign}pk"]


def _after(cursor: _Cursor, column: str, *, falling: bool) -> Q:
    side = "lt" if falling else "gt"
    key = Q(**{f"pk__{side}": cursor.key})
    if column == "pk":
        return key
    # The first condition says nothing new; it lets the database start in the middle of an index.
    return Q(**{f"{column}__{side}e": cursor.value}) & (
        Q(**{f"{column}__{side}": cursor.value}) | key
    )


def _size_of(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LARGEST_PAGE):
        raise FieldErrors({"page_size": [f"Give a number from 1 to {LARGEST_PAGE}."]})
    return int(text)


def _write_cursor(cursor: _Cursor) -> str:
    value = cursor.value
    if isinstance(value, datetime | date):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    parts = json.dumps([cursor.back, cursor.placed, value, cursor.key])
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def _read_cursor(text: str | None, queryset: QuerySet[Any], order: Order) -> _Cursor | None:
    """The cursor as we wrote it, for this very order; FieldErrors for anything else."""
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        parts: Sequence[object] = json.loads(base64.b64decode(padded, b"-_", validate=True))
        back, placed, value, key = parts
        if not (isinstance(back, bool) and isinstance(placed, bool)):
            raise TypeError
        if not isinstance(key, int) or not 0 <= key < 2**63:
            raise TypeError
        revived = _revive(queryset.model, order, value) if placed else None
        return _Cursor(back, placed, revived, key)
    except (ValueError, TypeError, RecursionError, ValidationError, ArithmeticError):
        raise FieldErrors({"cursor": ["Follow the addresses in “next” and “previous”."]}) from None


def _revive(model: type[Model], order: Order, value: object) -> object:
    """The value as its column has it."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError
    column = model._meta.pk if order.column == "pk" else model._meta.get_field(order.column)
    revived = column.to_python(value)  # type: ignore[union-attr]  # never a relation backwards
    if revived is None or (isinstance(revived, datetime) and revived.utcoffset() is None):
        raise TypeError
    return revived
