"""How many leads campaigns brought since they began: asked of whoever registered to keep count,
since one may have brought a million; else of the leads themselves."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import Count

from leads.handoff.models import Lead
from leads.handoff.stages import Stage

Counting = Callable[[datetime], Mapping[int, int]]
_registered: list[Counting] = []


def register_counting(counting: Counting) -> None:
    """Say how to count the leads of all campaigns by now; the last word counts."""
    _registered[:] = [counting]


def brought_by(now: datetime) -> Mapping[int, int]:
    """The leads of each campaign. One that was merged counts with the lead that it became."""
    for counting in _registered:
        return counting(now)
    leads = Lead.objects.exclude(stage=Stage.MERGED).filter(campaign_row__isnull=False).order_by()
    return dict(leads.values_list("campaign_row").annotate(n=Count("pk")))
