"""In what capacity a person acts on a lead, and what they may therefore do now."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.conf import settings

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.people.access import Viewer, viewer_of
from leadbridge.people.models import Role, Side, User
from leads.handoff.bars import side_of, why_barred
from leads.handoff.models import Lead
from leads.handoff.stages import (
    LABELS,
    SALES_STAGES,
    UNDO_WINDOW,
    UNDOABLE,
    Action,
    Party,
    Row,
    Stage,
    row_for,
)

WITH_SALES = SALES_STAGES | {Stage.WON, Stage.LOST}
DECISIONS = {"accept": "accepted", "reject": "rejected"}


class Standing(Protocol):
    """What of a lead decides in what capacity somebody acts on it."""

    @property
    def stage(self) -> str: ...
    @property
    def holder_id(self) -> int | None: ...
    @property
    def team_id(self) -> int: ...


def manages_anything(viewer: Viewer) -> bool:
    """Heads a side or manages a team."""
    heads = viewer.user.role in (Role.MARKETING_HEAD, Role.SALES_HEAD)
    return heads or bool(viewer.managed_ids)


# In the order of what it costs to ask: teams are read only where role and holder do not decide.
_ACTS_AS: dict[Party, Callable[[Standing, Viewer], bool]] = {
    Party.MARKETER: lambda lead, viewer: viewer.user.is_marketing,
    Party.ADMINISTRATOR: lambda lead, viewer: viewer.user.is_administrator,
    Party.HOLDER: lambda lead, viewer: (
        lead.holder_id == viewer.user.pk and lead.stage not in (Stage.MERGED, Stage.ERASED)
    ),
    Party.POOL_MEMBER: lambda lead, viewer: (
        lead.holder_id is None and lead.team_id in viewer.team_ids
    ),
    Party.SALES_MANAGER: lambda lead, viewer: (
        lead.stage in WITH_SALES and viewer.manages(lead.team_id, Side.SALES)
    ),
    Party.MANAGER: lambda lead, viewer: manages_anything(viewer),
    Party.SIDE_MANAGER: lambda lead, viewer: (
        bool(side_of(viewer.user)) and manages_anything(viewer)
    ),
}


def parties_of(lead: Standing, viewer: Viewer | None) -> frozenset[Party]:
    """All capacities of a person towards a lead; None is the system itself."""
    if viewer is None:
        return frozenset({Party.SYSTEM})
    return frozenset(party for party, acts_as in _ACTS_AS.items() if acts_as(lead, viewer))


def _may(lead: Lead, row: Row, actor: User | None) -> bool:
    if actor is None:
        return Party.SYSTEM in row.by
    viewer = viewer_of(actor)
    return any(acts_as(lead, viewer) for party, acts_as in _ACTS_AS.items() if party in row.by)


def permit(lead: Lead, action: Action, *, actor: User | None, now: datetime) -> Row:
    """The line of the table by which `actor` may do this now.

    DomainError `already_decided` (409) where somebody was quicker, `not_allowed` (409) where the
    stage does not lead there, `forbidden` (403) where it does but not for this person.
    """
    row = row_for(action, Stage(lead.stage))
    if row is None:
        raise _refusal(lead, action, actor)
    if barred := why_barred(lead, action, actor, now):
        raise DomainError("not_allowed", barred, status=409)
    if not _may(lead, row, actor):
        raise DomainError(
            "forbidden",
            f"To {action} this lead is for its {' or '.join(sorted(row.by))}.",
            status=403,
        )
    return row


def _refusal(lead: Lead, action: Action, actor: User | None) -> DomainError:
    if action in DECISIONS and lead.decision and lead.decided_at:
        who = "you" if lead.decided_by == actor else str(lead.decided_by or "LeadBridge")
        zone = (actor.time_zone if actor else "") or settings.TIME_ZONE
        return DomainError(
            "already_decided",
            f"Already {DECISIONS[lead.decision]} by {who} at "
            f"{local(lead.decided_at, zone):%H:%M on %-d %B}.",
            status=409,
            data={"by": str(lead.decided_by or ""), "at": lead.decided_at},
        )
    return DomainError(
        "not_allowed",
        f"A lead that stands at “{LABELS[Stage(lead.stage)]}” cannot be changed by {action}.",
        status=409,
        data={"stage": lead.stage},
    )


def may_undo(lead: Lead, user: User, now: datetime) -> bool:
    """The last thing that happened is a decision of this very person, not older than the window."""
    return (
        lead.last_action in UNDOABLE
        and lead.last_actor_id == user.pk
        and now - lead.changed_at <= UNDO_WINDOW
    )


def actions_for(lead: Lead, viewer: Viewer, now: datetime) -> list[str]:
    """Names of what this person may do with this lead now, in the order of the table."""
    parties = parties_of(lead, viewer)
    names = []
    for action in Action:
        if action is Action.UNDO:
            allowed = may_undo(lead, viewer.user, now)
        else:
            row = row_for(action, Stage(lead.stage))
            allowed = bool(row and row.by & parties) and not why_barred(
                lead, action, viewer.user, now
            )
        if allowed:
            names.append(action.value)
    return names
