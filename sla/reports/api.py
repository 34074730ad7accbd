"""The figures in the API: the same slices, the same counts as on the pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.time import utc_text
from leadbridge.people.idempotency import ApiView
from sla.reports.acceptance import acceptance_of
from sla.reports.asking import Asked, read_slice
from sla.reports.attainment import relieved_of, score_of, scores_by
from sla.reports.calls import (
    KIND_OR_READOUT,
    OF_A_SLICE,
    Counts,
    CountsOfGroup,
    counts_of,
    not_among,
    parameters,
    read_call,
)
from sla.reports.groups import By
from sla.reports.ledger import ledger
from sla.reports.links import READOUT
from sla.reports.overview import reasons_of
from sla.reports.readouts.representation import readouts_kept
from sla.reports.scope import Scope
from sla.reports.times import Times, times_by, times_of

BAD = OpenApiResponse(description="Bad input: `errors` names each field (RFC 9457).")
DENIED = OpenApiResponse(description="The caller may not read figures (RFC 9457).")


class AttainmentAnswer(Counts):
    """The attainment of a period and its breakdown. What had easier times by a surge relief is in
    none of it, but counted apart."""

    relieved = serializers.IntegerField(help_text="Fell due under a surge relief.")
    relieved_met = serializers.IntegerField(help_text="Of these, met by due.")
    by = CountsOfGroup(many=True)


class TimesFields(serializers.Serializer[Any]):
    """Kaplan–Meier estimates in seconds of working time; null is "not reached"."""

    n = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="How many of them had not ended.")
    median_seconds = serializers.IntegerField(allow_null=True)
    p90_seconds = serializers.IntegerField(allow_null=True)


class TimesOfGroup(TimesFields):
    """The same of one group."""

    key = serializers.CharField()
    name = serializers.CharField()


class TimesAnswer(TimesFields):
    """How long the clocks of a kind took that started in the period."""

    kind = serializers.CharField()
    wall_median_seconds = serializers.IntegerField(allow_null=True)
    wall_p90_seconds = serializers.IntegerField(allow_null=True)
    by = TimesOfGroup(many=True)


class StageAnswer(serializers.Serializer[Any]):
    """opening + in − out = closing; `now` is how many leads stand there, null for a past period."""

    stage = serializers.CharField()
    opening = serializers.IntegerField()
    out = serializers.IntegerField()
    closing = serializers.IntegerField()
    now = serializers.IntegerField(allow_null=True)
    difference = serializers.IntegerField()


# `in` is a word of Python's own, so it cannot be named in the body of the class.
StageAnswer._declared_fields["in"] = serializers.IntegerField()


class FlowAnswer(serializers.Serializer[Any]):
    """waiting before + submitted = accepted + rejected + otherwise + waiting."""

    waiting_before = serializers.IntegerField()
    submitted = serializers.IntegerField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    otherwise = serializers.IntegerField()
    waiting = serializers.IntegerField()
    difference = serializers.IntegerField()


class RuleAnswer(serializers.Serializer[Any]):
    """A rule that no lead may break, and the first leads that do."""

    rule = serializers.CharField()
    sentence = serializers.CharField()
    broken_by = serializers.IntegerField()
    leads = serializers.ListField(child=serializers.IntegerField())


class LedgerAnswer(serializers.Serializer[Any]):
    """The proof; `unaccounted` is 0."""

    at = serializers.DateTimeField()
    stages = StageAnswer(many=True)
    flow = FlowAnswer()
    rules = RuleAnswer(many=True)
    unaccounted = serializers.IntegerField()


class ReasonCount(serializers.Serializer[Any]):
    """A reason and how often it was given."""

    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the label of one
    count = serializers.IntegerField()


class AcceptanceAnswer(serializers.Serializer[Any]):
    """Accepted of accepted and rejected; what counts not against marketing is excluded."""

    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    excluded = serializers.IntegerField(help_text="Rejected for a wrong route, no capacity …")
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Percent; null below 10.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, from 10 to 29."
    )


class ReasonsAnswer(serializers.Serializer[Any]):
    """Why leads handed over in the period were rejected."""

    rejected = serializers.IntegerField()
    though_qualified = serializers.IntegerField(
        help_text="How many of them had met every agreed criterion."
    )
    reasons = ReasonCount(many=True)
    acceptance = AcceptanceAnswer()


class Attainment(ApiView):
    """How many promises that fell due were kept."""

    @extend_schema(
        operation_id="reports_attainment",
        tags=["reports"],
        parameters=parameters(*OF_A_SLICE, "by", kind=KIND_OR_READOUT),
        responses={200: AttainmentAnswer, 400: BAD, 403: DENIED},
    )
    def get(self, request: Request) -> Response:
        """By due instant: an open overdue clock counts as missed."""
        if request.query_params.get("kind") == READOUT:
            return Response(readouts_kept(request))
        asked, by, now = read(request, (*OF_A_SLICE, "by"))
        groups = scores_by(by, asked.slice, now=now)
        lines = [{"key": g.key, "name": g.name, **counts_of(g.score)} for g in groups]
        relieved = relieved_of(asked.slice, now=now)
        apart = {"relieved": relieved.due, "relieved_met": relieved.met}
        return Response({**counts_of(score_of(asked.slice, now=now)), **apart, "by": lines})


class TimesReport(ApiView):
    """How long it took, with those who still wait taken into account."""

    @extend_schema(
        operation_id="reports_times",
        tags=["reports"],
        parameters=parameters(*OF_A_SLICE, "by"),
        responses={200: TimesAnswer, 400: BAD, 403: DENIED},
    )
    def get(self, request: Request) -> Response:
        """Of the clocks of one kind (accept by default) that started in the period."""
        asked, by, now = read(request, (*OF_A_SLICE, "by"), kind="accept")
        wall = times_of(asked.slice, now=now, wall=True)
        groups = times_by(by, asked.slice, now=now)
        return Response(
            {
                "kind": asked.slice.kind,
                **times_answer(times_of(asked.slice, now=now)),
                "wall_median_seconds": wall.median,
                "wall_p90_seconds": wall.p90,
                "by": [{"key": g.key, "name": g.name, **times_answer(g.times)} for g in groups],
            }
        )


class LedgerReport(ApiView):
    """The proof that every lead is accounted for."""

    @extend_schema(
        operation_id="reports_ledger",
        tags=["reports"],
        parameters=parameters("from", "to"),
        responses={200: LedgerAnswer, 400: BAD, 403: DENIED},
    )
    def get(self, request: Request) -> Response:
        """Of all time, or of a period."""
        asked, _, now = read(request, ("from", "to"))
        given = request.query_params
        proof = ledger(
            now=now,
            start=asked.slice.start if given.get("from") else None,
            end=asked.slice.end if given.get("to") else None,
        )
        flow = proof.flow
        return Response(
            {
                "at": utc_text(now),
                "stages": [
                    {
                        "stage": line.stage,
                        "opening": line.opening,
                        "in": line.came,
                        "out": line.went,
                        "closing": line.closing,
                        "now": line.standing,
                        "difference": line.difference,
                    }
                    for line in proof.lines
                ],
                "flow": {
                    "waiting_before": flow.opening,
                    "submitted": flow.submitted,
                    "accepted": flow.accepted,
                    "rejected": flow.rejected,
                    "otherwise": flow.otherwise,
                    "waiting": flow.waiting,
                    "difference": flow.difference,
                },
                "rules": [
                    {
                        "rule": rule.name,
                        "sentence": rule.sentence,
                        "broken_by": rule.count,
                        "leads": list(rule.examples),
                    }
                    for rule in proof.broken
                ],
                "unaccounted": proof.unaccounted,
            }
        )


class ReasonsReport(ApiView):
    """Why sales said no."""

    @extend_schema(
        operation_id="reports_reasons",
        tags=["reports"],
        parameters=parameters("from", "to", "days", "team", "holder", "source"),
        responses={200: ReasonsAnswer, 400: BAD, 403: DENIED},
    )
    def get(self, request: Request) -> Response:
        """Of the leads handed over in the period, most frequent first."""
        asked, _, now = read(request, ("from", "to", "days", "team", "holder", "source"))
        reasons, qualified = reasons_of(asked.slice, now=now)
        return Response(
            {
                "rejected": sum(reason.count for reason in reasons),
                "though_qualified": qualified,
                "reasons": [
                    {"reason": reason.code, "label": reason.label, "count": reason.count}
                    for reason in reasons
                ],
                "acceptance": acceptance_of(asked.slice, reasons, now=now).content(),
            }
        )


def read(request: Request, known: Collection[str], kind: str = "") -> tuple[Asked, By, datetime]:
    """What a call asks for, with `kind` where it names none; FieldErrors for anything else."""

    def read_kind(given: Mapping[str, str], scope: Scope, *, now: datetime) -> Asked:
        return read_slice({**given, "kind": given.get("kind") or kind}, scope, now=now)

    by = request.query_params.get("by") or By.TEAM.value
    asked, now = read_call(request, known, read_kind, not_among("by", by, list(By)))
    return asked, By(by), now


def times_answer(times: Times) -> dict[str, object]:
    """Times as the API tells them."""
    return {
        "n": times.n,
        "waiting": times.waiting,
        "median_seconds": times.median,
        "p90_seconds": times.p90,
    }
