"""Definitions in the API: the life of every signed document, trying one out, and own fields."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.reading import shown
from leadbridge.kernel.time import utc_text
from leadbridge.people import document_calls as calls
from leadbridge.people.calls import ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.document_queries import get_version_for, standing_for
from leadbridge.people.document_rules import Kind
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.defining import answers as told
from leads.defining.life import DEFINITION
from leads.defining.screen import difference
from leads.defining.triggers import triggers_of
from leads.definition import fields
from leads.definition.cautions import caution_of
from leads.definition.criteria import Definition as Text
from leads.definition.facts import FIELDS
from leads.definition.models import DefinitionRemark, OwnField
from leads.definition.remarks import remark_on, remarks_on
from leads.definition.vanished import vanished_fields
from leads.definition.verdict import judge

described = calls.described


class Definition:
    """What these views are about."""

    kind: ClassVar[Kind[Any]] = DEFINITION


@described("definitions")
class DefinitionList(Definition, calls.DocumentList):
    """The versions of the definition of a qualified lead."""


@described("definitions", detail=told.DefinitionDetail)
class DefinitionOne(Definition, calls.DocumentOne):
    """One version of the definition."""

    def detail(self, user: User, document: Any) -> dict[str, object]:
        standing = standing_for(DEFINITION, user)
        changes = [
            {"part": part, "sentence": sentence}
            for part, said in difference(document, standing)
            for sentence in said
        ]
        triggers = [
            {"name": one.name, "figure": one.figure, "limit": one.limit, "fires": one.fires}
            for one in triggers_of(document, standing.review_on, now_of(self.request))
        ]
        return {
            **super().detail(user, document),
            "changes": changes,
            "triggers": triggers,
            "caution": caution_of(document),
            "vanished": vanished_fields(Text.from_content(document.content)),
        }


@described("definitions")
class Propose(Definition, calls.Propose):
    """Lay a draft before both heads; one of which a backtest warns takes `acknowledged`."""


@described("definitions")
class Sign(Definition, calls.Sign):
    """Sign for the side the caller heads."""


@described("definitions")
class Withdraw(Definition, calls.Withdraw):
    """Take a proposal back to draft."""


@described("definitions")
class Retire(Definition, calls.Retire):
    """Drop a version that is not in force."""


@described("definitions")
class Confirm(Definition, calls.Confirm):
    """Confirm what is in force unchanged."""


TRIED = OpenApiExample(
    "A director of a company with 240 people",
    {"email": "kim@brandt.example", "title": "Director", "employees": 240, "request": "demo"},
    request_only=True,
)


class Check(ApiView):
    """What one version would say of a lead; nothing is kept."""

    @extend_schema(
        operation_id="definitions_check",
        tags=["definitions"],
        request=told.CheckBody,
        responses=answers(400, 404, ok=told.VerdictAnswer),
        examples=[TRIED],
    )
    def post(self, request: Request, number: str) -> Response:
        """The verdict, criterion by criterion, as of now."""
        version = get_version_for(DEFINITION, caller(request), number)
        facts = _facts_in(request.data)
        verdict = judge(Text.from_content(version.content), facts, now=now_of(request))
        return Response(verdict.as_json())


def _facts_in(raw: object) -> dict[str, object]:
    """A lead's fields as facts; a misspelt one must not count as unknown in silence."""
    if not isinstance(raw, Mapping):
        raise FieldErrors({"": ["Send an object with the fields of one lead."]})
    known = {*FIELDS, "attributes", "external_id", "consent"}
    unknown = [name for name in raw if name not in known]
    if unknown:
        cure = f"There is no such field; there are {', '.join(sorted(known))}."
        raise FieldErrors({shown(name)[1:-1] or "?": [cure] for name in unknown[:20]})
    attributes = raw.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        raise FieldErrors({"attributes": ["Send an object of names and values."]})
    facts = {str(name): value for name, value in raw.items() if name != "attributes"}
    return facts | {f"attributes.{name}": value for name, value in attributes.items()}


