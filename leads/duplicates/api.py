"""People who look alike, in the API: the open questions, an answer, a merge taken back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import viewer_of
from leadbridge.people.calls import Body, ListView, Query, Words, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.duplicates.actions import say_different, say_same, separate_lead
from leads.duplicates.queries import Pair, joins_leads, pairs_of, waiting_pairs
from leads.handoff.answers import LeadDetail
from leads.handoff.queries import get_lead_for, lead_id_of
from leads.handoff.representation import lead_detail


class DuplicateBody(Body):
    """`same` with the lead that goes on, or `different`: never asked again for this pair."""

    answer = serializers.ChoiceField(choices=["same", "different"])
    keep = Words(longest=20, lines=False, required=False, help_text="L-12: the one that goes on.")


class DuplicateAnswer(serializers.Serializer[Any]):
    """Two open leads that look like one person's; `keep` is the one that should go on."""

    id = serializers.IntegerField()
    why = serializers.ListField(
        child=serializers.CharField(), help_text="phone, name, company, domain"
    )
    found_at = serializers.DateTimeField()
    keep = serializers.CharField()
    other = serializers.CharField()


class DuplicateDone(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    answer = serializers.CharField()
    lead = serializers.CharField(allow_null=True, help_text="The one that goes on.")


class Duplicates(ListView):
    """Open questions."""

    order = Order(descending=True)

    @extend_schema(
        operation_id="duplicates_list",
        tags=["duplicates"],
        responses=answers(400, 403, ok=DuplicateAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """For marketing and managers, of leads that they may see; the newest first."""
        Query(request, ()).close()
        viewer = viewer_of(caller(request))
        if not joins_leads(viewer):
            raise DomainError("forbidden", "This is for marketing and managers.", status=403)
        pages, rows = page_of(self, request, waiting_pairs(viewer).order_by())
        return pages.get_paginated_response([pair_answer(pair) for pair in pairs_of(rows)])


class DuplicateOne(ApiView):
    """One question."""

    @extend_schema(
        operation_id="duplicates_answer",
        tags=["duplicates"],
        request=DuplicateBody,
        responses=answers(400, 404, 409, ok=DuplicateDone),
    )
    def post(self, request: Request, number: str) -> Response:
        """Say whether they are the same. 409 `already_decided` where somebody said before."""
        told = read_body(request, DuplicateBody)
        plain = number.isascii() and number.isdigit() and len(number) <= 18
        pair, actor, now = int(number) if plain else 0, caller(request), now_of(request)
        kept = None
        if told["answer"] == "same":
            keep = kept_of(told.get("keep", ""))
            kept = say_same(likeness_id=pair, keep_id=keep, actor=actor, now=now).ref
        else:
            say_different(likeness_id=pair, actor=actor, now=now)
        return Response({"id": pair, "answer": told["answer"], "lead": kept})


class Unmerge(ApiView):
    """Take a merge back."""

    @extend_schema(
        operation_id="leads_unmerge",
        tags=["leads"],
        request=None,
        responses=answers(403, 404, 409, ok=LeadDetail),
    )
    def post(self, request: Request, ref: str) -> Response:
        """The lead stands where it stood, its clocks go on with the due times they had."""
        user, now = caller(request), now_of(request)
        lead = get_lead_for(user, ref)
        separated = separate_lead(lead_id=lead.pk, actor=user, now=now)
        return Response(lead_detail(separated, viewer_of(user), now))


def kept_of(ref: str) -> int:
    """The lead that goes on; DomainError `invalid` for what is no reference."""
    try:
        return lead_id_of(ref)
    except DomainError:
        raise DomainError("invalid", "Name the lead that goes on.", field="keep") from None


def pair_answer(pair: Pair) -> dict[str, object]:
    """One question as the API tells it."""
    return {
        "id": pair.id,
        "why": list(pair.why),
        "found_at": utc_text(pair.found_at),
        "keep": pair.keeps.ref,
        "other": pair.other.ref,
    }
