"""The rules that place leads in the API: the same life as on the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import sees_figures
from leadbridge.people.calls import (
    Body,
    ListView,
    Query,
    Words,
    caller,
    now_of,
    page_of,
    read_body,
)
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Team, User
from leadbridge.people.schema import answers
from leads.handoff.queries import get_lead_for
from leads.placing.rehearsal import MOST_LEADS, USUAL_LEADS, replay, try_lead, try_one
from leads.placing.screen import force_of
from leads.routing import versions
from leads.routing.desk import Arrival
from leads.routing.models import RoutingVersion

TAGS = ["routing"]


class RoutingAnswer(serializers.Serializer[Any]):
    """One version of the rules; `version` names it in every other call."""

    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RoutingVersion.State.choices)
    note = serializers.CharField(allow_blank=True)
    restores = serializers.IntegerField(
        allow_null=True, help_text="The version whose text it brought back."
    )
    drafted_by = serializers.CharField(allow_null=True, help_text="User name.")
    drafted_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField(allow_null=True, help_text="User name.")
    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    content = serializers.JSONField(
        help_text="`rules` in order, each with `conditions` as in a definition, a `team` (slug) "
        "and perhaps a `person` (user name); `teams`: how each deals out; `owner_first`."
    )


class RoutingDraftBody(Body):
    """A new draft; without `content` it says what the rules in force say."""

    content = serializers.JSONField(required=False)
    note = Words(required=False, longest=versions.LONGEST_NOTE)


class RoutingEditBody(Body):
    """The whole text of a draft."""

    content = serializers.JSONField()
    note = Words(required=False, longest=versions.LONGEST_NOTE)


class TryBody(Body):
    """A lead by its reference, or the fields of one."""

    lead = Words(required=False, longest=20, lines=False)
    facts = serializers.DictField(
        required=False, help_text="By the names that conditions use, as `country`."
    )


class TriedAnswer(serializers.Serializer[Any]):
    """Who would get it now; `routing` is what would be stored on the lead."""

    holder = serializers.CharField(allow_null=True, help_text="User name; null: the pool.")
    team = serializers.CharField(help_text="Slug.")
    routing = serializers.DictField()


class ReplayBody(Body):
    """How many of the last leads."""

    leads = serializers.IntegerField(required=False, min_value=1, max_value=MOST_LEADS)


class ReplayedAnswer(serializers.Serializer[Any]):
    """A lead that would go to somebody else."""

    lead = serializers.CharField(help_text="Reference.")
    got = serializers.CharField()
    would_get = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    because = serializers.CharField()


class ShareAnswer(serializers.Serializer[Any]):
    """How many somebody got, and would have got."""

    who = serializers.CharField()
    got = serializers.IntegerField()
    would_get = serializers.IntegerField()


class ReplayAnswer(serializers.Serializer[Any]):
    """The last leads by these rules."""

    leads = serializers.IntegerField()
    unplaced = serializers.IntegerField()
    differ = ReplayedAnswer(many=True)
    shares = ShareAnswer(many=True)


class Nothing(Body):
    """No fields."""


class Versions(ListView):
    """The versions of the rules, the newest first."""

    order = Order("version", descending=True)

    @extend_schema(
        operation_id="routing_list",
        tags=TAGS,
        parameters=[OpenApiParameter("state", str, description="One or several, with commas.")],
        responses=answers(400, ok=RoutingAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Drafts are there for those who publish."""
        query = Query(request, ("state",))
        states = query.choices("state", RoutingVersion.State.values)
        query.close()
        rows = versions.versions_for(caller(request))
        pages, page = page_of(self, request, rows.filter(state__in=states) if states else rows)
        return pages.get_paginated_response([_answer(one) for one in page])

    @extend_schema(
        operation_id="routing_draft",
        tags=TAGS,
        request=RoutingDraftBody,
        responses=answers(400, 403, 409, created=RoutingAnswer),
    )
    def post(self, request: Request) -> Response:
        """Begin the next version."""
        told = read_body(request, RoutingDraftBody)
        draft = versions.start_draft(actor=caller(request), now=now_of(request), **told)
        return Response(_answer(draft), status=201)


