"""The black hole now: what is past due and unanswered, in people, money, kinds, holders and age."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Case, IntegerField, Value, When

from leadbridge.people.models import User
from sla.clocks.kinds import KINDS
from sla.reports.bands import BANDS, band_q
from sla.reports.groups import By, names_of
from sla.reports.slices import Part, Slice, clocks_in

SHOWN_HOLDERS = 12
# Nobody outside waits for what is owed when a lead has ended.
_OUTLIVING = frozenset(name for name, kind in KINDS.items() if kind.outlives)


@dataclass(frozen=True)
class Loss:
    """What of it is late: `count` promises, on which `people` wait for longer than was promised.
    `money` is the value of their leads as far as anybody said one, each lead once."""

    count: int = 0
    people: int = 0
    money: Decimal = Decimal(0)


@dataclass(frozen=True)
class Holding:
    """Overdue promises of one holder. A pool's key is `pool-` and the team's id."""

    key: str
    name: str
    loss: Loss
    active: bool

    @property
    def count(self) -> int:
        """How many."""
        return self.loss.count

    @property
    def pool(self) -> bool:
        """Held by nobody: everybody's, so no one's."""
        return self.key.startswith("pool-")


@dataclass(frozen=True)
class BlackHole:
    """`unvalued` is how many leads have no value; `bands` goes with `BANDS`; `unassigned` is what
    nobody holds, `inactive` what people hold who no longer work here; `first_due_at` is the oldest
    of all."""

    whole: Loss = Loss()
    unvalued: int = 0
    kinds: tuple[tuple[str, Loss], ...] = ()
    holders: tuple[Holding, ...] = ()
    unassigned: Loss = Loss()
    inactive: Loss = Loss()
    bands: tuple[int, ...] = (0,) * len(BANDS)
    first_due_at: datetime | None = None

    @property
    def count(self) -> int:
        """All overdue promises."""
        return self.whole.count

    @property
    def people(self) -> int:
        """All who wait for longer than was promised."""
        return self.whole.people

    @property
    def money(self) -> Decimal:
        """What their leads are worth."""
        return self.whole.money


# The rows of leads are looked up one by one: they are few of very many.
_STATEMENT = """
SELECT clock.*, lead.person_id, lead.value
FROM ({late}) AS clock (lead_id, kind, holder_id, team_id, due_at, band)
CROSS JOIN LATERAL (
    SELECT person_id, value FROM leads_lead WHERE id = clock.lead_id OFFSET 0) AS lead
"""


# A lead, the kind of its clock, who holds it in which team, when it fell due, in which band, whose
# lead it is, and its value. Plain, because there may be tens of thousands.
_Late = tuple[int, str, int | None, int, datetime, int, int, Decimal | None]


def black_hole(slice_: Slice, *, now: datetime) -> BlackHole:
    """What is past due at `now`, whatever the period: one pass over the late clocks and their
    leads."""
    late = _late(slice_, now)
    if not late:
        return BlackHole()
    kinds: defaultdict[str, list[_Late]] = defaultdict(list)
    whose: defaultdict[int, list[_Late]] = defaultdict(list)
    for one in late:
        kinds[one[1]].append(one)
        whose[one[2] or -one[3]].append(one)
    losses = {kind: _loss(rows) for kind, rows in kinds.items()}
    holders, bands = _holdings(whose), Counter(band for *_, band, _, _ in late)
    gone = {int(one.key) for one in holders if not one.active}
    return BlackHole(
        _loss(late),
        len({lead for lead, kind, *_, value in late if value is None and kind not in _OUTLIVING}),
        tuple(sorted(losses.items(), key=lambda one: (-one[1].count, one[0]))),
        holders,
        _loss([one for number, rows in whose.items() if number < 0 for one in rows]),
        _loss([one for number in gone for one in whose[number]]),
        tuple(bands[times] for times in BANDS),
        min(one[4] for one in late),
    )


def _late(slice_: Slice, now: datetime) -> list[_Late]:
    band = Case(
        *(When(band_q(times, now), then=Value(times)) for times in BANDS),
        output_field=IntegerField(),
    )
    late = clocks_in(slice_, Part.OVERDUE, now).annotate(band=band).order_by()
    columns = late.values_list("lead_id", "kind", "holder_id", "team_id", "due_at", "band")
    sql, values = columns.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(late=sql), values)
        return list(cursor.fetchall())


def _loss(late: Sequence[_Late]) -> Loss:
    """Of several promises on a lead each counts, but its person and its value count once."""
    waits = [one for one in late if one[1] not in _OUTLIVING]
    values = {one[0]: one[7] for one in waits if one[7] is not None}
    return Loss(len(late), len({one[6] for one in waits}), sum(values.values(), start=Decimal(0)))


def _holdings(of: Mapping[int, Sequence[_Late]]) -> tuple[Holding, ...]:
    """Pools first, then those who are gone, then by how much. A pool is below zero."""
    keys = {number: str(number) if number > 0 else f"pool-{-number}" for number in of}
    names = names_of(By.HOLDER, list(keys.values()))
    people = User.objects.filter(pk__in=[number for number in of if number > 0])
    gone = set(people.filter(is_active=False).values_list("pk", flat=True))
    found = [
        Holding(key, names.get(key, key), _loss(of[number]), number not in gone)
        for number, key in keys.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (not one.pool, one.active, -one.count, one.name.casefold()))
    )
