"""The examples of docs/webhooks.md are what the code says, ids and instants apart.

`RECORD_WEBHOOK_EXAMPLES=1` writes what is said to the page instead of comparing.
"""

import json
import os
import re
import textwrap
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.bodies import fix_bodies
from leadbridge.outbox.webhooks.models import EVENTS, WebhookDelivery
from leads.handoff.actions import accept_lead, disqualify_lead, reject_lead, submit_lead
from leads.handoff.models import Lead
from sla.clocks.ladder import climb
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import HOUR, MINUTE, captured, touch
from tests.outbox.webhooks.conftest import Program, registered

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
BLOCK = re.compile(r"```json\n(.*?)\n```\n*", re.DOTALL)
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
WIDTH = 120


def test_the_page_shows_each_event_as_it_is_told(
    cast: Cast, now: datetime, program: Program, settings: Any
) -> None:
    settings.SITE_URL = "https://leads.example"
    registered(cast, now, program.url)
    told = dict(_examples(cast, now))
    assert list(told) == list(EVENTS)
    if os.environ.get("RECORD_WEBHOOK_EXAMPLES"):
        _record(told)
    shown = [json.loads(block) for block in BLOCK.findall(PAGE.read_text())]
    assert [one["type"] for one in shown] == list(EVENTS)
    for example in shown:
        assert plain(example) == plain(told[example["type"]])


def _examples(cast: Cast, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first body of each event, put into words right after it, in the order of the contract."""
    known: dict[str, dict[str, Any]] = {}
    for _ in _story(cast, now):
        waiting = WebhookDelivery.objects.filter(body="").select_related("webhook")
        for body in fix_bodies(list(waiting.order_by("pk"))).values():
            said = json.loads(str(body))
            known.setdefault(said["type"], said)
    yield from ((event, known[event]) for event in EVENTS)


def _story(cast: Cast, now: datetime) -> Iterator[None]:
    """A lead that is worked on, one that is sent back, and one that is left lying."""
    given = {"campaign": "Spring launch", "value": Decimal(900)}
    one = captured(cast, now, external_id="crm-7", **given)
    yield
    one = submit_lead(lead_id=one.pk, actor=cast.mia, now=now + 2 * MINUTE)
    yield
    assert one.holder is not None
    accept_lead(lead_id=one.pk, actor=one.holder, now=now + 3 * MINUTE)
    yield
    touch(one, one.holder, now + 10 * MINUTE)
    yield
    disqualify_lead(
        lead_id=one.pk, actor=one.holder, now=now + HOUR, reason="no_need", quote="We stay."
    )
    yield
    lying, back = (_handed_over(cast, now + HOUR, given, name) for name in ("crm-8", "crm-9"))
    assert back.holder is not None
    yield
    reject_lead(lead_id=back.pk, actor=back.holder, now=now + 2 * HOUR, reason="no_consent")
    yield
    clock = Clock.objects.get(lead=lying, kind="accept")
    for at in (clock.at_risk_at, clock.due_at, *clock.step_times):
        sweep(now=at + timedelta(seconds=1))
        climb(now=at + timedelta(seconds=1))
        yield


def _handed_over(cast: Cast, at: datetime, given: dict[str, Any], name: str) -> Lead:
    lead = captured(cast, at, external_id=name, **given)
    return submit_lead(lead_id=lead.pk, actor=cast.mia, now=at)


def plain(value: Any, key: str = "") -> Any:
    """The same without what differs from one organisation to the next."""
    if isinstance(value, dict):
        return {name: plain(one, name) for name, one in value.items()}
    if isinstance(value, str) and INSTANT.match(value):
        return "an instant"
    if key == "id":
        return 0
    return re.sub(r"L-\d+", "L-0", value) if key in ("ref", "url") else value


def _record(told: dict[str, dict[str, Any]]) -> None:
    """Write the page anew: the ids are always the same, so that only a change is a change."""
    text = PAGE.read_text()
    first = BLOCK.search(text)
    assert first is not None
    blocks = "".join(f"```json\n{_dense(_numbered(one))}\n```\n\n" for one in told.values())
    before, after = text[: first.start()], BLOCK.sub("", text[first.start() :])
    PAGE.write_text(before + blocks + after)


def _numbered(value: Any, key: str = "", of: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _numbered(one, name, key) for name, one in value.items()}
    if key == "id":
        return 34 if of == "clock" else 12
    return re.sub(r"L-\d+", "L-12", value) if key in ("ref", "url") else value


def _dense(value: dict[str, Any]) -> str:
    """Broken between names, never within one."""
    text = re.sub(r'"[^"]*"', lambda said: said[0].replace(" ", "\0"), json.dumps(value))
    text = text.replace('": ', '":\0')
    return "\n".join(textwrap.wrap(text, WIDTH, subsequent_indent="  ")).replace("\0", " ")
