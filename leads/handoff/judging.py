"""What the definition in force says of a lead, and what of it the lead keeps."""

from collections.abc import Mapping
from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leads.definition.queries import ActiveDefinition, active_definition
from leads.definition.verdict import Verdict
from leads.handoff.models import Lead


def facts_of(lead: Lead) -> dict[str, object]:
    """What is known of a lead, by the names that criteria and routing rules use."""
    person = lead.person
    facts: dict[str, object] = {
        "email": person.email,
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": lead.title,
        "company": lead.company,
        "country": lead.country,
        "employees": lead.employees,
        "industry": lead.industry,
        "source": lead.source,
        "campaign": lead.campaign,
        "value": lead.value,
        "message": lead.message,
        "request": lead.request,
        "acted_at": lead.acted_at,
    }
    return facts | {f"attributes.{name}": value for name, value in lead.attributes.items()}


def judge_lead(lead: Lead, now: datetime) -> Verdict:
    """The verdict of the definition in force; DomainError `no_definition` where none is signed."""
    active = active_definition()
    if active is None:
        raise DomainError(
            "no_definition",
            "No definition of a qualified lead is in force. Both heads must sign one first.",
            status=409,
        )
    return active.judge(facts_of(lead), now)


def apply_verdict(verdict: Verdict, active: ActiveDefinition | None) -> Mapping[str, object]:
    """The fields by which a lead keeps the verdict and the version that gave it."""
    return {
        "definition_id": active.version_id if active else None,
        "verdict": verdict.answer,
        "verdict_lines": verdict.criteria,
        "fit": round(verdict.fit),
        "interest": round(verdict.interest),
        "tier": verdict.tier,
    }


# What of a lead a verdict sets.
JUDGED = ("definition", "verdict", "verdict_lines", "fit", "interest", "tier")


def judge_by(active: ActiveDefinition | None, lead: Lead, now: datetime) -> Verdict | None:
    """Set on a lead, in memory, what a definition says of it. None before the first definition."""
    if active is None:
        return None
    verdict = active.judge(facts_of(lead), now)
    for name, value in apply_verdict(verdict, active).items():
        setattr(lead, name, value)
    return verdict
