"""Ruling on a disputed rejection: one word of each side, and what follows from both."""

from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Side, User
from leads.handoff.bars import side_of
from leads.handoff.deeds import beside
from leads.handoff.disputes import settle_dispute
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead, Remark
from leads.handoff.moves import carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import Action
from leads.work.models import Ruling, Verdict


def dispute_of(lead: Lead) -> tuple[str, str]:
    """What sales wrote when it last said no, and what marketing says against it."""
    told = Remark.objects.filter(
        event__lead=lead, event__action__in=(Action.REJECT, Action.DISPUTE), kind="comment"
    ).order_by("pk")
    last = dict(told.values_list("event__action", "text"))
    return last.get(Action.REJECT, ""), last.get(Action.DISPUTE, "")


def rulers_of(lead: Lead) -> set[int]:
    """The two who answer for a ruling: the manager of marketing's team on the lead, and that of
    the sales team that held it last, which is the one that rejected it."""
    sales = lead.custody.filter(team__side=Side.SALES).order_by("-pk")
    manager = sales.values_list("team__manager_id", flat=True).first()
    return {lead.marketing_team.manager_id, *([manager] if manager else ())}


def rule_on_dispute(
    *, lead_id: int, actor: User, now: datetime, verdict: str, because: str
) -> Lead:
    """Say for one's side whether a disputed rejection was right. With the second ruling the dispute
    is settled and marketing acts on it: what both overturned goes to sales again as qualified."""
    if verdict not in Verdict.values:
        known = ", ".join(Verdict.values)
        raise DomainError("invalid", f"Choose one of: {known}.", field="verdict")
    if not because.strip():
        raise DomainError(
            "invalid", "Say why: the next case like this is measured by it.", field="because"
        )
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.RULE, actor=actor, now=now)
        side = side_of(actor)
        event = carry_out(
            lead,
            beside(
                lead,
                Action.RULE,
                {f"{side}_ruling": verdict},
                actor=actor,
                now=now,
                data={"side": side, "verdict": verdict},
                words={"comment": because},
            ),
        )
        dispute = lead.events.filter(action=Action.DISPUTE).latest("id")
        Ruling.objects.create(
            lead=lead, dispute=dispute, event=event, side=side, by=actor, at=event.at,
            verdict=verdict,
        )  # fmt: skip
        _settle(lead, now)
    return lead


def _settle(lead: Lead, now: datetime) -> None:
    """With the word of both sides the dispute is over; where they differ, the rejection stands."""
    if not (lead.marketing_ruling and lead.sales_ruling):
        return
    agreed = lead.marketing_ruling == lead.sales_ruling
    data = {"verdict": lead.sales_ruling if agreed else "split"}
    event = carry_out(lead, beside(lead, Action.SETTLE, {}, actor=None, now=now, data=data))
    settle_dispute(lead, data["verdict"], at=event.at)
