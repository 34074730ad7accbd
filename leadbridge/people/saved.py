"""Filters that people keep under a name: saving, renaming, sharing, forgetting and opening them.

A page's filters are its address. What a filter names may vanish (a team, a person): the room of
the page says which ones do, and a view is opened without those, saying so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Q, QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import teams_led_by
from leadbridge.people.models import SavedView, Team, User

LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS = 60, 1000, 50
# Parameters that are no filters: the place in a list, a file, what a screen asks again with.
PASSING = frozenset({"page", "stamp", "format", "table", "view"})

Reader = Callable[[User, Mapping[str, str], datetime], Collection[str]]
"""Names of the filters that say nothing any more to this person."""


@dataclass(frozen=True)
class Page:
    """A page whose filters can be saved."""

    label: str
    path: str


PAGES: Mapping[str, Page] = {
    "handoffs": Page("Handoffs", "/handoffs/"),
    "sla": Page("SLA", "/sla/"),
    "breaches": Page("Breaches", "/sla/breaches/"),
    "clocks": Page("Clocks", "/sla/clocks/"),
    "quarantine": Page("Quarantine", "/quarantine/"),
}
_READERS: dict[str, Reader] = {}


def register_reader(page: str, reader: Reader) -> None:
    """Tell which filters of a page vanished; pages without one keep theirs."""
    _READERS[page] = reader


def views_for(user: User) -> QuerySet[SavedView]:
    """One's own, and those shared with a team that one is in or leads."""
    teams = Q(team__memberships__user=user) | Q(team__in=teams_led_by(user))
    found = SavedView.objects.filter(Q(owner=user) | teams)
    return found.select_related("owner", "team").order_by("name", "pk").distinct()


def get_view_for(user: User, view_id: int) -> SavedView:
    """One of them; DomainError `not_found` (404) for one that is not theirs to know about."""
    found = views_for(user).filter(pk=view_id).first()
    if found is None:
        raise DomainError("not_found", "There is no such view.", status=404)
    return found


def page_of(key: str) -> Page:
    """A page by its name; DomainError `not_found` (404) for one whose filters are not kept."""
    if key not in PAGES:
        raise DomainError("not_found", "The filters of this page cannot be saved.", status=404)
    return PAGES[key]


def filters_of(query: str) -> dict[str, str]:
    """The filters of an address, by name."""
    pairs = parse_qsl(query.removeprefix("?"), max_num_fields=50)
    return {name: value for name, value in pairs if name not in PASSING and "\0" not in value}


def save_view(
    *, actor: User, now: datetime, page: str, name: str, query: str, team_id: int | None = None
) -> SavedView:
    """Keep filters under a name; with `team_id` for all of a team that the actor leads."""
    page_of(page)
    try:
        kept = urlencode(filters_of(query))
    except ValueError:
        raise DomainError("invalid", "These are too many filters.", field="query") from None
    if len(kept) > LONGEST_QUERY:
        raise DomainError("invalid", "These filters are too long to be kept.", field="query")
    team = _led_team(actor, team_id)
    with transaction.atomic():
        _lock(actor)
        _require_room(actor, page)
        return SavedView.objects.create(
            owner=actor, team=team, page=page, name=_free_name(actor, page, name), query=kept,
            saved_at=now,
        )  # fmt: skip


def rename_view(*, view_id: int, actor: User, name: str) -> SavedView:
    """Call a view of one's own otherwise."""
    with transaction.atomic():
        _lock(actor)
        view = _own(actor, view_id)
        view.name = _free_name(actor, view.page, name, besides=view.pk)
        view.save(update_fields=["name"])
        return view


def delete_view(*, view_id: int, actor: User) -> SavedView:
    """Forget a view of one's own; whom it was shared with has it no longer."""
    with transaction.atomic():
        _lock(actor)
        view = _own(actor, view_id)
        SavedView.objects.filter(pk=view.pk).delete()
        return view


def make_usual(*, view_id: int, actor: User, usual: bool) -> SavedView:
    """Let the page open with a view of one's own, or no longer."""
    with transaction.atomic():
        _lock(actor)
        view = _own(actor, view_id)
        SavedView.objects.filter(owner=actor, page=view.page, usual=True).update(usual=False)
        SavedView.objects.filter(pk=view.pk).update(usual=usual)
        view.usual = usual
        return view


def vanished_in(view: SavedView, user: User, now: datetime) -> list[str]:
    """Names of the filters of a view that say nothing any more to this person."""
    reader, given = _READERS.get(view.page), filters_of(view.query)
    return sorted(set(reader(user, given, now)) & given.keys()) if reader else []


def address_of(view: SavedView, vanished: Collection[str] = ()) -> str:
    """The page with the filters of a view, but those that vanished."""
    kept = {name: value for name, value in filters_of(view.query).items() if name not in vanished}
    return f"{page_of(view.page).path}?{urlencode({**kept, 'view': view.pk})}"


def _lock(actor: User) -> None:
    """One change of somebody's views at a time, so that names stay free and one is the usual."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)


def _own(actor: User, view_id: int) -> SavedView:
    view = get_view_for(actor, view_id)
    if view.owner_id != actor.pk:
        raise DomainError("forbidden", f"{view.owner} shared this view and keeps it.", status=403)
    return view


def _led_team(actor: User, team_id: int | None) -> Team | None:
    if team_id is None:
        return None
    team = teams_led_by(actor).filter(pk=team_id).first()
    if team is None:
        raise DomainError("forbidden", "A view is shared by who leads the team.", status=403)
    return team


def _free_name(actor: User, page: str, name: str, besides: int = 0) -> str:
    said = " ".join(name.replace("\0", "").split())
    if not said or len(said) > LONGEST_NAME:
        cure = f"Give it a name of up to {LONGEST_NAME} characters."
        raise DomainError("invalid", cure, field="name")
    same = SavedView.objects.filter(owner=actor, page=page, name=said).exclude(pk=besides)
    if same.exists():
        raise DomainError("invalid", "You have a view of this name already.", field="name")
    return said


def _require_room(actor: User, page: str) -> None:
    if SavedView.objects.filter(owner=actor, page=page).count() >= MOST_VIEWS:
        raise DomainError("invalid", f"More than {MOST_VIEWS} views of a page are not kept.")
