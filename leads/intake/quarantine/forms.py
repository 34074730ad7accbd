"""Mending what was set aside, beside what is wrong with it; and discarding it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from leadbridge.kernel.errors import FieldErrors
from leads.definition.own_fields import FieldSpec
from leads.intake.cleaning import KNOWN
from leads.intake.forms import OWN, EntryForm
from leads.intake.quarantine.models import LONGEST_REASON, Quarantined

EXTRA = "extra_"
WITHOUT = "without_consent"
MOST_EXTRAS = 60


class Mend(EntryForm):
    """What was understood of it, in the inputs of a marketer's own entry. Bound from the start, so
    that the errors of today stand beside the fields.

    What has no field of ours is an input by its own name; one that is emptied is left out.
    """

    def __init__(
        self,
        item: Quarantined,
        data: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        own: Sequence[FieldSpec],
    ) -> None:
        self.item = item
        given = item.told.get("attributes")
        attributes: dict[str, Any] = given if isinstance(given, dict) else {}
        known = {spec.key for spec in own}
        extras = [name for name in attributes if name not in known][:MOST_EXTRAS]
        self.extras = {f"{EXTRA}{number}": name for number, name in enumerate(extras)}
        self.attributes = attributes
        super().__init__(data if data is not None else self._filled(own), now=now, own=own)
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        for place, name in self.extras.items():
            self.fields[place] = forms.Field(label=name, required=False, widget=widget)
        if item.told.get("consent"):
            self.fields[WITHOUT] = forms.BooleanField(
                label="Take it in without the consent that was sent", required=False
            )

    def _filled(self, own: Sequence[FieldSpec]) -> dict[str, str]:
        """What was sent, as if somebody had typed it."""
        filled = {name: typed(self.item.told.get(name)) for name in KNOWN if name != "attributes"}
        filled |= {OWN + spec.key: typed(self.attributes.get(spec.key)) for spec in own}
        return filled | {place: typed(self.attributes[name]) for place, name in self.extras.items()}

    def told(self) -> dict[str, Any]:
        """As typed; what was not touched keeps its type, and consent keeps its words."""
        raw = super().told()
        left_out = raw.pop(WITHOUT, False)
        for place, name in self.extras.items():
            text, sent = raw.pop(place, ""), self.attributes[name]
            if text:
                raw["attributes"][name] = sent if text == typed(sent) else text
        consent = self.item.told.get("consent")
        return raw | ({"consent": consent} if consent and not left_out else {})

    def take_errors(self, error: FieldErrors) -> None:
        """Those about what has no field of ours stand at its own input."""
        places = {f"attributes.{name}": place for place, name in self.extras.items()}
        super().take_errors(
            FieldErrors({places.get(at, at): words for at, words in error.errors.items()})
        )

    def rest(self) -> list[forms.BoundField]:
        """Fields that stand alone."""
        also = [*self.extras, *([WITHOUT] if WITHOUT in self.fields else [])]
        return [*super().rest(), *(self[name] for name in also)]


def typed(value: object) -> str:
    """A value as a person would type it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Discard(forms.Form):
    """Why it never becomes a lead."""

    reason = forms.CharField(
        label="Why it never becomes a lead", max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
