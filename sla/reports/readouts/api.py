"""The figure of read-outs in the API, with the campaigns that it counts."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.campaigns.readouts import STATES, state_of
from sla.reports.asking import read_slice
from sla.reports.calls import read_call
from sla.reports.readouts.counting import ReadoutPart, readout_counts, readouts_in, score_of

OF_A_PERIOD = ("from", "to", "days")
LONGEST_DAYS = 372


class ReadoutLine(serializers.Serializer[Any]):
    """A campaign whose read-out fell due in the period, or is not due yet."""

    campaign = serializers.IntegerField()
    name = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=STATES)
    marketing_at = serializers.DateTimeField(allow_null=True)
    sales_at = serializers.DateTimeField(allow_null=True)


class ReadoutsAnswer(serializers.Serializer[Any]):
    """How both sides kept their read-outs; `due` is the sum of the three after it, and the lines
    are `due` and `ahead` together."""

    due = serializers.IntegerField()
    met = serializers.IntegerField(help_text="Signed by both sides in time.")
    met_late = serializers.IntegerField()
    missed_open = serializers.IntegerField(help_text="Overdue, a signature is missing.")
    ahead = serializers.IntegerField(help_text="Open and not due yet, whatever the period.")
    attainment = serializers.FloatField(allow_null=True, help_text="Percent; null below ten.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, from 10 to 29."
    )
    reason = serializers.CharField(allow_blank=True)
    campaigns = ReadoutLine(many=True)


class ReadoutsReport(ApiView):
    """Were campaigns read out in time?"""

    @extend_schema(
        operation_id="reports_readouts",
        tags=["reports"],
        parameters=[OpenApiParameter(name, str) for name in OF_A_PERIOD],
        responses=answers(400, 403, ok=ReadoutsAnswer),
    )
    def get(self, request: Request) -> Response:
        """By due instant, over at most a year; of the whole organisation, latest first."""
        asked, now = read_call(request, OF_A_PERIOD, read_slice)
        period = asked.slice
        if (period.end - period.start).days > LONGEST_DAYS:
            raise FieldErrors({"from": ["Ask about a year at most."]})
        counts = readout_counts(period.start, period.end, now)
        score = score_of(counts)
        rows = [
            one
            for part in (ReadoutPart.AHEAD, ReadoutPart.DUE)
            for one in readouts_in(period.start, period.end, part, now)
            .select_related("campaign")
            .order_by("-due_at", "-pk")
        ]
        edges = score.interval
        return Response(
            {
                **{part.value: number for part, number in counts.items()},
                "attainment": None if score.share is None else round(score.share, 1),
                "interval": [round(edge, 1) for edge in edges] if edges else None,
                "reason": score.reason,
                "campaigns": [
                    {
                        "campaign": one.campaign_id,
                        "name": one.campaign.name,
                        "due_at": utc_text(one.due_at),
                        "state": state_of(one, now),
                        "marketing_at": utc_text(one.marketing_at),
                        "sales_at": utc_text(one.sales_at),
                    }
                    for one in rows
                ],
            }
        )
