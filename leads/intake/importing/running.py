"""Taking a staged file in: batch by batch, each step in a transaction that also notes what became
of its rows, so that a run that dies is gone on with and one that is repeated finds nothing.

The order of the file counts: leads are routed and joined as if they had come one by one.
"""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from leadbridge.kernel.errors import DomainError
from leads.handoff.crowd import Unforeseen
from leads.handoff.episodes import Captured
from leads.handoff.models import Lead
from leads.handoff.packets import Packet
from leads.handoff.recognition import names_of
from leads.intake.importing.alone import (
    ORIGIN,
    keep_aside,
    mark_of,
    read_rows,
    reader_of,
    take_alone,
)
from leads.intake.importing.ending import NOT_TOGETHER, apply_waiting, end_together
from leads.intake.importing.marking import Mark, mark_rows
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.refusals import Refused
from leads.intake.importing.rows import RowReader, Wanted
from leads.intake.importing.standing import Seen, caller_of, foresee, known_of
from leads.intake.importing.together import take_in_together

log = logging.getLogger(__name__)

BATCH = 1_000  # rows
LARGEST_BATCH = 2_000_000  # characters of their cells
LOCK = 0x1339027  # the first half of the advisory lock; the second is the file
Outcome = ImportRow.Outcome
State = Import.State
ACTS = frozenset({Outcome.JOINED, Outcome.UPDATED})
# Rows that told an end before there was the lead; also those that a killed run had left.
HAS_COME = Q(Exists(Lead.objects.filter(external_id=OuterRef("key"))))


@contextmanager
def held(import_id: int) -> Iterator[bool]:
    """Is this file ours alone while the block lasts? The lock ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, import_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, import_id])


def run_import(
    *,
    import_id: int,
    now: datetime,
    seconds: float = inf,
    progress: Callable[[int], object] = lambda _: None,
) -> bool:
    """Take in what is left of a file, or as much as so many seconds allow; False where another
    worker is at it, or nothing is asked.

    A DomainError of the house stops the file with its sentence; what was taken in stays.
    """
    with held(import_id) as mine:
        if not mine:
            return False
        file = _begin(import_id, now)
        if file is None:
            return False
        began = time.monotonic()
        run = Run(file, reader_of(file, now), progress)
        with _old_left_alone():
            while batch := next_rows(file.pk):
                passed = time.monotonic() - began
                if passed > seconds:
                    return True
                run.now = now + timedelta(seconds=int(passed))
                try:
                    run.deal_with(batch)
                except DomainError as error:
                    _end(file.pk, State.FAILED, run.now, error.message)
                    return True
        apply_waiting(HAS_COME, now=run.now)
        _end(file.pk, State.DONE, now + timedelta(seconds=int(time.monotonic() - began)))
    return True


@contextmanager
def _old_left_alone() -> Iterator[None]:
    """The garbage of batches is looked for among what batches made: looking through everything
    that the program ever loaded, again and again, took a fifth of an import."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _begin(import_id: int, now: datetime) -> Import | None:
    with transaction.atomic():
        files = Import.objects.select_for_update(of=("self",)).select_related("marketer")
        file = files.filter(pk=import_id, state__in=(State.WAITING, State.RUNNING)).first()
        if file is None:
            return None
        file.state, file.started_at = State.RUNNING, file.started_at or now
        file.save(update_fields=["state", "started_at"])
    return file


def _end(import_id: int, state: str, now: datetime, error: str = "") -> None:
    running = Import.objects.filter(pk=import_id, state=State.RUNNING)
    running.update(state=state, finished_at=now, error=error)


def next_rows(import_id: int, after: int = 0) -> list[ImportRow]:
    """The next rows that nothing was done with, as many as fit into memory with ease."""
    left = ImportRow.objects.filter(file_id=import_id, number__gt=after, outcome="")
    sizes = list(left.order_by("number").values_list("number", "size")[:BATCH])
    total, last = 0, None
    for number, size in sizes:
        total += size
        if last is not None and total > LARGEST_BATCH:
            break
        last = number
    if last is None:
        return []
    return list(left.filter(number__lte=last).order_by("number"))


def _joins_by_name(wanted: Wanted) -> bool:
    """Can whose lead it joins be known by address or id alone? A caller without an address is also
    looked for by name and number, one by one."""
    packet = wanted.packet
    return bool(not wanted.outcome and names_of(packet) and not caller_of(packet))


