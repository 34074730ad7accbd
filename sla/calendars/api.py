"""Business time in the API: what a calendar makes of a target, before anybody relies on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from sla.calendars.arithmetic import BusinessCalendar, Pause, refused_amount
from sla.calendars.bodies import Blocks
from sla.calendars.explain import Step, explain_due, explain_elapsed

MOST_PAUSES = 1_000
INSTANT = 'Give an instant in ISO 8601 with its zone, as "2026-11-23T10:00:00Z".'
PAUSES = (
    "Give pairs of instants with their zones, from earlier to later, as "
    f'[["2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"]]; at most {MOST_PAUSES}.'
)


class CalendarContent(serializers.Serializer[object]):
    """Working hours; holidays and overrides may carry names, as `calendars.content` reads them."""

    timezone = serializers.CharField(help_text="An IANA name, as Europe/Berlin.")
    weekly = serializers.DictField(
        child=Blocks(), help_text='mon … sun, as [["09:00", "24:00"]]; a day left out is closed.'
    )
    holidays = serializers.ListField(child=serializers.DateField(), required=False)
    overrides = serializers.DictField(child=Blocks(), required=False, help_text="By date.")
    closures = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="Closed dates by name, as holidays.",
    )


class PreviewRequest(serializers.Serializer[object]):
    """Either `seconds` of working time from `start`, or how many of them lie before `end`."""

    calendar = CalendarContent()
    start = serializers.DateTimeField()
    seconds = serializers.IntegerField(min_value=0, required=False)
    end = serializers.DateTimeField(required=False)
    pauses = serializers.ListField(
        child=serializers.ListField(child=serializers.DateTimeField(), min_length=2, max_length=2),
        required=False,
        max_length=MOST_PAUSES,
    )


class StepAnswer(serializers.Serializer[Step]):
    """One line of the arithmetic; the lines follow each other without a gap."""

    to = serializers.DateTimeField()
    counted_seconds = serializers.IntegerField()
    why = serializers.CharField()


# `from` is a word of Python's own, so it cannot be named in the body of the class.
StepAnswer._declared_fields = {"from": serializers.DateTimeField(), **StepAnswer._declared_fields}


class DuePreview(serializers.Serializer[object]):
    due = serializers.DateTimeField()
    steps = StepAnswer(many=True)


class ElapsedPreview(serializers.Serializer[object]):
    elapsed_seconds = serializers.IntegerField()
    steps = StepAnswer(many=True)


class CalendarPreview(ApiView):
    """A due time or an elapsed time by a calendar that is sent along, with its arithmetic."""

    @extend_schema(
        operation_id="calendars_preview",
        tags=["calendars"],
        request=PreviewRequest,
        responses={
            200: PolymorphicProxySerializer(
                component_name="Preview",
                serializers=[DuePreview, ElapsedPreview],
                resource_type_field_name=None,
            ),
            (400, "application/problem+json"): OpenApiResponse(
                OpenApiTypes.OBJECT,
                "`code` is no_working_time, invalid_schedule, invalid_timezone, invalid_amount, "
                "or invalid with `errors` per field",
            ),
        },
        examples=[
            OpenApiExample(
                "Four hours from Friday afternoon",
                {
                    "calendar": {
                        "timezone": "Europe/London",
                        "weekly": {"mon": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]},
                    },
                    "start": "2025-11-21T16:30:00Z",
                    "seconds": 14400,
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Answer with the due time of `seconds`, or with the working time until `end`."""
        asked = _read(request.data)
        calendar = BusinessCalendar.from_content(asked.calendar)
        if asked.end is not None:
            steps = explain_elapsed(calendar, asked.start, asked.end, asked.pauses)
            counted = sum(step.counted_seconds for step in steps)
            return Response({"elapsed_seconds": counted, "steps": _written(steps)})
        if not isinstance(asked.seconds, int):
            raise refused_amount()
        steps = explain_due(calendar, asked.start, asked.seconds, asked.pauses)
        return Response({"due": utc_text(steps[-1].to), "steps": _written(steps)})


@dataclass(frozen=True)
class _Asked:
    """A body whose instants are read; the calendar and the amount refuse for themselves."""

    calendar: object
    start: datetime
    seconds: object
    end: datetime | None
    pauses: list[Pause]


def _read(body: object) -> _Asked:
    """FieldErrors with a sentence for each field at fault."""
    if not isinstance(body, Mapping):
        raise FieldErrors({"": ["Send an object with calendar, start, and seconds or end."]})
    errors: dict[str, list[str]] = {}
    start, end = _instant(body.get("start")), _instant(body.get("end"))
    pauses = _pauses(body.get("pauses") or [])
    if start is None:
        errors["start"] = [INSTANT]
    if body.get("end") is not None and end is None:
        errors["end"] = [INSTANT]
    if (body.get("end") is None) == (body.get("seconds") is None):
        errors["seconds"] = ["Give either seconds or end."]
    if pauses is None:
        errors["pauses"] = [PAUSES]
    if errors or start is None or pauses is None:
        raise FieldErrors(errors)
    return _Asked(body.get("calendar"), start, body.get("seconds"), end, pauses)


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return instant if instant and instant.tzinfo else None


def _pauses(value: object) -> list[Pause] | None:
    """None where it is no list of pairs of instants, each from an earlier to a later one."""
    if not isinstance(value, list) or len(value) > MOST_PAUSES:
        return None
    pauses: list[Pause] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        begin, end = _instant(pair[0]), _instant(pair[1])
        if begin is None or end is None or end < begin:
            return None
        pauses.append((begin, end))
    return pauses


def _written(steps: Sequence[Step]) -> list[dict[str, object]]:
    return [
        {
            "from": utc_text(step.from_),
            "to": utc_text(step.to),
            "counted_seconds": step.counted_seconds,
            "why": step.why,
        }
        for step in steps
    ]
