"""Clocks in the API: how every promise stands, and the arithmetic of its due time."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import ListView, Query, caller, now_of, page_of
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.handoff.listing import held_by, of_team
from leads.handoff.queries import get_lead_for
from sla.calendars.api import StepAnswer
from sla.calendars.explain import explain_elapsed
from sla.calendars.queries import calendar_of
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import clocks_visible_to, get_clock_for
from sla.clocks.representation import clock_answer
from sla.clocks.states import State, state_q

FILTERS = ("state", "kind", "holder", "team", "lead", "due_before")


class ClockAnswer(serializers.Serializer[Any]):
    """One promise on one lead, with all it was started under."""

    id = serializers.IntegerField()
    lead = serializers.IntegerField()
    ref = serializers.CharField(help_text="The lead's reference, L-12.")
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    side = serializers.CharField()
    holder = serializers.CharField(allow_null=True, help_text="Null: the pool of the team.")
    team = serializers.CharField()
    started_at = serializers.DateTimeField()
    at_risk_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    void_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True, help_text="The due instant.")
    detected_at = serializers.DateTimeField(allow_null=True, help_text="When it was noticed.")
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in State])
    target_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField(allow_null=True)
    calendar = serializers.CharField()
    agreement = serializers.IntegerField(help_text="Number of the version.")
    tier = serializers.IntegerField(allow_null=True)


class Explanation(serializers.Serializer[Any]):
    """Which hours counted towards a due time, and why the others did not."""

    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    target_seconds = serializers.IntegerField()
    calendar = serializers.CharField()
    steps = StepAnswer(many=True)


class ClockList(ListView):
    """The clocks on leads that the caller may see, soonest due first."""

    order = Order("due_at")

    @extend_schema(
        operation_id="clocks_list",
        tags=["clocks"],
        parameters=[OpenApiParameter(name, str) for name in FILTERS],
        responses=answers(400, ok=ClockAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Several states or kinds with commas."""
        return _list(self, request, clocks_visible_to(caller(request)))


class LeadClocks(ListView):
    """The clocks of one lead, in the order in which they were started."""

    @extend_schema(
        operation_id="leads_clocks",
        tags=["clocks"],
        responses=answers(404, ok=ClockAnswer(many=True)),
    )
    def get(self, request: Request, ref: str) -> Response:
        """Ended ones too."""
        lead = get_lead_for(caller(request), ref)
        return _list(self, request, Clock.objects.filter(lead=lead))


class ClockOne(ApiView):
    """One clock."""

    @extend_schema(
        operation_id="clocks_get", tags=["clocks"], responses=answers(404, ok=ClockAnswer)
    )
    def get(self, request: Request, number: str) -> Response:
        """The clock, if the caller may see its lead."""
        clock = get_clock_for(caller(request), _number(number))
        return Response(clock_answer(clock, now_of(request)))


class ClockExplanation(ApiView):
    """The arithmetic behind a due time."""

    @extend_schema(
        operation_id="clocks_explain", tags=["clocks"], responses=answers(404, ok=Explanation)
    )
    def get(self, request: Request, number: str) -> Response:
        """By the very version of the calendar that the clock keeps."""
        clock = get_clock_for(caller(request), _number(number))
        steps = explain_elapsed(calendar_of(clock.calendar_id), clock.started_at, clock.due_at)
        return Response(
            {
                "started_at": utc_text(clock.started_at),
                "due_at": utc_text(clock.due_at),
                "target_seconds": clock.target_seconds,
                "calendar": str(clock.calendar),
                "steps": [
                    {
                        "from": utc_text(step.from_),
                        "to": utc_text(step.to),
                        "counted_seconds": step.counted_seconds,
                        "why": step.why,
                    }
                    for step in steps
                ],
            }
        )


def _list(view: ListView, request: Request, clocks: QuerySet[Clock]) -> Response:
    now = now_of(request)
    asked = clocks.filter(_asked(request))
    rows = asked.select_related("holder", "team", "calendar__calendar", "agreement")
    pages, page = page_of(view, request, rows)
    return pages.get_paginated_response([clock_answer(clock, now) for clock in page])


def _asked(request: Request) -> Q:
    """The filters of a list of clocks as one condition."""
    query = Query(request, FILTERS)
    states, kinds = query.choices("state", list(State)), query.choices("kind", list(KINDS))
    holder, team = query.text("holder"), query.text("team")
    lead, before = query.number("lead"), query.instant("due_before")
    query.close()
    asked = Q()
    for number, state in enumerate(states):
        one = state_q(State(state), now_of(request))
        asked = (asked | one) if number else one
    if kinds:
        asked &= Q(kind__in=kinds)
    if holder:
        asked &= held_by(holder, caller(request))
    if team:
        asked &= of_team(team)
    if lead is not None:
        asked &= Q(lead=lead)
    if before is not None:
        asked &= Q(due_at__lt=before)
    return asked


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise DomainError("not_found", "There is no such clock that you may see.", status=404)
    return int(text)
