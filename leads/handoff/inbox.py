"""What waits for somebody in sales: the list, its counts, and what each row says.

Two queries whatever the size of the database: the promises of a scope in the order they fall due
(straight out of the partial indexes by holder and by team), then the fifty leads of one page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from django.conf import settings

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace, running_face
from leadbridge.people.access import Viewer, heads_side
from leadbridge.people.http import zone_of
from leadbridge.people.models import Role, Side, Team
from leads.handoff.models import Lead
from leads.handoff.parties import parties_of
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.stages import Action, Party, Stage, row_for

PAGE = 50
# Beyond this many, the exact number tells nobody anything and would cost what it counts.
MOST_COUNTED = 1000
SOON = timedelta(hours=1)

# What a row shows: fetching the other forty columns would cost more than drawing it.
ROW_FIELDS = (
    "stage", "team", "next_kind", "next_started_at", "next_at_risk_at", "next_due_at",
    "company", "title", "country", "source", "campaign", "value", "first_touch_at",
    "verdict", "verdict_lines", "fit", "interest", "overridden",
    "person__first_name", "person__last_name", "person__email", "person__phone",
    "holder__first_name", "holder__last_name", "holder__username",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Due:
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

    @property
    def more(self) -> bool:
        """Is there a page after this one?"""
        return self.start + len(self.page) < self.shown


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
    found = _promises(_branches(viewer, scope), q)
    overdue = [due for due in found if due.due_at and due.due_at < now]
    soon = [due for due in found if due.due_at and now <= due.due_at <= now + SOON]
    shown = {Show.ALL: found, Show.OVERDUE: overdue, Show.SOON: soon}[show]
    start = (max(page, 1) - 1) * PAGE
    return Listing(
        overdue=len(overdue),
        soon=len(soon),
        waiting=len(found),
        shown=len(shown),
        start=start,
        page=tuple(shown[start : start + PAGE]),
    )


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


def _promises(branches: Sequence[LeadQuerySet], q: str) -> list[Due]:
    found = []
    for branch in branches:
        part = branch.searched(q) if q else branch
        columns = part.due_first().values_list("pk", "next_due_at", "changed_at", "stage")
        found.append(columns[:MOST_COUNTED])
    if len(found) > 1:
        joined = found[0].union(*found[1:], all=True)
        found = [joined.order_by("next_due_at", "pk")[:MOST_COUNTED]]
    return [Due(*row) for part in found for row in part]


@dataclass(frozen=True, slots=True)
class Row:
    """One lead of the list, in words; `url` ends in a slash."""

    ref: str
    url: str
    company: str
    who: str
    clock: ClockFace | None
    kind: str
    tag: str
    tone: str
    why: str
    source: str
    value: str
    holder: str
    can_accept: bool
    can_reject: bool
    can_touch: bool


def rows_of(page: Sequence[Due], viewer: Viewer, now: datetime) -> list[Row]:
    """The rows of a page, in its order."""
    ids = [due.lead_id for due in page]
    leads = Lead.objects.filter(pk__in=ids).select_related("person", "holder").only(*ROW_FIELDS)
    found = {lead.pk: lead for lead in leads}
    return [_row(found[pk], viewer, now) for pk in ids if pk in found]


def _row(lead: Lead, viewer: Viewer, now: datetime) -> Row:
    tag, tone = met_words(lead)
    buttons = _buttons(lead.stage, parties_of(lead, viewer), lead.first_touch_at is not None)
    return Row(
        ref=lead.ref,
        url=f"/leads/{lead.ref}/",
        company=lead.name,
        who=who_words(lead),
        clock=face_of(lead, zone_of(viewer.user), now),
        kind=lead.next_kind,
        tag=tag,
        tone=tone,
        why=f"Fit {lead.fit} · Interest {lead.interest}" if lead.fit is not None else "",
        source=" · ".join(filter(None, (lead.source, lead.campaign))),
        value=money_words(lead.value, settings.CURRENCY),
        holder=holder_words(lead, viewer),
        can_accept=Action.ACCEPT in buttons,
        can_reject=Action.REJECT in buttons,
        can_touch=Action.TOUCH in buttons,
    )


@lru_cache(maxsize=1024)
def _buttons(stage: str, parties: frozenset[Party], touched: bool) -> frozenset[Action]:
    """Which of the three actions of a row this person may take; few combinations exist."""
    wanted = (Action.ACCEPT, Action.REJECT, Action.TOUCH)
    rows = {action: row_for(action, Stage(stage)) for action in wanted}
    allowed = {action for action, row in rows.items() if row and row.by & parties}
    return frozenset(allowed - {Action.REJECT} if touched else allowed)


def face_of(lead: Lead, zone: str, now: datetime) -> ClockFace | None:
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
    named = str(lead.person) if lead.company else ""
    return " · ".join(filter(None, (named, lead.title, lead.country)))


def holder_words(lead: Lead, viewer: Viewer) -> str:
    """Whose lead it is, where it is not simply one's own."""
    if lead.holder is None:
        return "Pool"
    return "" if lead.holder_id == viewer.user.pk else str(lead.holder)


def met_words(lead: Lead) -> tuple[str, str]:
    """How many criteria speak for a lead ("9 of 10"), and in which tone to say it."""
    lines = lead.verdict_lines
    if not lines:
        return "not judged", ""
    met = sum(line["outcome"] == "met" and line["points"] >= 0 for line in lines)
    tag = f"{met} of {len(lines)}"
    if lead.overridden:
        return f"{tag} · override", "risk"
    return tag, "ok" if lead.verdict == "yes" else ""
