"""Two hundred posts of fifty people at once: fifty open leads, every post answered with its lead,
and each act in the story. Real connections, real threads."""

import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import close_old_connections, connection

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead, Remark
from leads.handoff.portrait import portrait_of
from sla.reports.ledger import ledger
from tests.api import Api

PEOPLE, AT_ONCE = 50, 20


def posts() -> list[tuple[int, str, dict[str, Any]]]:
    """(person, key, body): four of each person, the first two with one key, in any order."""
    found = []
    for person in range(PEOPLE):
        for act, key in ((1, f"key {person}"), (1, f"key {person}"), (2, ""), (3, "")):
            address = f"Person{person}@firm{person}.example"
            body = {
                "email": address if act % 2 else address.upper(),
                "first_name": "Kim",
                "last_name": f"Person {person}",
                "company": f"Firm {person}",
                "country": "DE",
                "employees": 240,
                "request": "demo",
                "source": "web form",
                "message": f"Act {act} of {person}.",
            }
            found.append((person, key, body))
    random.Random(7).shuffle(found)
    return found


def post_all(apis: Iterator[Api], now: datetime) -> list[tuple[int, str, Any]]:
    waiting, start = posts(), Barrier(AT_ONCE)
    shares = [waiting[place::AT_ONCE] for place in range(AT_ONCE)]

    def work(api: Api, share: list[tuple[int, str, dict[str, Any]]]) -> list[tuple[int, str, Any]]:
        try:
            start.wait(30)
            return [(person, key, api.post("leads/", body, key=key)) for person, key, body in share]
        finally:
            connection.close()

    with time_machine.travel(now, tick=False), ThreadPoolExecutor(AT_ONCE) as pool:
        work_of = [pool.submit(work, api, share) for api, share in zip(apis, shares, strict=True)]
        return [answer for one in work_of for answer in one.result()]


@pytest.mark.django_db(transaction=True)
def test_two_hundred_posts_of_fifty_people_make_fifty_leads(cast: Cast, now: datetime) -> None:
    close_old_connections()
    answers = post_all((Api(cast.mia, now) for _ in range(AT_ONCE)), now)
    assert len(answers) == 4 * PEOPLE
    assert {answer.status_code for _, _, answer in answers} == {200, 201}
    leads = {lead.email_key: lead for lead in Lead.objects.open()}
    assert (Lead.objects.count(), len(leads)) == (PEOPLE, PEOPLE)
    keyed: dict[int, list[Any]] = defaultdict(list)
    for person, key, answer in answers:
        lead = leads[f"person{person}@firm{person}.example"]
        assert answer.json()["ref"] == lead.ref
        if key:
            keyed[person].append((answer.status_code, answer.json()))
    assert all(first == second for first, second in keyed.values())
    assert (
        sum(answer.status_code == 201 for _, key, answer in answers if not key)
        + sum(pair[0][0] == 201 for pair in keyed.values())
        == PEOPLE
    )
    told = Remark.objects.filter(kind="message").values_list("text", flat=True)
    assert sorted(told) == sorted(f"Act {a} of {p}." for a in (1, 2, 3) for p in range(PEOPLE))
    for person in range(0, PEOPLE, 10):
        lead = leads[f"person{person}@firm{person}.example"]
        story = portrait_of(lead, zone="UTC", now=now).story
        quotes = sorted(item.quote for item in story if item.quote)
        assert quotes == [f"Act {act} of {person}." for act in (1, 2, 3)]
    assert ledger(now=now).unaccounted == 0
