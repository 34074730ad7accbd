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
from sla.reports.waiting import BlackHole, Loss, black_hole

# No period: it is how things stand now.
OF_NOW = ("kind", "side", "team", "holder", "source", "tier")


class Late(serializers.Serializer[Any]):
    """What of it is late."""

    count = serializers.IntegerField(help_text="Promises.")
    people = serializers.IntegerField(help_text="Who wait, each once.")
    value = serializers.DecimalField(
        max_digits=16, decimal_places=2, help_text="Of their leads, as far as it was said."
    )


class LateKind(Late):
    """Overdue promises of one kind."""

    kind = serializers.CharField()


class LateHolder(Late):
    """Overdue promises of one holder."""

    key = serializers.CharField(help_text="A person's number, or `pool-` and the team's.")
    name = serializers.CharField()
    active = serializers.BooleanField(help_text="False: no longer works here.")


class LateBand(serializers.Serializer[Any]):
    """Overdue promises by how long they wait."""

    times = serializers.IntegerField(
        help_text="At least so many times what was promised, less than the next."
    )
    count = serializers.IntegerField()


class HoleAnswer(Late):
    """What is past due and unanswered. The counts of kinds, holders and bands each add up to
    `count`; a person who waits for two of them is in both."""

    at = serializers.DateTimeField()
    first_due_at = serializers.DateTimeField(allow_null=True, help_text="The oldest of all.")
    unvalued = serializers.IntegerField(help_text="Leads of which no value was said.")
    unassigned = Late(help_text="What nobody holds.")
    inactive = Late(help_text="What people hold who no longer work here.")
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
        **loss_answer(hole.whole),
        "first_due_at": utc_text(hole.first_due_at),
        "unvalued": hole.unvalued,
        "unassigned": loss_answer(hole.unassigned),
        "inactive": loss_answer(hole.inactive),
        "kinds": [{"kind": kind, **loss_answer(loss)} for kind, loss in hole.kinds],
        "holders": [
            {"key": one.key, "name": one.name, "active": one.active, **loss_answer(one.loss)}
            for one in hole.holders
        ],
        "bands": [
            {"times": times, "count": count} for times, count in zip(BANDS, hole.bands, strict=True)
        ],
    }


def loss_answer(loss: Loss) -> dict[str, object]:
    """Promises, people and money."""
    return {"count": loss.count, "people": loss.people, "value": f"{loss.money:.2f}"}
