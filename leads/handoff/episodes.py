"""How an episode begins: a first capture, a return after the end, a second act while it is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Side, Team, User
from leads.definition.queries import active_definition
from leads.definition.verdict import judge
from leads.handoff.judging import apply_verdict, facts_of
from leads.handoff.locks import lock_lead
from leads.handoff.models import Consent, Event, Lead, Person
from leads.handoff.moves import begin, record
from leads.handoff.parties import permit
from leads.handoff.stages import OPEN_STAGES, Action


@dataclass(frozen=True)
class Packet:
    """What is known when somebody shows interest: cleaned, within the limits of the columns."""

    source: str
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    company: str = ""
    country: str = ""
    employees: int | None = None
    industry: str = ""
    campaign: str = ""
    external_id: str = ""
    request: str = ""
    message: str = ""
    value: Decimal | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    consent_text: str = ""
    consent_version: str = ""
    consent_at: datetime | None = None


@dataclass(frozen=True)
class Captured:
    """The lead that an act led to; `joined` when it was open already."""

    lead: Lead
    joined: bool


def capture_lead(
    *, packet: Packet, origin: str, marketer: User, actor: User | None, now: datetime
) -> Captured:
    """Make a lead of an act of interest, or join the open lead of the same person.

    The unique index on open leads decides between two captures of one address at once: the loser
    joins. DomainError `forbidden` where the marketer has no marketing team.
    """
    team = _marketing_team(marketer)
    for attempt in (1, 2):
        known = _open_lead_of(packet)
        if known is not None:
            return Captured(join_lead(lead_id=known, packet=packet, actor=actor, now=now), True)
        try:
            with transaction.atomic():
                person = _person_of(packet)
                lead = _new_lead(packet, person, origin, marketer, team, now)
                _begin_judged(lead, packet, actor, now)
            return Captured(lead, False)
        except IntegrityError as error:
            if attempt == 2 or "leads_" not in str(error):
                raise
    raise AssertionError("unreachable: the second try returns or raises")


def join_lead(*, lead_id: int, packet: Packet, actor: User | None, now: datetime) -> Lead:
    """A further act of somebody whose lead is open: told in its story, its stage unchanged.

    Facts that were unknown are filled in; what is known stays, so that a verdict keeps its ground.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        filled = [
            name
            for name in ("title", "company", "country", "employees", "industry", "request", "value")
            if getattr(lead, name) in ("", None) and getattr(packet, name) not in ("", None)
        ]
        for name in filled:
            setattr(lead, name, getattr(packet, name))
        lead.acted_at = lead.changed_at = now
        lead.save(update_fields=[*filled, "acted_at", "changed_at"])
        data = {"source": packet.source, "campaign": packet.campaign, "filled": filled}
        record(lead, "join", actor=actor, now=now, data=data, words={"message": packet.message})
        _keep_consent(lead, packet, now)
    return lead


def reopen_lead(*, lead_id: int, actor: User | None, now: datetime, cause: str) -> Lead:
    """Begin a new episode of somebody whose lead had ended; the old one stays as it ended."""
    if not cause.strip():
        raise DomainError("invalid", "Say why it begins again.", field="cause")
    with transaction.atomic():
        old = lock_lead(lead_id)
        permit(old, Action.REOPEN, actor=actor, now=now)
        if Lead.objects.filter(previous=old).exists():
            raise DomainError("not_allowed", "This lead was reopened already.", status=409)
        other = _open_lead_of(Packet(source=old.source, email=old.person.email_key or ""))
        if other is not None:
            raise DomainError(
                "not_allowed", f"The same person has an open lead, L-{other}.", status=409
            )
        packet = Packet(
            source=old.source, campaign=old.campaign, title=old.title, company=old.company,
            country=old.country, employees=old.employees, industry=old.industry, value=old.value,
            attributes=old.attributes, email=old.person.email,
        )  # fmt: skip
        lead = _new_lead(packet, old.person, "reopen", old.marketer, old.marketing_team, now)
        lead.previous = old
        record(old, Action.REOPEN, actor=actor, now=now, data={}, words={"comment": cause})
        _begin_judged(lead, packet, actor, now)
    return lead


def _begin_judged(lead: Lead, packet: Packet, actor: User | None, now: datetime) -> Event:
    active = active_definition()
    if active is not None:
        verdict = judge(active.definition, facts_of(lead), now=now)
        for name, value in apply_verdict(verdict, active).items():
            setattr(lead, name, value)
    data = {"origin": lead.origin, "source": lead.source, "verdict": lead.verdict}
    event = begin(lead, actor=actor, now=now, data=data, words={"message": packet.message})
    _keep_consent(lead, packet, now)
    return event


def _new_lead(
    packet: Packet, person: Person, origin: str, marketer: User, team: Team, now: datetime
) -> Lead:
    last = person.leads.aggregate(last=Max("episode"))["last"] or 0
    return Lead(
        person=person,
        episode=last + 1,
        marketer=marketer,
        marketing_team=team,
        holder=marketer,
        team=team,
        origin=origin,
        source=packet.source,
        campaign=packet.campaign,
        external_id=packet.external_id,
        email_key=person.email_key or "",
        title=packet.title,
        company=packet.company,
        country=packet.country,
        employees=packet.employees,
        industry=packet.industry,
        request=packet.request,
        message=packet.message,
        attributes=dict(packet.attributes),
        value=packet.value,
        acted_at=now,
        captured_at=now,
    )


def _person_of(packet: Packet) -> Person:
    """The person behind an address, or a new one; later words about them fill what was blank."""
    key = email_key(packet.email)
    person = Person.objects.filter(email_key=key).first() if key else None
    person = person or Person(email=packet.email, email_key=key or None)
    for name in ("first_name", "last_name", "phone"):
        setattr(person, name, getattr(person, name) or getattr(packet, name))
    person.phone_key = "".join(filter(str.isdigit, person.phone))[-20:]
    person.save()
    return person


def email_key(address: str) -> str:
    """An address as it is compared: case does not distinguish people."""
    return address.strip().casefold()


def _open_lead_of(packet: Packet) -> int | None:
    key = email_key(packet.email)
    if not key:
        return None
    leads = Lead.objects.filter(email_key=key, stage__in=sorted(OPEN_STAGES))
    return leads.values_list("pk", flat=True).first()


def _marketing_team(marketer: User) -> Team:
    team = marketer.teams.filter(side=Side.MARKETING).order_by("pk").first()
    if team is None:
        raise DomainError(
            "forbidden",
            f"{marketer} belongs to no marketing team and cannot answer for leads.",
            status=403,
        )
    return team


def _keep_consent(lead: Lead, packet: Packet, now: datetime) -> None:
    if packet.consent_text:
        Consent.objects.create(
            lead=lead,
            text=packet.consent_text,
            version=packet.consent_version,
            at=packet.consent_at or now,
        )
