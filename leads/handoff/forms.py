"""Every decision as a form: what it asks, and the action it takes with the answers.

One table, `DECISIONS`; a decision that asks nothing is one click. Forms read what was typed;
whether it may be done is known to the domain alone, whose refusals come back to their field.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words
from leadbridge.people.http import zone_of
from leadbridge.people.models import Side, Team, User
from leadbridge.people.queries import absences_at, until_words
from leads.handoff import actions
from leads.handoff.corrections import undo_last
from leads.handoff.decision import Decision, OneClick
from leads.handoff.effort import waive_attempts
from leads.handoff.episodes import reopen_lead
from leads.handoff.evidence_forms import answers_of, fields_for, reason_chosen
from leads.handoff.models import Lead
from leads.handoff.overrides import overrides_at
from leads.handoff.reasons import reasons_for
from leads.handoff.rerouting import named_on
from leads.handoff.stages import NURTURE_LIMIT, SALES_STAGES, Action

WORDS = 2000  # characters of a remark


def choices(action: Action) -> list[tuple[str, str]]:
    """The coded reasons of an action, after a line that makes one choose."""
    return [("", "Choose one"), *((reason.code, reason.label) for reason in reasons_for(action))]


class WithReason(Decision):
    """A decision that asks for a coded reason of its action, and for what that reason needs.

    The fields of a reason come when it is chosen (leads/_asked.html); without script they come
    with the answer to a first try.
    """

    def prepare(self) -> None:
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField), "declared by each of them"
        field.choices = choices(self.action)
        field.initial = self.chosen
        field.widget.attrs |= {
            "hx-get": f"/leads/{self.lead.ref}/{self.action}/",
            "hx-target": "#asked",
            "hx-swap": "innerHTML",
            "hx-trigger": "change",
        }
        code = str(self.data.get("reason") or self.chosen)
        more = fields_for(reason_chosen(self.action, code), self.lead, self.user)
        self.fields |= more
        self.specific = list(more)

    def answers(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return answers_of(self.cleaned_data)

    def asked(self) -> list[forms.BoundField]:
        """The fields that the chosen reason needs."""
        return [self[name] for name in self.specific]


def words_field(label: str, *, required: bool = False, **more: str) -> forms.CharField:
    """A few lines of text."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label,
        required=required,
        max_length=WORDS,
        widget=widget,
        help_text=more.get("help", ""),
    )


def day_field(label: str, **more: str) -> forms.DateField:
    """A day, with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=more.get("help", ""))


def amount_field(label: str) -> forms.DecimalField:
    """An amount in the organisation's currency."""
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2)


class Accept(OneClick):
    action, title, button = Action.ACCEPT, "Accept", "Accept"

    def decide(self, *, actor: User, now: datetime) -> str:
        lead = actions.accept_lead(lead_id=self.lead.pk, actor=actor, now=now)
        return f"Accepted {self.lead.name}. {_next_words(lead, actor, now)}".strip()


class Reject(WithReason):
    action, title, button = Action.REJECT, "Reject", "Reject"
    hint = "It goes back to marketing at once. A quick, honest no counts as an answer in time."

    reason = forms.ChoiceField(label="Why", choices=())
    comment = words_field(
        "In a few words", help="Marketing reads this. Needed for “something else”."
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.reject_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.answers())
        return f"Rejected {self.lead.name}. It is with {self.lead.marketer} again."


class Submit(Decision):
    """One click where the definition says yes; where it does not, a reason is asked for."""

    action, title, button = Action.SUBMIT, "Hand over to sales", "Hand over"
    asks = False

    override_reason = words_field(
        "Why it should go to sales all the same", help="Counts against the agreed cap of overrides."
    )

    def take_error(self, error: DomainError) -> bool:
        """Whoever goes past the definition sees how often that happened this month."""
        overrides = error.data.get("overrides")
        if isinstance(overrides, dict):
            # The bound field was made when the answers were read, and keeps its own words.
            self["override_reason"].help_text = f"Counts as an override: {overrides['words']}."
        return super().take_error(error)

    def decide(self, *, actor: User, now: datetime) -> str:
        lead = actions.submit_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        holder = User.objects.get(pk=lead.holder_id) if lead.holder_id else None
        team = Team.objects.get(pk=lead.team_id)
        said = f"Handed {self.lead.name} to {holder or f'the pool of {team}'}."
        return f"{said} {_override_words(lead, now)}".strip()


class HandOn(Submit):
    """To whom sales said it belongs, past the rules that brought it to the wrong desk."""

    title, button = "Hand over as sales named", "Hand over"
    asks = True

    def prepare(self) -> None:
        named = named_on(self.lead)
        if named is not None:
            self.quotes = [("Sales says it belongs to", str(named))]

    def decide(self, *, actor: User, now: datetime) -> str:
        self.cleaned_data["as_named"] = True
        return super().decide(actor=actor, now=now)


class Nurture(Decision):
    action, title, button = Action.NURTURE, "Nurture", "Nurture"
    hint = "It stays with marketing and comes up again on that day."

    review_on = day_field("Look at it again on", help=f"At most {NURTURE_LIMIT.days} days ahead.")

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.nurture_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"{self.lead.name} is parked until {self.cleaned_data['review_on']:%-d %B}."


class Recycle(WithReason):
    action, title, button = Action.RECYCLE, "Recycle", "Give back"
    hint = "Right lead, wrong time. Marketing keeps it until the day you name."

    reason = forms.ChoiceField(label="Why not now", choices=())
    return_on = day_field("Come back on")
    quote = words_field(
        "What they said", required=True, help="In their words; “none” if you never spoke."
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.recycle_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.answers())
        return f"Gave {self.lead.name} back to {self.lead.marketer}."


