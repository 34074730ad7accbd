"""Weeks in the API: the same trend as on its page."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.calls import Counts, CountsOfGroup, counts_of, parameters, read_call, tenth
from sla.reports.ledger import one_snapshot
from sla.reports.weekly.asking import OF_A_TREND, read_trend
from sla.reports.weekly.trend import TREND_BY, Line, Trend, trend_of


class CountsOfWeek(Counts):
    """The same of one week, by its Monday."""

    week = serializers.DateField()


class TrendWeek(CountsOfWeek):
    """A week beside what was promised of it."""

    promised = serializers.FloatField(
        allow_null=True, help_text="Percent agreed for what fell due; null where nothing was."
    )


class TrendGroup(CountsOfGroup):
    """One group over all weeks, and week by week."""

    weeks = CountsOfWeek(many=True)


class TrendChange(serializers.Serializer[Any]):
    """A version of agreement, definition or hours that came into force."""

    at = serializers.DateTimeField()
    version = serializers.CharField()


class TrendAnswer(serializers.Serializer[Any]):
    """Weeks from the oldest on, and groups with the one of whom most fell due first."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    weeks = TrendWeek(many=True)
    versions = TrendChange(many=True)
    by = TrendGroup(many=True)


class TrendReport(ApiView):
    """How promises were kept week by week."""

    @extend_schema(
        operation_id="reports_trend",
        tags=["reports"],
        parameters=[
            *parameters(
                *OF_A_TREND, days="Today and so many days before it, in place of a period."
            ),
            OpenApiParameter(
                "by", str, enum=list(TREND_BY), description="What to break down by; team."
            ),
        ],
        responses=answers(400, 403, ok=TrendAnswer),
    )
    def get(self, request: Request) -> Response:
        """Twelve weeks, or a period of a year at most; a week is judged by the agreement in force
        at its end."""
        (card, by), now = read_call(request, (*OF_A_TREND, "by"), read_trend)
        asked = card.exact
        with one_snapshot():
            trend = trend_of(asked.slice, now=now, by=by)
        period = {"start": utc_text(asked.slice.start), "end": utc_text(asked.slice.end)}
        return Response({**period, **trend_answer(trend)})


def trend_answer(trend: Trend) -> dict[str, object]:
    """Weeks, what came into force in them, and groups."""
    whole = weeks_of(trend, trend.whole)
    return {
        "weeks": [
            {**week, "promised": tenth(promised)}
            for week, promised in zip(whole, trend.promised, strict=True)
        ],
        "versions": [{"at": utc_text(one.at), "version": one.words} for one in trend.changes],
        "by": [
            {
                "key": line.key,
                "name": line.name,
                **counts_of(line.whole),
                "weeks": weeks_of(trend, line),
            }
            for line in trend.lines
        ],
    }


def weeks_of(trend: Trend, line: Line) -> list[dict[str, object]]:
    """One line of the trend, week by week."""
    pairs = zip(trend.weeks, line.weeks, strict=True)
    return [{"week": week.key, **counts_of(score)} for week, score in pairs]
