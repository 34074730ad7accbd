"""What waits for somebody in sales: the list, its counts, and what each row says.

Two queries whatever the size of the database: the promises of a scope in the order they fall due
(straight out of the partial indexes by holder and by team), then the fifty leads of one page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace, running_face
from leadbridge.people.access import Viewer, heads_side
from leadbridge.people.http import zone_of
from leadbridge.people.models import Role, Side, Team
from leads.handoff.changes import RELIEFS
from leads.handoff.drawing import draw_cells
from leads.handoff.models import Lead
from leads.handoff.parties import parties_of
from leads.handoff.pauses import pause_words
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.stages import Action, Party, Stage, row_for

PAGE = 50
NO_RELIEF = ("", "")
# Beyond this many, the exact number tells nobody anything and would cost what it counts.
MOST_COUNTED = 1000
SOON = timedelta(hours=1)
Rows = QuerySet[Lead, tuple[Any, ...]]


class Scope(StrEnum):
    """Whose leads are listed."""

    MINE = "mine"
    TEAM = "team"
    POOL = "pool"


class Show(StrEnum):
    """Which of them."""

    ALL = ""
    OVERDUE = "overdue"
    SOON = "soon"
    DEBRIEF = "debrief"


class Due(NamedTuple):
    """One promise of the list, before its lead is read."""

    lead_id: int
    due_at: datetime | None
    changed_at: datetime
    stage: str


@dataclass(frozen=True)
class Listing:
    """The counts of a scope, and the promises on the page that was asked for."""

    overdue: int
    soon: int
    waiting: int
    shown: int
    start: int
    page: tuple[Due, ...]


def scopes_of(viewer: Viewer) -> list[Scope]:
    """The scopes somebody in sales may choose; DomainError `forbidden` for everybody else."""
    if not viewer.user.is_sales:
        raise DomainError(
            "forbidden", "The inbox belongs to sales. Your leads are under Handoffs.", status=403
        )
    leads_others = bool(viewer.managed_ids) or viewer.user.role == Role.SALES_HEAD
    return [Scope.MINE, Scope.TEAM, Scope.POOL] if leads_others else [Scope.MINE, Scope.POOL]


def list_due(
    viewer: Viewer,
    scope: Scope,
    *,
    now: datetime,
    show: Show = Show.ALL,
    q: str = "",
    page: int = 1,
) -> Listing:
    """The promises of a scope, soonest due first."""
    branches = [part.searched(q) if q else part for part in _branches(viewer, scope)]
    listed = [_shown(part, show, now) for part in branches]
    start = (max(page, 1) - 1) * PAGE
    waiting, overdue, soon = _count(branches, now)
    shown = {Show.OVERDUE: overdue, Show.SOON: soon}.get(show, waiting)
    if show is Show.DEBRIEF:
        listed = [owed_debriefs(viewer).searched(q) if q else owed_debriefs(viewer)]
        shown = listed[0].count()
    return Listing(
        overdue=overdue,
        soon=soon,
        waiting=waiting,
        shown=shown,
        start=start,
        page=tuple(_page(listed, start)),
    )


def owed_debriefs(viewer: Viewer) -> LeadQuerySet:
    """Deals that ended with this very person, who has yet to tell what they teach."""
    return Lead.objects.filter(holder=viewer.user, debrief="owed")


def _shown(branch: LeadQuerySet, show: Show, now: datetime) -> LeadQuerySet:
    match show:
        case Show.OVERDUE:
            return branch.filter(next_due_at__lt=now)
        case Show.SOON:
            return branch.filter(next_due_at__gte=now, next_due_at__lte=now + SOON)
    return branch


def _branches(viewer: Viewer, scope: Scope) -> list[LeadQuerySet]:
    """The scope as parts that do not overlap, each in the order of one index."""
    leads = Lead.objects.open()
    own_teams = sorted(viewer.team_ids | viewer.managed_ids)
    pools = [leads.filter(team=team, holder=None) for team in own_teams]
    match scope:
        case Scope.MINE:
            return [leads.filter(holder=viewer.user), *pools]
        case Scope.TEAM:
            return [leads.filter(team=team) for team in _managed(viewer)]
    return pools


def _managed(viewer: Viewer) -> list[int]:
    if heads_side(viewer.user, Side.SALES):
        return list(
            Team.objects.filter(side=Side.SALES).order_by("pk").values_list("pk", flat=True)
        )
    return sorted(viewer.managed_ids)


_COUNT = """
    SELECT count(*), count(*) FILTER (WHERE next_due_at < %s),
        count(*) FILTER (WHERE next_due_at BETWEEN %s AND %s)
    FROM ({promises}) AS promise
