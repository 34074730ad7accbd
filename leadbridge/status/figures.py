"""What the status page tells, read from the database in a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from leadbridge.health import CHECKS, try_check
from leadbridge.outbox.claims import LEASE
from leadbridge.outbox.models import Message
from sla.clocks.heartbeats import BEAT, SWEEP, WORKER
from sla.clocks.models import Clock, Heartbeat, Outage
from sla.clocks.outage import begun_anew
from sla.clocks.states import IS_RUNNING

MOST_LISTED = 20
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Lag:
    """How long after they were due misses were noticed, in seconds; None where there were none."""

    count: int
    median: float | None
    p99: float | None
    worst: float | None


@dataclass(frozen=True)
class Queue:
    """Messages by how they stand. `due` may leave now, `later` wait for working hours, `put_off`
    failed and are tried again, `sending` are with a worker. `oldest` is the first of those due."""

    due: int
    later: int
    put_off: int
    sending: int
    failed: int
    oldest: datetime | None

    @property
    def waiting(self) -> int:
        """All that have not left yet."""
        return self.due + self.later + self.put_off + self.sending


@dataclass(frozen=True)
class Sign:
    """When something last showed that it lives."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Failed:
    """A message that was given up, or a clock that was set aside, with the error."""

    name: str
    about: str
    url: str
    at: datetime
    error: str


@dataclass(frozen=True)
class Status:
    """Everything on the page."""

    sweep: Sign | None
    took_ms: int
    beat: Sign | None
    workers: tuple[Sign, ...]
    last_hour: Lag
    last_day: Lag
    queue: Queue
    failed: tuple[Failed, ...]
    set_aside: int
    clocks: tuple[Failed, ...]
    parts: tuple[tuple[str, str], ...]
    outages: tuple[tuple[Outage, int], ...]


def status(*, now: datetime) -> Status:
    """How everything stands at `now`."""
    signs = list(Heartbeat.objects.order_by("name"))
    sweep = next((sign for sign in signs if sign.name == SWEEP), None)
    beat = next((sign for sign in signs if sign.name == BEAT), None)
    return Status(
        sweep=Sign("sweep", sweep.at) if sweep else None,
        took_ms=sweep.took_ms if sweep else 0,
        beat=Sign("beat", beat.at) if beat else None,
        workers=tuple(
            Sign(sign.name.removeprefix(WORKER), sign.at)
            for sign in signs
            if sign.name.startswith(WORKER)
        ),
        last_hour=lag_since(now - HOUR),
        last_day=lag_since(now - DAY),
        queue=queue(now=now),
        failed=tuple(_failed_messages()),
        set_aside=set_aside().count(),
        clocks=tuple(_clocks_aside()),
        outages=tuple(
            (one, begun_anew(one))
            for one in Outage.objects.prefetch_related("rebuilds")[:MOST_LISTED]
        ),
        parts=tuple((name, try_check(CHECKS[name])) for name in ("database", "redis")),
    )


_LAG = """
    SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY lag),
        percentile_disc(0.99) WITHIN GROUP (ORDER BY lag), max(lag)
    FROM (
        SELECT extract(epoch FROM at - (data ->> 'due_at')::timestamptz)::float AS lag
        FROM leads_event WHERE action = 'breach' AND at >= %s
    ) AS noticed
"""


def lag_since(since: datetime) -> Lag:
    """The lateness of our own: of every miss that a sweep told since then."""
    with connection.cursor() as cursor:
        cursor.execute(_LAG, [since])
        return Lag(*cursor.fetchone())


def queue(*, now: datetime) -> Queue:
    """The outbox at `now`; one query on the index of what waits, one on that of what failed."""
    due = Q(next_try_at__lte=now)
    put_off = Q(next_try_at__gt=now) & ~Q(error="")
    sending = Q(next_try_at__gt=now, next_try_at__lte=now + LEASE, attempts__gt=0, error="")
    found = Message.objects.filter(next_try_at__isnull=False).aggregate(
        whole=Count("pk"),
        due=Count("pk", filter=due),
        put_off=Count("pk", filter=put_off),
        sending=Count("pk", filter=sending),
        oldest=Min("created_at", filter=due),
    )
    later = found["whole"] - found["due"] - found["put_off"] - found["sending"]
    failed = Message.objects.filter(failed_at__isnull=False).count()
    return Queue(found["due"], later, found["put_off"], found["sending"], failed, found["oldest"])


def _failed_messages() -> Sequence[Failed]:
    rows = Message.objects.filter(failed_at__isnull=False).select_related("recipient")
    return [
        Failed(str(row.recipient), row.kind, "", row.failed_at, row.error)
        for row in rows.order_by("-failed_at", "-pk")[:MOST_LISTED]
        if row.failed_at
    ]


def set_aside() -> QuerySet[Clock]:
    """Running clocks that the sweep could not deal with."""
    return Clock.objects.filter(IS_RUNNING, set_aside_at__isnull=False)


def _clocks_aside() -> Sequence[Failed]:
    rows = set_aside().select_related("lead__person").order_by("-set_aside_at", "-pk")
    return [
        Failed(str(row.lead), row.kind, f"/clocks/{row.pk}/", row.set_aside_at, row.error)
        for row in rows[:MOST_LISTED]
        if row.set_aside_at
    ]