class VersionOne(ApiView):
    """One version of the rules."""

    @extend_schema(operation_id="routing_get", tags=TAGS, responses=answers(404, ok=RoutingAnswer))
    def get(self, request: Request, number: int) -> Response:
        """With all it says."""
        return Response(_answer(versions.get_version_for(caller(request), number)))

    @extend_schema(
        operation_id="routing_edit",
        tags=TAGS,
        request=RoutingEditBody,
        responses=answers(400, 403, 404, 409, ok=RoutingAnswer),
    )
    def put(self, request: Request, number: int) -> Response:
        """Write a draft anew."""
        user = caller(request)
        found = versions.get_version_for(user, number)
        told = read_body(request, RoutingEditBody)
        versions.edit_draft(
            version_id=found.pk, actor=user, content=told["content"], note=told.get("note", "")
        )
        return Response(_answer(versions.get_version_for(user, number)))

    @extend_schema(
        operation_id="routing_drop", tags=TAGS, responses={204: None, **answers(403, 404, 409)}
    )
    def delete(self, request: Request, number: int) -> Response:
        """Throw a draft away."""
        found = versions.get_version_for(caller(request), number)
        versions.drop_draft(version_id=found.pk, actor=caller(request))
        return Response(status=204)


class Turn(ApiView):
    """A POST after which other rules are in force."""

    turn: ClassVar[Callable[..., RoutingVersion]]

    def post(self, request: Request, number: int) -> Response:
        """404 before anything else."""
        user = caller(request)
        found = versions.get_version_for(user, number)
        read_body(request, Nothing)
        done = type(self).turn(version_id=found.pk, actor=user, now=now_of(request))
        return Response(_answer(done))


def _described(name: str, words: str) -> Callable[[type[Turn]], type[Turn]]:
    schema = extend_schema(
        operation_id=name,
        tags=TAGS,
        description=words,
        request=Nothing,
        responses=answers(400, 403, 404, 409, ok=RoutingAnswer),
    )
    return extend_schema_view(post=schema)


@_described("routing_publish", "Leads that were placed stay where they are.")
class Publish(Turn):
    """Place leads by a draft from now on."""

    turn = staticmethod(versions.publish_draft)


@_described("routing_restore", "Its text is published again, as the next version.")
class Restore(Turn):
    """Go back to an earlier version."""

    turn = staticmethod(versions.roll_back)


class Try(ApiView):
    """A dry run for one lead."""

    @extend_schema(
        operation_id="routing_try",
        tags=TAGS,
        request=TryBody,
        responses=answers(400, 404, 409, ok=TriedAnswer),
    )
    def post(self, request: Request, number: int) -> Response:
        """Who would get it if it came now; no turn moves."""
        user = caller(request)
        found = versions.get_version_for(user, number)
        told = read_body(request, TryBody)
        force, now = force_of(found), now_of(request)
        if told.get("lead"):
            choice = try_lead(force, get_lead_for(user, told["lead"]), now)
        else:
            choice = try_one(force, Arrival(told.get("facts", {}), now))
        holder = User.objects.filter(pk=choice.holder_id).first() if choice.holder_id else None
        return Response(
            {
                "holder": holder.username if holder else None,
                "team": Team.objects.get(pk=choice.team_id).slug,
                "routing": choice.explanation(),
            }
        )


class Replay(ApiView):
    """A dry run for the last leads."""

    @extend_schema(
        operation_id="routing_replay",
        tags=TAGS,
        request=ReplayBody,
        responses=answers(400, 403, 404, ok=ReplayAnswer),
    )
    def post(self, request: Request, number: int) -> Response:
        """Of those that the caller may see: who got them, and who would have; no turn moves."""
        user = caller(request)
        found = versions.get_version_for(user, number)
        if not sees_figures(user):
            raise DomainError("forbidden", "This is for those who read figures.", status=403)
        told = read_body(request, ReplayBody)
        done = replay(force_of(found), user=user, leads=told.get("leads", USUAL_LEADS))
        return Response(
            {
                "leads": len(done.rows),
                "unplaced": done.unplaced,
                "differ": [
                    {
                        "lead": row.lead.ref,
                        "got": row.got.who,
                        "would_get": row.would.who,
                        "rule": row.rule,
                        "because": row.because,
                    }
                    for row in done.differ
                ],
                "shares": [
                    {"who": who, "got": got, "would_get": would} for who, got, would in done.shares
                ],
            }
        )


def _answer(one: RoutingVersion) -> dict[str, object]:
    return {
        "version": one.version,
        "state": one.state,
        "note": one.note,
        "restores": one.restores.version if one.restores else None,
        "drafted_by": one.drafted_by.username if one.drafted_by else None,
        "drafted_at": utc_text(one.drafted_at),
        "published_by": one.published_by.username if one.published_by else None,
        "published_at": utc_text(one.published_at),
        "retired_at": utc_text(one.retired_at),
        "content": one.content,
    }
