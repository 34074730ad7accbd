"""Counting all kept days again because somebody asked for it, while pages go on reading them.

A worker takes a few days at a time, in one transaction that sees one instant of the database: it
compares them with the rows, notes them as changed and has them counted, and compares again. So a
page never meets a day that is not there, and a run that was killed goes on where it was.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from sla.reports.rollups.checking import STORES, Checked, unlike
from sla.reports.rollups.days import begins
from sla.reports.rollups.recount_models import Recount
from sla.reports.rollups.rounds import keep

log = logging.getLogger(__name__)

BATCH = 5  # days in one transaction
FAILED = "The database could not do it. Ask again, or tell whoever runs LeadBridge."
_LATER = ("40001", "40P01")  # somebody else changed the same rows: not wrong, only to be repeated


def ask_recount(*, actor: User, now: datetime) -> Recount:
    """Have a worker count all kept days again. Administrators only (DomainError `forbidden`);
    `conflict` (409) while one is at it."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator has figures recounted.", status=403)
    try:
        with transaction.atomic():
            return Recount.objects.create(asked_by=actor, asked_at=now)
    except IntegrityError:
        raise DomainError("conflict", "They are being counted again already.", status=409) from None


def go_on(*, now: datetime, seconds: float) -> bool:
    """Do what was asked for, for so long; False where nothing is left to do just now."""
    until = monotonic() + seconds
    while _step(now):
        if monotonic() > until:
            return True
    return False


def _step(now: datetime) -> bool:
    """A few days, in a transaction of their own; is there more that can be done now?"""
    try:
        with _one_instant():
            found = Recount.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            asked = found.filter(state__in=Recount.OPEN).first()
            return asked is not None and _go_on_with(asked, now)
    except _Busy:
        return False
    except DatabaseError as error:
        if isinstance(error, OperationalError) and _code_of(error) in _LATER:
            return False
        log.exception("a recount of kept figures failed")
        failed = {"state": Recount.State.FAILED, "error": FAILED, "finished_at": now}
        Recount.objects.filter(state__in=Recount.OPEN).update(**failed)
        return False


def _go_on_with(asked: Recount, now: datetime) -> bool:
    if asked.state == Recount.State.WAITING:
        asked.state, asked.started_at = Recount.State.RUNNING, now
        asked.whole = sum(store.kept.days._default_manager.count() for store, _ in STORES)
    days = _next_days(asked)
    if days:
        _recount(asked, STORES[asked.place], days, now)
    else:
        asked.place, asked.before = asked.place + 1, None
    if asked.place == len(STORES):
        asked.state, asked.finished_at, asked.share = Recount.State.DONE, now, 100
    asked.save()
    return asked.is_open


def _next_days(asked: Recount) -> Sequence[date]:
    store, _ = STORES[asked.place]
    days = store.kept.days._default_manager.order_by("-day")
    if asked.before:
        days = days.filter(day__lt=asked.before)
    return list(days.values_list("day", flat=True)[:BATCH])


def _recount(asked: Recount, one: Checked, days: Sequence[date], now: datetime) -> None:
    """Compare, count and compare; what changed since it was kept is left out of the comparison."""
    zone, (store, _) = ZoneInfo(settings.TIME_ZONE), one
    asked.differed += unlike(one, days, zone=zone, now=now)
    for day in days:
        store.kept.notes._default_manager.create(hour=begins(day, zone))
    if not keep(store, now=now, most=0):
        raise _Busy
    asked.left += unlike(one, days, zone=zone, now=now)
    asked.before, asked.days = days[-1], asked.days + len(days)
    asked.share = min(99, 100 * asked.days // max(asked.whole, 1))


class _Busy(Exception):
    """Another worker counts days of this kind; this one comes back."""


@contextmanager
def _one_instant() -> Iterator[None]:
    """All statements see the same instant of the database: what is compared and what is counted
    are then of the same rows. Inside a transaction that is up to its owner."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _code_of(error: OperationalError) -> str:
    return str(getattr(error.__cause__, "pgcode", ""))
