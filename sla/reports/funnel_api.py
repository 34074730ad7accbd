"""The funnel in the API: the same cohort, the same counts as on its page."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.calls import caller, now_of
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.funnel import OF_A_FUNNEL, Funnel, FunnelBy, funnels_by, read_funnel
from sla.reports.scope import scope_of


class FunnelCounts(serializers.Serializer[Any]):
    """Leads by their last handover; each later number is a part of `handed`."""

    handed = serializers.IntegerField()
    accepted = serializers.IntegerField()
    opportunities = serializers.IntegerField()
    won = serializers.IntegerField()
    conversion = serializers.FloatField(
        allow_null=True, help_text="Won of handed over, in percent; null below ten."
    )
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, from 10 to 29."
    )
    median_days_to_won = serializers.FloatField(
        allow_null=True, help_text="From handover to win, of those won; null where none was."
    )
    value = serializers.DecimalField(max_digits=16, decimal_places=2, help_text="Of those won.")


class FunnelOfGroup(FunnelCounts):
    """The same of one group."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)


class FunnelAnswer(FunnelCounts):
    """The funnel of a period and its breakdown, the largest group first."""

    by = FunnelOfGroup(many=True)


class FunnelReport(ApiView):
    """What became of the leads handed over in a period."""

    @extend_schema(
        operation_id="reports_funnel",
        tags=["reports"],
        parameters=[
            *(OpenApiParameter(name, str) for name in OF_A_FUNNEL),
            OpenApiParameter(
                "by", str, enum=list(FunnelBy), description="What to break down by; source."
            ),
        ],
        responses=answers(400, 403, ok=FunnelAnswer),
    )
    def get(self, request: Request) -> Response:
        """By the day of the last handover, whatever became of a lead since."""
        given = {name: str(text) for name, text in request.query_params.items()}
        now = now_of(request)
        asked, by = read_funnel(given, scope_of(caller(request)), now=now)
        whole, groups = funnels_by(by, asked.slice, now=now)
        lines = [{"key": one.key, "name": one.name, **content(one.funnel)} for one in groups]
        return Response({**content(whole), "by": lines})


def content(funnel: Funnel) -> dict[str, object]:
    """A funnel as programs read it."""
    share = funnel.conversion
    return {
        "handed": funnel.handed,
        "accepted": funnel.accepted,
        "opportunities": funnel.opportunities,
        "won": funnel.won,
        "conversion": None if share.percent is None else round(share.percent, 4),
        "interval": [round(edge, 1) for edge in share.interval] if share.interval else None,
        "median_days_to_won": None if funnel.days is None else round(funnel.days, 4),
        "value": f"{funnel.value:.2f}",
    }
