"""The black hole now: what is past due and unanswered, in people, money, kinds, holders and age."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db import connection
from django.db.models import Case, IntegerField, Value, When

from leadbridge.people.models import User
from sla.clocks.kinds import KINDS
from sla.reports.bands import BANDS, band_q
from sla.reports.groups import By, names_of
from sla.reports.slices import Part, Slice, clocks_in

SHOWN_HOLDERS = 12
Key = TypeVar("Key", int, str)
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


class _Late(NamedTuple):
    lead: int
    kind: str
    holder: int | None
    team: int
    due_at: datetime
    band: int
    person: int
    value: Decimal | None


def black_hole(slice_: Slice, *, now: datetime) -> BlackHole:
    """What is past due at `now`, whatever the period: one pass over the late clocks and their
    leads."""
    late = _late(slice_, now)
    if not late:
        return BlackHole()
    kinds = {kind: _loss(rows) for kind, rows in _grouped(late, lambda one: one.kind).items()}
    bands = Counter(one.band for one in late)
    holders = _holdings(_grouped(late, lambda one: one.holder or -one.team))
    gone = {int(one.key) for one in holders if not one.active}
    return BlackHole(
        _loss(late),
        len({one.lead for one in late if one.value is None and one.kind not in _OUTLIVING}),
        tuple(sorted(kinds.items(), key=lambda one: (-one[1].count, one[0]))),
        holders,
        _loss([one for one in late if one.holder is None]),
        _loss([one for one in late if one.holder in gone]),
        tuple(bands[times] for times in BANDS),
        min(one.due_at for one in late),
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
        return [_Late(*row) for row in cursor.fetchall()]


def _grouped(late: Iterable[_Late], key: Callable[[_Late], Key]) -> Mapping[Key, list[_Late]]:
    found: defaultdict[Key, list[_Late]] = defaultdict(list)
    for one in late:
        found[key(one)].append(one)
    return found


def _loss(late: Sequence[_Late]) -> Loss:
    """Of several promises on a lead each counts, but its person and its value count once."""
    waits = [one for one in late if one.kind not in _OUTLIVING]
    values = {one.lead: one.value for one in waits if one.value is not None}
    return Loss(
        len(late), len({one.person for one in waits}), sum(values.values(), start=Decimal(0))
    )


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
