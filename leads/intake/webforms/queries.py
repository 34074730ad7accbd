"""Reading forms for the people who keep them."""

from dataclasses import dataclass

from django.db.models import Count

from leads.handoff.consents import Consent
from leads.intake.models import Form
from leads.intake.quarantine.models import Origin, Quarantined
from leads.intake.webforms.tongues import tongue_of


@dataclass(frozen=True)
class Line:
    """One form in the list."""

    slug: str
    title: str
    marketer: str
    source: str
    campaign: str
    language: str
    active: bool
    sites: int
    aside: int


def lines() -> list[Line]:
    """Every form, by its title, with how much of it waits in the quarantine."""
    aside = Quarantined.objects.waiting().filter(origin=Origin.FORM).order_by()
    waiting = dict(aside.values_list("place").annotate(n=Count("pk")))
    return [
        Line(
            slug=form.slug,
            title=form.title,
            marketer=str(form.marketer),
            source=form.source,
            campaign=form.campaign,
            language=tongue_of(form.language).name,
            active=form.active,
            sites=len(form.origins),
            aside=waiting.get(f"Form {form.slug}", 0),
        )
        for form in Form.objects.select_related("marketer")
    ]


@dataclass(frozen=True)
class Words:
    """One version of what people agree to, and how many did."""

    number: int
    text: str
    since: str
    by: str
    leads: int


def words_of(form: Form) -> list[Words]:
    """The versions, last first."""
    versions = list(form.consents.select_related("made_by").order_by("-number"))
    counted = Consent.objects.filter(version__in={one.version for one in versions}).order_by()
    agreed = dict(counted.values_list("version").annotate(n=Count("lead", distinct=True)))
    return [
        Words(
            number=one.number,
            text=one.text,
            since=f"{one.since:%Y-%m-%d}",
            by=str(one.made_by or "LeadBridge"),
            leads=agreed.get(one.version, 0),
        )
        for one in versions
    ]
