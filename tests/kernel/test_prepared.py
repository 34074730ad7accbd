"""What is asked in a prepared way is what the queryset would have found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.prepared import Prepared
from leadbridge.people.models import Team, User
from sla.calendars.models import Calendar


def members(team: Any) -> QuerySet[User]:
    return User.objects.filter(memberships__team=team).order_by("username")


def test_people_are_those_of_the_queryset_and_the_next_values_find_others(cast: Cast) -> None:
    prepared = Prepared(1, members)
    for team in (cast.emea, cast.americas, cast.emea):
        found, same = prepared.all(team.pk), list(members(team))
        assert found == same
        assert [one.__dict__.keys() for one in found] == [one.__dict__.keys() for one in same]
        assert prepared.first(team.pk) == same[0]
    assert prepared.all(0) == []
    assert prepared.first(0) is None


def test_whoever_is_beside_comes_with_it_and_nobody_stays_nobody(cast: Cast) -> None:
    def calendars(name: Any) -> QuerySet[Calendar]:
        return Calendar.objects.filter(name=name).select_related("team", "current")

    prepared = Prepared(1, calendars)
    of_team = Calendar.objects.get(team=cast.emea)
    Calendar.objects.create(name="Of a past")
    with CaptureQueriesContext(connection) as asked:
        ours, past = prepared.first(of_team.name), prepared.first("Of a past")
        assert ours and ours.team == cast.emea and ours.current is not None
        assert past and past.team is None and past.current is None
    assert len(asked) == 2


@pytest.mark.parametrize(
    "columns",
    [
        lambda users: users.values_list("username", "time_zone"),
        lambda users: users.values_list("username", flat=True),
    ],
    ids=["tuples", "flat"],
)
def test_columns_come_as_they_do_from_the_queryset(
    cast: Cast, columns: Callable[[QuerySet[User]], QuerySet[User, Any]]
) -> None:
    prepared = Prepared(1, lambda team: columns(members(team)))
    assert prepared.all(cast.emea.pk) == list(columns(members(cast.emea)))


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused(cast: Cast) -> None:
    prepared = Prepared(1, lambda pk: Team.objects.filter(pk=pk).select_for_update())
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            prepared.all(cast.emea.pk)
