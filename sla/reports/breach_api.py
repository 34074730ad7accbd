"""Broken promises in the API, each with why it was missed and what was done about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import OF_EVERY_LIST, ListView, page_of
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import state_of
from sla.reports.asking import read_slice
from sla.reports.breach_models import BreachEntry
from sla.reports.breach_screen import entries_of, missed_by_cause
from sla.reports.calls import OF_A_SLICE, not_among, parameters, read_call
from sla.reports.causes import CAUSES
from sla.reports.ledger import one_snapshot
from sla.reports.listing import in_order, length_of
from sla.reports.slices import Part

OF_BREACHES = (*OF_A_SLICE, "tier", "cause")
INSTANTS = ("started_at", "due_at", "stopped_at", "detected_at")


class BreachDeed(serializers.Serializer[Any]):
    """What a manager did about it."""

    deed = serializers.ChoiceField(choices=BreachEntry.Deed.choices)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    to = serializers.CharField(allow_null=True, help_text="Who was nudged; else null.")
    note = serializers.CharField(help_text="Why it was missed, as they put it; blank for a nudge.")


class BreachAnswer(serializers.Serializer[Any]):
    """A promise that was missed, answered since or not."""

    clock = serializers.IntegerField(help_text="As `clocks/ID/` knows it.")
    lead = serializers.IntegerField()
    ref = serializers.CharField(help_text="The lead's reference, L-12.")
    kind = serializers.CharField()
    side = serializers.CharField()
    holder = serializers.CharField(allow_null=True, help_text="Null: the pool of the team.")
    team = serializers.CharField()
    state = serializers.CharField(help_text="overdue or met_late.")
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    detected_at = serializers.DateTimeField(allow_null=True, help_text="When it was noticed.")
    target_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField(allow_null=True)
    cause = serializers.CharField(help_text=f"One of {', '.join(CAUSES)}.")
    cause_words = serializers.CharField()
    done = BreachDeed(many=True)


class CauseCount(serializers.Serializer[Any]):
    """How many promises a cause explains."""

    cause = serializers.CharField()
    words = serializers.CharField()
    count = serializers.IntegerField()


class CausesAnswer(serializers.Serializer[Any]):
    """Why promises were missed; the counts add up to `missed`."""

    missed = serializers.IntegerField()
    explained = serializers.BooleanField(
        help_text="False: too many to be looked into one by one; then no cause is counted."
    )
    causes = CauseCount(many=True)


class Breaches(ListView):
    """Every promise that was missed in a period."""

    order = Order("due_at", descending=True)

    @extend_schema(
        operation_id="reports_breaches",
        tags=["reports"],
        parameters=[
            *parameters(*OF_A_SLICE, "tier"),
            OpenApiParameter("cause", str, enum=list(CAUSES), description="Why it was missed."),
        ],
        responses=answers(400, 403, ok=BreachAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """By due instant, the latest first."""
        cause = request.query_params.get("cause", "")
        known = (*OF_BREACHES, *sorted(OF_EVERY_LIST))
        asked, now = read_call(request, known, read_slice, not_among("cause", cause, CAUSES))
        found = in_order(replace(asked.slice, cause=cause), Part.MISSED, now)
        if not asked.slice.kind:
            found = found.filter(kind__in=list(KINDS))  # the index begins with it
        pages, rows = page_of(self, request, found)
        entries = entries_of(rows)
        lines = [breach_answer(clock, entries.get(clock.pk, ()), now) for clock in rows]
        return pages.get_paginated_response(lines)


class Causes(ApiView):
    """Why were promises missed?"""

    @extend_schema(
        operation_id="reports_causes",
        tags=["reports"],
        parameters=parameters(*OF_A_SLICE, "tier"),
        responses=answers(400, 403, ok=CausesAnswer),
    )
    def get(self, request: Request) -> Response:
        """One cause for each promise that was missed in the period, as far as the rows can tell."""
        asked, now = read_call(request, (*OF_A_SLICE, "tier"), read_slice)
        with one_snapshot():
            missed = length_of(asked.slice, Part.MISSED, now=now)
            found = missed_by_cause(asked.slice, now=now)
        lines = [
            {"cause": cause, "words": words, "count": (found or {})[cause]}
            for cause, words in CAUSES.items()
            if cause in (found or {})
        ]
        return Response({"missed": missed, "explained": found is not None, "causes": lines})


def breach_answer(clock: Clock, entries: Sequence[BreachEntry], now: datetime) -> dict[str, object]:
    """A row of the list, which knows its `cause`, as programs read it."""
    cause = getattr(clock, "cause", "")
    return {
        "clock": clock.pk,
        "lead": clock.lead_id,
        "ref": f"L-{clock.lead_id}",
        "kind": clock.kind,
        "side": clock.side,
        "holder": clock.holder.username if clock.holder else None,
        "team": clock.team.slug,
        "state": state_of(clock, now).value,
        **{name: utc_text(getattr(clock, name)) for name in INSTANTS},
        "target_seconds": clock.target_seconds,
        "elapsed_seconds": clock.elapsed_seconds,
        "cause": cause,
        "cause_words": CAUSES.get(cause, ""),
        "done": [deed_answer(entry) for entry in entries],
    }


def deed_answer(entry: BreachEntry) -> dict[str, object]:
    """What was done about it."""
    return {
        "deed": entry.deed,
        "at": utc_text(entry.at),
        "by": entry.by.username,
        "to": entry.to.username if entry.to else None,
        "note": entry.note,
    }
