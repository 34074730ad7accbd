"""People, teams and absences in the API: short lists, for whoever has to name somebody."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people import founding
from leadbridge.people.absence import cancel_absence, find_absence, record_absence
from leadbridge.people.calls import (
    Body,
    Instant,
    ListView,
    Query,
    Words,
    caller,
    now_of,
    page_of,
    read_body,
)
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Absence, Role, Side, Team, User
from leadbridge.people.queries import absences_at, find_person, live_at
from leadbridge.people.schema import answers


class UserAnswer(serializers.Serializer[Any]):
    """Somebody who works with leads; `username` names them in every other call."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    active = serializers.BooleanField(help_text="The same as `is_active`.")
    is_active = serializers.BooleanField(help_text="False for somebody who has left.")
    absent_until = serializers.DateTimeField(
        allow_null=True, help_text="When they are back, if they are away now."
    )
    cover = serializers.CharField(allow_null=True, help_text="Who stands in for them now.")
    teams = serializers.ListField(child=serializers.CharField(), help_text="Slugs.")


class TeamAnswer(serializers.Serializer[Any]):
    """People of one side; `slug` names the team in every other call."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    side = serializers.CharField()
    manager = serializers.CharField()
    takes_unrouted = serializers.BooleanField(
        help_text="Its pool takes leads that no rule can place."
    )
    members = serializers.ListField(child=serializers.CharField(), help_text="User names.")


class PersonBody(Body):
    """Somebody new."""

    username = Words(longest=150, lines=False, help_text="To sign in with; it stays.")
    first_name = Words(longest=150, lines=False)
    last_name = Words(longest=150, lines=False, required=False)
    email = Words(longest=254, lines=False, required=False)
    role = serializers.ChoiceField(choices=Role.choices)
    team = Words(longest=80, lines=False, required=False, help_text="A slug.")
    time_zone = Words(longest=64, lines=False, required=False, help_text="As Europe/Berlin.")


class TeamBody(Body):
    """A new team."""

    name = Words(longest=80, lines=False)
    side = serializers.ChoiceField(choices=Side.choices)
    manager = Words(longest=150, lines=False, help_text="A user name.")


class People(ListView):
    """Everybody here."""

    @extend_schema(
        operation_id="people_list", tags=["people"], responses=answers(ok=UserAnswer(many=True))
    )
    def get(self, request: Request) -> Response:
        """In the order in which they came."""
        Query(request, ()).close()
        pages, rows = page_of(self, request, User.objects.prefetch_related("teams"))
        away = absences_at(now_of(request), [user.pk for user in rows])
        return pages.get_paginated_response([user_answer(user, away.get(user.pk)) for user in rows])

    @extend_schema(
        operation_id="people_create", tags=["people"], request=PersonBody,
        responses=answers(400, 403, created=UserAnswer),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Administrators only. They cannot sign in before they chose a password by their one-time
        link, which an administrator gives them on `/people/`."""
        told = read_body(request, PersonBody)
        slug = told.pop("team", "")
        person = founding.create_person(
            actor=caller(request), team=team_named(slug, "team") if slug else None,
            **{**_BLANK, **told},
        )  # fmt: skip
        return Response(user_answer(person, None), status=201)


_BLANK = {"last_name": "", "email": "", "time_zone": ""}


def user_answer(user: User, absence: Absence | None) -> dict[str, object]:
    """Somebody as the API tells it."""
    return {
        "id": user.pk,
        "username": user.username,
        "name": str(user),
        "role": user.role,
        "active": user.is_active,
        "is_active": user.is_active,
        **_away(absence),
        "teams": [team.slug for team in user.teams.all()],
    }


def _away(absence: Absence | None) -> dict[str, object]:
    cover = absence.cover if absence else None
    return {
        "absent_until": utc_text(absence.ends_at) if absence else None,
        "cover": cover.username if cover else None,
    }


