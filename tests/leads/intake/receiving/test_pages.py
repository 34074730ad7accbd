"""The pages of the addresses."""

import re
from datetime import datetime

import pytest
from django.core.cache import cache

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.intake.receiving.models import Delivery, Endpoint
from tests.leads.intake.receiving.senders import made, path_of, read_all, send
from tests.pages import Browser
from tests.query_counts import recorded

NEW = {"provider": "typeform", "name": "Fair form", "marketer": "mia", "source": "fair"}
KIM = b'{"mail of yours": "x", "E-Mail": "kim@brandt.example", "n": "<b>"}'


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_a_marketer_opens_an_address_and_is_told_where_to_put_it(cast: Cast, now: datetime) -> None:
    browser = Browser(cast.mia, now)
    assert "No address yet." in browser.get("/settings/intake/")
    url = browser.post("/settings/intake/new/", **NEW)
    endpoint = Endpoint.objects.get()
    page = browser.get(url)
    assert f"http://127.0.0.1:8000{path_of(endpoint)}" in page
    assert "Nothing came yet." in page
    assert "Signature not checked" in page
    typed = {**NEW, "secret": "s3cret", "mapping": "Which size? = employees\n\na=b = phone"}
    browser.post(url, **typed)
    endpoint.refresh_from_db()
    assert endpoint.secret == "s3cret"  # of a test
    assert endpoint.mapping == {"Which size?": "employees", "a=b": "phone"}
    page = browser.get(url)
    assert "s3cret" not in page
    assert "One is kept" in page
    browser.post(url, **NEW)
    endpoint.refresh_from_db()
    assert endpoint.secret, "blank leaves it"
    assert "Signature not checked" not in browser.get("/settings/intake/")


def test_what_is_wrong_is_said_and_nothing_is_kept(cast: Cast, now: datetime) -> None:
    browser = Browser(cast.mia, now)
    for change in ({"mapping": "size = shoe"}, {"name": " "}, {"provider": "x"}, {"marketer": "x"}):
        browser.post("/settings/intake/new/", 422, **{**NEW, **change})
    assert not Endpoint.objects.exists()


def test_deliveries_are_shown_and_read_again(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "other")
    send(endpoint, now, KIM)
    send(endpoint, now, b'{"n": "\\u202e\\u0000"}')
    read_all(now)
    browser = Browser(cast.mia, now)
    browser.get("/handoffs/")
    with recorded("endpoint"):
        page = browser.get(f"/settings/intake/{endpoint.pk}/")
    assert "&lt;b&gt;" in page
    assert f"L-{Lead.objects.get().pk}" in page
    assert "Read 1 again" in page
    with recorded("endpoints"):
        browser.get("/settings/intake/")
    bad = Delivery.objects.get(state="aside")
    page = browser.get(f"/settings/intake/deliveries/{bad.pk}/")
    assert "content-type: application/json" in page
    answer = browser.client.get(f"/settings/intake/deliveries/{bad.pk}/raw/")
    assert answer.content == bytes(bad.raw)
    browser.post(f"/settings/intake/deliveries/{bad.pk}/")
    bad.refresh_from_db()
    assert bad.state == "waiting"
    read_all(now)
    browser.post(f"/settings/intake/{endpoint.pk}/replay/")
    assert re.search(r"1 will be read again", browser.get(f"/settings/intake/{endpoint.pk}/"))


def test_only_administrators_are_led_on_to_what_other_programs_are_told(
    cast: Cast, now: datetime
) -> None:
    link = 'href="/settings/webhooks/">Webhooks to'
    assert link in Browser(cast.olu, now).get("/settings/intake/")
    assert link not in Browser(cast.mia, now).get("/settings/intake/")


def test_an_address_is_closed_and_stays_readable(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "other")
    Browser(cast.mia, now).post(f"/settings/intake/{endpoint.pk}/close/")
    assert send(endpoint, now, KIM).status_code == 404
    assert "Closed" in Browser(cast.mia, now).get(f"/settings/intake/{endpoint.pk}/")


@pytest.mark.parametrize("name", ["sam", "max"])
def test_sales_keeps_no_addresses(cast: Cast, now: datetime, name: str) -> None:
    endpoint = made(cast.mia, now, "other")
    send(endpoint, now, KIM)
    number = Delivery.objects.get().pk
    browser = Browser(getattr(cast, name), now)
    one = f"deliveries/{number}/"
    for url in ("", "new/", f"{endpoint.pk}/", one, f"{one}raw/"):
        browser.get(f"/settings/intake/{url}", 403)
    for url in ("new/", f"{endpoint.pk}/close/", f"{endpoint.pk}/replay/", one):
        browser.post(f"/settings/intake/{url}", 403, **NEW)
    assert Endpoint.objects.get().closed_at is None
    Browser(cast.mia, now).get("/settings/intake/99999/", 404)
    Browser(cast.mia, now).get("/settings/intake/deliveries/99999/", 404)
