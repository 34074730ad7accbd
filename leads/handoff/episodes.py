"""How an episode begins: a first capture, a return after the end, a second act while it is open."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from leadbridge.kernel.copying import fresh
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Side, Team, User
from leadbridge.people.queries import stand_in_of
from leads.definition.queries import active_definition
from leads.handoff.joining import join_lead, keep_consent
from leads.handoff.judging import judge_by
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead, Person
from leads.handoff.moves import begin, note
from leads.handoff.packets import Packet, email_key
from leads.handoff.parties import permit
from leads.handoff.recognition import (
    fill_person,
    lock_last_lead_of,
    lock_open_lead_of,
    person_of,
)
from leads.handoff.stages import Action, Stage, row_for

__all__ = [
    "Captured", "Packet", "capture_lead", "email_key", "fill_person", "join_lead", "lead_of",
    "reopen_lead", "told_of",
]  # fmt: skip


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
    joins. Somebody whose last lead has ended begins the next episode. DomainError `invalid` for
    somebody whom nobody could reach, `forbidden` where the marketer has no marketing team,
    `already_known` (409) where the source told of this very `external_id` before and that lead has
    ended.
    """
    if not (email_key(packet.email) or packet.phone.strip()):
        raise DomainError("invalid", "Give an e-mail address or a phone number.", field="email")
    team = marketing_team(marketer)
    if actor != marketer:  # who is gone, or away, gets nothing new that others or a form bring
        marketer = stand_in_of(marketer, now) or marketer
    for attempt in (1, 2):
        with transaction.atomic():
            # Locked here, so that it cannot end between being found and being joined.
            known = lock_open_lead_of(packet)
            if known is not None:
                lead = join_lead(lead_id=known, packet=packet, actor=actor, now=now)
                return Captured(lead, True)
        _refuse_repetition(packet)
        try:
            with transaction.atomic():
                before = lock_last_lead_of(packet)
                if before is not None and before.is_open:  # theirs was joined into another
                    lead = join_lead(lead_id=before.pk, packet=packet, actor=actor, now=now)
                    return Captured(lead, True)
                person = person_of(packet, before)
                lead = _new_lead(packet, person, origin, marketer, team, now)
                if before is not None and before.person_id == person.pk:
                    _follow(lead, before, actor=None, now=now, cause="")
                _begin_judged(lead, packet, actor, now)
            return Captured(lead, False)
        except IntegrityError as error:
            if attempt == 2 or "leads_" not in str(error):
                raise
    raise AssertionError("unreachable: the second try returns or raises")


def reopen_lead(*, lead_id: int, actor: User | None, now: datetime, cause: str) -> Lead:
    """Begin a new episode of somebody whose lead had ended; the old one stays as it ended."""
    if not cause.strip():
        raise DomainError("invalid", "Say why it begins again.", field="cause")
    with transaction.atomic():
        old = lock_lead(lead_id)
        permit(old, Action.REOPEN, actor=actor, now=now)
        if Lead.objects.filter(previous=old).exists():
            raise DomainError("not_allowed", "This lead was reopened already.", status=409)
        other = lock_open_lead_of(Packet(source=old.source, email=old.person.email_key or ""))
        if other is not None:
            raise DomainError(
                "not_allowed", f"The same person has an open lead, L-{other}.", status=409
            )
        packet = Packet(
            source=old.source, campaign=old.campaign, campaign_id=old.campaign_row_id,
            title=old.title, company=old.company, country=old.country, employees=old.employees,
            industry=old.industry, value=old.value, attributes=old.attributes,
            email=old.person.email,
        )  # fmt: skip
        lead = _new_lead(packet, old.person, "reopen", old.marketer, old.marketing_team, now)
        _follow(lead, old, actor=actor, now=now, cause=cause)
        try:
            with transaction.atomic():
                _begin_judged(lead, packet, actor, now)
        except IntegrityError as error:
            raise DomainError(
                "not_allowed", "They came back this very moment: look again.", status=409
            ) from error
    return lead


def _follow(lead: Lead, old: Lead, *, actor: User | None, now: datetime, cause: str) -> None:
    """Link a new episode to the one before, which from now on stays as it ended."""
    lead.previous = old
    if row_for(Action.REOPEN, Stage(old.stage)):
        old.reopened_at = max(now, old.changed_at)
        old.save(update_fields=["reopened_at"])
        note(old, Action.REOPEN, actor=actor, now=now, data={}, words={"comment": cause})


def _begin_judged(lead: Lead, packet: Packet, actor: User | None, now: datetime) -> Event:
    judge_by(active_definition(), lead, now)
    event = begin(lead, actor=actor, now=now, data=told_of(lead), words={"message": packet.message})
    keep_consent(lead, packet, now)
    return event


def told_of(lead: Lead) -> dict[str, object]:
    """What the event of a capture says."""
    return {"origin": lead.origin, "source": lead.source, "verdict": lead.verdict}


def _new_lead(
    packet: Packet, person: Person, origin: str, marketer: User, team: Team, now: datetime
) -> Lead:
    last = person.leads.aggregate(last=Max("episode"))["last"] or 0
    return lead_of(
        packet, person, episode=last + 1, origin=origin, marketer=marketer, team=team, now=now
    )


def lead_of(
    packet: Packet,
    person: Person,
    *,
    episode: int,
    origin: str,
    marketer: User,
    team: Team,
    now: datetime,
) -> Lead:
    """What a packet says, as a lead that its marketer holds; not written yet."""
    return fresh(
        Lead,
        person=person,
        episode=episode,
        marketer=marketer,
        marketing_team=team,
        holder=marketer,
        team=team,
        origin=origin,
        source=packet.source,
        campaign=packet.campaign,
        campaign_row_id=packet.campaign_id,
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
        acted_at=packet.acted_at or now,
        captured_at=now,
    )


def _refuse_repetition(packet: Packet) -> None:
    """What a source told once is not told again by sending it twice."""
    if not packet.external_id:
        return
    told = Lead.objects.filter(source=packet.source, external_id=packet.external_id).first()
    if told is not None and not told.is_open:
        raise DomainError(
            "already_known",
            f"{packet.source} sent this before: it is {told.ref}, which has ended.",
            status=409,
            field="external_id",
            data={"lead": told.ref},
        )


def marketing_team(marketer: User) -> Team:
    """The team for which a marketer answers for leads; DomainError `forbidden` for who has none."""
    team = marketer.teams.filter(side=Side.MARKETING).order_by("pk").first()
    if team is None:
        raise DomainError(
            "forbidden",
            f"{marketer} belongs to no marketing team and cannot answer for leads.",
            status=403,
        )
    return team
