"""Forms that visitors and marketers fill in; `cleaning` decides what is acceptable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.models import User
from leads.definition.own_fields import LONGEST_TEXT, FieldSpec
from leads.handoff.decision import Decision
from leads.handoff.episodes import Packet
from leads.handoff.stages import Action
from leads.intake.attesting import asked_about, attest_facts
from leads.intake.cleaning import LONGEST, LONGEST_MESSAGE, read_packet
from leads.intake.contact import LONGEST_EMAIL
from leads.intake.countries import country_names
from leads.intake.webforms.questions import TYPED

REQUESTS = (
    ("", "Please choose"),
    ("demo", "A demo"),
    ("price", "A price"),
    ("contact", "A call or a message"),
    ("trial", "A trial"),
)
OWN = TYPED
TORN = "Some characters did not arrive as you typed them. Please type them again."


def line_field(label: str, *, longest: int, help_text: str = "", **attrs: str) -> forms.Field:
    """One line of text. A plain Field: refusing is left to `cleaning`, for one set of sentences."""
    widget = forms.TextInput(attrs={"maxlength": longest, **attrs})
    return forms.Field(label=label, required=False, help_text=help_text, widget=widget)


class PlainSelect(forms.Select):
    """A select drawn in one go: Django would render a template for each of 250 countries."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """As Django draws it, for one chosen value and no groups."""
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, " selected" if key == value else "", label) for key, label in self.choices),
        )
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(own), options)


def choice_field(label: str, options: list[tuple[str, str]], **attrs: str) -> forms.Field:
    widget = PlainSelect(choices=options, attrs=attrs)
    return forms.Field(label=label, required=False, widget=widget)


def own_field(spec: FieldSpec) -> forms.Field:
    """The input of a field of this organisation. Plain as well: its own rules refuse."""
    if spec.type == "choice":
        options = [("", "Please choose"), *((one, one) for one in spec.choices)]
        return choice_field(spec.label, options)
    if spec.type == "boolean":
        return choice_field(spec.label, [("", "Please choose"), ("yes", "Yes"), ("no", "No")])
    if spec.type == "date":
        return line_field(spec.label, longest=10, type="date")
    mode = {"inputmode": "decimal"} if spec.type == "number" else {}
    return line_field(spec.label, longest=LONGEST_TEXT, autocomplete="off", **mode)


def _countries() -> list[tuple[str, str]]:
    return [("", "Please choose"), *country_names().items()]


class PacketForm(forms.Form):
    """What both kinds of people are asked. After `is_valid()`, `packet` is what they said."""

    first_name = line_field("First name", longest=LONGEST["first_name"], autocomplete="given-name")
    last_name = line_field("Last name", longest=LONGEST["last_name"], autocomplete="family-name")
    email = line_field(
        "E-mail", longest=LONGEST_EMAIL, help_text="An e-mail address or a phone number is enough.",
        type="email", autocomplete="email",
    )  # fmt: skip
    phone = line_field("Phone", longest=60, type="tel", autocomplete="tel")
    company = line_field("Company", longest=LONGEST["company"], autocomplete="organization")
    title = line_field("Job title", longest=LONGEST["title"], autocomplete="organization-title")
    country = choice_field("Country", _countries(), autocomplete="country")
    employees = line_field(
        "People in the company", longest=12, inputmode="numeric", autocomplete="off"
    )
    request = choice_field("What would you like?", list(REQUESTS))
    message = forms.Field(
        label="Message",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_MESSAGE}),
    )

    packet: Packet

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        given: Mapping[str, str],
        own: Sequence[FieldSpec] = (),
    ) -> None:
        super().__init__(data)
        self.now = now
        self.given = given
        self.own = own
        self.fields |= {OWN + spec.key: own_field(spec) for spec in own}

    def clean(self) -> dict[str, Any]:
        """Every error of every field at once, each beside its field."""
        for name, text in list(self.cleaned_data.items()):
            if "\N{REPLACEMENT CHARACTER}" in str(text):
                self.add_error(name, TORN)
        try:
            self.packet = read_packet(self.told(), now=self.now, own=self.own)
        except FieldErrors as error:
            self.take_errors(error)
        return self.cleaned_data

    def told(self) -> dict[str, Any]:
        """What was filled in, by the names that `cleaning` reads."""
        raw = {**self.cleaned_data, **self.given}
        raw.pop("consent", None)
        raw["attributes"] = {spec.key: raw.pop(OWN + spec.key, None) for spec in self.own}
        return raw

    def take_errors(self, error: FieldErrors) -> None:
        """Every refusal at its input, or above all of them."""
        for at, sentences in error.errors.items():
            name = OWN + at.removeprefix("attributes.") if at.startswith("attributes.") else at
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentences)


class EntryForm(PacketForm):
    """A marketer enters somebody they met."""

    industry = line_field("Industry", longest=LONGEST["industry"])
    source = forms.Field(
        label="Source",
        help_text="For example fair, referral or partner.",
        error_messages={"required": "Say where it came from, for example “fair”."},
        widget=forms.TextInput(attrs={"maxlength": LONGEST["source"]}),
    )
    campaign = line_field("Campaign", longest=LONGEST["campaign"])
    value = line_field("Expected value", longest=20, inputmode="decimal", autocomplete="off")

    PAIRS = (
        ("first_name", "last_name"),
        ("email", "phone"),
        ("company", "title"),
        ("country", "employees"),
        ("industry", "value"),
        ("source", "campaign"),
    )
    REST = ("request", "message")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        own: Sequence[FieldSpec] = (),
    ) -> None:
        super().__init__(data, now=now, given={}, own=own)
        self.fields["request"].label = "What they would like"

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Fields that stand side by side."""
        return [(self[left], self[right]) for left, right in self.PAIRS]

    def rest(self) -> list[forms.BoundField]:
        """Fields that stand alone."""
        return [self[name] for name in (*(OWN + spec.key for spec in self.own), *self.REST)]


