"""Being away: who may say so, what is refused, and who stands in."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.absence import cancel_absence, record_absence
from leadbridge.people.models import Absence, User
from leadbridge.people.queries import (
    absent_ids,
    cover_of,
    is_absent,
    stand_in_of,
    until_words,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def away(user: User, now: datetime, *, days: int = 7, **given: Any) -> Absence:
    """Away from now on, told by themselves."""
    usual = {"actor": user, "now": now, "starts_at": now, "ends_at": now + days * DAY}
    return record_absence(user=user, **{**usual, **given})


def refused(code: str, field: str, **given: Any) -> DomainError:
    """Refused with that code at that field, and nothing was written."""
    before = list(Absence.objects.order_by("pk").values())
    with pytest.raises(DomainError) as caught:
        record_absence(**given)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert list(Absence.objects.order_by("pk").values()) == before
    return caught.value


def test_who_is_away_is_absent_from_the_first_instant_to_before_the_last(
    cast: Cast, now: datetime
) -> None:
    away(cast.dora, now, starts_at=now + HOUR, ends_at=now + DAY)
    second = timedelta(seconds=1)
    for at, absent in (
        (now + HOUR - second, False),
        (now + HOUR, True),
        (now + DAY - second, True),
        (now + DAY, False),
    ):
        assert is_absent(cast.dora.pk, at) == absent, at
        assert (cast.dora.pk in absent_ids(at)) == absent
    assert not is_absent(cast.sam.pk, now + 2 * HOUR)


def test_the_day_back_is_told_in_the_zone_of_who_is_away(cast: Cast, now: datetime) -> None:
    berlin_midnight = datetime(2026, 11, 29, 23, tzinfo=now.tzinfo)
    assert until_words(away(cast.dora, now, ends_at=berlin_midnight)) == "until Mon 30 Nov"
    assert until_words(away(cast.nora, now, ends_at=berlin_midnight)) == "until Sun 29 Nov 18:00"


@pytest.mark.parametrize("by", ["dora", "max", "olu"])
def test_themselves_their_manager_and_an_administrator_may_say_so(
    cast: Cast, now: datetime, by: str
) -> None:
    away(cast.dora, now, actor=getattr(cast, by))
    assert is_absent(cast.dora.pk, now)


@pytest.mark.parametrize("by", ["sam", "mia", "ana", "lena"])
def test_a_colleague_or_somebody_elses_manager_may_not(cast: Cast, now: datetime, by: str) -> None:
    refused(
        "forbidden", "", user=cast.dora, actor=getattr(cast, by), now=now, starts_at=now,
        ends_at=now + DAY,
    )  # fmt: skip


def test_two_absences_of_one_person_never_overlap_but_may_touch(cast: Cast, now: datetime) -> None:
    first = away(cast.dora, now, days=2)
    given: dict[str, Any] = {"user": cast.dora, "actor": cast.dora, "now": now}
    error = refused("overlaps", "starts_at", starts_at=now + DAY, ends_at=now + 5 * DAY, **given)
    assert (error.status, "until Wed 25 Nov 11:00" in error.message) == (409, True)
    record_absence(starts_at=first.ends_at, ends_at=now + 3 * DAY, **given)
    cancel_absence(absence_id=first.pk, actor=cast.dora, now=now + HOUR)
    record_absence(starts_at=now + HOUR, ends_at=first.ends_at, **given)


def test_times_that_cannot_be_are_refused(cast: Cast, now: datetime) -> None:
    given: dict[str, Any] = {"user": cast.dora, "actor": cast.dora, "now": now}
    refused("invalid", "ends_at", starts_at=now + DAY, ends_at=now + DAY, **given)
    refused("invalid", "ends_at", starts_at=now - 2 * DAY, ends_at=now - DAY, **given)
    refused("invalid", "starts_at", starts_at=now, ends_at=now + 1000 * DAY, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            user=cast.dora, starts_at=now, ends_at=now, made_by=cast.olu, made_at=now
        )


def test_a_cover_is_another_active_person_of_that_side_who_is_here(
    cast: Cast, now: datetime
) -> None:
    given: dict[str, Any] = {
        "user": cast.dora, "actor": cast.dora, "now": now,
        "starts_at": now + DAY, "ends_at": now + 5 * DAY,
    }  # fmt: skip
    refused("invalid", "cover", cover=cast.dora, **given)
    refused("invalid", "cover", cover=cast.mia, **given)
    cast.lena.is_active = False
    cast.lena.save()
    refused("invalid", "cover", cover=cast.lena, **given)
    away(cast.sam, now, days=3)
    away(cast.sam, now, starts_at=now + 3 * DAY, ends_at=now + 5 * DAY)
    refused("invalid", "cover", cover=cast.sam, **given)
    absence = record_absence(cover=cast.sam, **{**given, "ends_at": now + 6 * DAY})
    assert absence.cover == cast.sam


def test_where_the_cover_is_away_too_theirs_stands_in(cast: Cast, now: datetime) -> None:
    away(cast.dora, now, days=5, cover=cast.sam)
    assert cover_of(cast.dora.pk, now) == cast.sam
    away(cast.sam, now, days=2, cover=cast.max)
    assert cover_of(cast.dora.pk, now) == cast.max
    away(cast.max, now, days=6, cover=cast.dora)
    assert cover_of(cast.dora.pk, now) is None
    assert cover_of(cast.dora.pk, now + 3 * DAY) == cast.sam
    assert stand_in_of(cast.nora, now) is None


def test_who_is_back_early_is_here_from_then_on_and_was_away_before(
    cast: Cast, now: datetime
) -> None:
    absence = away(cast.dora, now)
    cancel_absence(absence_id=absence.pk, actor=cast.max, now=now + DAY)
    assert is_absent(cast.dora.pk, now + HOUR)
    assert not is_absent(cast.dora.pk, now + DAY)
    with pytest.raises(DomainError) as caught:
        cancel_absence(absence_id=absence.pk, actor=cast.max, now=now + 2 * DAY)
    assert caught.value.status == 409
    absence.refresh_from_db()
    assert absence.cancelled_at == now + DAY


def test_a_colleague_cannot_cancel_it(cast: Cast, now: datetime) -> None:
    absence = away(cast.dora, now)
    with pytest.raises(DomainError) as caught:
        cancel_absence(absence_id=absence.pk, actor=cast.sam, now=now)
    assert caught.value.status == 403
    assert is_absent(cast.dora.pk, now)


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_absences_told_at_once_one_is_refused(cast: Cast, now: datetime) -> None:
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def tell() -> None:
        try:
            start.wait(10)
            outcomes.append(away(cast.dora, now))
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "overlaps" in outcomes
    assert Absence.objects.filter(user=cast.dora).count() == 1
