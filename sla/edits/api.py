"""Calendars in the API: whose hours there are, making and editing them, a year, and what an edit
would do to running clocks."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.people.access import HourSetter
from leadbridge.people.calls import ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Team, User
from leadbridge.people.schema import answers
from sla.agreement.models import Running
from sla.calendars.actions import Owner, create_calendar, forbidden, working_content
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar
from sla.calendars.queries import (
    calendar_id_of,
    calendar_of,
    calendars_visible_to,
    get_calendar_for,
    may_edit,
)
from sla.calendars.year import FIRST_YEAR, LAST_YEAR, differences, year_of
from sla.clocks.foreseeing import preview_edit
from sla.clocks.tasks import wake_rebuilds
from sla.edits.actions import save_edit
from sla.edits.bodies import (
    CalendarAnswer,
    CalendarDetail,
    EditedCalendar,
    EffectAnswer,
    NewCalendar,
    PreviewedEdit,
    YearAnswer,
    calendar_answer,
    day_answer,
    effect_answer,
    rebuild_answer,
)
from sla.edits.screen import last_rebuild

TAGS = ["calendars"]


class Calendars(ListView):
    """The calendars that the caller may see."""

    @extend_schema(
        operation_id="calendars_list", tags=TAGS, responses=answers(ok=CalendarAnswer(many=True))
    )
    def get(self, request: Request) -> Response:
        """Those of the organisation, of all teams, and of people the caller leads."""
        Query(request, ()).close()
        setter = HourSetter(caller(request))
        found = calendars_visible_to(setter.user).filter(current__isnull=False)
        pages, rows = page_of(self, request, found)
        return pages.get_paginated_response([calendar_answer(row, setter) for row in rows])

    @extend_schema(
        operation_id="calendars_create", tags=TAGS, request=NewCalendar,
        responses=answers(400, 403, 409, created=CalendarDetail),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Hours for a team, a person or the organisation; they count for clocks from now on.

        Refusals: 400 `no_working_time`, `invalid_schedule`, `invalid_timezone`, `invalid`; 409
        `calendar_exists`.
        """
        told, user = read_body(request, NewCalendar), caller(request)
        made = create_calendar(
            owner=_owner(told), name=told.get("name", ""), content=told["calendar"], actor=user,
            now=now_of(request),
        )  # fmt: skip
        return Response(_detail(made, user), status=201)


class CalendarOne(ApiView):
    """One calendar."""

    @extend_schema(
        operation_id="calendars_get", tags=TAGS, responses=answers(404, ok=CalendarDetail)
    )
    def get(self, request: Request, number: str) -> Response:
        """The calendar, if the caller may see it."""
        user = caller(request)
        return Response(_detail(get_calendar_for(user, calendar_id_of(number)), user))

    @extend_schema(
        operation_id="calendars_edit", tags=TAGS, request=EditedCalendar,
        responses=answers(400, 403, 404, 409, ok=CalendarDetail),
    )  # fmt: skip
    def put(self, request: Request, number: str) -> Response:
        """A new version. `running`: `keep` (new clocks only) or `move` (a worker counts the
        running ones anew; ask again to see how far it is).

        Refusals: 400 `no_working_time`, `invalid_schedule`, `invalid_timezone`, `invalid`; 409
        `calendar_changed` where `version` is not the one that stands.
        """
        user = caller(request)
        found = _editable(user, number)
        told = read_body(request, EditedCalendar)
        saved = save_edit(
            calendar_id=found.pk, base=told.get("version"), name=told.get("name") or found.name,
            content=told["calendar"], running=Running(told["running"]), actor=user,
            now=now_of(request),
        )  # fmt: skip
        if saved.rebuild:
            wake_rebuilds()
        return Response(_detail(saved.calendar, user))


class CalendarYear(ApiView):
    """A calendar, day by day."""

    @extend_schema(
        operation_id="calendars_year", tags=TAGS, responses=answers(400, 404, ok=YearAnswer),
        parameters=[OpenApiParameter("year", int, description="The present one by default.")],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Every date of a year: open, closed, holiday, closure or override."""
        query = Query(request, ("year",))
        asked = query.number("year")
        if asked is not None and not FIRST_YEAR <= asked <= LAST_YEAR:
            query.errors["year"] = [f"Give a year from {FIRST_YEAR} to {LAST_YEAR}."]
        query.close()
        hours = _hours(get_calendar_for(caller(request), calendar_id_of(number)))
        year = asked or now_of(request).astimezone(hours.zone).year
        days = [
            day_answer(day, hours)
            for month in year_of(hours, year)
            for week in month.weeks
            for day in week
            if day is not None
        ]
        return Response({"year": year, "days": days})


class CalendarPreviewEdit(ApiView):
    """What an edit would do to running clocks."""

    @extend_schema(
        operation_id="calendars_preview_edit", tags=TAGS, request=PreviewedEdit,
        responses=answers(400, 403, 404, ok=EffectAnswer),
    )  # fmt: skip
    def post(self, request: Request, number: str) -> Response:
        """Nothing is written."""
        found, now = _editable(caller(request), number), now_of(request)
        content = working_content(read_body(request, PreviewedEdit)["calendar"], now=now)
        effect = preview_edit(calendar_id=found.pk, content=content, now=now)
        changes = differences(_hours(found), BusinessCalendar.from_content(content))
        return Response(effect_answer(effect, changes))


def _detail(calendar: Calendar, user: User) -> dict[str, object]:
    answer = calendar_answer(calendar, HourSetter(user))
    return {**answer, "rebuild": rebuild_answer(last_rebuild(calendar))}


def _editable(user: User, number: str) -> Calendar:
    """The calendar, if this person may change it: asked before the body is read."""
    found = get_calendar_for(user, calendar_id_of(number))
    if not may_edit(HourSetter(user), found):
        raise forbidden(found.name)
    return found


def _hours(calendar: Calendar) -> BusinessCalendar:
    assert calendar.current_id is not None, "only calendars with a version are found"
    return calendar_of(calendar.current_id)


def _owner(told: dict[str, Any]) -> Owner:
    """Whose hours a body is about; FieldErrors where it names nobody, or two."""
    slug, name = told.get("team"), told.get("person")
    if slug and name:
        raise FieldErrors({"person": ["Name a team or a person, not both."]})
    team = Team.objects.filter(slug=slug).first() if slug else None
    person = User.objects.filter(username=name, is_active=True).first() if name else None
    if slug and team is None:
        raise FieldErrors({"team": ["There is no such team. Give its slug."]})
    if name and person is None:
        raise FieldErrors({"person": ["There is nobody of this user name."]})
    return Owner(person=person, team=team)
