"""A preview that asks for due instants alone says what judging every clock in full would say."""

from datetime import datetime
from decimal import Decimal

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people import documents
from leads.handoff.actions import nurture_lead, qualify_lead, reject_lead
from leads.handoff.corrections import undo_last
from leads.handoff.pausing import pause_lead
from leads.work.actions import log_touch
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar
from sla.clocks.foreseeing import preview_agreement, preview_edit
from sla.clocks.models import Clock
from sla.clocks.moving import Standing
from sla.clocks.outage import void_outage
from sla.clocks.rebuild import run_rebuilds
from sla.clocks.recounting import COLUMNS, ByAgreement, ByCalendar, Effect, Recount
from sla.clocks.states import IS_RUNNING
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, accepted, captured, submitted
from tests.sla.clocks.test_renewal import terms

pytestmark = pytest.mark.django_db


def every_sort(cast: Cast, now: datetime) -> set[str]:
    """Running clocks of every way by which one is due; their kinds."""
    captured(cast, now - 20 * DAY)
    void_outage(actor=cast.olu, now=now, since=now - 30 * DAY, until=now, reason="The line was cut")
    run_rebuilds(now=now)
    captured(cast, now - DAY)
    for hours in (1, 9):
        touched = accepted(cast, now - hours * HOUR)
        log_touch(
            lead_id=touched.pk, actor=cast.sam, now=now - hours * HOUR, channel="call",
            result="talked", next_at=now + hours * DAY,
        )  # fmt: skip
    unreached = accepted(cast, now)
    log_touch(lead_id=unreached.pk, actor=cast.sam, now=now, channel="call", result="no_answer")
    paused = submitted(cast, now)
    pause_lead(lead_id=paused.pk, actor=cast.sam, now=now, code="asked_for_date", until=now + DAY)
    parked = captured(cast, now)
    nurture_lead(lead_id=parked.pk, actor=cast.mia, now=now, review_on=now.date() + 30 * DAY)
    undone = accepted(cast, now - HOUR)
    log_touch(
        lead_id=undone.pk, actor=cast.sam, now=now - HOUR, channel="call", result="no_answer",
        next_at=now + 2 * DAY,
    )  # fmt: skip
    qualify_lead(
        lead_id=undone.pk, actor=cast.sam, now=now, value=Decimal(9000),
        close_on=now.date() + 30 * DAY,
    )  # fmt: skip
    undo_last(lead_id=undone.pk, actor=cast.sam, now=now + MINUTE)
    assert Clock.objects.get(IS_RUNNING, lead=undone, kind="attempts").started_by.action == "undo"
    submitted(cast, now)
    refused = submitted(cast, now)
    reject_lead(lead_id=refused.pk, actor=cast.sam, now=now, reason="no_capacity")
    return set(Clock.objects.filter(IS_RUNNING).values_list("kind", flat=True))


def in_full(recount: Recount, now: datetime) -> Effect:
    effect = Effect()
    clocks = [Standing(*row) for row in recount.older().values_list(*COLUMNS)]
    judge = recount.judge(clocks, now)
    for clock in clocks:
        effect.add(judge(clock))
    return effect


def test_it_says_of_an_agreement_what_a_full_look_says(cast: Cast, now: datetime) -> None:
    kinds = every_sort(cast, now)
    assert kinds >= {
        "triage",
        "first_touch",
        "attempts",
        "next_step",
        "decision",
        "rework",
        "review",
    }
    plan = {"on": ["5bd", "9bd"], "channels": 2, "days": 3}
    rule = {"code": "asked_for_date", "label": "A date", "cap": "9bd", "kinds": ["accept"]}
    parts = {
        **terms(triage="2h", accept="1m", next_step="2bd", review="1cd", decision="3cd"),
        "attempts": dict.fromkeys("123", plan),
        "pauses": [rule],
    }
    content = {**AgreementVersion.objects.get(state="active").content, **parts}
    draft = documents.start_draft(AGREEMENT, actor=cast.ana, now=now, content=content)
    seen = preview_agreement(version=draft, now=now + HOUR)
    full = in_full(ByAgreement(draft.pk, Agreement.from_content(content)), now + HOUR)
    assert seen == full
    assert seen.counting == Clock.objects.filter(IS_RUNNING).count()
    assert seen.turned_late and 5 < seen.moved < seen.counting


def test_it_says_of_hours_what_a_full_look_says(cast: Cast, now: datetime) -> None:
    every_sort(cast, now)
    calendar = Calendar.objects.select_related("current").get(organisation=True)
    assert calendar.current is not None
    week = {day: [["10:30", "12:00"]] for day in ("mon", "wed")}
    content = {**calendar.current.content, "weekly": week}
    seen = preview_edit(calendar_id=calendar.pk, content=content, now=now)
    hours = BusinessCalendar.from_content(content)
    assert seen == in_full(ByCalendar(calendar.pk, hours), now)
    assert 0 < seen.moved < seen.counting