FACT = "fact_"


class Attest(Decision):
    """One input for each thing that is asked, and the initials of who knows it."""

    action, title, button = Action.ATTEST, "Fill in what is asked", "Save"
    hint = "The definition cannot tell yet. What you know decides; it is kept with your initials."

    def prepare(self) -> None:
        """An input of its type for each."""
        for asked in asked_about(self.lead, self.lead.changed_at):
            found = own_field(asked.spec) if asked.spec else forms.Field(required=False)
            found.label = asked.label[:1].upper() + asked.label[1:]
            if not asked.spec:
                found.widget = forms.TextInput(attrs={"maxlength": 200, "autocomplete": "off"})
            self.fields[FACT + asked.name] = found
        widget = forms.TextInput(attrs={"maxlength": 6, "autocomplete": "off"})
        self.fields["initials"] = forms.CharField(
            label="Your initials", max_length=6, widget=widget
        )

    def decide(self, *, actor: User, now: datetime) -> str:
        """Keep the answers and say what follows from them."""
        told = {
            name.removeprefix(FACT): value
            for name, value in self.cleaned_data.items()
            if name.startswith(FACT) and value
        }
        initials = self.cleaned_data["initials"]
        lead = attest_facts(
            lead_id=self.lead.pk, actor=actor, now=now, initials=initials, facts=told
        )
        return f"Kept. {SAID[lead.verdict].format(lead.name)}"

    def take_error(self, error: DomainError) -> bool:
        """A refusal at the input that it is about."""
        if isinstance(error, FieldErrors):
            for name, words in error.errors.items():
                self.add_error(name if name in self.fields else FACT + name, words)
            return True
        if error.field == "facts":
            self.add_error(None, error.message)
            return True
        return super().take_error(error)


SAID = {
    "yes": "{} meets the definition now.",
    "no": "{} does not meet the definition.",
    "unknown": "Something is still to be asked about {}.",
}
