"""The whole import: read, judge, live through what is not there yet, report."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, transaction

from leadbridge.kernel.errors import DomainError
from leads.handoff.episodes import email_key
from leads.handoff.models import Lead, Person
from leads.intake.importing.refusals import Refused
from sla.calendars.arithmetic import BusinessCalendar
from sla.clocks.past import mark_past_breaches
from sla.clocks.terms import judged_by
from sla.reports.history.audit import Audit, promises_of
from sla.reports.history.joining import Rows, joined
from sla.reports.history.known import known_mapping
from sla.reports.history.living import live_through
from sla.reports.history.mapping import Mapping
from sla.reports.history.pasts import Past, read_past
from sla.reports.history.scene import Scene, set_scene
from sla.reports.history.table import Table
from sla.reports.history.together import live_together

BATCH = 250


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken."""

    row: int
    cells: dict[str, str]
    refused: Refused


@dataclass
class Result:
    """What became of the rows, and the figures of the file under its mapping."""

    audit: Audit
    created: int = 0
    known: int = 0
    refused: int = 0


Row = tuple[int, dict[str, str], Past]
Tell = Callable[[Refusal], None]


def rows_for(table: Table, given: Mapping | None) -> Rows:
    """What is read: the table, with the one beside it where the mapping joins two."""
    return joined(table, given.join) if given and given.join else table


def mapping_for(table: Rows, given: Mapping | None) -> Mapping:
    """The mapping to read a table by; DomainError where none fits its header."""
    mapping = given or known_mapping(table.header)
    if mapping is None:
        raise DomainError(
            "unreadable",
            "The header is not a known one; say with --mapping what its columns mean. "
            f"It has: {_listed(table.header)}.",
        )
    missing = mapping.missing_in(table.header)
    if missing:
        raise DomainError(
            "unreadable",
            f"The file has no column {_listed(missing)}. It has: {_listed(table.header)}.",
        )
    return mapping


@dataclass
class Importer:
    """Imports one file, or with `dry` only judges it. `tell` hears of each refused row,
    `progress` of each row dealt with, `look` sees each past that counts."""

    name: str
    table: Rows
    mapping: Mapping
    now: datetime
    tell: Tell
    progress: Callable[[int], object]
    dry: bool = False
    look: Callable[[Past], object] = lambda past: None

    def run(self) -> Result:
        """Deal with every row, a batch in a transaction, so that a broken run is taken up again."""
        result = Result(Audit(now=self.now))
        calendar = BusinessCalendar.from_content(self.mapping.calendar)
        pasts = self._pasts(result)
        while batch := list(islice(pasts, BATCH)):
            kept = batch if self.dry else self._live(batch, result)
            for _, _, past in kept:
                self.look(past)
                result.audit.add(promises_of(past, self.mapping.agreement, calendar))
        return result

    def _pasts(self, result: Result) -> Iterator[Row]:
        """The rows that can be taken; the others are told of on the way."""
        seen: dict[tuple[str, str], int] = {}
        for number, cells in self.table.rows():
            self.progress(1)
            try:
                if isinstance(cells, str):
                    raise Refused("", cells)
                past = read_past(cells, self.mapping, now=self.now)
                first = seen.setdefault((past.source, past.external_id), number)
                if first != number:
                    raise Refused(
                        "external_id", f"“{past.external_id}” is that of row {first} too."
                    )
            except Refused as refused:
                self._refuse(result, number, cells, refused)
            else:
                assert isinstance(cells, dict), "a text is refused above"
                yield number, cells, past

    def _refuse(
        self, result: Result, number: int, cells: dict[str, str] | str, refused: Refused
    ) -> None:
        result.refused += 1
        self.tell(Refusal(number, cells if isinstance(cells, dict) else {}, refused))

    def _live(self, batch: Sequence[Row], result: Result) -> list[Row]:
        """Live through what is new in a batch; answers what of it counts."""
        there = _already_there([past for _, _, past in batch])
        new = [one for one in batch if (one[2].source, one[2].external_id) not in there]
        result.known += len(batch) - len(new)
        kept = [one for one in batch if (one[2].source, one[2].external_id) in there]
        refused: set[int] = set()
        if not new:
            return kept
        with transaction.atomic():
            scene = set_scene(self.name, self.mapping, now=self.now)
            with judged_by(scene.terms):
                made, alone = _together(new, scene)
                for number, cells, past in alone:
                    try:
                        made.append(_live_one(past, scene))
                    except (DomainError, DatabaseError) as error:
                        why = error.message if isinstance(error, DomainError) else str(error)
                        self._refuse(result, number, cells, Refused("", why.splitlines()[0]))
                        refused.add(number)
                        scene.forget_people()
            mark_past_breaches(made, now=self.now)
        result.created += len(made)
        return kept + [row for row in new if row[0] not in refused]


def _together(new: Sequence[Row], scene: Scene) -> tuple[list[int], list[Row]]:
    """Live through at once whoever is known by no address; the ids of their leads, and the rows
    that are left to be taken one by one: all of them where one of them spoils the lot."""
    keys = Counter(email_key(past.texts.get("email", "")) for _, _, past in new)
    known = Person.objects.filter(email_key__in=keys).values_list("email_key", flat=True)
    taken = {*known, *(key for key, count in keys.items() if key and count > 1)}
    alone: list[Row] = []
    strangers: list[Row] = []
    for row in new:
        is_known = email_key(row[2].texts.get("email", "")) in taken
        (alone if is_known else strangers).append(row)
    try:
        with transaction.atomic():
            return live_together([past for _, _, past in strangers], scene), alone
    except (DomainError, DatabaseError):
        scene.forget_people()
        return [], list(new)


def _live_one(past: Past, scene: Scene) -> int:
    with transaction.atomic():  # a savepoint: one that fails leaves nothing, the others go on
        return live_through(past, scene)


def _already_there(pasts: Sequence[Past]) -> set[tuple[str, str]]:
    ids = [past.external_id for past in pasts]
    found = Lead.objects.filter(external_id__in=ids).values_list("source", "external_id")
    return set(found)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name[:60]}”" for name in names[:30])
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown
