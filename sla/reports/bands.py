"""How long a late promise has waited, in multiples of the time that was promised.

Counted from start to due on the wall clock, as the person who waits does: a promise that spans a
weekend is twice as old only after such a time again, and no calendar has to be asked for a figure
over all of them. A promise that was due at once is as old as can be.
"""

from datetime import datetime

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable

# The lower bound of each band, in promised times; the last has no upper bound.
BANDS = (1, 2, 4, 8)


def band_q(times: int, now: datetime) -> Q:
    """Waiting for at least so many times what was promised, but not for the next band's. Each late
    clock is in exactly one."""
    place = BANDS.index(times)
    found = Q(started_at__lte=_begun(times, now)) if place else Q()
    if times != BANDS[-1]:
        found &= Q(started_at__gt=_begun(BANDS[place + 1], now))
    return found


def _begun(times: int, now: datetime) -> Combinable:
    """When a promise of this length began that has waited so many times as long by `now`."""
    span = ExpressionWrapper(F("due_at") - F("started_at"), output_field=DurationField())
    waited = ExpressionWrapper(span * Value(times), output_field=DurationField())
    return ExpressionWrapper(
        Value(now, output_field=DateTimeField()) - waited, output_field=DateTimeField()
    )
