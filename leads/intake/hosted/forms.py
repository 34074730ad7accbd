"""What a visitor fills in: the questions of one form, in its order and language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorList

from leads.definition.own_fields import FieldSpec
from leads.intake.cleaning import LONGEST
from leads.intake.countries import country_names
from leads.intake.forms import PacketForm, choice_field, line_field, own_field
from leads.intake.models import Form
from leads.intake.webforms.questions import TYPED, Ask, FormField, questions_of
from leads.intake.webforms.tongues import REQUESTS, Tongue, tongue_of

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


class VisitorForm(PacketForm):
    """A hosted form, for anybody. After `is_valid()`, `packet` is what they said and what the form
    itself knows: its source, its campaign, its hidden fields and the visitor's UTM parameters."""

    industry = line_field("Industry", longest=LONGEST["industry"])

    def __init__(
        self,
        form: Form,
        data: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        own: Sequence[FieldSpec],
        utm: Mapping[str, str] | None = None,
    ) -> None:
        given = {"source": form.source, "campaign": form.campaign}
        super().__init__(data, now=now, given=given)
        self.tongue = tongue_of(form.language)
        self.questions = questions_of(form.fields, own)
        asked = {one.own for one in self.questions}
        self.own = [spec for spec in own if spec.key in asked]
        specs = {spec.key: spec for spec in own}
        standard = dict(self.fields)
        self.fields.clear()
        for one in self.questions:
            if one.shown:
                found = own_field(specs[one.own]) if one.own else standard[one.name]
                self.fields[typed_name(one)] = dressed(found, one, self.tongue)
        for name in UTM:
            self.fields[name] = forms.Field(required=False, widget=forms.HiddenInput())
            self.initial[name] = (utm or {}).get(name, "")
        if form.consent_text:
            wrong = {"required": self.tongue.consent}
            self.fields["consent"] = forms.BooleanField(error_messages=wrong)

    def told(self) -> dict[str, Any]:
        """As `cleaning` reads it, with what the form itself knows."""
        raw = super().told()
        attributes = raw["attributes"]
        attributes |= {name: text for name in UTM if (text := raw.pop(name, ""))}
        for one in self.questions:
            if one.ask is Ask.HIDDEN:
                (attributes if one.own else raw)[one.own or one.name] = one.value
        return raw

    def as_sent(self) -> dict[str, Any]:
        """The same without looking at it: for what is set aside."""
        self.cleaned_data = {name: self.data.get(name) for name in self.fields}
        told = {name: value for name, value in self.told().items() if value}
        attributes = told.get("attributes", {})
        told["attributes"] = {name: text for name, text in attributes.items() if text}
        return told

    def full_clean(self) -> None:
        """In the language of the form. English is left as `cleaning` says it, which is exact."""
        super().full_clean()
        for name, errors in list(self.errors.items()) if self.tongue.wrong else ():
            if name in self.fields and name != "consent":
                self.errors[name] = ErrorList([self._said(name)], error_class=errors.error_class)

    def _said(self, name: str) -> str:
        if not self.data.get(name):
            return self.tongue.either if name in ("email", "phone") else self.tongue.missing
        return self.tongue.wrong.get(name, self.tongue.check)


def typed_name(question: FormField) -> str:
    """The name of its input."""
    return f"{TYPED}{question.own}" if question.own else question.name


def dressed(field: forms.Field, question: FormField, tongue: Tongue) -> forms.Field:
    """The field with the words and the choices of the form."""
    name, chosen = question.name, [(text, text) for text in question.choices]
    attrs = {key: text for key, text in field.widget.attrs.items() if key == "autocomplete"}
    if chosen:
        field = choice_field("", [("", tongue.choose), *chosen], **attrs)
    elif name == "request":
        field = choice_field(
            "", [("", tongue.choose), *((r, tongue.requests[r]) for r in REQUESTS)]
        )
    elif name == "country":
        field = choice_field("", [("", tongue.choose), *country_names().items()], **attrs)
    elif isinstance(field.widget, forms.Select):
        yes_no = {"yes": tongue.yes, "no": tongue.no, "": tongue.choose}
        field.widget.choices = [(key, yes_no.get(key, text)) for key, text in field.widget.choices]
    field.label = question.label or tongue.labels.get(name) or field.label
    field.help_text = tongue.either if name == "email" and question.ask is Ask.OPTIONAL else ""
    field.required = question.ask is Ask.REQUIRED
    field.error_messages["required"] = tongue.missing
    return field
