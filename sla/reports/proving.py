"""The proof of all leads, kept by a worker, and taken on to now by a page.

What no act has touched since a proof is as it was proved, so a page asks the rules only of the
leads that something happened to since, and of those that broke a rule then. Whoever changes a row
behind the application's back is found by the next proof of all; `manage.py ledger` always proves
all anew.
"""

from datetime import datetime, timedelta

from leads.handoff.models import Event, Lead
from sla.reports.ledger_checks import RULES, Broken, broken_rules
from sla.reports.rollups.models import Proof

# An older one says too little of now: then everything is asked.
GOOD_FOR = timedelta(hours=1)
# Whoever acted before a proof has committed so long after it.
SETTLED = timedelta(minutes=5)
NAMED = 1000
MOST_TOUCHED = 5000


def prove(*, now: datetime) -> int:
    """Ask every rule of every lead and keep the answer; how many break one."""
    rules = broken_rules(most=NAMED)
    broken = {rule.name: [rule.count, list(rule.examples)] for rule in rules}
    Proof.objects.update_or_create(pk=1, defaults={"at": now, "broken": broken})
    return sum(rule.count for rule in rules)


def broken_now(*, now: datetime) -> list[Broken]:
    """The rules with the leads that break them, from the last proof on."""
    proof = Proof.objects.filter(at__gt=now - GOOD_FOR, at__lte=now).first()
    if proof is None or proof.broken.keys() != RULES.keys():
        return broken_rules()
    if any(count > NAMED for count, _ in proof.broken.values()):
        return broken_rules()
    then = {lead_id for _, ids in proof.broken.values() for lead_id in ids}
    return broken_rules(then | _touched(proof.at - SETTLED))


def _touched(since: datetime) -> set[int]:
    """The leads that somebody acted on or that a sweep told of, the latest first."""
    changed = Lead.objects.filter(changed_at__gte=since).order_by("-changed_at")
    told = Event.objects.filter(action="breach", at__gte=since).order_by("-at")
    return {
        *changed.values_list("pk", flat=True)[:MOST_TOUCHED],
        *told.values_list("lead_id", flat=True)[:MOST_TOUCHED],
    }
