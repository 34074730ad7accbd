"""By what a figure is broken down: an expression over clocks, and the words for its values."""

from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, TruncWeek

from leadbridge.people.models import Team, User

NO_TIER = "none"


class By(StrEnum):
    """What a breakdown goes by."""

    TEAM = "team"
    HOLDER = "holder"
    SOURCE = "source"
    WEEK = "week"
    KIND = "kind"
    TIER = "tier"


def key_of(by: By) -> Combinable:
    """The text that clocks of one group share. A pool is `pool-` and the team's id; a week is the
    Monday on which it begins, where the organisation is."""
    match by:
        case By.TEAM:
            return Cast("team_id", TextField())
        case By.HOLDER:
            pool = Concat(Value("pool-"), Cast("team_id", TextField()))
            return Coalesce(Cast("holder_id", TextField()), pool, output_field=TextField())
        case By.SOURCE:
            return F("lead__source")
        case By.WEEK:
            monday = TruncWeek("due_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
            return Func(monday, Value("YYYY-MM-DD"), function="to_char", output_field=TextField())
        case By.KIND:
            return F("kind")
        case By.TIER:
            tier = Cast("tier", TextField())
            return Coalesce(tier, Value(NO_TIER), output_field=TextField())


def names_of(by: By, keys: list[str]) -> dict[str, str]:
    """The words for keys; what has no better name is called by its key."""
    if by is By.TEAM:
        found = Team.objects.filter(pk__in=[int(key) for key in keys])
        return {str(team.pk): team.name for team in found}
    if by is By.TIER:
        return {key: "No tier" if key == NO_TIER else f"Tier {key}" for key in keys}
    if by is not By.HOLDER:
        return {key: key for key in keys}
    people = User.objects.filter(pk__in=[int(key) for key in keys if key.isdigit()])
    names = {
        str(pk): f"{first} {last}".strip() or username  # as a user says it, without making one
        for pk, first, last, username in people.values_list(
            "pk", "first_name", "last_name", "username"
        )
    }
    pools = [int(key[5:]) for key in keys if not key.isdigit()]
    if pools:
        teams = Team.objects.filter(pk__in=pools).values_list("pk", "name")
        names |= {f"pool-{pk}": f"{name} (pool)" for pk, name in teams}
    return names
