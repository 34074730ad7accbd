"""What a version of the agreement does to running clocks, in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.calls import Query, caller, now_of
from leadbridge.people.document_queries import get_version_for
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.agreement.life import AGREEMENT
from sla.agreement.models import Running
from sla.clocks.foreseeing import preview_agreement
from sla.edits.bodies import CountsAnswer, RebuildAnswer, rebuild_answer
from sla.edits.screen import last_rebuild, may_preview


class RunningAnswer(serializers.Serializer[Any]):
    """Running clocks and one version of the agreement. `effect`: what it would do if it came into
    force now and counted for them too; null once it holds, and for who does not draft."""

    running = serializers.ChoiceField(choices=Running.choices)
    effect = CountsAnswer(allow_null=True)
    rebuild = RebuildAnswer(allow_null=True)


class AgreementRunning(ApiView):
    """What becomes of running clocks."""

    @extend_schema(
        operation_id="agreements_running", tags=["agreements"],
        responses=answers(400, 404, ok=RunningAnswer),
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Nothing is written. `rebuild`: how far they are taken over, once it is in force."""
        Query(request, ()).close()
        user = caller(request)
        found = get_version_for(AGREEMENT, user, number)
        effect = (
            preview_agreement(version=found, now=now_of(request))
            if may_preview(user, found)
            else None
        )
        return Response(
            {
                "running": found.running,
                "effect": vars(effect) if effect else None,
                "rebuild": rebuild_answer(last_rebuild(agreement=found)),
            }
        )
