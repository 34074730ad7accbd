"""Campaigns, their costs and their rules as forms; `actions` decides what is acceptable."""

from datetime import datetime
from typing import Any

from django import forms

from leadbridge.kernel.forms import PlainForm
from leadbridge.people.models import User
from leads.campaigns.actions import LONGEST_NAME, add_cost, add_rule, edit_campaign, make_campaign
from leads.campaigns.models import Campaign
from leads.campaigns.queries import may_answer_for


def day_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    """A day, with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class CampaignForm(PlainForm):
    """One campaign, new or kept."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="As people say it in a form or a file."
    )
    channel = forms.ChoiceField(label="Channel", choices=Campaign.Channel.choices)
    starts_on = day_field("First day")
    ends_on = day_field("Last day")
    marketer = forms.ModelChoiceField(
        label="Who answers for it", queryset=User.objects.none(), required=False
    )

    def __init__(self, data: Any = None, *, campaign: Campaign | None = None) -> None:
        known = {}
        if campaign is not None:
            names = ("name", "channel", "starts_on", "ends_on", "marketer")
            known = {name: getattr(campaign, name) for name in names}
        super().__init__(data, initial=known)
        self.campaign = campaign
        people = self.fields["marketer"]
        assert isinstance(people, forms.ModelChoiceField), "declared above"
        people.queryset = may_answer_for()
        people.empty_label = str(campaign.marketer) if campaign else "I do"

    def save(self, *, actor: User, now: datetime) -> Campaign:
        """Keep it."""
        told = dict(self.cleaned_data)
        if self.campaign is None:
            return make_campaign(actor=actor, now=now, **told)
        dates = (told.pop("starts_on"), told.pop("ends_on"))
        return edit_campaign(campaign_id=self.campaign.pk, actor=actor, dates=dates, **told)


class CostForm(PlainForm):
    """Money spent."""

    on = day_field("Day", required=True)
    amount = forms.DecimalField(
        label="Amount",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    what = forms.CharField(label="What for", max_length=LONGEST_NAME, required=False)

    def save(self, campaign_id: int, *, actor: User, now: datetime) -> None:
        """Add it."""
        add_cost(campaign_id=campaign_id, actor=actor, now=now, **self.cleaned_data)


class RuleForm(PlainForm):
    """What an arrival says, and what it counts for then."""

    utm_source = forms.CharField(label="utm_source", max_length=LONGEST_NAME, required=False)
    utm_medium = forms.CharField(label="utm_medium", max_length=LONGEST_NAME, required=False)
    utm_campaign = forms.CharField(label="utm_campaign", max_length=LONGEST_NAME, required=False)
    said_campaign = forms.CharField(
        label="Campaign said", max_length=LONGEST_NAME, required=False,
        help_text="By the form, the file or the program.",
    )  # fmt: skip
    said_source = forms.CharField(label="Source said", max_length=LONGEST_NAME, required=False)
    campaign = forms.ModelChoiceField(
        label="Counts for the campaign", queryset=Campaign.objects.none(), required=False,
        empty_label="None",
    )  # fmt: skip
    source = forms.CharField(
        label="Counts as the source", max_length=LONGEST_NAME, required=False,
        help_text="Blank leaves it as it was said.",
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen = self.fields["campaign"]
        assert isinstance(chosen, forms.ModelChoiceField), "declared above"
        chosen.queryset = Campaign.objects.all()

    def save(self, *, actor: User) -> None:
        """Add it."""
        told = dict(self.cleaned_data)
        campaign, source = told.pop("campaign"), told.pop("source")
        add_rule(
            actor=actor, asks=told, campaign_id=campaign.pk if campaign else None, source=source
        )
