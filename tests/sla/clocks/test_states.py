"""A clock's state is the same in Python and in the database, at every instant."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from typing import cast as cast_to

import pytest
from django.db.models import Case, CharField, DateTimeField, F, Q, Value, When
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.deadline import Pressure, pressure_of, pressure_q
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING, OF_PRESSURE, State, missed_q, state_of, state_q
from tests.leads.handoff.scenes import captured

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
# Few instants close together, so that equalities happen often.
INSTANTS = st.integers(0, 6).map(lambda n: T0 + timedelta(microseconds=n))


class Instants(NamedTuple):
    at_risk_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    void_at: datetime | None
    paused_from: datetime | None = None
    paused_until: datetime | None = None


clocks = st.builds(
    lambda a, b, stop, void, pause: Instants(min(a, b), max(a, b), stop, void, *pause),
    INSTANTS, INSTANTS, st.none() | INSTANTS, st.none() | INSTANTS,
    st.just((None, None)) | st.tuples(INSTANTS, INSTANTS).filter(lambda pair: pair[0] < pair[1]),
)  # fmt: skip


def states_in_sql(clock: Instants, now: datetime) -> list[State]:
    """Which conditions the database finds true of a row with these instants."""

    def column(value: datetime | None) -> Value:
        return Value(value, output_field=DateTimeField(null=True))

    row = Clock.objects.order_by("pk")[:1].annotate(
        **{f"x_{name}": column(value) for name, value in clock._asdict().items()}
    )
    answers = {
        f"is_{state.value}": Case(
            When(_renamed(state_q(state, now)), then=Value("yes")),
            default=Value("no"), output_field=CharField(),
        )
        for state in State
    }  # fmt: skip
    [found] = row.annotate(**answers).values(*answers)
    return [state for state in State if found[f"is_{state.value}"] == "yes"]


def _renamed(condition: Q) -> Q:
    """The same condition over the annotated instants instead of the columns."""
    renamed = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if isinstance(child, Q):
            renamed.children.append(_renamed(child))
            continue
        name, value = cast_to("tuple[str, object]", child)
        value = F(f"x_{value.name}") if isinstance(value, F) else value  # type: ignore[attr-defined]  # the stubs hide it
        renamed.children.append((f"x_{name}", value))
    return renamed


@pytest.mark.django_db
def test_python_and_the_database_agree_on_every_state(cast: Cast, now: datetime) -> None:
    captured(cast, now)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(clock=clocks, instant=INSTANTS)
    def agree(clock: Instants, instant: datetime) -> None:
        assert states_in_sql(clock, instant) == [state_of(clock, instant)]

    agree()


@given(clock=clocks, instant=INSTANTS)
def test_a_running_clock_stands_as_its_deadline_does(clock: Instants, instant: datetime) -> None:
    running = clock._replace(stopped_at=None, void_at=None, paused_from=None, paused_until=None)
    pressure = pressure_of(at_risk_at=clock.at_risk_at, due_at=clock.due_at, now=instant)
    assert state_of(running, instant) is OF_PRESSURE[pressure]
    assert (pressure is Pressure.OVERDUE) == (instant > clock.due_at)


@pytest.mark.parametrize(
    ("at", "pressure"),
    [(-1, "on_track"), (0, "at_risk"), (4, "at_risk"), (5, "at_risk"), (6, "overdue")],
)
def test_met_exactly_at_the_due_instant_is_met(at: int, pressure: str) -> None:
    instant, due = T0 + timedelta(seconds=at), T0 + timedelta(seconds=5)
    assert pressure_of(at_risk_at=T0, due_at=due, now=instant) == pressure
    stopped = Instants(T0, due, instant, None)
    assert state_of(stopped, instant) is (State.MET_LATE if at > 5 else State.MET)


@pytest.mark.django_db
def test_every_clock_is_in_exactly_one_state_and_missed_is_not_met(
    cast: Cast, now: datetime
) -> None:
    from tests.leads.handoff.scenes import SCENES

    for scene in SCENES.values():
        scene(cast, now - timedelta(hours=3))
    everything = set(Clock.objects.values_list("pk", flat=True))
    parts = [set(Clock.objects.filter(state_q(s, now)).values_list("pk", flat=True)) for s in State]
    assert sum(map(len, parts)) == len(everything) == len(set.union(*parts))
    missed = set(Clock.objects.filter(missed_q(now)).values_list("pk", flat=True))
    late = [c.pk for c in Clock.objects.all() if state_of(c, now) in ("met_late", "overdue")]
    assert missed == set(late)
    running = Clock.objects.filter(IS_RUNNING)
    by_pressure = [
        running.filter(pressure_q(p, now, at_risk="at_risk_at", due="due_at")).count()
        for p in Pressure
    ]
    assert sum(by_pressure) == running.count()
    assert not Clock.objects.filter(started_at__gt=Now() + timedelta(days=9999)).exists()
