"""Names that a resolver says nothing about, or something else each time it is asked."""

import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks import names
from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery
from leadbridge.outbox.webhooks.sending import Sent, send_waiting
from tests.leads.handoff.scenes import MINUTE, captured
from tests.outbox.webhooks.conftest import Program, registered
from tests.pages import Browser

Told = list[str]


class Resolver:
    """The system's own, but for the names of a test: those in `known` have these numbers, one
    answer after the other and the last for good; to those that end in `.dead` a nameserver that
    hears every question gives no answer."""

    def __init__(self, nameserver: socket.socket) -> None:
        self.known: dict[str, list[Told]] = {}
        self.asked: list[str] = []
        self._nameserver = nameserver
        self._system: Callable[..., Any] = socket.getaddrinfo

    def __call__(self, host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host.endswith(".dead"):
            self.asked.append(host)
            self._ask_in_vain(host)
        if host not in self.known:
            return self._system(host, port, *rest, **more)
        self.asked.append(host)
        answers = self.known[host]
        numbers = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in numbers]

    def _ask_in_vain(self, host: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect(self._nameserver.getsockname())
            line.send(host.encode())
            line.recv(1)
        raise socket.gaierror(socket.EAI_AGAIN, "gave up")


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    """In place of the system's, with a time limit a test can wait for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        nameserver.bind(("127.0.0.1", 0))
        nameserver.setblocking(False)
        ours = Resolver(nameserver)
        monkeypatch.setattr(names, "LOOKUP", 0.4)
        monkeypatch.setattr(socket, "getaddrinfo", ours)
        yield ours
        for _ in range(sum(host.endswith(".dead") for host in ours.asked)):
            _, who = nameserver.recvfrom(100)
            nameserver.sendto(b"x", who)  # lets the threads that ask end


def test_names_nobody_answers_for_hold_up_nobody_else(
    cast: Cast, now: datetime, program: Program, settings: Any, resolver: Resolver
) -> None:
    hosts = [f"crm{number}.dead" for number in (1, 2, 3)]
    for number, host in enumerate([*hosts, hosts[0]]):
        Webhook.objects.create(
            name=f"P{number}", url=f"http://{host}/", events=["lead.captured"], secret="whsec_eA==",
            made_by=cast.olu, made_at=now, rest_until=now,
        )  # fmt: skip
    registered(cast, now, program.url, events=["lead.captured"])
    captured(cast, now)
    began = monotonic()
    assert send_waiting(now=now + MINUTE) == Sent(1, 4)
    assert monotonic() - began < 2
    answers = WebhookDelivery.objects.filter(delivered_at=None).values_list("answer", flat=True)
    assert [answer.partition(" where")[0] for answer in answers] == ["Nobody said in time"] * 4
    assert sorted(resolver.asked) == hosts  # one question a host, however many want to know


def test_an_address_whose_name_nobody_answers_for_is_refused_in_time(
    cast: Cast, now: datetime, program: Program, resolver: Resolver
) -> None:
    typed = {"name": "CRM", "url": "https://crm.dead/hooks", "events": "lead.captured"}
    page = Browser(cast.olu, now).post("/settings/webhooks/new/", 422, **typed)
    assert "Nobody said in time where crm.dead is" in page
    assert not Webhook.objects.exists()


def test_a_call_goes_to_the_very_number_that_was_checked(
    cast: Cast, now: datetime, program: Program, resolver: Resolver
) -> None:
    """A name that says something else at the second question is not asked a second time."""
    port = int(program.url.rpartition(":")[2].partition("/")[0])
    with ThreadingHTTPServer(("127.0.0.2", port), BaseHTTPRequestHandler) as other:
        other.timeout = 0
        resolver.known["rebinds.example"] = [["127.0.0.1"]]
        url = program.url.replace("127.0.0.1", "rebinds.example")
        registered(cast, now, url, events=["lead.captured"])
        resolver.known["rebinds.example"] = [["127.0.0.1"], ["127.0.0.2"]]
        resolver.asked.clear()
        captured(cast, now)
        assert send_waiting(now=now + MINUTE) == Sent(1, 0)
    assert resolver.asked == ["rebinds.example"]
    assert program.calls[0][0]["host"] == f"rebinds.example:{port}"


def test_a_name_with_one_private_number_is_called_at_none_of_them(
    cast: Cast, now: datetime, program: Program, settings: Any, resolver: Resolver
) -> None:
    resolver.known["half.example"] = [["127.0.0.1"]]
    url = program.url.replace("127.0.0.1", "half.example")
    registered(cast, now, url, events=["lead.captured"])
    captured(cast, now)
    settings.WEBHOOKS_TO_PRIVATE = False
    resolver.known["half.example"] = [["8.8.8.8", "127.0.0.1"]]
    assert send_waiting(now=now + MINUTE) == Sent(0, 1)
    assert "private network" in WebhookDelivery.objects.get().answer
    assert program.calls == []


def test_too_many_unanswered_names_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, resolver: Resolver
) -> None:
    monkeypatch.setattr(names, "MOST", 1)
    with pytest.raises(names.Unreachable, match="in time"):
        names.look_up("one.dead", 80, 0.1)
    with pytest.raises(names.Unreachable, match="has to wait"):
        names.look_up("two.dead", 80, 0.1)
