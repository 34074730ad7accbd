"""Who somebody is: their open lead, their last one, their person. What is certain joins by itself;
what is doubtful is found by `leads.duplicates` and asked of a person.
"""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Q

from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead, Person
from leads.handoff.packets import FACTS_OF_PERSON, Packet, email_key, phone_key
from leads.handoff.querysets import LeadQuerySet


def person_of(packet: Packet, before: Lead | None) -> Person:
    """The person behind an address, or a new one; later words about them fill what was blank.
    `before`: their last lead, which may be of another address, where the two were joined."""
    key = email_key(packet.email)
    known = Person.objects.select_for_update(no_key=True)
    found = None
    if before is not None:  # who was forgotten while we waited is nobody any more
        found = known.filter(pk=before.person_id, erased_at=None).first()
    elif key:
        found = known.filter(email_key=key).first()
    person = found or Person(email=packet.email, email_key=key or None)
    keep_words_of_person(person, packet)
    return person


def keep_words_of_person(person: Person, packet: Packet) -> None:
    """Fill what was blank, and write the person."""
    fill_person(person, packet)
    person.save()


def fill_person(person: Person, packet: Packet) -> Person:
    """Later words about somebody fill what was blank; not written yet."""
    for name in FACTS_OF_PERSON:
        setattr(person, name, getattr(person, name) or getattr(packet, name))
    person.phone_key = phone_key(person.phone)
    return person


def names_of(packet: Packet) -> list[tuple[str, ...]]:
    """By what somebody with an address is the same for certain, the address first; in memory, as
    `lock_open_lead_of` asks the database."""
    key = email_key(packet.email)
    by_id = [("id", packet.source, packet.external_id)] if packet.external_id else []
    return [("email", key), *by_id] if key else list(by_id)


def names_of_lead(lead: Lead) -> list[tuple[str, ...]]:
    """The names by which an open lead is the one of an act."""
    by_id = [("id", lead.source, lead.external_id)] if lead.external_id else []
    return [("email", lead.email_key), *by_id] if lead.email_key else list(by_id)


def of_addresses(keys: Collection[str]) -> LeadQuerySet:
    """The open leads of many addresses. That none is blank is said, because of a long list
    PostgreSQL does not see it, and would then read all leads instead of the index."""
    return Lead.objects.open().exclude(email_key="").filter(email_key__in=keys)


def lock_leads_of(packets: Sequence[Packet]) -> tuple[list[Lead], dict[str, Lead]]:
    """The open leads of many acts by people with an address or an id; and of who has none open the
    last one, by their address. All locked in the order of their ids, then those people."""
    keys = {key for one in packets if (key := email_key(one.email))}
    ids = {one.external_id for one in packets} - {""}
    found = set(of_addresses(keys).values_list("pk", flat=True))
    if ids:
        with_id = Lead.objects.open().exclude(external_id="").filter(external_id__in=ids)
        found |= set(with_id.values_list("pk", flat=True))
    theirs = Lead.objects.filter(person__email_key__in=keys)
    last = theirs.order_by("person", "-episode").distinct("person").values_list("pk", flat=True)
    found |= set(last)
    if not found:
        return [], {}
    leads = Lead.objects.filter(pk__in=found).select_related("person")
    locked = list(leads.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    still = [lead for lead in locked if lead.is_open]
    known = {lead.email_key for lead in still}
    ended = {
        lead.person.email_key: lead
        for lead in locked
        if not lead.is_open and lead.merged_into_id is None and lead.person.email_key in keys
    }
    back = {key: lead for key, lead in ended.items() if key and key not in known}
    _lock_people([lead.person for lead in back.values()])
    return still, back


def _lock_people(people: Sequence[Person]) -> None:
    """Locked and read afresh, in the order of their ids: others may fill what is blank."""
    by_id = {person.pk: person for person in people}
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=by_id).order_by("pk")
    for row in rows if by_id else ():
        by_id[row.pk].__dict__.update({name: getattr(row, name) for name in FACTS_OF_PERSON})


def lock_open_lead_of(packet: Packet) -> int | None:
    """The open lead of the same address, the one that the source knows by the same id, or, where
    no address was given, that of the same name and phone number."""
    key = email_key(packet.email)
    same = [Q(email_key=key)] if key else []
    if packet.external_id:
        same.append(Q(source=packet.source, external_id=packet.external_id))
    if not key and packet.phone and packet.first_name and packet.last_name:
        same.append(_same_caller(packet))
    for condition in same:
        leads = Lead.objects.open().filter(condition)
        locked = leads.select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = locked.values_list("pk", flat=True).first()
        if found is not None:
            return found
    return None


def _same_caller(packet: Packet) -> Q:
    """Somebody of this name and number. No index decides between two of them at once, so whoever
    comes second waits here until the first transaction is over."""
    phone = phone_key(packet.phone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"caller {phone}"])
    return Q(
        person__phone_key=phone,
        person__first_name__iexact=packet.first_name,
        person__last_name__iexact=packet.last_name,
    )


def lock_last_lead_of(packet: Packet) -> Lead | None:
    """The last lead of the person with this address, which a new one would follow. Where that was
    joined into another lead, it is the last one of whose lead that is."""
    key = email_key(packet.email)
    theirs = Lead.objects.filter(person__email_key=key) if key else Lead.objects.none()
    seen: set[int] = set()
    while last := theirs.order_by("-episode").values_list("pk", "merged_into__person").first():
        survivor: int | None = last[1]
        if survivor is None or survivor in seen:
            return lock_lead(last[0])
        seen.add(survivor)
        theirs = Lead.objects.filter(person=survivor)
    return None
