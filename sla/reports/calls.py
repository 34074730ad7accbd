"""What the calls for figures have in common: strict parameters, and a score as programs read it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from leadbridge.kernel.errors import FieldErrors
from leadbridge.people.calls import caller, now_of
from sla.clocks.kinds import KINDS
from sla.reports.asking import SIDES, TIERS
from sla.reports.attainment import Score
from sla.reports.groups import By
from sla.reports.links import READOUT
from sla.reports.scope import Scope, scope_of

OF_A_SLICE = ("from", "to", "days", "kind", "side", "team", "holder", "source")
MEANINGS = {
    "from": "The first day or instant of the period; a day begins where the organisation is.",
    "to": "The first day or instant after the period; now by default.",
    "days": "Today and so many days before it, in place of a period; 30 by default.",
    "kind": f"One of {', '.join(KINDS)}.",
    "side": f"Whose promise: {', '.join(SIDES)}.",
    "team": "Slug or number.",
    "holder": "User name or number; `pool` for what no person holds.",
    "tier": f"By which a promise is judged: {', '.join(TIERS)}.",
    "by": f"What to break down by: {', '.join(By)}; team by default.",
}
KIND_OR_READOUT = (
    f"One of {', '.join(KINDS)}; or `{READOUT}`, which is of campaigns: then by week or kind alone."
)

Read_co = TypeVar("Read_co", covariant=True)


class Reader(Protocol[Read_co]):
    """Reads an address within what somebody may read; FieldErrors name what is wrong."""

    def __call__(self, given: Mapping[str, str], scope: Scope, *, now: datetime) -> Read_co: ...


class Counts(serializers.Serializer[Any]):
    """Promises by due instant; `due` is the sum of the other three."""

    due = serializers.IntegerField()
    met = serializers.IntegerField()
    met_late = serializers.IntegerField()
    missed_open = serializers.IntegerField()
    attainment = serializers.FloatField(
        allow_null=True, help_text="Met of due in percent; null where fewer than ten fell due."
    )
    interval = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="95 % interval in percent, where ten to twenty-nine fell due.",
    )
    reason = serializers.CharField(help_text="Why attainment is null; else empty.")


class CountsOfGroup(Counts):
    """The same of one group."""

    key = serializers.CharField()
    name = serializers.CharField()


def counts_of(score: Score) -> dict[str, object]:
    """A score as the API tells it."""
    return {
        "due": score.due,
        "met": score.met,
        "met_late": score.met_late,
        "missed_open": score.missed_open,
        "attainment": tenth(score.share),
        "interval": [round(edge, 1) for edge in score.interval] if score.interval else None,
        "reason": score.reason,
    }


def tenth(number: float | None) -> float | None:
    """A percentage to one place; None stays."""
    return None if number is None else round(number, 1)


def parameters(*names: str, **meanings: str) -> list[OpenApiParameter | type[Any]]:
    """Query parameters with what they mean; `meanings` says it otherwise."""
    told = {**MEANINGS, **meanings}
    return [OpenApiParameter(name, str, description=told.get(name, "")) for name in names]


def read_call(
    request: Request,
    known: Collection[str],
    read: Reader[Read_co],
    wrong: Mapping[str, list[str]] | None = None,
) -> tuple[Read_co, datetime]:
    """What a call asks for, as `read` understands it, with its `now`. FieldErrors name what is
    wrong, with that which the caller found, and every parameter that is not known; DomainError
    `forbidden` who may read no figures."""
    given = given_in(request)
    errors = strangers(given, known) | dict(wrong or {})
    scope, now = scope_of(caller(request)), now_of(request)
    try:
        found = read(given, scope, now=now)
    except FieldErrors as more:
        raise FieldErrors(more.errors | errors) from None
    if errors:
        raise FieldErrors(errors)
    return found, now


def given_in(request: Request) -> dict[str, str]:
    """The parameters of a call as text."""
    return {name: str(text) for name, text in request.query_params.items()}


def not_among(name: str, text: str, known: Collection[str]) -> dict[str, list[str]]:
    """What to say of a word that is none of those known; nothing of a blank."""
    return {} if not text or text in known else {name: [f"Choose one of: {', '.join(known)}."]}


def strangers(given: Mapping[str, str], known: Collection[str]) -> dict[str, list[str]]:
    """What to say of each parameter that is not known: a misspelt one would answer with
    everything."""
    cure = f"Not known here; use {', '.join(known)}."
    return {name[:40]: [cure] for name in sorted(set(given) - set(known))}
