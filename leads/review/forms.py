"""Contesting a rejection and ruling on it, each with what was ruled before; and the reasons."""

from datetime import datetime
from typing import ClassVar

from django import forms

from leadbridge.kernel.forms import PlainForm
from leadbridge.people.access import viewer_of
from leadbridge.people.models import User
from leads.handoff.actions import dispute_lead
from leads.handoff.decision import Decision
from leads.handoff.evidence_forms import answers_of, fields_for, reason_chosen
from leads.handoff.forms import words_field
from leads.handoff.models import Event, Lead
from leads.handoff.reasons import CODED, Labels, Reason, ReasonKind, reasons_for
from leads.handoff.recoding import code_of, recode_event
from leads.handoff.stages import Action
from leads.review.disputes import precedents_for
from leads.review.kinds import add_kind, edit_kind
from leads.review.reasons import MOST_POSITION, Wanted, add_reason, edit_reason
from leads.work.models import Verdict
from leads.work.rulings import dispute_of, rule_on_dispute


class Contested(Decision):
    """Something said on a rejection: shows what sales said, and what the definition did."""

    def prepare(self) -> None:
        no, _ = dispute_of(self.lead)
        reason = Labels().of(Action.REJECT, self.lead.reason, self.lead.reason_detail)
        self.quotes = [("Sales said no", ": ".join(filter(None, (reason, no))))]
        if line := criterion_line(self.lead):
            self.quotes.append(("The definition on this criterion", line))
        if self.user is not None:
            self.precedents = precedents_for(self.lead, viewer_of(self.user))


def criterion_line(lead: Lead) -> str:
    """What the verdict said of the criterion that a rejection names; blank where it names none."""
    for line in lead.verdict_lines:
        if line["id"] == lead.reason_criterion:
            outcome = {"yes": "met", "no": "not met"}.get(str(line.get("outcome")), "")
            told = (str(line.get("evidence") or ""), outcome or str(line.get("outcome") or ""))
            return f"{line['sentence']}: {', '.join(filter(None, told))}"
    return ""


