"""The scorecard in the API: what its page draws, as numbers."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.calls import read_call
from sla.reports.scorecard.asking import OF_A_CARD, read_card
from sla.reports.scorecard.bodies import ScorecardAnswer
from sla.reports.scorecard.card import scorecard_of
from sla.reports.scorecard.representation import card_answer


class ScorecardReport(ApiView):
    """Are both sides keeping their word, and what did it come to?"""

    @extend_schema(
        operation_id="reports_scorecard",
        tags=["reports"],
        parameters=[OpenApiParameter(name, str) for name in OF_A_CARD],
        responses=answers(400, 403, ok=ScorecardAnswer),
    )
    def get(self, request: Request) -> Response:
        """The twelve weeks up to now, or a period of a year at most."""
        card, now = read_call(request, OF_A_CARD, read_card)
        asked = card.exact
        period = {"start": utc_text(asked.slice.start), "end": utc_text(asked.slice.end)}
        return Response({**period, **card_answer(scorecard_of(asked, now=now))})
