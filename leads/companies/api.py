"""Companies in the API: their domains, and who looks after them."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.people.calls import Body, ListView, Query, Words, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.companies.actions import companies_found, find_company, save_company
from leads.companies.models import Company


class CompanyBody(Body):
    """The whole of a company: what is left out is blank. `owner` by user name."""

    name = Words(longest=200, lines=False)
    domains = serializers.ListField(
        child=Words(longest=300, lines=False), required=False, max_length=50
    )
    owner = Words(longest=150, lines=False, required=False)


class CompanyAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    domains = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField(allow_null=True)


class Companies(ListView):
    """Companies that are looked after."""

    @extend_schema(
        operation_id="companies_list",
        tags=["companies"],
        parameters=[OpenApiParameter("q", str, description="Words in the name or a domain.")],
        responses=answers(400, ok=CompanyAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """In the order in which they were added."""
        query = Query(request, ("q",))
        words = query.text("q")
        query.close()
        pages, found = page_of(self, request, companies_found(words).order_by())
        return pages.get_paginated_response([company_answer(one) for one in found])

    @extend_schema(
        operation_id="companies_add",
        tags=["companies"],
        request=CompanyBody,
        responses=answers(400, 403, 409, created=CompanyAnswer),
    )
    def post(self, request: Request) -> Response:
        """Keep one more, as a manager or an administrator. 409 `already_exists`."""
        return Response(company_answer(save_told(request, None)), status=201)


class CompanyOne(ApiView):
    """One company."""

    @extend_schema(
        operation_id="companies_get", tags=["companies"], responses=answers(404, ok=CompanyAnswer)
    )
    def get(self, request: Request, number: str) -> Response:
        """The company."""
        return Response(company_answer(found_by(number)))

    @extend_schema(
        operation_id="companies_replace",
        tags=["companies"],
        request=CompanyBody,
        responses=answers(400, 403, 404, 409, ok=CompanyAnswer),
    )
    def put(self, request: Request, number: str) -> Response:
        """Keep it as told."""
        return Response(company_answer(save_told(request, found_by(number).pk)))


def save_told(request: Request, company_id: int | None) -> Company:
    """Keep what the body tells."""
    body, owner = read_body(request, CompanyBody), None
    if name := body.get("owner"):
        owner = User.objects.filter(username=name).first()
        if owner is None:
            raise DomainError("invalid", "There is nobody of this name.", field="owner")
    return save_company(
        actor=caller(request),
        now=now_of(request),
        name=body["name"],
        domains=body.get("domains", []),
        owner=owner,
        company_id=company_id,
    )


def found_by(number: str) -> Company:
    """By its number in an address; DomainError `not_found` (404)."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    return find_company(int(number) if plain else 0)


def company_answer(company: Company) -> dict[str, object]:
    """One company as the API tells it."""
    return {
        "id": company.pk,
        "name": company.name,
        "domains": [one.domain for one in company.domains.all()],
        "owner": company.owner.username if company.owner else None,
    }
