"""Logging a follow-up: what was tried, what came of it, and what happens next."""

from datetime import datetime
from typing import ClassVar

from django import forms
from django.utils import timezone

from leadbridge.people.models import User
from leads.handoff.forms import Decision, words_field
from leads.handoff.stages import Action
from leads.work.actions import log_touch
from leads.work.models import Channel, Result


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
    next_at = forms.DateTimeField(
        label="Next step on",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text="Left empty, the time agreed for the next step counts.",
    )

    def decide(self, *, actor: User, now: datetime) -> str:
        touch = log_touch(lead_id=self.lead.pk, actor=actor, now=now, **self.cleaned_data)
        if touch.next_at is None:
            return f"Logged with {self.lead.name}."
        there = timezone.localtime(touch.next_at)
        return f"Logged with {self.lead.name}. Next step {there:%a %-d %b, %H:%M}."
