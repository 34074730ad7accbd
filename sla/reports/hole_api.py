"""The black hole in the API: who waits now for longer than was promised."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.asking import read_slice
from sla.reports.bands import BANDS
from sla.reports.calls import parameters, read_call
from sla.reports.ledger import one_snapshot
from sla.reports.waiting import BlackHole, black_hole

# No period: it is how things stand now.
OF_NOW = ("kind", "side", "team", "holder", "source", "tier")


class LateKind(serializers.Serializer[Any]):
    """Overdue promises of one kind."""

    kind = serializers.CharField()
    count = serializers.IntegerField()


class LateHolder(serializers.Serializer[Any]):
    """Overdue promises of one holder."""

    key = serializers.CharField(help_text="A person's number, or `pool-` and the team's.")
    name = serializers.CharField()
    count = serializers.IntegerField()
    active = serializers.BooleanField(help_text="False: no longer works here.")


class LateBand(serializers.Serializer[Any]):
    """Overdue promises by how long they wait."""

    times = serializers.IntegerField(
        help_text="At least so many times what was promised, less than the next."
    )
    count = serializers.IntegerField()


class HoleAnswer(serializers.Serializer[Any]):
    """What is past due and unanswered. Kinds, holders and bands each add up to `count`."""

    at = serializers.DateTimeField()
    count = serializers.IntegerField(help_text="Promises.")
    people = serializers.IntegerField(help_text="Who wait, each once.")
    value = serializers.DecimalField(
        max_digits=16, decimal_places=2, help_text="Of their leads, as far as it was said."
    )
    unvalued = serializers.IntegerField(help_text="Leads of which no value was said.")
    unassigned = serializers.IntegerField(help_text="Promises that nobody holds.")
    inactive = serializers.IntegerField(help_text="Promises of people who no longer work here.")
    kinds = LateKind(many=True)
    holders = LateHolder(many=True)
    bands = LateBand(many=True)


class HoleReport(ApiView):
    """Who waits longer than we promised?"""

    @extend_schema(
        operation_id="reports_black_hole",
        tags=["reports"],
        parameters=parameters(*OF_NOW),
        responses=answers(400, 403, ok=HoleAnswer),
    )
    def get(self, request: Request) -> Response:
        """As it stands now, whatever the period."""
        asked, now = read_call(request, OF_NOW, read_slice)
        with one_snapshot():
            hole = black_hole(asked.slice, now=now)
        return Response({"at": utc_text(now), **hole_answer(hole)})


def hole_answer(hole: BlackHole) -> dict[str, object]:
    """The black hole as programs read it."""
    return {
        "count": hole.count,
        "people": hole.people,
        "value": f"{hole.money:.2f}",
        "unvalued": hole.unvalued,
        "unassigned": hole.unassigned,
        "inactive": hole.inactive,
        "kinds": [{"kind": kind, "count": count} for kind, count in hole.kinds],
        "holders": [
            {"key": one.key, "name": one.name, "count": one.count, "active": one.active}
            for one in hole.holders
        ],
        "bands": [
            {"times": times, "count": count} for times, count in zip(BANDS, hole.bands, strict=True)
        ],
    }
