"""What-if in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import Body, caller, now_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from sla.reports.whatif.actions import MOST_DAYS, USUAL_DAYS, ask_whatif
from sla.reports.whatif.models import WhatIf
from sla.reports.whatif.queries import get_whatif_for, result_for
from sla.reports.whatif.tasks import wake_whatifs


class WhatIfBody(Body):
    """What is to be otherwise; what is left out stays as it was."""

    days = serializers.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    targets = serializers.DictField(
        child=serializers.CharField(), required=False, help_text='By kind, as {"accept": "60m"}.'
    )
    calendars = serializers.DictField(
        child=serializers.JSONField(), required=False,
        help_text="Working hours by the id of the calendar they take the place of.",
    )  # fmt: skip
    people = serializers.IntegerField(
        required=False, min_value=0, help_text="At work at once, for the load of each."
    )
    promised = serializers.FloatField(required=False, help_text="In percent; usually 90.")


class WhatIfAnswer(serializers.Serializer[Any]):
    """A what-if. `result` is null until it is done; it holds if behaviour had not changed."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    changes = serializers.JSONField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    state = serializers.CharField(help_text="waiting, running, done or failed.")
    progress = serializers.IntegerField(help_text="In percent.")
    clocks = serializers.IntegerField(allow_null=True)
    result = serializers.JSONField(allow_null=True)
    error = serializers.CharField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class WhatIfs(ApiView):
    """Replay the past under other settings."""

    @extend_schema(
        operation_id="reports_whatif_ask",
        tags=["reports"],
        request=WhatIfBody,
        responses={202: WhatIfAnswer, **answers(400, 403, 404)},
    )
    def post(self, request: Request) -> Response:
        """A worker does it: ask the address in the answer how far it is."""
        told = dict(read_body(request, WhatIfBody))
        days = told.pop("days", USUAL_DAYS)
        asked = ask_whatif(content=told, days=days, actor=caller(request), now=now_of(request))
        wake_whatifs()
        answer = whatif_answer(asked, caller(request))
        return Response(answer, status=202, headers={"Location": str(answer["url"])})


class WhatIfOne(ApiView):
    """One what-if."""

    @extend_schema(
        operation_id="reports_whatif_get",
        tags=["reports"],
        responses=answers(404, ok=WhatIfAnswer),
    )
    def get(self, request: Request, number: str) -> Response:
        """How far it is, or what it found."""
        user = caller(request)
        return Response(whatif_answer(get_whatif_for(user, number), user))


def whatif_answer(asked: WhatIf, user: User) -> dict[str, object]:
    """One what-if as the API tells it to somebody."""
    return {
        "id": asked.pk,
        "url": f"/api/v1/reports/whatif/{asked.pk}/",
        "changes": asked.changes,
        "since": utc_text(asked.since),
        "until": utc_text(asked.until),
        "state": asked.state,
        "progress": asked.share,
        "clocks": asked.clocks,
        "result": result_for(user, asked) if asked.state == WhatIf.State.DONE else None,
        "error": asked.error,
        "asked_at": utc_text(asked.asked_at),
        "finished_at": utc_text(asked.finished_at),
    }
