"""The quarantine in the API."""

import base64
from collections.abc import Mapping
from datetime import datetime

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import viewer_of
from leadbridge.people.calls import ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.handoff.representation import lead_detail
from leads.intake.api import LeadBody, LeadTaken
from leads.intake.quarantine.actions import discard
from leads.intake.quarantine.bodies import DiscardBody, QuarantinedAnswer, QuarantinedDetail
from leads.intake.quarantine.mending import take_in_mended
from leads.intake.quarantine.models import Origin, Quarantined, State
from leads.intake.quarantine.queries import get_item_for, quarantine_for

FILTERS = ("state", "origin", "owner", "q")


class Quarantine(ListView):
    """What could not be taken."""

    order = Order("due_at")

    @extend_schema(
        operation_id="quarantine_list",
        tags=["quarantine"],
        parameters=[
            OpenApiParameter("state", str, description=", ".join(State.values)),
            OpenApiParameter("origin", str, description=", ".join(Origin.values)),
            OpenApiParameter("owner", str, description="A user name, or `me`."),
            OpenApiParameter("q", str, description="Words in names, addresses and places."),
        ],
        responses=answers(400, 403, ok=QuarantinedAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """For marketing and administrators, soonest due first; all states unless one is asked."""
        query, user = Query(request, FILTERS), caller(request)
        states, origins = (
            query.choices("state", State.values),
            query.choices("origin", Origin.values),
        )
        owner, words = query.text("owner"), query.text("q")
        query.close()
        rows = quarantine_for(user)
        if states:
            rows = rows.filter(state__in=states)
        if origins:
            rows = rows.filter(origin__in=origins)
        if owner:
            rows = rows.owned_by(user) if owner == "me" else rows.filter(owner__username=owner)
        if words:
            rows = rows.searched(words)
        pages, page = page_of(self, request, rows)
        now = now_of(request)
        return pages.get_paginated_response([answer_of(item, now) for item in page])


class QuarantinedOne(ApiView):
    """One of them."""

    @extend_schema(
        operation_id="quarantine_get",
        tags=["quarantine"],
        responses=answers(403, 404, ok=QuarantinedDetail),
    )
    def get(self, request: Request, ref: str) -> Response:
        """With the bytes as they were sent."""
        item = get_item_for(caller(request), ref)
        raw = base64.b64encode(bytes(item.raw)).decode()
        return Response(
            {**answer_of(item, now_of(request)), "content_type": item.content_type, "raw": raw}
        )


class TakeIn(ApiView):
    """Mend and take in."""

    @extend_schema(
        operation_id="quarantine_take_in",
        tags=["quarantine"],
        request=LeadBody,
        responses=answers(400, 403, 404, 409, ok=LeadTaken, created=LeadTaken),
    )
    def post(self, request: Request, ref: str) -> Response:
        """The mended fields as for `POST leads/`, or `{}` to take it as it was sent, for what was
        at fault here. 201 with the lead, 200 where it joined an open one."""
        user, now = caller(request), now_of(request)
        item = get_item_for(user, ref)
        fields = read_mended(request)
        taken = take_in_mended(item_id=item.pk, actor=user, now=now, fields=fields)
        body = {**lead_detail(taken.lead, viewer_of(user), now), "joined": taken.joined}
        return Response(body, status=200 if taken.joined else 201)


class Discarding(ApiView):
    """Decide that it never becomes a lead."""

    @extend_schema(
        operation_id="quarantine_discard",
        tags=["quarantine"],
        request=DiscardBody,
        responses=answers(400, 403, 404, 409, ok=QuarantinedAnswer),
    )
    def post(self, request: Request, ref: str) -> Response:
        """It stays readable, with the reason."""
        user, now = caller(request), now_of(request)
        item = get_item_for(user, ref)
        told = read_body(request, DiscardBody)
        discard(item_ids=[item.pk], actor=user, now=now, **told)
        return Response(answer_of(get_item_for(user, ref), now))


def read_mended(request: Request) -> Mapping[str, object] | None:
    """The fields of a call; None for `{}`."""
    if not isinstance(request.data, Mapping):
        raise FieldErrors({"": ["Send an object with the fields of one lead, or {}."]})
    return request.data or None


def answer_of(item: Quarantined, now: datetime) -> dict[str, object]:
    """One of them as the API tells it."""
    waits = item.state == State.WAITING
    return {
        "id": item.pk,
        "ref": item.ref,
        "state": item.state,
        "origin": item.origin,
        "place": item.place,
        "code": item.code,
        "errors": item.errors,
        "told": item.told,
        "owner": item.owner.username if item.owner else None,
        "times": item.times,
        "received_at": utc_text(item.received_at),
        "due_at": utc_text(item.due_at),
        "overdue": waits and item.due_at < now,
        "settled_at": utc_text(item.settled_at),
        "settled_by": item.settled_by.username if item.settled_by else None,
        "reason": item.reason,
        "lead": f"L-{item.lead_id}" if item.lead_id else None,
    }
