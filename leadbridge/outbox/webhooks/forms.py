"""Registering and changing an address."""

from datetime import datetime

from django import forms

from leadbridge.kernel.forms import PlainForm
from leadbridge.outbox.webhooks.actions import NAME, Plan, change_webhook, open_webhook
from leadbridge.outbox.webhooks.addresses import LONGEST
from leadbridge.outbox.webhooks.models import EVENTS, Webhook
from leadbridge.people.models import User


class WebhookForm(PlainForm):
    """Where to send what."""

    name = forms.CharField(
        label="Name", max_length=NAME, help_text="For example the program’s own."
    )
    url = forms.CharField(
        label="Address", max_length=LONGEST, widget=forms.URLInput(attrs={"dir": "ltr"}),
        help_text="It gets a signed POST for each event.",
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label="Tell it when",
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: object = None, *, webhook: Webhook | None = None) -> None:
        initial = (
            {"name": webhook.name, "url": webhook.url, "events": webhook.events}
            if webhook
            else None
        )
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # what a request holds
        self.webhook = webhook

    def save(self, *, actor: User, now: datetime) -> Webhook:
        """Keep it; DomainError where the address is not fit to be told anything."""
        plan = Plan(**self.cleaned_data)
        if self.webhook is None:
            return open_webhook(plan=plan, actor=actor, now=now)
        return change_webhook(webhook_id=self.webhook.pk, plan=plan, actor=actor, now=now)
