"""Signed documents in the API: one set of views for every kind of them.

A room makes its own by naming its `kind` and describing them with `described`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people import documents
from leadbridge.people.calls import (
    Body,
    Instant,
    ListView,
    Query,
    Words,
    caller,
    now_of,
    page_of,
    read_body,
)
from leadbridge.people.document_queries import acts_for, get_version_for, standing_for, versions_for
from leadbridge.people.document_rules import LONGEST_NOTE, Kind
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Side, User
from leadbridge.people.schema import answers

View = TypeVar("View", bound=type[APIView])


class SignatureAnswer(serializers.Serializer[Any]):
    """One signature; null where there is none yet."""

    by = serializers.CharField(help_text="User name.")
    at = serializers.DateTimeField()


class SignaturesAnswer(serializers.Serializer[Any]):
    """One for each side."""

    marketing = SignatureAnswer(allow_null=True)
    sales = SignatureAnswer(allow_null=True)


class ConfirmationAnswer(serializers.Serializer[Any]):
    """Left unchanged by both heads; by one of them so far where `completed_at` is null."""

    signatures = SignaturesAnswer()
    review_on = serializers.DateField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class DocumentAnswer(serializers.Serializer[Any]):
    """One version. `content_hash` is what is signed; blank in a draft."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DocumentState.choices)
    content_hash = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True, help_text="What changes, and why.")
    based_on = serializers.IntegerField(allow_null=True, help_text="Id of the version before.")
    drafted_by = serializers.CharField(allow_null=True)
    drafted_at = serializers.DateTimeField(allow_null=True)
    proposed_by = serializers.CharField(allow_null=True)
    proposed_at = serializers.DateTimeField(allow_null=True)
    signatures = SignaturesAnswer()
    effective_from = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class DocumentDetail(DocumentAnswer):
    """One version with all it says."""

    content = serializers.JSONField(help_text="Every default written out.")
    review_on = serializers.DateField(
        allow_null=True, help_text="When both look at it again; of the version in force."
    )
    confirmations = ConfirmationAnswer(many=True)
    actions = serializers.ListField(
        child=serializers.CharField(), help_text="What the caller may do with it now."
    )


class ChangeAnswer(serializers.Serializer[Any]):
    """One difference, in a sentence both sides can read aloud."""

    part = serializers.CharField()
    sentence = serializers.CharField()


class DraftBody(Body):
    """A new draft; without `content` it says what the version in force says."""

    content = serializers.JSONField(
        required=False, help_text="An object; a part that is left out gets the house's default."
    )
    note = Words(required=False, longest=LONGEST_NOTE)


class EditBody(Body):
    """PUT replaces the content, PATCH the parts of it that are named."""

    content = serializers.JSONField(required=False)
    note = Words(required=False, longest=LONGEST_NOTE)


class ProposeBody(Body):
    """Null: it holds from the second signature on."""

    effective_from = Instant(required=False, allow_null=True)
    acknowledged = serializers.BooleanField(
        required=False,
        help_text="The caller has read what a draft warns of; 409 `not_confirmed` says it.",
    )


class SignBody(Body):
    """The hash of what the caller has read; 409 `changed` where it says something else now."""

    content_hash = Words(longest=64, lines=False)


class ConfirmBody(SignBody):
    """The hash of what is in force, and the day the caller names for the next look at it."""

    review_on = serializers.DateField(
        required=False, allow_null=True, help_text="When both look at it again."
    )


class Nothing(Body):
    """No fields."""


class DocumentList(ListView):
    """The versions of a document, the newest first."""

    kind: ClassVar[Kind[Any]]
    order = Order("version", descending=True)

    def get(self, request: Request) -> Response:
        """Drafts are there for those who draft."""
        query = Query(request, ("state",))
        states = query.choices("state", DocumentState.values)
        query.close()
        rows = versions_for(self.kind, caller(request))
        if states:
            rows = rows.filter(state__in=states)
        pages, page = page_of(self, request, rows)
        return pages.get_paginated_response([document_answer(one) for one in page])

    def post(self, request: Request) -> Response:
        """Begin the next version."""
        told = read_body(request, DraftBody)
        draft = documents.start_draft(self.kind, actor=caller(request), now=now_of(request), **told)
        return Response(detail_of(self.kind, caller(request), draft), status=201)


class DocumentOne(ApiView):
    """One version of a document, by its id."""

    kind: ClassVar[Kind[Any]]

    def detail(self, user: User, document: Any) -> dict[str, object]:
        """What is answered; a kind may say more."""
        return detail_of(self.kind, user, document)

    def get(self, request: Request, number: str) -> Response:
        """With its content, its signatures, and what the caller may do."""
        user = caller(request)
        return Response(self.detail(user, get_version_for(self.kind, user, number)))

    def put(self, request: Request, number: str) -> Response:
        """Rewrite a draft."""
        return self._edit(request, number, whole=True)

    def patch(self, request: Request, number: str) -> Response:
        """Rewrite parts of a draft."""
        return self._edit(request, number, whole=False)

    def delete(self, request: Request, number: str) -> Response:
        """Throw a draft away."""
        found = get_version_for(self.kind, caller(request), number)
        documents.discard_draft(self.kind, document_id=found.pk, actor=caller(request))
        return Response(status=204)

    def _edit(self, request: Request, number: str, *, whole: bool) -> Response:
        user = caller(request)
        found = get_version_for(self.kind, user, number)
        told = read_body(request, EditBody)
        content = told.get("content", {} if whole else found.content)
        if not whole and isinstance(content, dict):
            content = {**found.content, **content}
        documents.edit_draft(
            self.kind,
            document_id=found.pk,
            actor=user,
            content=content,
            note=told.get("note", "" if whole else None),
            # A part is laid upon what was read just now, and upon nothing else.
            seen=None if whole else documents.draft_mark(found),
        )
        return Response(self.detail(user, get_version_for(self.kind, user, number)))


