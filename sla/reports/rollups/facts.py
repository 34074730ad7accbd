"""What is told of a handover, said once: kept days and rows are grouped and summed by the same."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from leads.handoff.recoding import coded_now, detail_now
from sla.clocks.models import Clock
from sla.reports.handovers.parts import CRITERION, DECISIONS, PROGRESS, PROMISED
from sla.reports.slices import Part

_MONEY = DecimalField(max_digits=20, decimal_places=2)
_WON = PROGRESS[Part.WON]
_SAID_NO = DECISIONS[Part.REJECTED]


class Days(Func):
    """A span in days, with what is left of one."""

    template = "(extract(epoch FROM %(expressions)s) / 86400.0)::double precision"
    output_field = FloatField()


# By what the handovers of a group are told apart.
TOLD = ("outcome", "code", "criterion", "detail")
DAYS_TO_WIN = Days(F("lead__closed_at") - F("lead__submitted_at"))
COUNTS = ("handed", "opportunities", "won", "conforming", "overridden", "said_yes")
AMOUNTS = ("won_value", "credited_value")
SUMS = (*COUNTS, *AMOUNTS)


def told(clocks: QuerySet[Clock]) -> QuerySet[Any]:  # no type tells what is annotated
    """Each handover with its outcome; a rejection with its code, its criterion and what else it
    named."""
    code = Coalesce(coded_now("ended_by_id", "ended_by__data"), Value(""), output_field=TextField())
    return clocks.annotate(
        outcome=Case(
            *(When(condition, then=Value(part.value)) for part, condition in DECISIONS.items()),
            output_field=CharField(),
        ),
        code=_of_rejection(code),
        criterion=_of_rejection(CRITERION),
        detail=_of_rejection(_named()),
    )


def _named() -> Combinable:
    """What was named beside the reason. A link to one other lead says nothing about the others, so
    those are counted together."""
    named = detail_now("ended_by_id", "ended_by__data")
    unlinked = Func(named, Value("^[LC]-.*"), Value(""), function="regexp_replace")
    return Coalesce(unlinked, Value(""), output_field=TextField())


def _of_rejection(value: Combinable) -> Case:
    return Case(When(_SAID_NO, then=value), default=Value(""), output_field=TextField())


def sums_of_rows(prefix: str = "") -> dict[str, Combinable]:
    """The sums over rows, each named as its column."""
    amount = F("lead__value")
    found: dict[str, Combinable] = {
        "handed": Count("pk"),
        "opportunities": Count("pk", filter=PROGRESS[Part.OPPORTUNITIES]),
        "won": Count("pk", filter=_WON),
        "conforming": Count("pk", filter=PROMISED[Part.CONFORMING]),
        "overridden": Count("pk", filter=PROMISED[Part.OVERRIDDEN]),
        "said_yes": Count("pk", filter=Q(lead__verdict="yes")),
        "won_value": Sum(amount, filter=_WON, default=0, output_field=_MONEY),
        "credited_value": Sum(
            amount, filter=PROMISED[Part.CREDITED], default=0, output_field=_MONEY
        ),
    }
    return {f"{prefix}{name}": one for name, one in found.items()}


def days_to_win_of_rows() -> ArrayAgg:
    """How long each of the won ones took."""
    return ArrayAgg(DAYS_TO_WIN, filter=_WON & Q(lead__closed_at__isnull=False), default=Value([]))
