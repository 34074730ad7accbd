"""Reading what was asked of the past: one's own, and everybody's for who sees every lead."""

from collections.abc import Sequence

from django.db.models import QuerySet

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import sees_every_lead, sees_figures
from leadbridge.people.models import User
from sla.clocks.models import Clock
from sla.clocks.queries import clocks_visible_to
from sla.reports.whatif.models import WhatIf

MOST_SHOWN = 200


def whatifs_for(user: User) -> QuerySet[WhatIf]:
    """What somebody may read of it."""
    rows = WhatIf.objects.select_related("asked_by").order_by("-asked_at", "-pk")
    if not sees_figures(user):
        return rows.none()
    return rows if sees_every_lead(user) else rows.filter(asked_by=user)


def get_whatif_for(user: User, number: str) -> WhatIf:
    """One by its id; DomainError `not_found` (404) where there is none to be seen."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    found = whatifs_for(user).filter(pk=int(number)).first() if plain else None
    if found is None:
        raise DomainError("not_found", "There is no such what-if.", status=404)
    return found


def named_clocks(user: User, listed: Sequence[Sequence[int]]) -> list[Clock]:
    """Clocks of a result that somebody may see, as far as a page lists them."""
    ids = [clock_id for clock_id, _ in listed]
    return list(clocks_visible_to(user).filter(pk__in=ids).order_by("pk")[:MOST_SHOWN])