class DocumentAct(ApiView):
    """A POST that takes one step in the life of a version, and answers the version."""

    kind: ClassVar[Kind[Any]]
    body: ClassVar[type[Body]] = Nothing

    def post(self, request: Request, number: str) -> Response:
        """404 before anything else: a draft does not exist for who does not draft."""
        user = caller(request)
        found = get_version_for(self.kind, user, number)
        told = read_body(request, self.body)
        self.act(found.pk, user, now_of(request), told)
        return Response(detail_of(self.kind, user, get_version_for(self.kind, user, number)))

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        raise NotImplementedError


class Propose(DocumentAct):
    """Lay a draft before both heads."""

    body = ProposeBody

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        return documents.propose(self.kind, document_id=pk, actor=user, now=now, **told)


class Sign(DocumentAct):
    """Sign for the side the caller heads; the second signature puts it into force in time."""

    body = SignBody

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        return documents.sign(
            self.kind, document_id=pk, actor=user, now=now, signed_hash=told["content_hash"]
        )


class Withdraw(DocumentAct):
    """Take a proposal back to draft; signatures given so far are void."""

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        return documents.withdraw(self.kind, document_id=pk, actor=user)


class Retire(DocumentAct):
    """Drop what is proposed or signed; what is in force ends with the version that follows."""

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        return documents.retire(self.kind, document_id=pk, actor=user, now=now)


class Confirm(DocumentAct):
    """Sign that what is in force stays as it is; counts once the other head has done the same."""

    body = ConfirmBody

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        return documents.confirm(
            self.kind,
            document_id=pk,
            actor=user,
            now=now,
            signed_hash=told["content_hash"],
            review_on=told.get("review_on"),
        )


def described(
    name: str, *, detail: type[DocumentDetail] = DocumentDetail
) -> Callable[[View], View]:
    """Describe a view of a kind whose addresses begin with `name` (“agreements”)."""

    def describe(view: View) -> View:
        return extend_schema_view(**_methods(view, name, detail))(view)

    return describe


def _methods(view: type[APIView], name: str, detail: type[DocumentDetail]) -> dict[str, Any]:
    def said(verb: str, **more: Any) -> Any:
        return extend_schema(operation_id=f"{name}_{verb}", tags=[name], **more)

    if issubclass(view, DocumentList):
        state = OpenApiParameter("state", str, description="One or several, with commas.")
        listed = answers(400, ok=DocumentAnswer(many=True))
        begun = answers(400, 403, created=DocumentDetail)
        return {
            "get": said("list", parameters=[state], responses=listed),
            "post": said("draft", request=DraftBody, responses=begun),
        }
    if issubclass(view, DocumentOne):
        edited = answers(400, 403, 404, 409, ok=detail)
        return {
            "get": said("get", responses=answers(404, ok=detail)),
            "put": said("rewrite", request=EditBody, responses=edited),
            "patch": said("edit", request=EditBody, responses=edited),
            "delete": said("discard", responses={**answers(403, 404, 409), 204: None}),
        }
    assert issubclass(view, DocumentAct)
    verb = next(one for one in view.__mro__ if one.__module__ == __name__).__name__.lower()
    taken = answers(400, 403, 404, 409, ok=DocumentDetail)
    return {"post": said(verb, request=view.body, responses=taken)}


def document_answer(document: Any) -> dict[str, object]:
    """One version as the list shows it."""
    return {
        "id": document.pk,
        "version": document.version,
        "state": document.state,
        "content_hash": document.content_hash,
        "note": document.note,
        "based_on": document.based_on_id,
        "drafted_by": _name(document.drafted_by),
        "drafted_at": utc_text(document.drafted_at),
        "proposed_by": _name(document.proposed_by),
        "proposed_at": utc_text(document.proposed_at),
        "signatures": _signatures(document),
        "effective_from": utc_text(document.effective_from),
        "retired_at": utc_text(document.retired_at),
    }


def detail_of(kind: Kind[Any], user: User, document: Any) -> dict[str, object]:
    """One version with all it says, and what this person may do with it."""
    standing = standing_for(kind, user)
    holds = document.state == DocumentState.ACTIVE
    review = standing.review_on if holds else kind.review_on(document.content)
    confirmations = standing.confirmations if holds else []
    return {
        **document_answer(document),
        "content": document.content,
        "review_on": review.isoformat() if review else None,
        "confirmations": [
            {
                "signatures": _signatures(one),
                "review_on": one.review_on.isoformat() if one.review_on else None,
                "completed_at": utc_text(one.completed_at),
            }
            for one in confirmations
        ],
        "actions": acts_for(user, document, standing.half_confirmed),
    }


def _signatures(row: Any) -> dict[str, object]:
    found: dict[str, object] = {}
    for side in Side:
        by, at = getattr(row, f"{side}_signed_by"), getattr(row, f"{side}_signed_at")
        found[side] = {"by": by.username, "at": utc_text(at)} if by else None
    return found


def _name(user: User | None) -> str | None:
    return user.username if user else None
