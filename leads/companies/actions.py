"""Keeping companies: their names, their domains, and who looks after them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_companies
from leadbridge.people.models import User
from leads.companies.models import Company, CompanyDomain
from leads.companies.tables import FREE_MAIL
from leads.companies.words import company_key, domain_of

LONGEST_NAME = 200
LONGEST_DOMAIN = 253
MOST_DOMAINS = 50


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever does not keep companies."""
    if not keeps_companies(user):
        raise DomainError(
            "forbidden", "Companies are kept by managers and administrators.", status=403
        )


def save_company(
    *,
    actor: User,
    now: datetime,
    name: str,
    domains: Sequence[str],
    owner: User | None,
    company_id: int | None = None,
) -> Company:
    """Keep a company as told, a new one where no id is given. Its leads are those of its domains,
    and those that say its very name. DomainError `already_exists` (409) where another company has
    the name or a domain."""
    require_keeper(actor)
    if owner is not None and not (owner.is_active and owner.is_sales):
        raise DomainError("invalid", f"{owner} does not work in sales.", field="owner")
    company = find_company(company_id) if company_id is not None else Company()
    company.name = " ".join(name.split())
    company.name_key = company_key(name)
    if not company.name_key or len(company.name) > LONGEST_NAME:
        raise DomainError("invalid", "Give a name that says which company.", field="name")
    company.owner, company.changed_by, company.changed_at = owner, actor, now
    wanted = _domains(domains)
    with transaction.atomic():
        try:
            with transaction.atomic():
                company.save()
        except IntegrityError:
            raise _taken("There is a company of this name already.", "name") from None
        CompanyDomain.objects.filter(company=company).exclude(domain__in=wanted).delete()
        known = set(company.domains.values_list("domain", flat=True))
        fresh = [CompanyDomain(company=company, domain=one) for one in wanted if one not in known]
        try:
            with transaction.atomic():
                CompanyDomain.objects.bulk_create(fresh)
        except IntegrityError:
            raise _taken(_whose(wanted, company), "domains") from None
    return company


def find_company(company_id: int) -> Company:
    """One company; DomainError `not_found` (404)."""
    found = Company.objects.filter(pk=company_id).select_related("owner").first()
    if found is None:
        raise DomainError("not_found", "There is no such company.", status=404)
    return found


def companies_found(words: str = "") -> QuerySet[Company]:
    """Those whose name or domain holds the words, by name."""
    found = Company.objects.select_related("owner").prefetch_related("domains")
    if not words:
        return found
    key = company_key(words)
    by_domain = CompanyDomain.objects.filter(domain__icontains=words.strip()).values("company")
    named = found.filter(name_key__contains=key) if key else found.none()
    return named | found.filter(pk__in=by_domain)


def _domains(told: Sequence[str]) -> list[str]:
    """The domains in what was typed: addresses and websites count as their domain."""
    found = []
    for text in told:
        domain = domain_of(text)
        if not domain or len(domain) > LONGEST_DOMAIN or " " in domain:
            raise DomainError("invalid", f"“{text[:60]}” is no domain.", field="domains")
        if domain in FREE_MAIL:
            sentence = f"{domain} gives mail to everybody: it tells no company."
            raise DomainError("invalid", sentence, field="domains")
        found.append(domain)
    if len(found) > MOST_DOMAINS:
        raise DomainError("invalid", f"At most {MOST_DOMAINS} domains.", field="domains")
    return sorted(set(found))


def _whose(domains: Sequence[str], company: Company) -> str:
    taken = CompanyDomain.objects.filter(domain__in=domains).exclude(company=company)
    row = taken.select_related("company").first()
    return f"{row.domain} belongs to {row.company} already." if row else "It is in use already."


def _taken(sentence: str, field: str) -> DomainError:
    return DomainError("already_exists", sentence, status=409, field=field)
