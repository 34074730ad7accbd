"""Workload in the API: the same loads as on its page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.asking import read_slice
from sla.reports.calls import parameters, read_call
from sla.reports.ledger import one_snapshot
from sla.reports.workload.loads import Load, loads_of

OF_LOADS = ("from", "to", "days", "kind", "team", "holder")


class LoadAnswer(serializers.Serializer[Any]):
    """One seller in one team."""

    user = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(help_text="Slug.")
    open = serializers.IntegerField(help_text="Held now.")
    at_most = serializers.IntegerField(allow_null=True, help_text="Null: no limit was agreed.")
    per_day = serializers.IntegerField(allow_null=True, help_text="The same of new ones a day.")
    weight = serializers.IntegerField()
    even_share = serializers.FloatField(help_text="What they would hold, dealt out by weight.")
    new = serializers.IntegerField(help_text="Came into their hands in the period.")
    due = serializers.IntegerField(help_text="Promises of theirs that fell due in it.")
    missed = serializers.IntegerField()
    away = serializers.CharField(help_text="Until when, in words; blank: here.")
    active = serializers.BooleanField(help_text="False: no longer works here.")


class WorkloadAnswer(serializers.Serializer[Any]):
    """Every seller, team by team."""

    people = LoadAnswer(many=True)


class WorkloadReport(ApiView):
    """Who carries how much, beside what was agreed?"""

    @extend_schema(
        operation_id="reports_workload",
        tags=["reports"],
        parameters=parameters(*OF_LOADS),
        responses=answers(400, 403, ok=WorkloadAnswer),
    )
    def get(self, request: Request) -> Response:
        """Open leads as they stand now; new ones and misses of the period."""
        asked, now = read_call(request, OF_LOADS, read_slice)
        with one_snapshot():
            loads = loads_of(asked.slice, now=now)
        return Response({"people": [load_answer(load) for load in loads]})


def load_answer(load: Load) -> dict[str, object]:
    """One seller as programs read them."""
    return {
        "user": load.username,
        "name": load.name,
        "team": load.team,
        "open": load.open,
        "at_most": load.terms.open,
        "per_day": load.terms.per_day,
        "weight": load.terms.weight,
        "even_share": round(load.even, 1),
        "new": load.new,
        "due": load.missed.n,
        "missed": load.missed.part,
        "away": load.away,
        "active": load.active,
    }
