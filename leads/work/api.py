"""Logging touches in the API."""

from datetime import datetime
from typing import Any

from leadbridge.people.calls import Body, Instant, Words
from leadbridge.people.models import User
from leads.handoff.api import LeadAction, described
from leads.handoff.models import Lead
from leads.work.actions import log_touch
from leads.work.models import Channel, Result


class TouchBody(Body):
    channel = Words(longest=20, lines=False, help_text=f"One of {', '.join(Channel.values)}.")
    result = Words(longest=20, lines=False, help_text=f"One of {', '.join(Result.values)}.")
    note = Words(required=False)
    at = Instant(required=False, allow_null=True, help_text="When it happened; now by default.")
    next_at = Instant(required=False, allow_null=True, help_text="When the next step is due.")
    quote = Words(required=False, help_text="The prospect's words.")


@described("touch")
class Touch(LeadAction):
    """Log a call, message or meeting; on a lead that waits, it also accepts."""

    body = TouchBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return log_touch(lead_id=lead_id, actor=user, now=now, **told).lead
