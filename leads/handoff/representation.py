"""A lead, its events and its custody as the API answers them: plain values, instants with `Z`.

People are told by their user name and teams by their slug, which is how filters and calls name
them too; nobody's name has to be looked up to act.
"""

from collections.abc import Sequence
from datetime import datetime

from leadbridge.kernel.deadline import pressure_of
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import Viewer
from leadbridge.people.models import Team, User
from leads.definition.queries import definition_version
from leads.handoff.models import Custody, Event, Lead
from leads.handoff.parties import actions_for
from leads.handoff.querysets import LeadQuerySet
from leads.routing.kept import whole_of

INSTANTS = (
    "acted_at", "captured_at", "submitted_at", "decided_at", "accepted_at", "first_touch_at",
    "last_touch_at", "qualified_at", "disputed_at", "closed_at", "changed_at", "park_until",
    "paused_until",
)  # fmt: skip
PLAIN = (
    "stage", "episode", "origin", "title", "company", "country", "employees", "industry",
    "request", "source", "campaign", "external_id", "reason", "reason_criterion",
    "reason_detail", "marketing_ruling", "sales_ruling", "open_questions", "status_owed", "debrief",
    "paused_for", "relief",
)  # fmt: skip


def with_answer(leads: LeadQuerySet) -> LeadQuerySet:
    """With the one person of each. Colleagues and teams are few: joining them to every lead would
    cost the database more to plan than to read (see `lead_answers`)."""
    return leads.select_related("person")


def lead_answers(leads: Sequence[Lead], viewer: Viewer, now: datetime) -> list[dict[str, object]]:
    """The rows of a list of leads that was read through `with_answer`."""
    _name_colleagues(leads, viewer.user)
    return [_answer(lead, viewer, now) for lead in leads]


def _name_colleagues(leads: Sequence[Lead], known: User) -> None:
    """Give leads their colleagues and teams, each read once whatever the number of leads; what a
    lead was locked with is read already."""
    people = {lead.marketer_id: lead.marketer for lead in leads if _came_with(lead, "marketer")}
    people[known.pk] = known
    ids = {pk for lead in leads for pk in (lead.marketer_id, lead.holder_id, lead.decided_by_id)}
    if missing := ids - {None} - set(people):
        people |= User.objects.in_bulk(missing)
    teams = {lead.team_id: lead.team for lead in leads if _came_with(lead, "team")}
    if others := {lead.team_id for lead in leads} - set(teams):
        teams |= Team.objects.in_bulk(others)
    for lead in leads:
        lead.marketer, lead.team = people[lead.marketer_id], teams[lead.team_id]
        lead.holder = people[lead.holder_id] if lead.holder_id else None
        lead.decided_by = people[lead.decided_by_id] if lead.decided_by_id else None


def _came_with(lead: Lead, name: str) -> bool:
    return name in lead._state.fields_cache


def _answer(lead: Lead, viewer: Viewer, now: datetime) -> dict[str, object]:
    person = lead.person
    return {
        "id": lead.pk,
        "ref": lead.ref,
        **{name: getattr(lead, name) for name in PLAIN},
        "person": {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
        },
        # Two decimals of at most twelve digits: a JSON number holds them exactly.
        "value": None if lead.value is None else float(lead.value),
        "close_on": lead.close_on.isoformat() if lead.close_on else None,
        "marketer": lead.marketer.username,
        "holder": lead.holder.username if lead.holder else None,
        "holder_name": str(lead.holder) if lead.holder else None,
        "team": lead.team.slug,
        "team_name": lead.team.name,
        "decision": lead.decision,
        "decided_by": lead.decided_by.username if lead.decided_by else None,
        "qualification": _qualification(lead),
        **{name: utc_text(getattr(lead, name)) for name in INSTANTS},
        "next_clock": _next_clock(lead, now),
        "actions": actions_for(lead, viewer, now),
    }


def lead_detail(lead: Lead, viewer: Viewer, now: datetime) -> dict[str, object]:
    """One lead, with what is too long for a list."""
    [answer] = lead_answers([lead], viewer, now)
    return {
        **answer,
        "message": lead.message,
        "attributes": lead.attributes,
        "criteria": lead.verdict_lines,
        "routing": whole_of(lead.routing),
        "previous": lead.previous_id,
        "merged_into": lead.merged_into_id,
    }


def _qualification(lead: Lead) -> dict[str, object]:
    return {
        "definition": definition_version(lead.definition_id).number if lead.definition_id else None,
        "verdict": lead.verdict or None,
        "fit": lead.fit,
        "interest": lead.interest,
        "tier": lead.tier,
        "overridden": lead.overridden,
    }


def _next_clock(lead: Lead, now: datetime) -> dict[str, object] | None:
    if lead.next_due_at is None or lead.next_at_risk_at is None:
        return None
    state = pressure_of(at_risk_at=lead.next_at_risk_at, due_at=lead.next_due_at, now=now)
    return {"kind": lead.next_kind, "due_at": utc_text(lead.next_due_at), "state": state.value}


def event_answer(event: Event) -> dict[str, object]:
    """One thing that happened; `words` are what people wrote, and go when a person is erased."""
    return {
        "id": event.pk,
        "at": utc_text(event.at),
        "action": event.action,
        "actor": event.actor.username if event.actor else None,
        "from_stage": event.from_stage,
        "to_stage": event.to_stage,
        # What an undo would give back is our own memory.
        "data": {name: value for name, value in event.data.items() if name != "before"},
        "words": {remark.kind: remark.text for remark in event.remarks.all() if remark.text},
    }


def custody_answer(link: Custody) -> dict[str, object]:
    """Who answered for the lead from when to when; `holder` null is the pool of the team."""
    return {
        "holder": link.holder.username if link.holder else None,
        "team": link.team.slug,
        "since": utc_text(link.since),
        "until": utc_text(link.until),
        "cause": link.cause,
    }
