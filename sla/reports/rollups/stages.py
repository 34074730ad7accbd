"""How many events led from which stage to which, by action, of all time: what the ledger adds up.

Events are never changed and their numbers grow, so those up to a number are counted for good, once
whoever had taken a smaller one has committed; the ones after it are read from the rows.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Max, Q

from leads.handoff.models import Event
from sla.reports.rollups.models import StageCount, StageMark
from sla.reports.rollups.rounds import SETTLED

Move = tuple[str, str, str]
"""From which stage to which, and by what action."""

_LOCK = 0x4C42_0004  # one worker at a time


def moves_ever() -> Counter[Move]:
    """All events there are: those counted for good, and those since."""
    kept = Counter(_kept())
    mark = StageMark.objects.first()
    return kept + _counted(Q(pk__gt=mark.upto) if mark else Q())


def keep_moves(*, now: datetime) -> int:
    """Count for good what was there when this was last done, if that is long enough ago; how many
    events were counted. Two at once: the second does nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        mark = StageMark.objects.first() or StageMark(pk=1, upto=0, seen=0, seen_at=now - SETTLED)
        if mark.seen_at > now - SETTLED:
            return 0
        counted = _counted(Q(pk__gt=mark.upto, pk__lte=mark.seen))
        _write(Counter(_kept()) + counted)
        mark.upto, mark.seen_at = mark.seen, now
        mark.seen = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        mark.save()
        return counted.total()


def moves_differ() -> int:
    """In how many moves what is kept differs from the rows: in none, of a sound database."""
    mark = StageMark.objects.first()
    kept, rows = Counter(_kept()), _counted(Q(pk__lte=mark.upto if mark else 0))
    return sum(1 for move in kept.keys() | rows.keys() if kept[move] != rows[move])


def count_moves_again() -> None:
    """Forget what is kept and count it from the rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        mark = StageMark.objects.first()
        StageCount.objects.all().delete()
        _write(_counted(Q(pk__lte=mark.upto if mark else 0)))


def _kept() -> Mapping[Move, int]:
    rows = StageCount.objects.values_list("from_stage", "to_stage", "action", "events")
    return {(start, end, action): events for start, end, action, events in rows}


def _counted(which: Q) -> Counter[Move]:
    by = ("from_stage", "to_stage", "action")
    rows = Event.objects.filter(which).order_by().values_list(*by).annotate(events=Count("pk"))
    return Counter({(start, end, action): events for start, end, action, events in rows})


def _write(counted: Mapping[Move, int]) -> None:
    StageCount.objects.bulk_create(
        [
            StageCount(from_stage=start, to_stage=end, action=action, events=events)
            for (start, end, action), events in counted.items()
        ],
        update_conflicts=True,
        unique_fields=["from_stage", "to_stage", "action"],
        update_fields=["events"],
    )
