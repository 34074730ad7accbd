"""Which event each act, sweep and step of a ladder gives, in the transaction that it tells of."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.actions import stop_webhook
from leadbridge.outbox.webhooks.bodies import words_for
from leadbridge.outbox.webhooks.models import EVENTS, WebhookDelivery
from leads.handoff.stages import Action, Stage
from sla.clocks.ladder import climb
from sla.clocks.models import Clock, ClockStep
from sla.clocks.sweep import sweep
from tests.leads.handoff.scenes import MINUTE, at_stage, captured, do, submitted
from tests.outbox.webhooks.conftest import Program, registered


def waiting() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("type", flat=True))


@pytest.mark.parametrize(
    ("stage", "action", "who", "event"),
    [
        (Stage.CAPTURED, Action.SUBMIT, "mia", "lead.submitted"),
        (Stage.SUBMITTED, Action.ACCEPT, "sam", "lead.accepted"),
        (Stage.SUBMITTED, Action.REJECT, "sam", "lead.rejected"),
        (Stage.SUBMITTED, Action.TOUCH, "sam", "lead.touched"),
        (Stage.OPPORTUNITY, Action.WIN, "sam", "lead.closed"),
        (Stage.OPPORTUNITY, Action.LOSE, "sam", "lead.closed"),
        (Stage.WORKING, Action.DISQUALIFY, "sam", "lead.closed"),
        (Stage.WORKING, Action.QUALIFY, "sam", None),
    ],
)
def test_an_act_gives_its_event(
    cast: Cast, now: datetime, program: Program, stage: Stage, action: Action, who: str,
    event: str | None,
) -> None:  # fmt: skip
    lead = at_stage(cast, stage, now)
    registered(cast, now, program.url)
    do(action, lead, getattr(cast, who), now + MINUTE, cast)
    assert waiting() == ([event] if event else [])


def test_an_act_that_is_rolled_back_gives_none(cast: Cast, now: datetime, program: Program) -> None:
    registered(cast, now, program.url)
    with transaction.atomic():
        captured(cast, now)
        assert waiting() == ["lead.captured"]
        transaction.set_rollback(True)
    assert waiting() == []


def test_only_what_was_asked_for_is_told_and_nothing_to_a_stopped_one(
    cast: Cast, now: datetime, program: Program
) -> None:
    some = registered(cast, now, program.url, events=["lead.submitted"])
    stopped = registered(cast, now, program.url)
    stop_webhook(webhook_id=stopped.pk, actor=cast.olu, now=now)
    submitted(cast, now)
    assert waiting() == ["lead.submitted"]
    assert WebhookDelivery.objects.get().webhook == some


def test_the_sweep_and_the_ladder_tell_each_step_once(
    cast: Cast, now: datetime, program: Program
) -> None:
    lead = submitted(cast, now)
    registered(cast, now, program.url, events=[one for one in EVENTS if one.startswith("clock.")])
    later = now + timedelta(days=30)
    for _ in range(2):
        sweep(now=later)
        climb(now=later)
    told = waiting()
    clocks = Clock.objects.filter(lead=lead, kind="accept")
    steps = ClockStep.objects.filter(clock__in=clocks, state="done")
    moved = steps.exclude(step__in=("remind", "tell")).count()
    assert moved > 0
    assert told.count("clock.escalated") >= moved
    assert told.count("clock.at_risk") >= 1
    assert told.count("clock.breached") >= 1
    for row in WebhookDelivery.objects.all():
        words = words_for(row)
        assert words is not None
        assert f'"ref":"{lead.ref}"' in words.body
        assert '"clock":{' in words.body
    assert WebhookDelivery.objects.values("type", "fact").distinct().count() == len(told)
