"""Leaving in the API: what would happen, and doing it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import Body, Words, caller, now_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Departure
from leadbridge.people.queries import find_person
from leadbridge.people.schema import answers
from leads.handoff.leavers import deactivate_person, leads_left, preview_leaving
from leads.handoff.tasks import finish_departure
from sla.staff.roster import running_clocks


class GroupAnswer(serializers.Serializer[Any]):
    """So many leads of one stage, and where they would go."""

    stage = serializers.CharField()
    leads = serializers.IntegerField()
    goes_to = serializers.CharField(help_text="In words.")


class LeavingAnswer(serializers.Serializer[Any]):
    """What would happen if this person left now."""

    person = serializers.CharField()
    leads = serializers.IntegerField(help_text="All open leads that would move.")
    groups = GroupAnswer(many=True)
    answers_for = serializers.IntegerField(
        help_text="Leads in sales' hands whose marketer they are; those stay with their holder."
    )
    clocks = serializers.IntegerField(help_text="Running clocks that would be owed by others.")
    successor = serializers.CharField(allow_null=True, help_text="On marketing's side.")
    first = serializers.ListField(
        child=serializers.CharField(), help_text="What has to be done before they can leave."
    )


class DepartureAnswer(serializers.Serializer[Any]):
    """Somebody who left; a worker goes on until `left` is 0 where there were many leads."""

    person = serializers.CharField()
    left_at = serializers.DateTimeField()
    successor = serializers.CharField(allow_null=True)
    leads = serializers.IntegerField()
    remaining = serializers.IntegerField(help_text="Leads that still wait for new hands.")
    done_at = serializers.DateTimeField(allow_null=True)


class DeactivateBody(Body):
    successor = Words(
        longest=150, lines=False, required=False,
        help_text="A marketer who takes over; their manager or head if nobody is named.",
    )  # fmt: skip


class Leaving(ApiView):
    """What would become of everything a person holds."""

    @extend_schema(
        operation_id="people_leaving",
        tags=["people"],
        responses=answers(403, 404, ok=LeavingAnswer),
    )
    def get(self, request: Request, username: str) -> Response:
        """For administrators. Nothing changes."""
        actor, now = caller(request), now_of(request)
        preview = preview_leaving(user=find_person(username), actor=actor, now=now)
        return Response(
            {
                "person": preview.user.username,
                "leads": preview.leads,
                "groups": [
                    {"stage": group.stage, "leads": group.leads, "goes_to": group.goes_to}
                    for group in preview.groups
                ],
                "answers_for": preview.role_only,
                "clocks": running_clocks(preview.user),
                "successor": preview.successor.username if preview.successor else None,
                "first": preview.first,
            }
        )


class Deactivate(ApiView):
    """Somebody leaves, and everything they held moves on at that instant."""

    @extend_schema(
        operation_id="people_deactivate",
        tags=["people"],
        request=DeactivateBody,
        responses=answers(400, 403, 404, 409, ok=DepartureAnswer),
    )
    def post(self, request: Request, username: str) -> Response:
        """For administrators. 409 `not_allowed` with `first` names what has to be done before."""
        person = find_person(username)
        told = read_body(request, DeactivateBody)
        try:
            successor = find_person(told["successor"]) if told.get("successor") else None
        except DomainError as error:
            raise DomainError("invalid", error.message, field="successor") from None
        departure = deactivate_person(
            user=person, actor=caller(request), now=now_of(request), successor=successor
        )
        if departure.done_at is None:
            finish_departure.delay(departure.pk)
        return Response(departure_answer(departure))


def departure_answer(departure: Departure) -> dict[str, object]:
    """One departure as the API tells it."""
    return {
        "person": departure.user.username,
        "left_at": utc_text(departure.left_at),
        "successor": departure.successor.username if departure.successor else None,
        "leads": departure.leads,
        "remaining": leads_left(departure.user),
        "done_at": utc_text(departure.done_at),
    }
