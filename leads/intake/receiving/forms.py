"""Opening and changing an address."""

from datetime import datetime

from django import forms

from leadbridge.kernel.forms import PlainForm
from leadbridge.people.models import Side, User
from leads.definition.fields import live_fields
from leads.intake.cleaning import LONGEST
from leads.intake.receiving.actions import Plan, save_endpoint
from leads.intake.receiving.fitting import OURS
from leads.intake.receiving.models import Endpoint
from leads.intake.receiving.providers import PROVIDERS


class EndpointForm(PlainForm):
    """What an address is. A secret is never shown again; blank leaves it as it is."""

    provider = forms.ChoiceField(
        label="Who sends", choices=[(one.name, one.label) for one in PROVIDERS.values()]
    )
    name = forms.CharField(label="Name", max_length=100, help_text="For example the form's own.")
    marketer = forms.ChoiceField(label="Its leads belong to")
    source = forms.CharField(label="Source", max_length=LONGEST["source"])
    campaign = forms.CharField(label="Campaign", max_length=LONGEST["campaign"], required=False)
    secret = forms.CharField(
        label="Secret", max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    mapping = forms.CharField(
        label="Their fields", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line, as in “Which size? = employees”. Most fields speak for themselves; "
        "what has no field of ours is kept under its own name.",
    )  # fmt: skip

    def __init__(
        self, data: object = None, *, user: User, endpoint: Endpoint | None = None
    ) -> None:
        super().__init__(data, initial=_initial(user, endpoint))  # type: ignore[arg-type]  # a request's
        self.endpoint = endpoint
        people = User.objects.filter(is_active=True, teams__side=Side.MARKETING).distinct()
        marketer = self.fields["marketer"]
        assert isinstance(marketer, forms.ChoiceField), "declared above"
        marketer.choices = [(one.username, str(one)) for one in people.order_by("first_name")]
        if endpoint is not None:
            del self.fields["provider"]
            called = PROVIDERS[endpoint.provider].called
            if not called:
                del self.fields["secret"]
            else:
                self.fields["secret"].label = called
                kept = "One is kept; blank leaves it. " if endpoint.secret else ""
                self.fields[
                    "secret"
                ].help_text = (
                    f"{kept}With it, deliveries that are not signed are refused, and kept."
                )

    def clean_mapping(self) -> dict[str, str]:
        """Theirs to ours, line by line."""
        known = {*OURS, *(f"own.{spec.key}" for spec in live_fields())}
        found: dict[str, str] = {}
        for line in self.cleaned_data["mapping"].splitlines():
            theirs, _, ours = line.rpartition("=")
            if not line.strip():
                continue
            if not theirs.strip() or ours.strip() not in known:
                raise forms.ValidationError(
                    f"“{line[:60]}”: write “theirs = ours”, ours being one of "
                    f"{', '.join(sorted(known))}."
                )
            found[theirs.strip()] = ours.strip()
        return found

    def save(self, *, actor: User, now: datetime) -> Endpoint:
        """Keep it."""
        told = self.cleaned_data
        plan = Plan(
            name=told["name"],
            marketer=User.objects.get(username=told["marketer"]),
            source=told["source"],
            provider=told.get("provider", ""),
            campaign=told["campaign"],
            secret=told.get("secret") or None,
            mapping=told["mapping"],
        )
        number = self.endpoint.pk if self.endpoint else None
        return save_endpoint(endpoint_id=number, plan=plan, actor=actor, now=now)


def _initial(user: User, endpoint: Endpoint | None) -> dict[str, str]:
    if endpoint is None:
        return {"marketer": user.username}
    return {
        "name": endpoint.name,
        "marketer": endpoint.marketer.username,
        "source": endpoint.source,
        "campaign": endpoint.campaign,
        "mapping": "\n".join(f"{theirs} = {ours}" for theirs, ours in endpoint.mapping.items()),
    }
