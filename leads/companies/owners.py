"""Whose company it is: as people said, asked for one lead or for many."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from leads.companies.models import Company, CompanyDomain
from leads.companies.words import business_domain, company_key


@dataclass(frozen=True)
class Known:
    """What an arrival tells of its company: its address and its words."""

    email: str = ""
    company: str = ""


@dataclass(frozen=True)
class Kept:
    """A company that is kept, as a lead was recognised to be of it; `by`: domain or name."""

    id: int
    name: str
    owner_id: int | None
    by: str


def companies_of(known: Collection[Known]) -> dict[Known, Kept]:
    """The kept company of each arrival, where there is one; two queries for any number. The domain
    decides; a name only where it is the very same, and no other domain speaks against it."""
    domains = {business_domain(one.email) for one in known} - {""}
    keys = {company_key(one.company) for one in known} - {""}
    by_domain = {
        row.domain: row.company
        for row in CompanyDomain.objects.filter(domain__in=domains).select_related("company")
    }
    by_key = {row.name_key: row for row in _named(keys)}
    found = {}
    for one in known:
        domain, key = business_domain(one.email), company_key(one.company)
        if domain and domain in by_domain:
            found[one] = _kept(by_domain[domain], "domain")
        elif key and key in by_key:
            found[one] = _kept(by_key[key], "name")
    return found


def _named(keys: Collection[str]) -> QuerySet[Company]:
    return Company.objects.filter(name_key__in=keys)


def _kept(company: Company, by: str) -> Kept:
    return Kept(company.pk, company.name, company.owner_id, by)
