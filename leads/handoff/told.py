"""As what the events of a lead are told to other programs (see leadbridge.outbox.webhooks)."""

from leadbridge.outbox.webhooks.writing import tell

TOLD_AS = {
    "capture": "lead.captured",
    "submit": "lead.submitted",
    "accept": "lead.accepted",
    "reject": "lead.rejected",
    "touch": "lead.touched",
    "win": "lead.closed",
    "lose": "lead.closed",
    "disqualify": "lead.closed",
    "merge": "lead.closed",
    "erase": "lead.closed",
    "remind": "clock.at_risk",
    "breach": "clock.breached",
}
_NOT_PAST = """NOT EXISTS (
    SELECT FROM leads_lead WHERE leads_lead.id = fresh.lead_id AND leads_lead.origin = 'history'
)"""


def tell_webhooks(rows: str) -> str:
    """The body of the trigger on events; a past that was read from a file is not told."""
    return tell(rows, TOLD_AS, of="action", where=_NOT_PAST)
