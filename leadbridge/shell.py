"""What the frame of every page shows: the pages somebody may open, and the proof in the corner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
    current: bool = False
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
        """The pages this person works on, each with how many of their leads are late; of two
        whose addresses begin like this page's, the longer one is where they are."""
        entries = [*self._daily(), *self._seldom()]
        around = [entry.url for entry in entries if self.path.startswith(entry.url)]
        here = max(around, key=len, default="")
        return [replace(entry, current=entry.url == here) for entry in entries]

    def _daily(self) -> Iterator[Entry]:
        late, aside = late_counts(self.user, self.now)
        if self.user.is_sales:
            yield self._entry("inbox", "Inbox", late)
        yield self._entry("handoffs", "Handoffs", late if self.user.is_marketing else 0)
        if sees_quarantine(self.user):
            yield self._entry("quarantine", "Quarantine", aside)
        if self.reads_figures:
            yield self._entry("sla", "SLA")

    def _seldom(self) -> Iterator[Entry]:
        """Each section with those of its pages that this person may open."""
        for section, pages in SELDOM:
            shown = [page for page in pages if page.may is None or page.may(self)]
            for number, page in enumerate(shown):
                yield self._entry(
                    page.name, page.label, wide=True, section="" if number else section
                )

    @cached_property
    def reads_figures(self) -> bool:
        """May this person open the pages of figures? Asked for many entries, read once."""
        return sees_figures(self.user)

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
        shown = name.replace("/", "-")
        return Entry(shown, label, f"/{name}/", count=count, wide=wide, section=section)

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


@dataclass(frozen=True)
class Seldom:
    """A page that is opened now and then; `may` None is everybody's."""

    name: str
    label: str
    may: Callable[[Shell], bool] | None = None


def _reads(shell: Shell) -> bool:
    return shell.reads_figures


def _joins(shell: Shell) -> bool:
    """As duplicates.queries.joins_leads says it, without asking for the teams once more."""
    return shell.reads_figures and not shell.user.is_administrator


SELDOM: tuple[tuple[str, tuple[Seldom, ...]], ...] = (
    (
        "Coming in",
        (
            Seldom("import", "Import", lambda shell: brings_leads(shell.user)),
            Seldom("forms", "Web forms", lambda shell: keeps_forms(shell.user)),
            Seldom("campaigns", "Campaigns"),
            Seldom("companies", "Companies"),
            Seldom("duplicates", "Same person?", _joins),
            Seldom("routing", "Routing"),
        ),
    ),
    (
        "Agreed together",
        (
            Seldom("definition", "Qualified lead"),
            Seldom("agreement", "SLA agreement"),
            Seldom("disputes", "Disputes"),
            Seldom("settings/reasons", "Reasons", lambda shell: keeps_reasons(shell.user)),
            Seldom("settings/fields", "Own fields", _reads),
        ),
    ),
    (
        "What outcomes teach",
        (
            Seldom("scorecard", "Scorecard", _reads),
            Seldom("mine", "My promises", lambda shell: shell.user.is_sales),
            Seldom("definition/backtests", "Backtests", _reads),
            Seldom("reports/disagreement", "Disagreement", _reads),
            Seldom("sla/whatif", "What if", _reads),
            Seldom("sla/audit", "Audit of a past", _reads),
        ),
    ),
    (
        "Shared",
        (
            Seldom("people", "People"),
            Seldom("settings/webhooks", "Webhooks", lambda shell: shell.user.is_administrator),
            Seldom("calendars", "Calendars"),
            Seldom("status", "Status", _reads),
        ),
    ),
)