"""


def _count(branches: Sequence[LeadQuerySet], now: datetime) -> tuple[int, int, int]:
    """How many promises, how many are overdue, how many are due soon: read off the index alone."""
    if not branches:
        return 0, 0, 0
    parts = [part.due_first().values_list("pk", "next_due_at")[:MOST_COUNTED] for part in branches]
    sql, values = _joined(parts)[:MOST_COUNTED].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(promises=sql), [now, now, now + SOON, *values])
        waiting, overdue, soon = cursor.fetchone()
    return waiting, overdue, soon


def _page(branches: Sequence[LeadQuerySet], start: int) -> list[Due]:
    if not branches:
        return []
    columns = "pk", "next_due_at", "changed_at", "stage"
    parts = [part.due_first().values_list(*columns)[: start + PAGE] for part in branches]
    return [Due(*row) for row in _joined(parts)[start : start + PAGE]]


def _joined(parts: Sequence[Rows]) -> Rows:
    """Parts that are in order each, in order together."""
    first, *others = parts
    if not others:
        return first
    return first.union(*others, all=True).order_by("next_due_at", "pk")


class Found(NamedTuple):
    """What a row shows of a lead. As plain values: making three models of each would cost more
    than drawing it."""

    pk: int
    stage: str
    holder_id: int | None
    team_id: int
    next_kind: str
    next_started_at: datetime | None
    next_at_risk_at: datetime | None
    next_due_at: datetime | None
    company: str
    title: str
    country: str
    source: str
    campaign: str
    value: Decimal | None
    first_touch_at: datetime | None
    verdict: str
    verdict_lines: list[dict[str, Any]]
    fit: int | None
    interest: int | None
    overridden: bool
    paused_until: datetime | None
    paused_for: str
    debrief: str
    relief: str
    status_owed: bool
    person__first_name: str
    person__last_name: str
    person__email: str
    person__phone: str
    holder__first_name: str | None
    holder__last_name: str | None
    holder__username: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One lead of the list. `cells` are drawn all but the first, which shows the clock."""

    lead_id: int
    ref: str
    kind: str
    clock: ClockFace | None
    cells: SafeString


OWES_DEBRIEF = frozenset({Action.DEBRIEF})


def rows_of(page: Sequence[Due], viewer: Viewer, now: datetime) -> list[Row]:
    """The rows of a page, in its order."""
    ids = [due.lead_id for due in page]
    leads = Lead.objects.filter(pk__in=ids).values_list(*Found._fields)
    found = {row[0]: Found(*row) for row in leads}
    return [_row(found[pk], viewer, now) for pk in ids if pk in found]


def _row(lead: Found, viewer: Viewer, now: datetime) -> Row:
    ref, (tag, tone) = f"L-{lead.pk}", met_words(lead)
    person = f"{lead.person__first_name} {lead.person__last_name}".strip()
    person = person or lead.person__email or lead.person__phone or "Somebody"
    cells = draw_cells(
        url=f"/leads/{ref}/",
        company=lead.company or person,
        who=joined(person if lead.company else "", lead.title, lead.country),
        holder=_holder_words(lead, viewer),
        pause=_standing_words(lead, zone_of(viewer.user), now),
        relief=RELIEFS.get(lead.relief, NO_RELIEF)[0],
        tag=tag,
        tone=tone,
        why=f"Fit {lead.fit} · Interest {lead.interest}" if lead.fit is not None else "",
        source=joined(lead.source, lead.campaign),
        value=money_words(lead.value, settings.CURRENCY),
        buttons=OWES_DEBRIEF
        if lead.debrief == "owed"
        else _buttons(lead.stage, parties_of(lead, viewer), lead.first_touch_at is not None),
    )
    return Row(lead.pk, ref, lead.next_kind, face_of(lead, zone_of(viewer.user), now), cells)


def _standing_words(lead: Found, zone: str, now: datetime) -> tuple[str, str]:
    """What else is to know of a lead: that marketing waits for a word, or that it stands still."""
    if lead.status_owed:
        return "Status asked", "marketing would like to know how it stands"
    return pause_words(lead, zone, now)


@lru_cache(maxsize=1024)
def _buttons(stage: str, parties: frozenset[Party], touched: bool) -> frozenset[Action]:
    """Which of the three actions of a row this person may take; few combinations exist."""
    wanted = (Action.ACCEPT, Action.REJECT, Action.TOUCH)
    rows = {action: row_for(action, Stage(stage)) for action in wanted}
    allowed = {action for action, row in rows.items() if row and row.by & parties}
    return frozenset(allowed - {Action.REJECT} if touched else allowed)


def _holder_words(lead: Found, viewer: Viewer) -> str:
    """Whose lead it is, where it is not simply one's own."""
    if lead.holder_id is None:
        return "Pool"
    if lead.holder_id == viewer.user.pk:
        return ""
    return (
        f"{lead.holder__first_name} {lead.holder__last_name}".strip() or lead.holder__username or ""
    )


class Promised(Protocol):
    """The promise that is due next on a lead."""

    @property
    def next_started_at(self) -> datetime | None: ...
    @property
    def next_at_risk_at(self) -> datetime | None: ...
    @property
    def next_due_at(self) -> datetime | None: ...


def face_of(lead: Promised, zone: str, now: datetime) -> ClockFace | None:
    """The clock that is due next on a lead, for somebody who reads times in `zone`."""
    if not (lead.next_due_at and lead.next_at_risk_at and lead.next_started_at):
        return None
    return running_face(
        start=lead.next_started_at,
        risk=lead.next_at_risk_at,
        due=local(lead.next_due_at, zone),
        now=now,
    )


def who_words(lead: Lead) -> str:
    """The person behind the company: name, function, country, as far as they are known."""
    return joined(str(lead.person) if lead.company else "", lead.title, lead.country)


def joined(*words: str) -> str:
    """What is known, side by side."""
    return " · ".join(filter(None, words))


class Judged(Protocol):
    """What the definition said of a lead."""

    @property
    def verdict(self) -> str: ...
    @property
    def verdict_lines(self) -> list[dict[str, Any]]: ...
    @property
    def overridden(self) -> bool: ...


def met_words(lead: Judged) -> tuple[str, str]:
    """How many criteria speak for a lead ("9 of 10"), and in which tone to say it."""
    lines = lead.verdict_lines
    if not lines:
        return "not judged", ""
    met = sum(line["outcome"] == "met" and line["points"] >= 0 for line in lines)
    tag = f"{met} of {len(lines)}"
    if lead.overridden:
        return f"{tag} · override", "risk"
    return tag, "ok" if lead.verdict == "yes" else ""
