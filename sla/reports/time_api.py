"""The time ledger of a lead in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import Query, caller, now_of
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.handoff.queries import get_lead_for
from sla.reports.lead_time import LeadTime, Wait, time_of
from sla.reports.time_ledger import SECOND, Part, whole_seconds


class PartAnswer(serializers.Serializer[Any]):
    """Time of one part; `who` is a user name, for a pool the team's slug, else null."""

    part = serializers.ChoiceField(choices=[(part.value, part.value) for part in Part])
    who = serializers.CharField(allow_null=True)
    seconds = serializers.IntegerField()


class WaitAnswer(serializers.Serializer[Any]):
    """The buyer's wait from their act to the first touch. Nothing restarts it."""

    to = serializers.DateTimeField(allow_null=True, help_text="The first touch; null: none yet.")
    running = serializers.BooleanField()
    wall_seconds = serializers.IntegerField()
    working_seconds = serializers.IntegerField(
        help_text="Of them in the working hours of whoever had it."
    )


WaitAnswer._declared_fields = {"from": serializers.DateTimeField(), **WaitAnswer._declared_fields}


class LeadTimeAnswer(serializers.Serializer[Any]):
    """Every second from capture to the end (or now), booked to exactly one part: `seconds` of the
    parts sum to `total_seconds`. Hours are those of the calendars as they stand today."""

    to = serializers.DateTimeField()
    running = serializers.BooleanField()
    total_seconds = serializers.IntegerField()
    parts = PartAnswer(many=True)
    wait = WaitAnswer()


LeadTimeAnswer._declared_fields = {
    "from": serializers.DateTimeField(),
    **LeadTimeAnswer._declared_fields,
}


class LeadTimes(ApiView):
    """Where the time of a lead went."""

    @extend_schema(
        operation_id="leads_time", tags=["leads"], responses=answers(404, ok=LeadTimeAnswer)
    )
    def get(self, request: Request, ref: str) -> Response:
        """LeadBridge, marketing, pool, each person of sales, pauses and closed hours."""
        Query(request, ()).close()
        lead = get_lead_for(caller(request), ref)
        return Response(_answer(time_of(lead, now=now_of(request))))


def _answer(time: LeadTime) -> dict[str, object]:
    seconds = whole_seconds(time.entries)
    return {
        "from": utc_text(time.start),
        "to": utc_text(time.end),
        "running": time.running,
        "total_seconds": sum(seconds),
        "parts": [
            {"part": entry.part.value, "who": entry.who or None, "seconds": amount}
            for entry, amount in zip(time.entries, seconds, strict=True)
        ],
        "wait": _wait_answer(time.wait),
    }


def _wait_answer(wait: Wait) -> dict[str, object]:
    return {
        "from": utc_text(wait.since),
        "to": utc_text(wait.until),
        "running": wait.running,
        "wall_seconds": wait.wall // SECOND,
        "working_seconds": wait.working // SECOND,
    }
