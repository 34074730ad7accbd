"""Giving a decision another reason: the first one stays in the story, figures use the last one."""

from datetime import datetime
from typing import ClassVar

from django.db import models, transaction
from django.db.models import F, Func, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import recodes_reasons
from leadbridge.people.models import User
from leads.handoff.disputes import recode_dispute
from leads.handoff.evidence import NOTHING, Evidence, prove
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead
from leads.handoff.moves import amend
from leads.handoff.reasons import CODED, reason_for
from leads.handoff.rules import require_criterion
from leads.handoff.stages import Action, Stage

RECODE = "recode"
NAMED = "(jsonb_path_query_first(%(expressions)s, '$.evidence.*') #>> '{}')"  # its one value


class Recoding(models.Model):
    """One decision, given another code. `event` is the decision, `told` what tells of it."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="recodings")
    told = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="recoding")
    code = models.CharField(max_length=30)
    criterion = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=80, blank=True, default="", db_default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.code} for event {self.event_id}"


def coded_now(event: str = "pk", data: str = "data") -> Combinable:
    """The code that a decision counts under: the last one it was given, else its own. `event` and
    `data` name the id and the data of the event from where one looks."""
    last = Recoding.objects.filter(event=OuterRef(event)).order_by("-id").values("code")[:1]
    return Coalesce(
        Subquery(last), KeyTextTransform("reason", F(data)), output_field=models.TextField()
    )


def detail_now(event: str = "pk", data: str = "data") -> Combinable:
    """What was named beside that code; blank or null where nothing was."""
    last = Recoding.objects.filter(event=OuterRef(event)).order_by("-id").values("detail")[:1]
    named = Func(F(data), template=NAMED)
    return Coalesce(Subquery(last), named, output_field=models.TextField())


def code_of(event: Event) -> str:
    """The same for one event that is read already."""
    last = event.recodings.order_by("-id").values_list("code", flat=True).first()
    return last or str(event.data.get("reason", ""))


def decisions_of(lead: Lead) -> QuerySet[Event]:
    """What of a lead can be given another code, newest first."""
    return lead.events.filter(action__in=CODED).order_by("-id")


def recode_event(
    *,
    event_id: int,
    actor: User,
    now: datetime,
    reason: str,
    because: str,
    criterion: str = "",
    evidence: Evidence = NOTHING,
) -> Event:
    """Give a decision another code of the same action. The event that tells of it is returned.

    DomainError `forbidden` (403) for whoever leads nobody; `invalid` names the field.
    """
    with transaction.atomic():
        event = Event.objects.get(pk=event_id)
        lead = lock_lead(event.lead_id)
        _require_recodable(event, lead, actor)
        action = Action(event.action)
        code = reason_for(action, reason, comment=because, criterion=criterion)
        require_criterion(lead, criterion)
        proof = prove(code, evidence, lead=lead, actor=actor)
        was = code_of(event)
        if not because.strip():
            raise DomainError("invalid", "Say why the other code is right.", field="because")
        if reason == was:
            raise DomainError("invalid", "It counts under this code already.", field="reason")
        stands = _decided_by(event, lead)
        told = amend(
            lead,
            RECODE,
            {"reason": reason, "reason_criterion": criterion, **proof.fields} if stands else {},
            actor=actor,
            now=now,
            data={
                "event": event.pk,
                "of": action.value,
                "was": was,
                "reason": reason,
                **proof.data,
            },
            words={"comment": because, **proof.words},
        )
        Recoding.objects.create(
            event=event, told=told, code=reason, criterion=criterion, detail=proof.detail,
            by=actor, at=told.at,
        )  # fmt: skip
        if action is Action.REJECT:
            recode_dispute(event, reason, criterion, proof.detail)
    return told


def _require_recodable(event: Event, lead: Lead, actor: User) -> None:
    if not recodes_reasons(actor):
        raise DomainError(
            "forbidden", "Reasons are changed by managers and administrators.", status=403
        )
    if event.action not in CODED:
        raise DomainError("not_allowed", "This has no coded reason.", status=409)
    if lead.stage in (Stage.MERGED, Stage.ERASED):
        raise DomainError(
            "not_allowed", "A lead that was merged or erased stays as it ended.", status=409
        )


def _decided_by(event: Event, lead: Lead) -> bool:
    """Does the lead stand where this decision brought it?"""
    last = lead.events.exclude(to_stage=F("from_stage")).order_by("-id").first()
    return last is not None and last.pk == event.pk
