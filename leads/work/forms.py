"""What is done on the way of a lead, as forms: a follow-up, a question and its reply, a debrief,
a pause."""

from datetime import datetime
from typing import ClassVar

from django import forms
from django.utils import timezone

from leadbridge.people.models import User
from leads.handoff.decision import Decision, OneClick
from leads.handoff.forms import words_field
from leads.handoff.pauses import allowed_pauses
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.stages import Action
from leads.work.actions import log_touch
from leads.work.debriefs import debrief_lead
from leads.work.models import Channel, Question, Result
from leads.work.questions import answer_questions, ask_question, open_questions
from leads.work.statuses import ask_status, report_status


def moment_field(label: str, *, required: bool, help_text: str) -> forms.DateTimeField:
    """A day and an hour, with the browser's own calendar."""
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=help_text,
    )


class LogTouch(Decision):
    """On a lead that waits, the follow-up also accepts it."""

    action, title, button = Action.TOUCH, "Log follow-up", "Save"
    hint: ClassVar[str] = "A call, message or meeting of your own. Automatic mail is no follow-up."

    channel = forms.ChoiceField(label="How", choices=Channel.choices, widget=forms.RadioSelect)
    result = forms.ChoiceField(
        label="What came of it", choices=Result.choices, widget=forms.RadioSelect
    )
    note = words_field("Note")
    quote = words_field("What they said", help="In their words. Marketing reads this.")
    next_at = moment_field(
        "Next step on",
        required=False,
        help_text="Left empty, the time agreed for the next step counts.",
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        touch = log_touch(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        if touch.next_at is None:
            return f"Logged with {self.lead.name}."
        return f"Logged with {self.lead.name}. Next step {_when(touch.next_at)}."


class Ask(Decision):
    action, title, button = Action.ASK, "Ask marketing", "Ask"
    hint = "Marketing owes a reply in the agreed time. Your own clock runs on."

    kind = forms.ChoiceField(
        label="What you need", choices=Question.Kind.choices, widget=forms.RadioSelect
    )
    question = words_field("Your question, or what to send", required=True)

    def decide(self, *, actor: User, now: datetime) -> str:
        ask_question(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Asked {self.lead.marketer}. The reply will stand in the story."


class Answer(Decision):
    action, title, button = Action.ANSWER, "Answer", "Answer"

    reply = words_field("Your reply", required=True, help="It answers every question above.")
    last = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        waiting = open_questions(self.lead)
        self.quotes = [(str(one.asked_by), one.words) for one in waiting]
        self.fields["last"].initial = waiting[-1].pk if waiting else None

    def decide(self, *, actor: User, now: datetime) -> str:
        answer_questions(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Answered. {self.lead.holder or self.lead.team} reads it in the story."


class AskStatus(Decision):
    action, title, button = Action.ASK_STATUS, "Ask for status", "Ask"
    hint = "Whoever holds it owes a word in the agreed time. A logged follow-up answers as well."

    question = words_field("What you would like to know", help="May stay empty.")

    def decide(self, *, actor: User, now: datetime) -> str:
        lead = ask_status(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Asked {lead.holder or lead.team.manager}. The answer will stand in the story."


class Report(Decision):
    action, title, button = Action.REPORT, "Say how it stands", "Tell marketing"

    status = words_field("How it stands", required=True, help="Marketing reads this.")

    def decide(self, *, actor: User, now: datetime) -> str:
        report_status(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Told {self.lead.marketer}."


class DebriefDeal(Decision):
    action, title, button = Action.DEBRIEF, "Debrief", "Save"
    hint = "Three sentences, while it is fresh. Marketing learns from deals won and lost alike."

    decided = words_field("What decided it", required=True)
    learnt = words_field("What we learnt", required=True)
    advice = words_field(
        "What marketing should know", required=True, help="“nothing” where there is nothing."
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        debrief_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"Thank you. The debrief of {self.lead.name} stands in its story."


class PauseLead(Decision):
    action, title, button = Action.PAUSE, "Pause", "Pause"
    hint = "Your clock stands still until then, for all to see. What was due already stays due."

    code = forms.ChoiceField(label="Why", choices=())
    until = moment_field("Until", required=True, help_text="Then its clock goes on by itself.")
    comment = words_field("In a few words")

    def prepare(self) -> None:
        # Only the names matter here; how long each may last is asked when it begins.
        allowed = [one for one in allowed_pauses(self.lead, self.lead.changed_at) if one.by_people]
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField), "declared above"
        field.choices = [("", "Choose one"), *((one.code, one.label) for one in allowed)]

    def decide(self, *, actor: User, now: datetime) -> str:
        pause_lead(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        return f"{self.lead.name} is paused until {_when(self.cleaned_data['until'])}."


class Resume(OneClick):
    action, title, button = Action.RESUME, "Resume", "Resume"

    def decide(self, *, actor: User, now: datetime) -> str:
        resume_lead(lead_id=self.lead.pk, actor=actor, now=now)
        return f"{self.lead.name} goes on, and so does its clock."


ACTS: dict[str, type[Decision]] = {
    act.action.value: act
    for act in (LogTouch, Ask, Answer, AskStatus, Report, DebriefDeal, PauseLead, Resume)
}


def _when(instant: datetime) -> str:
    return f"{timezone.localtime(instant):%a %-d %b, %H:%M}"
