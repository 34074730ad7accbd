"""What lies past its time is told to its owner and who manages them: once, in one mail each."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.delivery import deliver_waiting
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leads.intake.quarantine.actions import discard
from leads.intake.quarantine.models import Quarantined
from leads.intake.quarantine.overdue import KIND, NAMED, render_together, tell_overdue
from tests.leads.intake.quarantine.things import set_one_aside
from tests.pages import Browser

SECOND, DAYS = timedelta(seconds=1), timedelta(days=1)


def told() -> list[str]:
    rows = Message.objects.filter(kind=KIND).order_by("pk")
    return sorted(rows.values_list("recipient__username", flat=True))


def test_owner_and_manager_are_told_once_when_its_time_is_over(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    assert tell_overdue(now=item.due_at) == 0
    assert told() == []
    assert tell_overdue(now=item.due_at + SECOND) == 1
    assert told() == ["ana", "mia"]
    for later in (item.due_at + SECOND, item.due_at + 9 * DAYS):
        assert tell_overdue(now=later) == 0
    assert told() == ["ana", "mia"]


def test_many_leave_as_one_mail_that_names_nobody(cast: Cast, now: datetime) -> None:
    items = [set_one_aside(cast.mia, now) for _ in range(NAMED + 2)]
    late = items[0].due_at + 2 * DAYS
    while tell_overdue(now=late, batch=5):
        pass
    assert len(told()) == 6  # three batches, to two people
    deliver_waiting(now=late + DAYS)
    assert sorted(one.to[0] for one in mail.outbox) == sorted((cast.ana.email, cast.mia.email))
    [first, _] = mail.outbox
    assert first.subject == f"{NAMED + 2} things in the quarantine wait past their time"
    assert f"{items[0].ref}, form demo, Mia Lindqvist’s, due " in first.body
    assert "and 2 more" in first.body
    assert "Acme" not in first.body


def test_what_was_decided_on_meanwhile_is_not_mailed(cast: Cast, now: datetime) -> None:
    one, other = (set_one_aside(cast.mia, now) for _ in range(2))
    tell_overdue(now=one.due_at + SECOND)
    messages = list(Message.objects.filter(kind=KIND, recipient=cast.mia))
    discard(item_ids=[one.pk], actor=cast.ana, now=one.due_at + DAYS, reason="spam")
    letter = render_together(messages)
    assert letter is not None
    assert letter.subject == "One thing in the quarantine waits past its time"
    assert other.ref in letter.body and one.ref not in letter.body
    discard(item_ids=[other.pk], actor=cast.ana, now=one.due_at + DAYS, reason="spam")
    assert render_together(messages) is None


def test_nobody_is_no_answer_to_whom_it_is_told(cast: Cast, now: datetime) -> None:
    """An owner who has left is passed over; without a head, administrators hear of it."""
    item = set_one_aside(cast.mia, now)
    User.objects.filter(pk=cast.mia.pk).update(is_active=False)
    tell_overdue(now=item.due_at + SECOND)
    assert told() == ["ana"]
    User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    orphan = set_one_aside(None, now)
    assert orphan.owner is None
    tell_overdue(now=orphan.due_at + SECOND)
    assert told() == ["ana", "olu"]


def test_the_pages_mark_it_overdue_and_say_when_that_was_told(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    fresh = set_one_aside(cast.mia, now + 3 * DAYS)
    tell_overdue(now=item.due_at + SECOND)
    mia = Browser(cast.mia, item.due_at + timedelta(minutes=5))
    page = mia.get("/quarantine/")
    assert page.count("Overdue") == 1
    row = page[page.index(f'<tr id="{item.ref}"') :]
    row = row[: row.index("</tr>")]
    assert "Overdue, told " in row
    assert "that it is overdue" in mia.get(f"/quarantine/{item.ref}/")
    assert "Overdue" not in mia.get(f"/quarantine/{fresh.ref}/")


@pytest.mark.django_db(transaction=True)
def test_of_two_sweeps_at_once_one_tells(cast: Cast, now: datetime) -> None:
    items = [set_one_aside(cast.mia, now) for _ in range(2)]
    late = items[0].due_at + SECOND
    found: list[int] = []

    def other() -> None:
        try:
            found.append(tell_overdue(now=late))
        finally:
            connection.close()

    with transaction.atomic():
        assert tell_overdue(now=late, batch=1) == 1
        worker = threading.Thread(target=other)
        worker.start()
        worker.join(20)
    assert found == [1]  # what the first one holds is passed over, not waited for and told again
    assert tell_overdue(now=late) == 0
    keys = list(Message.objects.filter(kind=KIND).values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 4
    assert not Quarantined.objects.filter(told_at=None).exists()
