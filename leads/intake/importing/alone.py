"""One row as one act of one person; and ends of leads that were told before the leads were."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from leadbridge.kernel.errors import DomainError
from leads.definition.fields import live_fields
from leads.handoff.episodes import Captured, join_lead
from leads.handoff.models import Lead
from leads.handoff.packets import Packet
from leads.handoff.telling import tell_outcome
from leads.handoff.telling_many import End
from leads.intake.actions import take_in
from leads.intake.importing.mapping import mapping_of
from leads.intake.importing.marking import Mark, mark_rows
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.refusals import Refused
from leads.intake.importing.rows import RowReader, Wanted
from leads.intake.importing.staging import cells_of
from leads.intake.importing.standing import known_of
from leads.intake.quarantine.actions import Sent, set_aside_all
from leads.intake.quarantine.models import Origin

ORIGIN = "import"
# What is wrong with the house and not with a row: the file stops, and goes on when it is mended.
OF_THE_HOUSE = frozenset({"no_agreement", "no_working_time", "forbidden", "no_definition"})
Outcome = ImportRow.Outcome
Read = tuple[ImportRow, Wanted | Refused]


def reader_of(file: Import, now: datetime) -> RowReader:
    """What reads the rows of a file under its mapping."""
    own = {spec.key: spec for spec in live_fields()}
    return RowReader(mapping_of(file.mapping), file.header, own, now)


def read_rows(reader: RowReader, rows: Sequence[ImportRow]) -> list[Read]:
    """Each row as it is wanted, or why it cannot be taken."""
    found: list[Read] = []
    for row in rows:
        try:
            if row.fault:
                raise Refused("", row.fault)
            found.append((row, reader.read(cells_of(row))))
        except Refused as refused:
            found.append((row, refused))
    return found


def take_alone(file: Import, row: ImportRow, wanted: Wanted, *, now: datetime) -> None:
    """Take one row in and note what became of it. DomainError only where the house is not ready."""
    try:
        with transaction.atomic():
            mark_rows(file.pk, [_taken(file, row, wanted, now)])
    except DomainError as error:
        if error.code in OF_THE_HOUSE:
            raise
        if error.code == "already_known":
            _mark(file, Mark(row.pk, Outcome.UNCHANGED))
        else:
            _refuse(file, row, Refused(error.field, error.message), now)
    except DataError:
        _refuse(file, row, Refused("", "The database cannot keep what it says."), now)
    except IntegrityError as error:
        if "leads_importrow_told_once" not in str(error):
            raise
        _mark(file, Mark(row.pk, Outcome.UNCHANGED))  # another file has told the same meanwhile


def _refuse(file: Import, row: ImportRow, why: Refused, now: datetime) -> None:
    keep_aside(file, reader_of(file, now), [(row, why)], now=now)
    _mark(file, Mark(row.pk, Outcome.REFUSED, field=why.field, reason=why.cure))


def _mark(file: Import, mark: Mark) -> None:
    with transaction.atomic():
        mark_rows(file.pk, [mark])


def keep_aside(
    file: Import, reader: RowReader, refused: Sequence[tuple[ImportRow, Refused]], *, now: datetime
) -> None:
    """Hand rows that cannot be taken to the quarantine, where somebody decides on them. The same
    row of the same columns is there once, however often its file is sent."""
    if not refused:
        return
    set_aside_all(
        sent=[
            Sent(
                origin=Origin.IMPORT,
                place=f"{file.name}, row {row.number}",
                raw=row.cells.encode(),
                error=DomainError("invalid", why.cure, field=why.field),
                told=reader.told(cells_of(row)),
                content_type="application/json",
                key=f"import {file.header} {row.cells}",
            )
            for row, why in refused
        ],
        marketer=file.marketer,
        now=now,
    )


def _taken(file: Import, row: ImportRow, wanted: Wanted, now: datetime) -> Mark:
    packet, print_ = wanted.packet, wanted.fingerprint
    if wanted.waits:
        lead_id = lead_named(wanted)
        if lead_id is None:
            return Mark(row.pk, Outcome.WAITING, fingerprint=print_, key=packet.external_id)
        end_as(file, wanted, lead_id, now)
        return Mark(row.pk, Outcome.UPDATED, lead_id, fingerprint=print_)
    marketer = file.marketer
    taken = take_in(packet=packet, origin=ORIGIN, marketer=marketer, actor=marketer, now=now)
    if wanted.outcome:
        end_as(file, wanted, taken.lead.pk, now)
    return mark_of(row, wanted, taken)


def mark_of(row: ImportRow, wanted: Wanted, taken: Captured) -> Mark:
    """What is noted of a row that was taken in."""
    packet, lead = wanted.packet, taken.lead
    named = packet.external_id and packet.external_id == lead.external_id
    joined = Outcome.UPDATED if named else Outcome.JOINED
    outcome = joined if taken.joined else Outcome.CREATED
    return Mark(row.pk, outcome, lead.pk, fingerprint=wanted.fingerprint)


def end_as(file: Import, wanted: Wanted, lead_id: int, now: datetime) -> None:
    """Bring one lead to the end that a row tells, with what it says besides."""
    end = end_of(file, wanted, lead_id)
    if end.facts is not None and Lead.objects.open().filter(pk=lead_id).exists():
        join_lead(lead_id=lead_id, packet=end.facts, actor=end.actor, now=now)
    tell_outcome(
        lead_id=lead_id,
        outcome=end.outcome,
        value=end.value,
        actor=end.actor,
        now=now,
        words=end.words,
    )


def end_of(file: Import, wanted: Wanted, lead_id: int) -> End:
    """The end that a row tells of a lead."""
    day = f" on {wanted.outcome_at:%Y-%m-%d}" if wanted.outcome_at else ""
    return End(
        lead_id,
        wanted.outcome,
        wanted.packet.value,
        _facts_beside(wanted.packet) if wanted.waits else None,
        file.marketer,
        f"{wanted.outcome.capitalize()}{day}, as {file.name} tells.",
    )


def _facts_beside(packet: Packet) -> Packet | None:
    """What a row that tells an end says of the lead besides; None where that is nothing."""
    facts = replace(packet, email="", company="", value=None, acted_at=None)
    said = (facts.title, facts.country, facts.employees, facts.industry, facts.message)
    return facts if any(said) or facts.attributes else None


def lead_named(wanted: Wanted) -> int | None:
    """The lead that a row names by its id, None where there is none (yet)."""
    found = known_of([wanted]).lead_of(wanted)
    return found.lead_id if found else None
