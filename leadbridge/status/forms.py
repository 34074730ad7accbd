"""What the status page asks of an administrator."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from sla.clocks.outage import LONGEST_REASON


class OutageForm(forms.Form):
    """From when to when nobody could be asked to keep a promise, and why. Times are typed as the
    administrator's own wall clock shows them."""

    since = forms.CharField(
        label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.CharField(
        label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(
        label="What happened",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Shown to everybody who reads the figures of that time.",
    )

    def __init__(self, data: Any = None, *, zone: str) -> None:
        super().__init__(data)
        self.zone = zone
        self.fields["since"].help_text = f"Times of {zone}."

    def clean_since(self) -> datetime:
        """The beginning, in UTC."""
        return self._instant("since")

    def clean_until(self) -> datetime:
        """The end, in UTC."""
        return self._instant("until")

    def _instant(self, name: str) -> datetime:
        try:
            wall = datetime.fromisoformat(self.cleaned_data[name].strip())
            if wall.tzinfo is None:
                wall = wall.replace(tzinfo=ZoneInfo(self.zone))
            return wall.astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Write a day and a time, as 2026-11-23 14:00.") from None
