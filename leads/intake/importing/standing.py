"""What is known already of the people in some rows, and what a row would therefore do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leads.handoff.models import Lead, Person
from leads.handoff.packets import Packet, email_key, phone_key
from leads.handoff.recognition import of_addresses
from leads.intake.importing.models import ImportRow
from leads.intake.importing.rows import Wanted

Outcome = ImportRow.Outcome
Ident = tuple[str, str]  # source and external id


@dataclass(frozen=True)
class Told:
    """A lead that a source knows by an id."""

    lead_id: int
    source: str
    is_open: bool


@dataclass(frozen=True)
class Known:
    """What the database knew of a batch before it."""

    fingerprints: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()  # people who are somebody else's, as people have said
    open_keys: frozenset[str] = frozenset()
    told: dict[str, list[Told]] = field(default_factory=dict)
    callers: frozenset[str] = frozenset()

    def lead_of(self, wanted: Wanted) -> Told | None:
        """The lead that a row names by its id: of the same source, or where a row only tells an
        end, the only one with that id."""
        packet = wanted.packet
        found = self.told.get(packet.external_id, []) if packet.external_id else []
        same = [one for one in found if one.source == packet.source]
        if same or not wanted.waits:
            return same[0] if same else None
        return found[0] if len(found) == 1 else None


@dataclass
class Seen:
    """What the rows before have brought; short hashes, so that it stays small."""

    fingerprints: set[int] = field(default_factory=set)
    keys: set[int] = field(default_factory=set)
    idents: set[int] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)

    def add(self, wanted: Wanted) -> None:
        """Remember a row."""
        packet = wanted.packet
        self.fingerprints.add(hash(wanted.fingerprint))
        if wanted.waits:
            return
        if caller := caller_of(packet):
            self.keys.add(hash(caller))
        if key := email_key(packet.email):
            self.keys.add(hash(key))
        if packet.external_id:
            self.idents.add(hash((packet.source, packet.external_id)))
            self.ids.add(hash(packet.external_id))


def caller_of(packet: Packet) -> str:
    """By what somebody is known who gave no address: name and number; blank for others."""
    if packet.email or not (packet.phone and packet.first_name and packet.last_name):
        return ""
    return f"{phone_key(packet.phone)} {packet.first_name} {packet.last_name}".casefold()


def known_of(rows: Sequence[Wanted]) -> Known:
    """Ask for all that decides about these rows, set-wise."""
    keys = {key for one in rows if (key := email_key(one.packet.email))}
    ids = {one.packet.external_id for one in rows if one.packet.external_id}
    told: dict[str, list[Told]] = {}
    if ids:
        leads = Lead.objects.exclude(external_id="").filter(external_id__in=ids).order_by("pk")
        for lead in leads.only("pk", "source", "external_id", "stage"):
            told.setdefault(lead.external_id, []).append(Told(lead.pk, lead.source, lead.is_open))
    merged = Person.objects.filter(email_key__in=keys, leads__merged_into__isnull=False)
    return Known(
        _told_before([one.fingerprint for one in rows]),
        frozenset(str(key) for key in merged.values_list("email_key", flat=True)),
        frozenset(of_addresses(keys).values_list("email_key", flat=True)),
        told,
        _callers([one.packet for one in rows if caller_of(one.packet)]),
    )


def _callers(packets: Sequence[Packet]) -> frozenset[str]:
    """Who of those without an address has an open lead."""
    if not packets:
        return frozenset()
    phones = {phone_key(packet.phone) for packet in packets}
    people = Person.objects.filter(phone_key__in=phones, leads__in=Lead.objects.open())
    return frozenset(
        f"{one.phone_key} {one.first_name} {one.last_name}".casefold() for one in people
    )


def _told_before(fingerprints: Iterable[str]) -> frozenset[str]:
    rows = ImportRow.objects.filter(fingerprint__in=list(fingerprints), outcome__in=ImportRow.TOLD)
    return frozenset(rows.values_list("fingerprint", flat=True))


def foresee(wanted: Wanted, known: Known, seen: Seen) -> tuple[Outcome, bool]:
    """What a row does, and whether it brings somebody new, or somebody back, who can be taken in
    with others."""
    packet = wanted.packet
    if wanted.fingerprint in known.fingerprints or hash(wanted.fingerprint) in seen.fingerprints:
        return Outcome.UNCHANGED, False
    lead = known.lead_of(wanted)
    if wanted.waits:
        there = lead is not None or hash(packet.external_id) in seen.ids
        return (Outcome.UPDATED if there else Outcome.WAITING), False
    key = email_key(packet.email)
    ident = hash((packet.source, packet.external_id))
    if lead is not None and not lead.is_open and key not in known.open_keys:
        return (Outcome.UPDATED if wanted.outcome else Outcome.UNCHANGED), False
    if lead is not None or (packet.external_id and ident in seen.idents):
        return Outcome.UPDATED, False
    if key and (key in known.open_keys or hash(key) in seen.keys):
        return Outcome.JOINED, False
    caller = caller_of(packet)
    if caller and (caller in known.callers or hash(caller) in seen.keys):
        return Outcome.JOINED, False
    # Somebody without an address is looked for under a lock of their number, one by one.
    return Outcome.CREATED, not caller and key not in known.merged and not wanted.outcome
