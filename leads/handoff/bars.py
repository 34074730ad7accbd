"""Why what happened to a very lead bars an action that its stage would allow. Pure: a table."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from leadbridge.people.models import Side, User
from leads.handoff.models import Lead
from leads.handoff.stages import STATUS_PATIENCE, Action


class Bar(NamedTuple):
    """A condition, and the sentence that is said where it holds."""

    holds: Callable[[Lead, User | None, datetime], bool]
    sentence: str


def side_of(user: User | None) -> str:
    """The side for which somebody rules; blank for the system and for administrators."""
    if user is None or not (user.is_marketing or user.is_sales):
        return ""
    return Side.MARKETING if user.is_marketing else Side.SALES


def ruling_of(lead: Lead, side: str) -> str:
    """What a side ruled on the disputed rejection; blank while it has not."""
    if side == Side.MARKETING:
        return lead.marketing_ruling
    return lead.sales_ruling if side == Side.SALES else ""


_BEGAN_AGAIN = Bar(
    lambda lead, user, now: lead.reopened_at is not None,
    "This lead began again as a new one: go on there.",
)
BARS: Mapping[Action, tuple[Bar, ...]] = {
    Action.REJECT: (
        Bar(
            lambda lead, user, now: lead.first_touch_at is not None,
            "This lead was contacted already: disqualify or recycle it instead of rejecting it.",
        ),
    ),
    Action.RECYCLE: (_BEGAN_AGAIN,),
    Action.REOPEN: (_BEGAN_AGAIN,),
    Action.DISPUTE: (
        Bar(
            lambda lead, user, now: lead.disputed_at is not None,
            "This rejection is disputed already.",
        ),
        # Of a rejected lead nothing is due next but its rework.
        Bar(
            lambda lead, user, now: lead.next_due_at is not None and lead.next_due_at < now,
            "The agreed time to dispute this rejection is over: hand the lead over again with a "
            "reason, nurture it or disqualify it.",
        ),
    ),
    Action.RULE: (
        Bar(lambda lead, user, now: lead.disputed_at is None, "Nobody disputes this rejection."),
        Bar(
            lambda lead, user, now: ruling_of(lead, side_of(user)) != "",
            "Your side has ruled on this dispute already.",
        ),
    ),
    # Done together with the second ruling, so it is always too early or done already.
    Action.SETTLE: (
        Bar(lambda lead, user, now: True, "A dispute is settled when both sides have ruled."),
    ),
    Action.WAIVE: (
        Bar(
            lambda lead, user, now: lead.waived_at is not None,
            "The remaining attempts were waived already.",
        ),
    ),
    Action.ANSWER: (
        Bar(lambda lead, user, now: not lead.open_questions, "No question waits for an answer."),
    ),
    Action.ASK_STATUS: (
        Bar(lambda lead, user, now: lead.status_owed, "Sales was asked already, and owes a word."),
        Bar(
            lambda lead, user, now: (
                lead.status_asked_at is not None and now < lead.status_asked_at + STATUS_PATIENCE
            ),
            "It was asked less than a day ago: the answer stands in the story.",
        ),
    ),
    Action.REPORT: (
        Bar(lambda lead, user, now: not lead.status_owed, "Nobody asked how this lead stands."),
    ),
    Action.ATTEST: (
        Bar(
            lambda lead, user, now: lead.verdict != "unknown",
            "The definition asks nothing more about this lead.",
        ),
    ),
    Action.DEBRIEF: (
        Bar(lambda lead, user, now: lead.debrief == "done", "This lead has its debrief already."),
    ),
    Action.RESUME: (
        Bar(lambda lead, user, now: not lead.paused_at(now), "This lead is not paused."),
    ),
}


def why_barred(lead: Lead, action: Action, user: User | None, now: datetime) -> str:
    """The first sentence that applies; blank where nothing bars the action."""
    bars = BARS.get(action, ())
    return next((bar.sentence for bar in bars if bar.holds(lead, user, now)), "")
