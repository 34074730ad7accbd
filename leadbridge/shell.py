"""What the frame of every page shows: the pages somebody may open, and the proof in the corner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import IntegerField, Subquery
from django.http import HttpRequest, HttpResponse

from leadbridge.demo.organisation import WHAT_THEY_ARE, find_cast
from leadbridge.kernel.http import is_live
from leadbridge.kernel.time import utc_text
from leadbridge.kernel.words import duration_words
from leadbridge.people.access import (
    brings_leads,
    keeps_forms,
    keeps_reasons,
    sees_figures,
    sees_quarantine,
)
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.queries import late_leads
from leads.intake.quarantine.models import Quarantined
from sla.clocks.models import Heartbeat

PATIENCE = 6  # sweeps that may be missed before the corner says so


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of base.html; where nobody is signed in, only who could be, in a demo."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or getattr(request, "now", None) is None:
        return {"demo_accounts": demo_accounts}
    return {"shell": Shell(request, user), "currency": settings.CURRENCY}


def demo_accounts() -> list[tuple[str, str]]:
    """The people of a demo for its sign-in page, asked for by that page alone; else nobody."""
    return list(WHAT_THEY_ARE.items()) if find_cast() else []


class SweepMiddleware:
    """Tells a live screen when the sweep last ran, so that the age in its corner stays true.

    In a header, because a new age alone is no reason to draw anything anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_live(request) and (swept := utc_text(_swept_at())):
            response.headers["X-Swept-At"] = swept
        return response


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation; `count` is of leads that are late for this very person."""

    id: str
    name: str
    url: str
    current: bool
    count: int = 0
    tone: str = "late"
    wide: bool = False
    section: str = ""


@dataclass(frozen=True)
class Sweep:
    """The sweep in words. `at` is counted on by the browser."""

    at: str
    ago: str
    stalled: bool


class Shell:
    """Asked by the template only as far as it draws it: a fragment costs none of its queries."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.now: datetime = request.now  # type: ignore[attr-defined]  # set by NowMiddleware
        self.path = request.path
        self.user = user

    @cached_property
    def nav(self) -> list[Entry]:
        """The pages this person works on, each with how many of their leads are late."""
        late, aside = late_counts(self.user, self.now)
        pages = []
        if self.user.is_sales:
            pages.append(self._entry("inbox", "Inbox", late))
        own = late if self.user.is_marketing else 0
        pages.append(self._entry("handoffs", "Handoffs", own))
        if sees_quarantine(self.user):
            pages.append(self._entry("quarantine", "Quarantine", aside))
        reads_figures = sees_figures(self.user)
        if reads_figures:
            pages.append(self._entry("sla", "SLA"))
        if brings_leads(self.user):
            pages.append(self._entry("import", "Import", wide=True, section="Coming in"))
        pages.append(
            self._entry("definition", "Qualified lead", wide=True, section="Agreed together")
        )
        pages.append(self._entry("agreement", "SLA agreement", wide=True))
        pages.append(self._entry("routing", "Routing", wide=True))
        pages.append(self._entry("disputes", "Disputes", wide=True))
        pages.append(self._entry("campaigns", "Campaigns", wide=True))
        pages.append(self._entry("companies", "Companies", wide=True))
        # As duplicates.queries.joins_leads says it, without asking for the teams once more.
        if reads_figures and not self.user.is_administrator:
            pages.append(self._entry("duplicates", "Same person?", wide=True))
        if keeps_reasons(self.user):
            pages.append(self._entry("settings/reasons", "Reasons", wide=True))
        if reads_figures:
            pages.append(self._entry("settings/fields", "Own fields", wide=True))
        if reads_figures:
            pages.append(self._entry("definition/backtests", "Backtests", wide=True))
            pages.append(self._entry("reports/disagreement", "Disagreement", wide=True))
        pages.append(self._entry("people", "People", wide=True, section="Shared"))
        pages.append(self._entry("calendars", "Calendars", wide=True))
        if keeps_forms(self.user):
            pages.append(self._entry("forms", "Web forms", wide=True))
        if reads_figures:
            pages.append(self._entry("status", "Status", wide=True, section="Running"))
        return pages

    @property
    def daily(self) -> list[Entry]:
        """What somebody opens every day, with its count."""
        return [entry for entry in self.nav if not entry.wide]

    @property
    def seldom(self) -> list[Entry]:
        """The rest, in its sections."""
        return [entry for entry in self.nav if entry.wide]

    def _entry(
        self, name: str, label: str, count: int = 0, *, wide: bool = False, section: str = ""
    ) -> Entry:
        url, current = f"/{name}/", self.path.startswith(f"/{name}/")
        return Entry(name.replace("/", "-"), label, url, current, count, wide=wide, section=section)

    @cached_property
    def sweep(self) -> Sweep | None:
        """When the sweep last ran, None before its first run."""
        at = _swept_at()
        if at is None:
            return None
        age = self.now - at
        return Sweep(
            at.isoformat(),
            duration_words(age.total_seconds()),
            age > timedelta(seconds=PATIENCE * settings.SWEEP_SECONDS),
        )

    @cached_property
    def all_accounted_for(self) -> bool:
        """No open lead is without a promise that somebody has to keep."""
        return not Lead.objects.open().filter(next_due_at=None).exists()


class _Counted(Subquery):
    """How many rows a query has, as part of another."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def late_counts(user: User, now: datetime) -> tuple[int, int]:
    """How many leads, and how many things in the quarantine, wait for this very person past their
    time; one query, because every page asks."""
    late, aside = late_leads(user, now), Quarantined.objects.owned_by(user).late(now)
    here = User.objects.filter(pk=user.pk)
    found = here.values_list(_Counted(late.values("pk")), _Counted(aside.values("pk"))).first()
    return found or (0, 0)


def _swept_at() -> datetime | None:
    return Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
