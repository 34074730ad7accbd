"""Bad input and bad neighbours at the doors of the intake: clear answers and no fault."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.intake.models import Form
from leads.intake.quarantine.models import Quarantined
from leads.intake.receiving.models import Delivery, Endpoint
from tests.leads.intake.naughty import NAUGHTY
from tests.leads.intake.quarantine.things import set_one_aside
from tests.leads.intake.receiving.senders import FORM, JSON, made, read_all, send
from tests.leads.intake.test_form import FILLED, URL, open_page


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_a_foreign_page_cannot_act_for_a_member(cast: Cast, now: datetime) -> None:
    item, endpoint = set_one_aside(cast.mia, now), made(cast.mia, now, "other")
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    client.force_login(cast.mia)
    for url in (
        "/quarantine/", f"/quarantine/{item.ref}/", "/forms/new/", "/forms/demo/",
        "/settings/intake/new/", f"/settings/intake/{endpoint.pk}/",
        f"/settings/intake/{endpoint.pk}/close/", f"/settings/intake/{endpoint.pk}/replay/",
    ):  # fmt: skip
        typed = {"discard": "1", "reason": "x", "item": str(item.pk), "title": "x"}
        assert client.post(url, typed).status_code == 403, url
    item.refresh_from_db()
    assert (item.state, Form.objects.count(), Endpoint.objects.count()) == ("waiting", 1, 1)
    assert Endpoint.objects.get().closed_at is None


@pytest.mark.parametrize("field", ["first_name", "email", "message", "utm_source", "signed_at"])
def test_half_a_million_characters_are_refused_with_what_was_typed(
    cast: Cast, now: datetime, field: str
) -> None:
    mark = open_page(Client(), now - timedelta(minutes=1))
    typed = {**FILLED, "signed_at": mark, field: "x" * 500_000}
    with time_machine.travel(now, tick=False):
        answer = Client().post(URL, typed)
    assert answer.status_code == 422
    assert 'value="Acme"' in answer.content.decode()
    assert not Lead.objects.exists()


def test_null_bytes_and_half_a_million_characters_in_a_delivery_are_kept(
    cast: Cast, now: datetime
) -> None:
    endpoint = made(cast.mia, now, "salesforce")
    bodies = [b"email=a%00b&last_name=\x00", b"email=x%40y.example&description=" + b"x" * 500_000]
    for body in bodies:
        assert send(endpoint, now, body, FORM).status_code == 200
    read_all(now)
    assert [bytes(one.raw) for one in Delivery.objects.order_by("pk")] == bodies
    assert Quarantined.objects.count() == 2
    assert not Lead.objects.exists()


def test_no_delivery_breaks_on_any_naughty_string(cast: Cast, now: datetime) -> None:
    for provider in ("other", "mailchimp"):
        endpoint = made(cast.mia, now, provider)
        for kind in (JSON, FORM):
            for text in NAUGHTY[::7]:
                body = text.encode(errors="surrogatepass")
                assert send(endpoint, now, body, kind).status_code == 202, text
    for _ in range(3):
        read_all(now)
    assert not Delivery.objects.filter(state__in=["waiting", "failed"]).exists()


# Forms of visitors and deliveries of other programs come from anywhere; they know no session.
OPEN_DOORS = re.compile(r"f/|api/v1/intake/|api/v1/forms/|hooks/|submissions/|servlet/")


def test_no_address_of_members_takes_a_post_from_elsewhere(cast: Cast, now: datetime) -> None:
    """Every address of the house, whatever will be added to it."""
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    client.force_login(cast.olu)
    let_in = {}
    for address in sorted(set(addresses(get_resolver().url_patterns))):
        if OPEN_DOORS.match(address):
            continue
        answer = client.post(f"/{address}", {"do": "x"})
        if answer.status_code not in (403, 404, 405):
            let_in[address] = answer.status_code
    assert let_in == {}


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Each with a 1 in place of whatever it names."""
    for pattern in patterns:
        route = before + re.sub(r"<[^>]+>", "1", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route.removesuffix("\\Z").removeprefix("^")