@dataclass
class Run:
    """One worker at one file."""

    file: Import
    reader: RowReader
    progress: Callable[[int], object]
    now: datetime = field(init=False)
    _together: list[tuple[ImportRow, Wanted]] = field(default_factory=list)
    _ends: list[tuple[ImportRow, Wanted]] = field(default_factory=list)
    _marks: list[Mark] = field(default_factory=list)
    _refused: list[tuple[ImportRow, Refused]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.reader.now

    def deal_with(self, batch: Sequence[ImportRow]) -> None:
        """Each row in its turn. New people, and further acts of whose lead is open, wait for one
        another, until a row comes that needs more: those before are written then."""
        read = read_rows(self.reader, batch)
        known = known_of([wanted for _, wanted in read if isinstance(wanted, Wanted)])
        seen = Seen()
        for row, wanted in read:
            if isinstance(wanted, Refused):
                self._refused.append((row, wanted))
                self._mark(row, Outcome.REFUSED, field=wanted.field, reason=wanted.cure)
                continue
            outcome, is_new = foresee(wanted, known, seen)
            seen.add(wanted)
            named = known.lead_of(wanted)
            if is_new or (outcome in ACTS and _joins_by_name(wanted)):
                self._tell_ends()
                self._together.append((row, wanted))
            elif outcome == Outcome.UPDATED and wanted.waits and (named is None or named.is_open):
                if self._together:
                    self.flush()
                self._ends.append((row, wanted))
            elif outcome in (Outcome.UNCHANGED, Outcome.WAITING):
                self._leave(row, wanted, outcome)
            else:
                self._tell_ends()
                self.flush()
                self._alone(row, wanted)
        self._tell_ends()
        self.flush()

    def _tell_ends(self) -> None:
        """Write the ends gathered so far, all in one transaction; where one of them is in the way,
        each by itself."""
        rows, self._ends = self._ends, []
        if not rows:
            return
        try:
            with transaction.atomic():
                mark_rows(self.file.pk, end_together(self.file, rows, now=self.now))
        except NOT_TOGETHER:
            for row, wanted in rows:
                self._alone(row, wanted)
        else:
            self.progress(len(rows))

    def _leave(self, row: ImportRow, wanted: Wanted, outcome: Outcome) -> None:
        """Nothing to be done with it, or not yet."""
        if outcome == Outcome.WAITING:
            key = wanted.packet.external_id
            self._mark(row, outcome, fingerprint=wanted.fingerprint, key=key)
        else:
            self._mark(row, outcome)

    def _mark(self, row: ImportRow, outcome: Outcome, **told: str) -> None:
        self._marks.append(Mark(row.pk, outcome, **told))  # type: ignore[arg-type]

    def flush(self) -> None:
        """Write the people gathered so far, and note all that was found since."""
        rows, marks, refused = self._together, self._marks, self._refused
        self._together, self._marks, self._refused = [], [], []
        keep_aside(self.file, self.reader, refused, now=self.now)
        if rows or marks:
            self._write(rows, marks)

    def _write(self, rows: Sequence[tuple[ImportRow, Wanted]], marks: Sequence[Mark]) -> None:
        """All in one transaction; where one of them is in the way, in two, until it is found."""
        try:
            with transaction.atomic():
                taken = self._take_in([wanted.packet for _, wanted in rows])
                made = [
                    mark_of(row, wanted, one)
                    for (row, wanted), one in zip(rows, taken, strict=True)
                ]
                mark_rows(self.file.pk, [*made, *marks])
        except (IntegrityError, DataError, Unforeseen):
            # Taken in meanwhile, what no column keeps, or nobody there to take them.
            half = len(rows) // 2
            if half:
                self._write(rows[:half], [])
                self._write(rows[half:], marks)
            else:
                self._one_by_one(rows, marks)
        else:
            self.progress(len(rows) + len(marks))
            ids = {one.lead.external_id for one in taken if one.lead.external_id}
            if ids:
                apply_waiting(Q(key__in=ids), now=self.now)

    def _one_by_one(self, rows: Sequence[tuple[ImportRow, Wanted]], marks: Sequence[Mark]) -> None:
        for row, wanted in rows:
            self._alone(row, wanted)
        for mark in marks:
            try:
                with transaction.atomic():
                    mark_rows(self.file.pk, [mark])
            except IntegrityError:  # another file has told the same
                with transaction.atomic():
                    mark_rows(self.file.pk, [Mark(mark.row_id, Outcome.UNCHANGED)])
        self.progress(len(marks))

    def _take_in(self, packets: Sequence[Packet]) -> list[Captured]:
        if not packets:
            return []
        return take_in_together(
            packets=packets, origin=ORIGIN, marketer=self.file.marketer, now=self.now
        )

    def _alone(self, row: ImportRow, wanted: Wanted) -> None:
        take_alone(self.file, row, wanted, now=self.now)
        self.progress(1)
