"""The black hole now: what is past due and unanswered, in people, money, kinds, holders and age."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from leads.handoff.models import Lead
from sla.reports.bands import BANDS, band_q
from sla.reports.groups import By, key_of, names_of
from sla.reports.hole_parts import PERSON_WAITS
from sla.reports.slices import Part, Slice, clocks_in

SHOWN_HOLDERS = 12


@dataclass(frozen=True)
class Holding:
    """Overdue promises of one holder. A pool's key is `pool-` and the team's id."""

    key: str
    name: str
    count: int
    active: bool

    @property
    def pool(self) -> bool:
        """Held by nobody: everybody's, so no one's."""
        return self.key.startswith("pool-")


@dataclass(frozen=True)
class BlackHole:
    """`people` wait longer than was promised; `money` is the value of their leads as far as
    anybody said one, `unvalued` how many leads have none. `bands` goes with `BANDS`."""

    people: int = 0
    money: Decimal = Decimal(0)
    unvalued: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    holders: tuple[Holding, ...] = ()
    bands: tuple[int, ...] = (0,) * len(BANDS)

    @property
    def count(self) -> int:
        """All overdue promises."""
        return sum(self.bands)

    @property
    def unassigned(self) -> int:
        """Those that nobody holds."""
        return sum(one.count for one in self.holders if one.pool)

    @property
    def inactive(self) -> int:
        """Those of holders who no longer work here."""
        return sum(one.count for one in self.holders if not one.active)


def black_hole(slice_: Slice, *, now: datetime) -> BlackHole:
    """What is past due at `now`, whatever the period: one pass over the late clocks, and one over
    their leads."""
    kinds: Counter[str] = Counter()
    holders: Counter[tuple[str, bool]] = Counter()
    bands: Counter[int] = Counter()
    for kind, holder, active, band, count in _counted(slice_, now):
        kinds[kind] += count
        holders[holder, active] += count
        bands[band] += count
    if not kinds:
        return BlackHole()
    people, money, unvalued = _people(slice_, now)
    return BlackHole(
        people,
        money,
        unvalued,
        tuple(sorted(kinds.items(), key=lambda one: (-one[1], one[0]))),
        _holdings(holders),
        tuple(bands[times] for times in BANDS),
    )


def _counted(slice_: Slice, now: datetime) -> list[tuple[str, str, bool, int, int]]:
    band = Case(
        *(When(band_q(times, now), then=Value(times)) for times in BANDS),
        output_field=IntegerField(),
    )
    late = clocks_in(slice_, Part.OVERDUE, now).annotate(
        who=key_of(By.HOLDER), active=Coalesce("holder__is_active", Value(True)), band=band
    )
    rows = late.values_list("kind", "who", "active", "band").annotate(count=Count("pk"))
    return list(rows.order_by())


def _people(slice_: Slice, now: datetime) -> tuple[int, Decimal, int]:
    """Each lead counts once, however many promises on it are late."""
    late = clocks_in(slice_, Part.OVERDUE, now).filter(PERSON_WAITS)
    found = Lead.objects.filter(pk__in=late.values("lead_id")).aggregate(
        people=Count("person_id", distinct=True),
        money=Coalesce(Sum("value"), Value(Decimal(0))),
        unvalued=Count("pk", filter=Q(value__isnull=True)),
    )
    return found["people"], found["money"], found["unvalued"]


def _holdings(counted: Counter[tuple[str, bool]]) -> tuple[Holding, ...]:
    """Pools first, then those who are gone, then by how much."""
    names = names_of(By.HOLDER, sorted({key for key, _ in counted}))
    found = [
        Holding(key, names.get(key, key), count, active) for (key, active), count in counted.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (not one.pool, one.active, -one.count, one.name.casefold()))
    )
