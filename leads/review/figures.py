"""How often a contested rejection was overturned: by criterion, source and person."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q

from leadbridge.kernel.shares import Share
from leadbridge.people.models import User
from leads.handoff.disputes import Dispute, DisputeQuerySet


class By(StrEnum):
    """What the figures go by. `seller`: who said no; `marketer`: who contested it."""

    CRITERION = "criterion"
    SOURCE = "source"
    SELLER = "seller"
    MARKETER = "marketer"


COLUMNS = {
    By.CRITERION: "criterion",
    By.SOURCE: "source",
    By.SELLER: "rejected_by_id",
    By.MARKETER: "by_id",
}
PEOPLE = frozenset({By.SELLER, By.MARKETER})


@dataclass(frozen=True)
class Line:
    """One criterion, source or person: settled disputes by how they were settled."""

    key: str
    name: str
    upheld: int
    overturned: int
    split: int

    @property
    def n(self) -> int:
        """All on which both sides ruled."""
        return self.upheld + self.overturned + self.split

    @property
    def share(self) -> Share:
        """Overturned by both, of all that were ruled on."""
        return Share(self.overturned, self.n)


def tally(found: DisputeQuerySet, by: By) -> list[Line]:
    """The settled ones among these, most first."""
    column = COLUMNS[by]
    rows = (
        found.settled()
        .order_by()
        .values_list(column)
        .annotate(
            **{
                outcome: Count("pk", filter=Q(outcome=outcome))
                for outcome in Dispute.Outcome.values
            }
        )
    )
    counted = {key: counts for key, *counts in rows}
    names = _names(found, by, list(counted))
    lines = [
        Line(str(key if key is not None else ""), names.get(key, "") or str(key or ""), *counts)
        for key, counts in counted.items()
    ]
    return sorted(lines, key=lambda line: (-line.n, line.name.casefold()))


def _names(found: DisputeQuerySet, by: By, keys: list[object]) -> dict[object, str]:
    if by in PEOPLE:
        people = User.objects.filter(pk__in=[key for key in keys if key is not None])
        return {user.pk: str(user) for user in people}
    if by is By.SOURCE:
        return {}
    named = found.exclude(sentence="").order_by("id").values_list("criterion", "sentence")
    return {"": "No criterion named", **dict(named)}
