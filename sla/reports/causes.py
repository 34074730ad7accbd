"""Why a promise was missed, as far as what is stored can tell: one answer for each, the first that
holds. No blame is guessed: where nothing else explains it, it was not answered."""

from datetime import datetime, timedelta

from django.db.models import (
    Case,
    CharField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import Contains, GreaterThanOrEqual

from leadbridge.people.models import Absence
from leads.handoff.models import Custody
from sla.clocks.states import missed_q

# In the order in which they are asked.
CAUSES = {
    "inactive": "Holder no longer works here",
    "absent": "Holder was away",
    "capped": "Sellers were at their limit",
    "no_coverage": "Nobody held it",
    "routed_late": "Given to its holder late",
    "paused": "Paused for longer than the promise",
    "system": "LeadBridge noticed late",
    "not_answered": "Not answered",
}
# A worker that took longer than this to notice had warned nobody in time either.
NOTICED_LATE = timedelta(minutes=5)
_CAPS = ('"bar": "per_day"', '"bar": "open"')  # as a choice of routing tells them


def cause_of(now: datetime) -> Case:
    """The cause of a missed clock as a column; empty for one that is not missed. Who was away is
    asked of the due instant: what was arranged since excuses nothing."""
    nobody = Q(holder__isnull=True)
    conditions = {
        "inactive": Q(holder__is_active=False),
        "absent": Q(Exists(_away())),
        "capped": nobody & _capped(),
        "no_coverage": nobody,
        "routed_late": _given_late(),
        "paused": Q(GreaterThanOrEqual(_paused(), _target())),
        "system": Q(detected_at__gt=F("due_at") + Value(NOTICED_LATE)),
    }
    return Case(
        When(~missed_q(now), then=Value("")),
        *(When(condition, then=Value(cause)) for cause, condition in conditions.items()),
        default=Value("not_answered"),
        output_field=CharField(),
    )


def _away() -> QuerySet[Absence]:
    due = OuterRef("due_at")
    kept = Q(cancelled_at=None) | Q(cancelled_at__gt=due)
    return Absence.objects.filter(
        kept, user=OuterRef("holder"), starts_at__lte=due, ends_at__gt=due
    )


def _capped() -> Q:
    """Somebody was passed over for a limit when the lead was placed."""
    told = Cast("lead__routing", TextField())
    return Q(Contains(told, Value(_CAPS[0]))) | Q(Contains(told, Value(_CAPS[1])))


def _given_late() -> Q:
    """It came to its holder for the first time when most of the promised time was gone."""
    held = Custody.objects.filter(lead=OuterRef("lead"), holder=OuterRef("holder"))
    in_time = held.filter(since__lte=OuterRef("at_risk_at"))
    late = held.filter(since__gt=OuterRef("at_risk_at"), since__lte=OuterRef("due_at"))
    return Q(Exists(late)) & ~Q(Exists(in_time))


def _paused() -> Combinable:
    return ExpressionWrapper(F("paused_until") - F("paused_from"), output_field=DurationField())


def _target() -> Combinable:
    second = Value(timedelta(seconds=1), output_field=DurationField())
    return ExpressionWrapper(second * F("target_seconds"), output_field=DurationField())
