"""Who asks to be forgotten is forgotten in what was delivered, too."""

import io
from datetime import datetime
from urllib.parse import quote

import pytest
from django.core.management import call_command

from leadbridge.demo.organisation import Cast
from leads.intake.quarantine.erasing import erase_from_quarantine
from leads.intake.quarantine.models import Quarantined
from leads.intake.receiving.erasing import erase_from_deliveries
from leads.intake.receiving.models import Delivery
from tests.leads.intake.receiving.senders import FORM, made, read_all, send


def test_a_delivery_is_emptied_and_the_others_stay(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "salesforce")
    for who in ("Kim@Acme.example", "akim@acme.example", "kim@acme.example.org"):
        send(endpoint, now, f"last_name=Doe&email={quote(who)}".encode(), FORM)
    read_all(now)
    said = io.StringIO()
    call_command("erase", "kim@acme.example", "--request", "R-1", stdout=said)
    assert "and 1 deliveries" in said.getvalue()
    kept = [bytes(one.raw) for one in Delivery.objects.order_by("pk")]
    assert [bool(raw) for raw in kept] == [False, True, True]
    assert Delivery.objects.order_by("pk")[0].state == "done"


@pytest.mark.parametrize(
    "written", ["kim@acmé.example", "KIM%40acm%C3%A9.example", "Kim@acm\\u00e9.example"]
)
def test_what_could_not_be_read_is_found_by_its_bytes_and_read_no_more(
    cast: Cast, now: datetime, written: str
) -> None:
    endpoint = made(cast.mia, now, "typeform", secret="s3cret")  # of a test
    send(endpoint, now, f'{{"who": "{written}"}}'.encode())
    item = Quarantined.objects.get()
    assert (item.code, item.email_key) == ("bad_signature", "")
    assert erase_from_quarantine(address="kim@acmé.example", actor=cast.olu, now=now) == 1
    assert erase_from_deliveries(address="kim@acmé.example") == 1
    item.refresh_from_db()
    delivery = Delivery.objects.get()
    assert (bytes(item.raw), item.state) == (b"", "discarded")
    assert (bytes(delivery.raw), delivery.headers, delivery.state) == (b"", {}, "nothing")
    assert erase_from_deliveries(address="") == 0
