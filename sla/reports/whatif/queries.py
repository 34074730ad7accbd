"""Reading what was asked of the past: one's own, and everybody's for who sees every lead."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import sees_every_lead, sees_figures
from leadbridge.people.models import Team, User
from sla.clocks.models import Clock
from sla.clocks.queries import clocks_visible_to
from sla.reports.whatif.models import WhatIf

MOST_SHOWN = 200


def whatifs_for(user: User) -> QuerySet[WhatIf]:
    """What somebody may read of it: of one's own only what counts teams that one still manages."""
    rows = WhatIf.objects.select_related("asked_by").order_by("-asked_at", "-pk")
    if not sees_figures(user):
        return rows.none()
    if sees_every_lead(user):
        return rows
    teams = list(Team.objects.filter(manager=user).values_list("pk", flat=True))
    return rows.filter(asked_by=user, team_ids__contained_by=teams)


def get_whatif_for(user: User, number: str) -> WhatIf:
    """One by its id; DomainError `not_found` (404) where there is none to be seen."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    found = whatifs_for(user).filter(pk=int(number)).first() if plain else None
    if found is None:
        raise DomainError("not_found", "There is no such what-if.", status=404)
    return found


def result_for(user: User, asked: WhatIf) -> dict[str, Any]:
    """A result with the ids of those clocks alone that somebody may see; the counts stay."""
    result: dict[str, Any] = asked.result
    if sees_every_lead(user) or not result:
        return result
    sides = ("won", "lost")
    ids = [clock_id for side in sides for clock_id, _ in result[side]["clocks"]]
    seen = set(clocks_visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    kept = {
        side: {**result[side], "clocks": [one for one in result[side]["clocks"] if one[0] in seen]}
        for side in sides
    }
    return {**result, **kept}


def named_clocks(user: User, listed: Sequence[Sequence[int]]) -> list[Clock]:
    """Clocks of a result that somebody may see, as far as a page lists them."""
    ids = [clock_id for clock_id, _ in listed]
    return list(clocks_visible_to(user).filter(pk__in=ids).order_by("pk")[:MOST_SHOWN])
