"""A lead stands still for an agreed reason, until a stated instant, and everybody can read it."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.actions import reject_lead
from leads.handoff.changes import Change, PausedTime, lead_changed
from leads.handoff.models import Lead
from leads.handoff.pauses import Pause, pauses_of
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.stages import Action
from sla.calendars.arithmetic import joined
from tests.leads.handoff.scenes import (
    DAY,
    HOUR,
    MINUTE,
    accepted,
    again,
    do,
    paused,
    snapshot,
    submitted,
)


def pause(lead: Lead, cast: Cast, now: datetime, until: datetime, code: str = "") -> Lead:
    return pause_lead(
        lead_id=lead.pk, actor=cast.sam, now=now, code=code or "asked_for_date", until=until
    )


def times(pauses: tuple[PausedTime, ...] | None) -> list[tuple[datetime, datetime]]:
    return [(one.since, one.until) for one in pauses or ()]


class Heard:
    """What the clocks are told, while this listens in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changes: list[Change] = []
        send = lead_changed.send

        def overhear(sender: type[Lead], *, change: Change, **more: object) -> object:
            self.changes.append(change)
            return send(sender=sender, change=change, **more)

        monkeypatch.setattr(lead_changed, "send", overhear)


def test_a_pause_is_on_the_lead_in_the_list_and_told_to_the_clocks(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, heard = accepted(cast, now), Heard(monkeypatch)
    until = now + 3 * DAY
    after = pause(lead, cast, now + HOUR, until)
    assert (after.stage, after.holder_id, after.paused_until) == ("accepted", cast.sam.pk, until)
    assert after.paused_at(now + DAY) and not after.paused_at(until)
    assert "contacted on a date" in after.paused_for
    row = Pause.objects.get(lead=lead)
    assert (row.starts_at, row.ends_at, row.made_by) == (now + HOUR, until, cast.sam)
    assert "first_touch" in row.kinds and "accept" not in row.kinds
    assert [times(change.pauses) for change in heard.changes] == [[(now + HOUR, until)]]


def test_pauses_that_overlap_are_one(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    pause(lead, cast, now, now + 2 * DAY)
    pause(lead, cast, now + DAY, now + 3 * DAY, "awaiting_marketing")
    after = pause(lead, cast, now + DAY, now + DAY + HOUR)
    assert joined(times(pauses_of(lead.pk))) == [(now, now + 3 * DAY)]
    assert after.paused_until == now + 3 * DAY
    assert "marketing" in after.paused_for
    assert Pause.objects.filter(lead=lead).count() == 3
    assert not any("accept" in one.kinds for one in pauses_of(lead.pk))


def test_resuming_ends_all_of_them_now(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = paused(cast, now)
    heard = Heard(monkeypatch)
    after = resume_lead(lead_id=lead.pk, actor=cast.max, now=now + DAY)
    assert (after.paused_until, after.paused_for) == (None, "")
    assert [times(change.pauses) for change in heard.changes] == [[(now, now + DAY)]]
    with pytest.raises(DomainError, match="not paused") as refusal:
        resume_lead(lead_id=lead.pk, actor=cast.max, now=now + DAY)
    assert refusal.value.status == 409


def test_a_pause_that_is_over_is_not_resumed(cast: Cast, now: datetime) -> None:
    lead = paused(cast, now)
    with pytest.raises(DomainError, match="not paused"):
        resume_lead(lead_id=lead.pk, actor=cast.sam, now=now + 4 * DAY)
    assert times(pauses_of(lead.pk)) == [(now, now + 3 * DAY)]


@pytest.mark.parametrize(
    ("code", "hours", "field"),
    [
        ("lunch", 24, "code"),
        ("absence", 24, "code"),  # LeadBridge's own
        ("asked_for_date", 0, "until"),
        ("asked_for_date", -1, "until"),
        ("asked_for_date", 24 * 60, "until"),
        ("awaiting_marketing", 24 * 8, "until"),
    ],
)
def test_a_pause_that_was_not_agreed_is_refused(
    cast: Cast, now: datetime, code: str, hours: int, field: str
) -> None:
    lead = accepted(cast, now)
    before = snapshot(lead)
    with pytest.raises(DomainError) as refusal:
        pause(lead, cast, now, now + hours * HOUR, code)
    assert (refusal.value.code, refusal.value.field) == ("invalid", field)
    assert snapshot(lead) == before


def test_the_cap_counts_the_holders_working_days(cast: Cast, now: datetime) -> None:
    """Monday 10:00 and five business days: the next Monday at the same hour, not Saturday."""
    lead = accepted(cast, now)
    assert pause(lead, cast, now, now + 7 * DAY, "awaiting_marketing").paused_until == now + 7 * DAY
    with pytest.raises(DomainError):
        pause(lead, cast, now, now + 7 * DAY + MINUTE, "awaiting_marketing")


def test_the_system_pauses_for_an_absence(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    pause_lead(lead_id=lead.pk, actor=None, now=now, code="absence", until=now + DAY)
    assert Pause.objects.get(lead=lead).made_by is None


def test_a_new_handover_begins_unpaused(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    pause(lead, cast, now, now + 5 * DAY)
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, reason="no_consent")
    after = do(Action.SUBMIT, lead, cast.mia, now + 2 * HOUR, cast)
    assert (after.paused_until, after.paused_at(now + 3 * HOUR)) == (None, False)
    assert times(pauses_of(lead.pk)) == [(now, now + 2 * HOUR)]


def test_a_lead_that_left_sales_does_not_stand_still(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    pause(lead, cast, now, now + 5 * DAY)
    reject_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, reason="no_consent")
    assert not again(lead).paused_at(now + 2 * HOUR)