class Teams(ListView):
    """All teams of both sides."""

    @extend_schema(
        operation_id="teams_list", tags=["people"], responses=answers(ok=TeamAnswer(many=True))
    )
    def get(self, request: Request) -> Response:
        """In the order in which they were made."""
        Query(request, ()).close()
        teams = Team.objects.select_related("manager").prefetch_related("members")
        pages, rows = page_of(self, request, teams)
        return pages.get_paginated_response([team_answer(team) for team in rows])

    @extend_schema(
        operation_id="teams_create", tags=["people"], request=TeamBody,
        responses=answers(400, 403, created=TeamAnswer),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Administrators only. Its manager answers for its pool from the first day."""
        told, actor = read_body(request, TeamBody), caller(request)
        manager = named(told["manager"], "manager")
        team = founding.create_team(
            actor=actor, name=told["name"], side=told["side"], manager=manager
        )
        return Response(team_answer(team), status=201)


def team_answer(team: Team) -> dict[str, object]:
    """A team as the API tells it."""
    return {
        "id": team.pk,
        "slug": team.slug,
        "name": team.name,
        "side": team.side,
        "manager": team.manager.username,
        "takes_unrouted": team.takes_unrouted,
        "members": [user.username for user in team.members.all()],
    }


class AbsenceAnswer(serializers.Serializer[Any]):
    """When somebody is away, and who stands in."""

    id = serializers.IntegerField()
    person = serializers.CharField(help_text="A user name.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="From this instant on they are back.")
    cover = serializers.CharField(allow_null=True)
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)


class AbsenceBody(Body):
    """Without `person` it is the caller who will be away."""

    person = Words(longest=150, lines=False, required=False)
    starts_at = Instant()
    ends_at = Instant()
    cover = Words(longest=150, lines=False, required=False, help_text="A user name.")


class Nothing(Body):
    """An empty object, or no body at all."""


class Absences(ListView):
    """Who is away when. Everybody may know; who may tell it is the person and who leads them."""

    @extend_schema(
        operation_id="absences_list",
        tags=["people"],
        parameters=[
            OpenApiParameter("person", str, description="A user name."),
            OpenApiParameter("at", str, description="Only those during which this instant lies."),
        ],
        responses=answers(400, ok=AbsenceAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """In the order in which they were told."""
        query = Query(request, ("person", "at"))
        name, at = query.text("person"), query.instant("at")
        query.close()
        found = Absence.objects.select_related("user", "cover", "made_by")
        if name:
            found = found.filter(user__username=name)
        if at:
            found = found.filter(live_at(at))
        pages, rows = page_of(self, request, found)
        return pages.get_paginated_response([absence_answer(row) for row in rows])

    @extend_schema(
        operation_id="absences_add",
        tags=["people"],
        request=AbsenceBody,
        responses=answers(400, 403, 409, created=AbsenceAnswer),
    )
    def post(self, request: Request) -> Response:
        """Tell that somebody will be away. 409 `overlaps` where another absence is in the way."""
        told = read_body(request, AbsenceBody)
        actor = caller(request)
        name, cover = told.get("person"), told.get("cover")
        absence = record_absence(
            user=named(name, "person") if name else actor,
            actor=actor,
            now=now_of(request),
            starts_at=told["starts_at"],
            ends_at=told["ends_at"],
            cover=named(cover, "cover") if cover else None,
        )
        return Response(absence_answer(absence), status=201)


class AbsenceCancel(ApiView):
    """They do not go, or are back early."""

    @extend_schema(
        operation_id="absences_cancel",
        tags=["people"],
        request=Nothing,
        responses=answers(400, 403, 404, 409, ok=AbsenceAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """409 `already_decided` where it is over or was cancelled before."""
        absence_id = find_absence(number_of(number)).pk
        read_body(request, Nothing)
        absence = cancel_absence(absence_id=absence_id, actor=caller(request), now=now_of(request))
        return Response(absence_answer(absence))


def number_of(text: str) -> int:
    """The number in an address; 0, which nothing has, for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def team_named(slug: str, field: str) -> Team:
    """A team whom a body names."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise DomainError("invalid", "There is no such team. Give its slug.", field=field)
    return team


def named(username: str, field: str) -> User:
    """Somebody whom a body names: a bad name is bad input, not a missing address."""
    try:
        return find_person(username)
    except DomainError as error:
        raise DomainError("invalid", error.message, field=field) from None


def absence_answer(absence: Absence) -> dict[str, object]:
    """One absence as the API tells it."""
    return {
        "id": absence.pk,
        "person": absence.user.username,
        "starts_at": utc_text(absence.starts_at),
        "ends_at": utc_text(absence.ends_at),
        "cover": absence.cover.username if absence.cover else None,
        "made_by": absence.made_by.username,
        "made_at": utc_text(absence.made_at),
        "cancelled_at": utc_text(absence.cancelled_at),
    }
