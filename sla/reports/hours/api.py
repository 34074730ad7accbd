"""Hours of the week in the API: the same heat as on its page."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.asking import read_slice
from sla.reports.calls import OF_A_SLICE, parameters, read_call
from sla.reports.hours.heat import Heat, heat_of
from sla.reports.ledger import one_snapshot

OF_HOURS = (*OF_A_SLICE, "tier")


class HourCounts(serializers.Serializer[Any]):
    """What came in an hour, and how many of the promises that began in it were missed."""

    handed_over = serializers.IntegerField()
    due = serializers.IntegerField(help_text="Began in this hour and fell due in the period.")
    missed = serializers.IntegerField()


class HourOfWeek(HourCounts):
    """The same of one hour of one weekday."""

    weekday = serializers.IntegerField(help_text="1 is Monday.")
    hour = serializers.IntegerField(help_text="0 to 23, the hour in which it begins.")


class HoursAnswer(HourCounts):
    """All of the period, and each hour of the week in which anything came."""

    kind = serializers.CharField(help_text="Whose lateness it is; accept where none was asked for.")
    zone = serializers.CharField(help_text="Where the hours are.")
    hours = HourOfWeek(many=True)


class HoursReport(ApiView):
    """When do leads come, and when are they left lying?"""

    @extend_schema(
        operation_id="reports_hours",
        tags=["reports"],
        parameters=parameters(*OF_HOURS),
        responses=answers(400, 403, ok=HoursAnswer),
    )
    def get(self, request: Request) -> Response:
        """By weekday and hour of arrival, where the organisation is."""
        asked, now = read_call(request, OF_HOURS, read_slice)
        with one_snapshot():
            heat = heat_of(asked.slice, now=now)
        return Response({"kind": heat.kind, "zone": settings.TIME_ZONE, **heat_answer(heat)})


def heat_answer(heat: Heat) -> dict[str, object]:
    """The whole, and its hours from Monday on."""
    places = sorted({*heat.arrived, *heat.late})
    hours = [{"weekday": day, "hour": hour, **_counts(heat, day, hour)} for day, hour in places]
    return {**_counts(heat, None, None), "hours": hours}


def _counts(heat: Heat, day: int | None, hour: int | None) -> dict[str, object]:
    late = heat.late_of(day, hour)
    return {"handed_over": heat.arrived_of(day, hour), "due": late.n, "missed": late.part}
