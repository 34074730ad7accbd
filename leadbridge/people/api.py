"""People and teams in the API: short lists, for whoever has to name somebody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.calls import ListView, Query, page_of
from leadbridge.people.models import Team, User
from leadbridge.people.schema import answers


class UserAnswer(serializers.Serializer[Any]):
    """Somebody who works with leads; `username` names them in every other call."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    active = serializers.BooleanField()
    teams = serializers.ListField(child=serializers.CharField(), help_text="Slugs.")


class TeamAnswer(serializers.Serializer[Any]):
    """People of one side; `slug` names the team in every other call."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    side = serializers.CharField()
    manager = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField(), help_text="User names.")


class People(ListView):
    """Everybody here."""

    @extend_schema(
        operation_id="people_list", tags=["people"], responses=answers(ok=UserAnswer(many=True))
    )
    def get(self, request: Request) -> Response:
        """In the order in which they came."""
        Query(request, ()).close()
        pages, rows = page_of(self, request, User.objects.prefetch_related("teams"))
        return pages.get_paginated_response(
            [
                {
                    "id": user.pk,
                    "username": user.username,
                    "name": str(user),
                    "role": user.role,
                    "active": user.is_active,
                    "teams": [team.slug for team in user.teams.all()],
                }
                for user in rows
            ]
        )


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
        return pages.get_paginated_response(
            [
                {
                    "id": team.pk,
                    "slug": team.slug,
                    "name": team.name,
                    "side": team.side,
                    "manager": team.manager.username,
                    "members": [user.username for user in team.members.all()],
                }
                for team in rows
            ]
        )