class Contest(Contested):
    action, title, button = Action.DISPUTE, "Dispute the rejection", "Dispute"
    hint = "Both managers rule on it; the ruling guides the next case like this."

    because = words_field(
        "Why it meets the definition",
        required=True,
        help="With your evidence.",
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        dispute_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Disputed the rejection of {self.lead.name}. Both managers will rule."


class Rule(Contested):
    action, title, button = Action.RULE, "Rule on the dispute", "Rule"
    hint = "Both sides rule, each once. Where they differ, the rejection stands."

    verdict = forms.ChoiceField(
        label="The rejection is", choices=Verdict.choices, widget=forms.RadioSelect
    )
    because = words_field("Why", required=True, help="The next case like this is measured by it.")

    def prepare(self) -> None:
        super().prepare()
        self.quotes.append(("Marketing disputes it", dispute_of(self.lead)[1]))

    def decide(self, *, actor: User, now: datetime) -> str:
        lead = rule_on_dispute(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        if lead.marketing_ruling and lead.sales_ruling:
            return f"Ruled. The dispute on {self.lead.name} is settled."
        return "Ruled. The other side has yet to rule."


FORMS: dict[str, type[Decision]] = {form.action.value: form for form in (Contest, Rule)}


class Recode(PlainForm):
    """Another code for a decision that was taken."""

    reason = forms.ChoiceField(label="The reason is")
    because = words_field("Why this one is right", required=True)

    def __init__(self, data: object = None, *, event: Event, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request holds
        self.event = event
        action, now_under = Action(event.action), code_of(event)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField), "declared above"
        others = [one for one in reasons_for(action) if one.code != now_under]
        reason.choices = [("", "Choose one"), *((one.code, one.label) for one in others)]
        chosen = reason_chosen(action, str(self.data.get("reason", "")))
        self.fields |= fields_for(chosen, event.lead, user)

    def save(self, *, actor: User, now: datetime) -> Event:
        """Give it the code."""
        told = answers_of(self.cleaned_data)
        return recode_event(event_id=self.event.pk, actor=actor, now=now, **told)


class ReasonForm(PlainForm):
    """What of a reason may be edited."""

    label = forms.CharField(label="Label", max_length=80)
    next_step = forms.CharField(label="What marketing does next", max_length=200, required=False)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=MOST_POSITION, help_text="Lowest first."
    )
    retired = forms.BooleanField(
        label="Retired: it stays readable and cannot be chosen any more", required=False
    )

    def __init__(self, data: object = None, *, reason: Reason) -> None:
        known = {
            "label": reason.label,
            "next_step": reason.next_step,
            "position": reason.position,
            "retired": reason.retired_at is not None,
        }
        super().__init__(data, initial=known)  # type: ignore[arg-type]  # what a request holds
        self.reason = reason

    def save(self, *, actor: User, now: datetime) -> str:
        """Keep it; what to tell the person."""
        action, code = self.reason.action, self.reason.code
        kept = edit_reason(action=action, code=code, actor=actor, now=now, **self.cleaned_data)
        return f"Kept “{kept.label}”."


class NewReason(PlainForm):
    """A code that does not exist yet."""

    action = forms.ChoiceField(label="For", choices=[(a.value, a.value.title()) for a in CODED])
    code = forms.CharField(
        label="Code", max_length=30, help_text="For programs; it never changes, as in no_budget."
    )
    label = forms.CharField(label="Label", max_length=80)
    asks = forms.ChoiceField(label="It asks for", choices=Reason.Ask.choices, required=False)
    needs_words = forms.BooleanField(
        label="After a conversation it needs the prospect's words", required=False
    )
    needs_attempts = forms.BooleanField(
        label="Only once the agreed attempts are made", required=False
    )
    against = forms.ChoiceField(label="Counts against", choices=Reason.Against.choices)
    next_step = forms.CharField(label="What marketing does next", max_length=200, required=False)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=MOST_POSITION, initial=100
    )
    fixed: ClassVar[str] = "What it asks for and whom it counts against cannot be changed later."

    def save(self, *, actor: User, now: datetime) -> str:
        """Add it; what to tell the person."""
        added = add_reason(actor=actor, wanted=Wanted(**self.cleaned_data))
        return f"Added “{added.label}”. It can be chosen at once."


class KindForm(PlainForm):
    """What of a kind may be edited."""

    label = forms.CharField(label="Label", max_length=80)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=MOST_POSITION, help_text="Lowest first."
    )
    retired = forms.BooleanField(
        label="Retired: it stays readable and cannot be chosen any more", required=False
    )

    def __init__(self, data: object = None, *, kind: ReasonKind) -> None:
        retired = kind.retired_at is not None
        known = {"label": kind.label, "position": kind.position, "retired": retired}
        super().__init__(data, initial=known)  # type: ignore[arg-type]  # what a request holds
        self.kind = kind

    def save(self, *, actor: User, now: datetime) -> str:
        """Keep it; what to tell the person."""
        reason, kind = self.kind.reason, self.kind.code
        kept = edit_kind(
            action=reason.action, reason=reason.code, kind=kind, actor=actor, now=now,
            **self.cleaned_data,
        )  # fmt: skip
        return f"Kept “{kept.label}”."


class NewKind(PlainForm):
    """A kind that does not exist yet."""

    code = forms.CharField(
        label="Code", max_length=30, help_text="For programs; it never changes, as in too_small."
    )
    label = forms.CharField(label="Label", max_length=80)
    position = forms.IntegerField(
        label="Place in the list", min_value=0, max_value=MOST_POSITION, initial=100
    )

    def __init__(self, data: object = None, *, reason: Reason) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request holds
        self.reason = reason

    def save(self, *, actor: User, now: datetime) -> str:
        """Add it; what to tell the person."""
        action, reason = self.reason.action, self.reason.code
        added = add_kind(action=action, reason=reason, actor=actor, **self.cleaned_data)
        return f"Added “{added.label}”. It can be chosen at once."
