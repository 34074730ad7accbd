"""Whose company a lead is of: as people keep it, else whoever works with that company already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Value

from leads.companies.owners import Known, companies_of
from leads.companies.words import business_domain
from leads.handoff.models import Lead
from leads.handoff.stages import Stage

# The domain of a lead's address, as the index leads_lead_by_domain has it.
DOMAIN = Func(F("email_key"), Value("@"), Value(2), function="split_part", output_field=CharField())
WORKED = (Stage.ACCEPTED, Stage.WORKING, Stage.OPPORTUNITY, Stage.WON)


@dataclass(frozen=True)
class AccountOwner:
    """Who looks after a lead's company, and how that is known, in a sentence."""

    user_id: int
    because: str


def owner_of_company(lead: Lead) -> AccountOwner | None:
    """Who looks after the company of this lead; None where nobody does."""
    return owners_of_companies([lead]).get(lead.pk)


def owners_of_companies(leads: Sequence[Lead]) -> dict[int, AccountOwner]:
    """The same for many, by the id of the lead; three queries for any number.

    What people keep stands first (`leads.companies`); a kept company without an owner has none.
    Else it is whoever of sales holds, or won, the latest lead of the same domain.
    """
    known = {lead.pk: Known(lead.email_key, lead.company) for lead in leads}
    kept = companies_of(set(known.values()))
    rest = [lead for lead in leads if known[lead.pk] not in kept]
    workers = _workers({business_domain(lead.email_key) for lead in rest} - {""})
    found = {}
    for lead in leads:
        company = kept.get(known[lead.pk])
        if company is not None:
            if company.owner_id is not None:
                found[lead.pk] = AccountOwner(
                    company.owner_id, f"Looks after {company.name}, known by its {company.by}."
                )
            continue
        row = workers.get(business_domain(lead.email_key))
        if row is not None and row[1] != lead.pk:
            found[lead.pk] = AccountOwner(row[0], f"Works with the same company in L-{row[1]}.")
    return found


def owner_id_of(lead: Lead) -> int | None:
    """The owner alone, for the routing."""
    return owner_ids_of([lead]).get(lead.pk)


def owner_ids_of(leads: Sequence[Lead]) -> dict[int, int]:
    """The same for many, by the id of the lead."""
    return {lead_id: found.user_id for lead_id, found in owners_of_companies(leads).items()}


def _workers(domains: Collection[str]) -> dict[str, tuple[int, int]]:
    """(seller, lead) of the latest lead that somebody of sales works, by domain."""
    if not domains:
        return {}
    rows = Lead.objects.annotate(domain=DOMAIN).filter(
        domain__in=domains, stage__in=WORKED, holder__is_active=True
    )
    ordered = rows.order_by("accepted_at", "pk").values_list("domain", "holder_id", "pk")
    return {domain: (holder, lead) for domain, holder, lead in ordered if holder}