class Disqualify(WithReason):
    action, title, button = Action.DISQUALIFY, "Disqualify", "Disqualify"
    hint = "It will not become business. The lead ends here."

    reason = forms.ChoiceField(label="Why", choices=())
    quote = words_field("What they said", help="In their words; “none” if they said nothing.")
    comment = words_field("In a few words", help="Needed for “something else”.")

    def prepare(self) -> None:
        super().prepare()
        if self.lead.stage not in SALES_STAGES:
            del self.fields["quote"]

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.disqualify_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.answers())
        return f"Disqualified {self.lead.name}."


class Qualify(Decision):
    action, title, button = Action.QUALIFY, "Sales-qualified", "Confirm"

    value = amount_field("Worth")
    close_on = day_field("Expected close")

    def prepare(self) -> None:
        self.fields["value"].initial = self.lead.value

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.qualify_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"{self.lead.name} is a sales-qualified opportunity."


class Win(Decision):
    action, title, button = Action.WIN, "Won", "Won"

    value = amount_field("Worth")

    def prepare(self) -> None:
        self.fields["value"].initial = self.lead.value

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.win_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Won {self.lead.name}."


class Lose(WithReason):
    action, title, button = Action.LOSE, "Lost", "Lost"

    reason = forms.ChoiceField(label="Why", choices=())
    comment = words_field("In a few words", help="Needed for “something else”.")

    def decide(self, *, actor: User, now: datetime) -> str:
        actions.lose_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.answers())
        return f"Closed {self.lead.name} as lost."


class PartlyClosed(forms.Select):
    """A list in which some lines may be read and not chosen."""

    closed: frozenset[str] = frozenset()

    def create_option(self, name: str, value: object, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        return option


class Reassign(Decision):
    action, title, button = Action.REASSIGN, "Reassign", "Reassign"
    hint = "The new holder gets a clock of their own; who had it before stays in the story."

    to = forms.ChoiceField(label="To", widget=PartlyClosed)
    cause = words_field("Why it changes hands", required=True)

    def prepare(self) -> None:
        teams = Team.objects.filter(side=Side.SALES)
        people = User.objects.filter(
            Q(memberships__team__in=teams) | Q(manages__in=teams), is_active=True
        ).distinct()
        listed = list(people.order_by("first_name"))
        away = absences_at(self.now, [user.pk for user in listed])
        here = [(f"user-{user.pk}", str(user)) for user in listed if user.pk not in away]
        # Listed last and closed, not hidden: whoever looks for them sees why.
        gone = [
            (f"user-{user.pk}", f"{user} (away {until_words(away[user.pk])})")
            for user in listed
            if user.pk in away
        ]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField), "declared above"
        widget = field.widget
        assert isinstance(widget, PartlyClosed), "declared above"
        widget.closed = frozenset(value for value, _ in gone)
        field.choices = [
            ("", "Choose one"),
            ("People", here),
            ("Pools", [(f"pool-{team.pk}", f"Pool of {team}") for team in teams]),
            *([("Away", gone)] if gone else []),
        ]

    def decide(self, *, actor: User, now: datetime) -> str:
        kind, _, pk = self.cleaned_data["to"].partition("-")
        person = User.objects.get(pk=pk) if kind == "user" else None
        team = Team.objects.get(pk=pk) if kind == "pool" else None
        actions.reassign_lead(
            lead_id=self.lead.pk,
            actor=actor,
            now=now,
            to=person,
            team=team,
            cause=self.cleaned_data["cause"],
        )
        return f"{self.lead.name} is with {person or f'the pool of {team}'} now."


class Reopen(Decision):
    action, title, button = Action.REOPEN, "Reopen", "Reopen"
    hint = "It begins again as a new lead of the same person; this one stays as it ended."

    cause = words_field("Why it begins again", required=True)

    def decide(self, *, actor: User, now: datetime) -> str:
        lead = reopen_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"{self.lead.name} begins again as {lead.ref}."


class Waive(Decision):
    action, title, button = Action.WAIVE, "Waive the remaining attempts", "Waive"
    hint = "Then it may be given back as unreachable before all agreed attempts are made."

    because = words_field("Why the rest need not be tried", required=True)

    def decide(self, *, actor: User, now: datetime) -> str:
        waive_attempts(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Waived. {self.lead.holder} may give {self.lead.name} back as unreachable."


class Undo(OneClick):
    action, title, button = Action.UNDO, "Undo", "Undo"

    def decide(self, *, actor: User, now: datetime) -> str:
        undo_last(lead_id=self.lead.pk, actor=actor, now=now)
        return f"Taken back. {self.lead.name} is where it was, and so is its clock."


DECISIONS: dict[str, type[Decision]] = {
    decision.action.value: decision
    for decision in (
        Accept, Reject, Submit, Nurture, Recycle, Disqualify, Qualify, Win, Lose, Reassign,
        Reopen, Undo, Waive,
    )
}  # fmt: skip
DECISIONS["hand-on"] = HandOn  # another way to submit


def _override_words(lead: Lead, now: datetime) -> str:
    """What an override means for the month, where it was one."""
    if not lead.overridden:
        return ""
    found = overrides_at(max(now, lead.changed_at))
    warning = "That is more than was agreed." if found.beyond else ""
    return f"Overrides: {found.words()}. {warning}".strip()


def _next_words(lead: Lead, actor: User, now: datetime) -> str:
    """When the next promise on it is, or was, due."""
    if lead.next_due_at is None:
        return ""
    due = due_words(local(lead.next_due_at, zone_of(actor)), now)
    return f"What comes next was due {due}." if lead.next_due_at < now else f"Next due: {due}."
