"""A further act of somebody whose lead is open: it joins the lead, and its story tells of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadbridge.people.models import User
from leads.definition.queries import ActiveDefinition, active_definition
from leads.definition.verdict import Verdict
from leads.handoff.consents import Consent
from leads.handoff.judging import JUDGED, judge_by
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead, Remark
from leads.handoff.moves import work_out_record, write_record
from leads.handoff.packets import FACTS_OF_PERSON, Packet
from leads.handoff.recognition import fill_person
from leads.handoff.stages import MARKETING_STAGES


@dataclass(frozen=True)
class Joined:
    """What a further act made of an open lead and its person in memory; nothing is written yet.
    `changed`: the fields of the lead; `verdict`: where the definition judged again."""

    changed: frozenset[str]
    event: Event
    remarks: list[Remark]
    verdict: Verdict | None


def join_lead(*, lead_id: int, packet: Packet, actor: User | None, now: datetime) -> Lead:
    """A further act of somebody whose lead is open: told in its story, its stage unchanged.

    Facts that were unknown are filled in; what is known stays, so that a verdict keeps its ground,
    and what was told otherwise is kept in words. While marketing holds the lead, what is asked for
    now counts, and the definition judges again.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        joined = work_out_joining(lead, packet, active_definition, actor=actor, now=now)
        lead.person.save()
        lead.save(update_fields=joined.changed)
        write_record(joined.event, joined.remarks)
        keep_consent(lead, packet, now)
    return lead


def work_out_joining(
    lead: Lead,
    packet: Packet,
    definition: Callable[[], ActiveDefinition | None],
    *,
    actor: User | None,
    now: datetime,
) -> Joined:
    """The same in memory. `definition` is asked while marketing holds the lead."""
    with_marketing = lead.stage in MARKETING_STAGES
    before = _Before.of(lead)
    filled = _fill(lead, packet)
    if with_marketing and packet.request:
        lead.request = packet.request
    verdict = judge_by(definition(), lead, now) if with_marketing else None
    lead.acted_at = max(packet.acted_at or now, lead.acted_at)
    data = {
        "source": packet.source,
        "campaign": packet.campaign,
        "filled": filled,
        **before.told_since(lead),
    }
    words = {"message": packet.message, "note": _told_otherwise(lead, packet)}
    event, remarks = work_out_record(lead, "join", actor=actor, now=now, data=data, words=words)
    changed = frozenset({*filled, *(JUDGED if verdict else ()), "request", "acted_at"})
    return Joined(changed, event, remarks, verdict)


@dataclass(frozen=True)
class _Before:
    """What was known before a further act, so that the past can be judged by what was known then.
    Names of fields and a code, never what the person told."""

    request: str
    attributes: frozenset[str]
    person: frozenset[str]

    @classmethod
    def of(cls, lead: Lead) -> "_Before":
        known = frozenset(name for name in FACTS_OF_PERSON if getattr(lead.person, name))
        return cls(lead.request, frozenset(lead.attributes), known)

    def told_since(self, lead: Lead) -> dict[str, object]:
        """What the act filled beside the lead's own fields, and the request that it replaced."""
        person = [
            name
            for name in FACTS_OF_PERSON
            if getattr(lead.person, name) and name not in self.person
        ]
        replaced = bool(self.request) and self.request != lead.request
        return {
            "attributes": sorted(set(lead.attributes) - self.attributes),
            "person": person,
            **({"was": {"request": self.request}} if replaced else {}),
        }


FACTS_OF_LEAD = (
    "title", "company", "country", "employees", "industry", "request", "value", "message",
)  # fmt: skip
MOST_ATTRIBUTES = 100  # kept on one lead, over all acts of the person


def _fill(lead: Lead, packet: Packet) -> list[str]:
    """Fill what was unknown of the lead and its person; the names of the lead's filled fields."""
    filled = []
    for name in FACTS_OF_LEAD:
        if getattr(lead, name) in ("", None) and getattr(packet, name) not in ("", None):
            setattr(lead, name, getattr(packet, name))
            filled.append(name)
    fresh = {name: fact for name, fact in packet.attributes.items() if name not in lead.attributes}
    if fresh and len(fresh) + len(lead.attributes) <= MOST_ATTRIBUTES:
        lead.attributes = lead.attributes | fresh
        filled.append("attributes")
    fill_person(lead.person, packet)
    return filled


def _told_otherwise(lead: Lead, packet: Packet) -> str:
    """What a further act told that is not what we know: kept in words, because nothing is lost."""
    told = [(name, getattr(packet, name), getattr(lead, name)) for name in FACTS_OF_LEAD[:-1]]
    told += [(name, getattr(packet, name), getattr(lead.person, name)) for name in FACTS_OF_PERSON]
    told += [("email", packet.email, lead.person.email)]
    told += [(name, fact, lead.attributes.get(name)) for name, fact in packet.attributes.items()]
    lines = [f"{name}: {new}" for name, new, known in told if new not in ("", None, known)]
    return "\n".join(["Also told:", *lines]) if lines else ""


def keep_consent(lead: Lead, packet: Packet, now: datetime) -> None:
    """Keep the words that came with an act, where the person agreed to any."""
    if (consent := consent_of(lead, packet, now)) is not None:
        consent.save(force_insert=True)


def consent_of(lead: Lead, packet: Packet, now: datetime) -> Consent | None:
    """The same, not yet written."""
    if not packet.consent_text:
        return None
    return Consent(
        lead=lead,
        text=packet.consent_text,
        version=packet.consent_version,
        at=packet.consent_at or now,
    )
