"""What administrators type: keys, the sweep by hand, forgetting a person."""

import io
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import ApiKey
from leads.handoff.models import Event, Person
from sla.clocks.models import Clock, Heartbeat
from tests.leads.handoff import scenes

DAY = timedelta(days=1)


def run(name: str, *args: str) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_key_is_printed_once_and_opens_what_its_owner_may(cast: Cast) -> None:
    key = run("apikey", "mia", "--name", "website", "--scope", "write").strip()
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/leads/")
    assert answer.status_code == 200
    kept = ApiKey.objects.get()
    assert (kept.user, kept.name, kept.scope) == (cast.mia, "website", "write")
    assert key not in kept.digest
    run("apikey", "mia", "--name", "reports")
    assert ApiKey.objects.get(name="reports").scope == "read"


@pytest.mark.parametrize(
    "args", [("nobody", "--name", "x"), ("mia", "--name", "x", "--scope", "all"), ("mia",)]
)
def test_a_key_for_nobody_is_refused_in_one_line(cast: Cast, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        run("apikey", *args)
    assert len(str(caught.value).splitlines()) == 1
    assert not ApiKey.objects.exists()


def test_a_name_is_used_once_while_its_key_is_good(cast: Cast, now: datetime) -> None:
    run("apikey", "mia", "--name", "website")
    with pytest.raises(CommandError, match="has a key called 'website' already"):
        run("apikey", "mia", "--name", "website")
    ApiKey.objects.update(revoked_at=now)
    run("apikey", "mia", "--name", "website")


def test_a_sweep_by_hand_says_what_it_marked(cast: Cast, now: datetime) -> None:
    scenes.submitted(cast, now)
    with time_machine.travel(now + 7 * DAY, tick=False):
        assert run("sweep", "--dry-run") == "would mark 2 clocks\n"
        assert not Clock.objects.filter(breached_at__isnull=False).exists()
        assert not Heartbeat.objects.exists()
        # accept and first touch: reminded, told, and offered to the pool
        assert run("sweep", "--once").startswith(
            "took 8 steps: marked 2 clocks, handed on 1 leads,"
        )
        assert run("sweep", "--once") == (
            "took 0 steps: marked 0 clocks, handed on 0 leads, set aside 0\n"
        )
    assert Clock.objects.filter(breached_at__isnull=False).count() == 2
    assert Heartbeat.objects.get().at == now + 7 * DAY


def test_a_person_is_forgotten_and_the_counts_stay(cast: Cast, now: datetime) -> None:
    lead = scenes.won(cast, now, email="Kim@Brandt.example")
    scenes.captured(cast, now + DAY, email="kim@brandt.example")
    events = Event.objects.count()
    assert (
        run("erase", "KIM@brandt.example", "--request", "R-7", "--as", "olu") == "erased 2 leads\n"
    )
    person = Person.objects.get(pk=lead.person_id)
    assert (person.email, person.first_name, person.phone) == ("", "", "")
    assert scenes.again(lead).stage == "erased"
    assert Event.objects.count() == events + 2
    assert Event.objects.filter(action="erase", actor=cast.olu, data__request="R-7").count() == 2
    with pytest.raises(CommandError, match="Nobody is known"):
        run("erase", "kim@brandt.example", "--request", "R-7")


@pytest.mark.parametrize(
    "args",
    [("a@b.example", "--request", "R"), ("kim@brandt.example", "--request", " "),
     ("kim@brandt.example", "--request", "R", "--as", "mia")],
)  # fmt: skip
def test_nobody_is_forgotten_by_mistake(cast: Cast, now: datetime, args: tuple[str, ...]) -> None:
    lead = scenes.captured(cast, now, email="kim@brandt.example")
    before = scenes.snapshot(lead)
    with pytest.raises(CommandError):
        run("erase", *args)
    assert scenes.snapshot(lead) == before
