"""One clock for each lead handed over, that of whoever had to decide: what became of it, how far
its lead went since, and what marketing had promised of it."""

from datetime import datetime

from django.db.models import F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from leads.handoff.reasons import Reason
from leads.handoff.recoding import coded_now
from leads.handoff.stages import Action, Stage
from sla.clocks.states import IS_RUNNING
from sla.reports.narrowing import Slice
from sla.reports.parts import Condition, Conditions, Labels, Part

LABELS: Labels = {
    Part.SUBMITTED: "Handed over",
    Part.ACCEPTED: "Accepted",
    Part.REJECTED: "Rejected",
    Part.WAITING: "Waiting for a decision",
    Part.OTHERWISE: "Merged or erased while waiting",
    Part.OPPORTUNITIES: "Became opportunities",
    Part.WON: "Won",
    Part.DECIDED: "Accepted, or rejected for what marketing answers for",
    Part.CONFORMING: "Handed over with every agreed criterion met",
    Part.OVERRIDDEN: "Handed over against the definition",
    Part.DUPLICATES: "Rejected as a duplicate or a customer already",
    Part.CREDITED: "Handed over and counted for the promised volume",
}
OF_SUBMISSION = frozenset(LABELS)
_ACCEPTS = Q(ended_by__action__in=[Action.ACCEPT, Action.TOUCH])
_REJECTS = Q(ended_by__action=Action.REJECT)
# Within the clocks of a submission; each is in exactly one of the four.
DECISIONS: dict[Part, Q] = {
    Part.ACCEPTED: ~IS_RUNNING & _ACCEPTS,
    Part.REJECTED: ~IS_RUNNING & _REJECTS,
    Part.WAITING: IS_RUNNING,
    Part.OTHERWISE: ~IS_RUNNING & ~(_ACCEPTS | _REJECTS),
}
PROGRESS: dict[Part, Q] = {
    Part.OPPORTUNITIES: Q(lead__qualified_at__isnull=False),
    Part.WON: Q(lead__stage=Stage.WON),
}
# What sales named when it said no; the event keeps it as it was said.
CRITERION = Coalesce(
    KeyTextTransform("criterion", F("ended_by__data")), Value(""), output_field=TextField()
)
_CODE = coded_now("ended_by_id", "ended_by__data")
_AGAINST_MARKETING = Reason.objects.filter(
    action=Action.REJECT, against=Reason.Against.MARKETING
).values("code")
# An override and what bounced back bring no credit before sales accepted.
PROMISED: dict[Part, Q] = {
    Part.DECIDED: DECISIONS[Part.ACCEPTED]
    | DECISIONS[Part.REJECTED] & Q(In(_CODE, _AGAINST_MARKETING)),
    Part.CONFORMING: Q(lead__verdict="yes", lead__overridden=False),
    Part.OVERRIDDEN: Q(lead__overridden=True),
    Part.DUPLICATES: DECISIONS[Part.REJECTED] & Q(In(_CODE, ["duplicate", "customer"])),
    Part.CREDITED: DECISIONS[Part.ACCEPTED] | DECISIONS[Part.WAITING] & Q(lead__overridden=False),
}


def _submitted(slice_: Slice, now: datetime) -> Q:
    """The last accept clock of each submission of the period: not the ones of earlier holders,
    nor one that an undo or an outage replaced by its successor."""
    return Q(
        ~Q(void_cause="undone"),
        ~Q(void_cause="outage", stopped_at=None),
        ~Q(ended_by__action=Action.REASSIGN, ended_by__isnull=False),
        kind="accept",
        lead__submitted_at__gte=slice_.start,
        lead__submitted_at__lt=slice_.end,
        started_at__gte=F("lead__submitted_at"),
        due_at__gte=slice_.start,  # as in _started
    )


def _of_submission(part: Part) -> Condition:
    return lambda slice_, now: _submitted(slice_, now) & (DECISIONS | PROGRESS | PROMISED)[part]


CONDITIONS: Conditions = {
    Part.SUBMITTED: _submitted,
    **{part: _of_submission(part) for part in (*DECISIONS, *PROGRESS, *PROMISED)},
}
