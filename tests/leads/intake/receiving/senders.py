"""A provider that sends to an address of ours, for tests."""

from datetime import datetime
from typing import Any

import time_machine
from django.test import Client

from leadbridge.people.models import User
from leads.intake.receiving.actions import Plan, save_endpoint
from leads.intake.receiving.models import Endpoint
from leads.intake.receiving.working import read_delivery, waiting_deliveries

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def made(user: User, now: datetime, provider: str, **more: Any) -> Endpoint:
    """An address of this provider."""
    plan = Plan(name="Ours", marketer=user, source=provider, provider=provider, **more)
    return save_endpoint(endpoint_id=None, plan=plan, actor=user, now=now)


def path_of(endpoint: Endpoint) -> str:
    return f"/api/v1/intake/{endpoint.provider}/{endpoint.token}/"


def send(endpoint: Endpoint, now: datetime, body: bytes, kind: str = JSON, **headers: str) -> Any:
    """The provider's POST."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    with time_machine.travel(now, tick=False):
        return Client(headers=told).generic("POST", path_of(endpoint), body, content_type=kind)


def read_all(now: datetime) -> None:
    """What a worker does."""
    for number in waiting_deliveries():
        read_delivery(delivery_id=number, now=now)