class Remarks(ListView):
    """What was said on a version."""

    @extend_schema(
        operation_id="definitions_remarks",
        tags=["definitions"],
        responses=answers(404, ok=told.RemarkAnswer(many=True)),
    )
    def get(self, request: Request, number: str) -> Response:
        """In the order it was said."""
        Query(request, ()).close()
        version = get_version_for(DEFINITION, caller(request), number)
        pages, rows = page_of(self, request, remarks_on(version))
        return pages.get_paginated_response([_remark(row) for row in rows])

    @extend_schema(
        operation_id="definitions_remark",
        tags=["definitions"],
        request=told.RemarkBody,
        responses=answers(400, 404, 409, created=told.RemarkAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """Say something while it can still be changed."""
        user = caller(request)
        version = get_version_for(DEFINITION, user, number)
        body = read_body(request, told.RemarkBody)
        said = remark_on(document_id=version.pk, actor=user, now=now_of(request), **body)
        return Response(_remark(said), status=201)


def _remark(row: DefinitionRemark) -> dict[str, object]:
    return {"id": row.pk, "by": row.by.username, "at": utc_text(row.at), "text": row.text}


class Fields(ListView):
    """The fields that this organisation added to its leads."""

    @extend_schema(
        operation_id="fields_list",
        tags=["fields"],
        responses=answers(ok=told.FieldAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """In the order they were added, retired ones too."""
        Query(request, ()).close()
        pages, rows = page_of(self, request, OwnField.objects.all())
        return pages.get_paginated_response([_field(row) for row in rows])

    @extend_schema(
        operation_id="fields_create",
        tags=["fields"],
        request=told.FieldBody,
        responses=answers(400, 403, 409, created=told.FieldAnswer),
    )
    def post(self, request: Request) -> Response:
        """Administrators add a field; leads may have it, and criteria may ask for it, at once."""
        body = read_body(request, told.FieldBody)
        row = fields.add_field(actor=caller(request), now=now_of(request), **body)
        return Response(_field(row), status=201)


class FieldOne(ApiView):
    """One own field."""

    @extend_schema(
        operation_id="fields_change",
        tags=["fields"],
        request=told.FieldChange,
        responses=answers(400, 403, 404, 409, ok=told.FieldAnswer),
    )
    def patch(self, request: Request, key: str) -> Response:
        """Call it otherwise, or offer other choices."""
        body = read_body(request, told.FieldChange)
        return Response(_field(fields.change_field(key=key, actor=caller(request), **body)))


class FieldRetire(ApiView):
    """No longer ask for a field."""

    @extend_schema(
        operation_id="fields_retire",
        tags=["fields"],
        request=calls.Nothing,
        responses=answers(400, 403, 404, 409, ok=told.FieldAnswer),
    )
    def post(self, request: Request, key: str) -> Response:
        """What leads said stays; 409 `in_use` while a criterion needs it."""
        read_body(request, calls.Nothing)
        row = fields.retire_field(key=key, actor=caller(request), now=now_of(request))
        return Response(_field(row))


class FieldRestore(ApiView):
    """Ask for a retired field again."""

    @extend_schema(
        operation_id="fields_restore",
        tags=["fields"],
        request=calls.Nothing,
        responses=answers(400, 403, 404, ok=told.FieldAnswer),
    )
    def post(self, request: Request, key: str) -> Response:
        """With the values that leads have kept."""
        read_body(request, calls.Nothing)
        return Response(_field(fields.restore_field(key=key, actor=caller(request))))


def _field(row: OwnField) -> dict[str, object]:
    return {
        "key": row.key,
        "label": row.label,
        "type": row.type,
        "choices": row.choices,
        "on_forms": row.on_forms,
        "criterion_field": f"attributes.{row.key}",
        "retired_at": utc_text(row.retired_at),
    }
