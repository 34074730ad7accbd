"""Backtests and the disagreement report in the API."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import sees_figures
from leadbridge.people.calls import Body, caller, now_of, read_body
from leadbridge.people.document_queries import get_version_for
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.definition.life import DEFINITION
from leads.trials.actions import MOST_DAYS, USUAL_DAYS, ask_backtest, days_of
from leads.trials.backtest import warning
from leads.trials.known import Window
from leads.trials.models import Backtest, DisagreementRun
from leads.trials.queries import get_backtest_for, named_leads
from leads.trials.reports import BEING_COUNTED, read_report
from leads.trials.tasks import wake_backtests


class BacktestBody(Body):
    """How much of the past; nothing for the usual ninety days."""

    days = serializers.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)


class BacktestAnswer(serializers.Serializer[Any]):
    """A backtest. `result` is null until it is done; `wins_missed` and `rejected_let_in` name the
    leads that the caller may see."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    definition = serializers.IntegerField()
    version = serializers.IntegerField()
    content_hash = serializers.CharField(help_text="Of the text that was tried.")
    against = serializers.IntegerField(allow_null=True, help_text="The version in force then.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Backtest.State.choices)
    progress = serializers.IntegerField(help_text="In percent.")
    leads = serializers.IntegerField(allow_null=True)
    result = serializers.JSONField(allow_null=True)
    result_hash = serializers.CharField()
    warning = serializers.CharField(help_text="Every lead passes, or none; else empty.")
    error = serializers.CharField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class AskBacktest(ApiView):
    """Try a version on past leads."""

    @extend_schema(
        operation_id="definitions_backtest",
        tags=["definitions"],
        request=BacktestBody,
        responses={202: BacktestAnswer, **answers(400, 403, 404)},
    )
    def post(self, request: Request, number: str) -> Response:
        """A worker does it: ask the address in the answer how far it is."""
        user = caller(request)
        version = get_version_for(DEFINITION, user, number)
        told = read_body(request, BacktestBody)
        asked = ask_backtest(
            document_id=version.pk,
            days=told.get("days", USUAL_DAYS),
            actor=user,
            now=now_of(request),
        )
        wake_backtests()
        answer = backtest_answer(user, asked)
        return Response(answer, status=202, headers={"Location": str(answer["url"])})


class BacktestOne(ApiView):
    """One backtest."""

    @extend_schema(
        operation_id="backtests_get",
        tags=["definitions"],
        responses=answers(404, ok=BacktestAnswer),
    )
    def get(self, request: Request, number: str) -> Response:
        """How far it is, or what it found."""
        user = caller(request)
        return Response(backtest_answer(user, get_backtest_for(user, number)))


def backtest_answer(user: User, backtest: Backtest) -> dict[str, object]:
    """One backtest as the API tells it."""
    done = backtest.state == Backtest.State.DONE
    return {
        "id": backtest.pk,
        "url": f"/api/v1/backtests/{backtest.pk}/",
        "definition": backtest.document_id,
        "version": backtest.document.version,
        "content_hash": backtest.content_hash,
        "against": backtest.against_id,
        "since": utc_text(backtest.since),
        "until": utc_text(backtest.until),
        "state": backtest.state,
        "progress": backtest.share,
        "leads": backtest.leads,
        "result": _named(user, backtest.result) if done else None,
        "result_hash": backtest.result_hash,
        "warning": warning(backtest.result) if done else "",
        "error": backtest.error,
        "asked_at": utc_text(backtest.asked_at),
        "finished_at": utc_text(backtest.finished_at),
    }


def _named(user: User, result: dict[str, Any]) -> dict[str, Any]:
    """The result, with references that the caller may follow in place of bare ids."""
    told = dict(result)
    for name in ("wins_missed", "rejected_let_in"):
        ids = result[name]["ids"]
        kept = {key: value for key, value in result[name].items() if key != "ids"}
        told[name] = {**kept, "refs": [lead.ref for lead in named_leads(user, ids)]}
    return told


class SideAnswer(serializers.Serializer[Any]):
    """One side of a split; `interval`: the 95 % interval of the share refused, from 0 to 1."""

    decided = serializers.IntegerField()
    refused = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField())


class SplitAnswer(serializers.Serializer[Any]):
    """A test that parts what sales takes from what it refuses."""

    field = serializers.CharField()
    operator = serializers.CharField()
    value = serializers.JSONField()
    sentence = serializers.CharField()
    met = SideAnswer()
    missed = SideAnswer()
    weight = serializers.FloatField(help_text="The least by which the two shares differ.")


class OwnCriterionAnswer(serializers.Serializer[Any]):
    """A criterion in force, and the test of its field that sales seems to go by, if any."""

    id = serializers.CharField()
    sentence = serializers.CharField()
    met = SideAnswer()
    missed = SideAnswer()
    unknown = SideAnswer()
    goes_by = SplitAnswer(allow_null=True)
    weight = serializers.FloatField(help_text="The least by which the two shares differ.")


class CellAnswer(serializers.Serializer[Any]):
    """How many leads of a verdict ended so."""

    verdict = serializers.CharField()
    outcome = serializers.CharField()
    leads = serializers.IntegerField()


class DisagreementAnswer(serializers.Serializer[Any]):
    """Verdict by outcome, and what sales seems to go by, the most telling first."""

    until = serializers.DateTimeField(
        help_text="Counted up to then: now, or at most an hour or so ago where there are many."
    )
    decided = serializers.IntegerField()
    refused = serializers.IntegerField()
    cells = CellAnswer(many=True)
    criteria = OwnCriterionAnswer(many=True)
    splits = SplitAnswer(many=True)


class DisagreementReport(ApiView):
    """Where sales decides otherwise than the definition."""

    @extend_schema(
        operation_id="reports_disagreement",
        tags=["reports"],
        parameters=[OpenApiParameter("days", int, description="How far back; 90 by default.")],
        responses=answers(403, 409, ok=DisagreementAnswer),
    )
    def get(self, request: Request) -> Response:
        """Of the leads that were handed over in the last so many days. More than some thousands are
        counted by a worker: until it is done, 409 `not_counted_yet`."""
        if not sees_figures(caller(request)):
            raise DomainError("forbidden", "This is for those who read figures.", status=403)
        now, days = now_of(request), days_of(request.query_params.get("days", ""))
        window = Window(now - timedelta(days=days), now)
        report = read_report(window, actor=caller(request), now=now)
        if isinstance(report, DisagreementRun):
            wake_backtests()
            raise DomainError("not_counted_yet", f"{BEING_COUNTED} Ask again.", status=409)
        found = report.found
        answer = {
            "until": report.window.until,
            "decided": found.decided,
            "refused": found.refused,
            "cells": [
                {"verdict": verdict, "outcome": outcome, "leads": leads}
                for verdict, outcome, leads in found.cells
            ],
            "criteria": report.criteria,
            "splits": found.splits,
        }
        return Response(DisagreementAnswer(answer).data)
