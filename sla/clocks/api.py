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
from leadbridge.people.access import sees_figures
from leadbridge.people.calls import Body, ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.handoff.listing import held_by, of_team
from leads.handoff.queries import get_lead_for
from sla.agreement.ladder import DOINGS
from sla.calendars.api import StepAnswer
from sla.calendars.queries import calendar_of
from sla.clocks.explanation import explain_clock, pauses_of
from sla.clocks.kinds import KINDS
from sla.clocks.models import STEP_STATES, Clock, Outage
from sla.clocks.outage import LONGEST_REASON, begun_anew, void_outage
from sla.clocks.queries import clock_id_of, clocks_visible_to, get_clock_for
from sla.clocks.representation import TO_COME, clock_answer
from sla.clocks.states import State, state_q
from sla.clocks.tasks import wake_rebuilds

FILTERS = ("state", "kind", "holder", "team", "lead", "due_before")


class LadderStep(serializers.Serializer[Any]):
    """A step of the ladder, taken or still to come."""

    step = serializers.ChoiceField(choices=[(name, name) for name in DOINGS])
    due_at = serializers.DateTimeField()
    at = serializers.DateTimeField(allow_null=True, help_text="Null: still to come.")
    state = serializers.ChoiceField(choices=[(name, name) for name in (TO_COME, *STEP_STATES)])
    outcome = serializers.CharField(help_text="What came of it, in words.")


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
    tier = serializers.IntegerField(
        allow_null=True, help_text="By which it is judged: the lead's own, or that of a relief."
    )
    relief = serializers.CharField(
        help_text="“surge”, beyond the agreed number of a day; or blank."
    )
    number = serializers.IntegerField(allow_null=True, help_text="Which attempt it is.")
    pauses = serializers.ListField(
        child=serializers.ListField(child=serializers.DateTimeField(), min_length=2, max_length=2),
        help_text="Stretches [from, to) in which it stands still.",
    )
    steps = LadderStep(many=True)


class ClockStepAnswer(StepAnswer):
    """One line of the arithmetic, with what has been counted up to its end."""

    total_seconds = serializers.IntegerField()


class Explanation(serializers.Serializer[Any]):
    """Which hours counted towards a due time, and why the others did not."""

    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    target_seconds = serializers.IntegerField()
    calendar = serializers.CharField()
    calendar_name = serializers.CharField()
    calendar_version = serializers.IntegerField()
    timezone = serializers.CharField(help_text="Whose wall clock the calendar opens and closes by.")
    pauses = serializers.ListField(
        child=serializers.ListField(child=serializers.DateTimeField(), min_length=2, max_length=2),
        help_text="Stretches [from, to) in which nothing counted.",
    )
    steps = ClockStepAnswer(many=True)


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
        clock = get_clock_for(caller(request), clock_id_of(number))
        return Response(clock_answer(clock, now_of(request)))


class ClockExplanation(ApiView):
    """The arithmetic behind a due time."""

    @extend_schema(
        operation_id="clocks_explain", tags=["clocks"], responses=answers(404, ok=Explanation)
    )
    def get(self, request: Request, number: str) -> Response:
        """By the very version of the calendar that the clock keeps."""
        clock = get_clock_for(caller(request), clock_id_of(number))
        return Response(_explanation(clock))


class OutageBody(Body):
    """From when to when nobody could be asked to keep a promise, and why."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="In the past: an outage is voided when it is over.")
    reason = serializers.CharField(max_length=LONGEST_REASON)


class OutageAnswer(serializers.Serializer[Any]):
    """An outage, and how many clocks that fell due in it were voided."""

    id = serializers.IntegerField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    reason = serializers.CharField()
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()
    voided = serializers.IntegerField(help_text="Had ended by then.")
    restarted = serializers.IntegerField(help_text="Ran still: a worker begins them anew.")
    begun = serializers.IntegerField(help_text="Begun anew, or ended by an act, so far.")


class Outages(ListView):
    """Windows in which what fell due is void."""

    order = Order("starts_at", descending=True)

    @extend_schema(
        operation_id="outages_list",
        tags=["clocks"],
        responses=answers(403, ok=OutageAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """The latest first, for whoever reads figures."""
        Query(request, ()).close()
        if not sees_figures(caller(request)):
            raise DomainError("forbidden", "Outages are for those who read figures.", status=403)
        found = Outage.objects.select_related("made_by").prefetch_related("rebuilds")
        pages, page = page_of(self, request, found)
        return pages.get_paginated_response([_outage(one) for one in page])

    @extend_schema(
        operation_id="outages_create", tags=["clocks"], request=OutageBody,
        responses=answers(400, 403, created=OutageAnswer),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Void every clock due in `[since, until)`; administrators only. What still runs begins
        anew in a worker, with the time that was left of it when the outage began."""
        told = read_body(request, OutageBody)
        made = void_outage(
            actor=caller(request), now=now_of(request), since=told["since"], until=told["until"],
            reason=told["reason"],
        )  # fmt: skip
        wake_rebuilds()
        return Response(_outage(made), status=201)


def _outage(outage: Outage) -> dict[str, object]:
    return {
        "id": outage.pk,
        "since": utc_text(outage.starts_at),
        "until": utc_text(outage.ends_at),
        "reason": outage.reason,
        "made_by": outage.made_by.username,
        "made_at": utc_text(outage.made_at),
        "voided": outage.voided,
        "restarted": outage.restarted,
        "begun": begun_anew(outage),
    }


def _explanation(clock: Clock) -> dict[str, object]:
    version = clock.calendar
    return {
        "started_at": utc_text(clock.started_at),
        "due_at": utc_text(clock.due_at),
        "target_seconds": clock.target_seconds,
        "calendar": str(version),
        "calendar_name": version.calendar.name,
        "calendar_version": version.number,
        "timezone": calendar_of(version.pk).zone.key,
        "pauses": [[utc_text(begin), utc_text(end)] for begin, end in pauses_of(clock)],
        "steps": [
            {
                "from": utc_text(line.step.from_),
                "to": utc_text(line.step.to),
                "counted_seconds": line.step.counted_seconds,
                "why": line.step.why,
                "total_seconds": line.total_seconds,
            }
            for line in explain_clock(clock)
        ],
    }


def _list(view: ListView, request: Request, clocks: QuerySet[Clock]) -> Response:
    now = now_of(request)
    asked = clocks.filter(_asked(request))
    rows = asked.select_related("holder", "team", "calendar__calendar", "agreement")
    rows = rows.prefetch_related("climbed")
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
