"""What every decision as a form has in common, whatever it asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django import forms

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.stages import Action


class Decision(forms.Form):
    """What a decision asks. `decide` takes it and answers in one sentence what was done.

    `quotes`: who said what that the decision answers, shown above the fields; `precedents`: what
    was ruled before in a case like it. `user` is who decides; `chosen`: the reason that was chosen
    so far, for which `specific` fields are asked.
    """

    action: ClassVar[Action]
    title: ClassVar[str]
    button: ClassVar[str]
    hint: ClassVar[str] = ""
    asks: ClassVar[bool] = True

    def __init__(
        self,
        data: object = None,
        *,
        lead: Lead,
        now: datetime,
        user: User | None = None,
        chosen: str = "",
    ) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request holds
        self.lead, self.now, self.user, self.chosen = lead, now, user, chosen
        self.specific: list[str] = []
        self.quotes: list[tuple[str, str]] = []
        self.precedents: Sequence[object] = ()
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the lead."""

    def decide(self, *, actor: User, now: datetime) -> str:
        """Take the decision with the cleaned answers; returns what to tell the person."""
        raise NotImplementedError

    def take_error(self, error: DomainError) -> bool:
        """Show a refusal of the domain at its field; False where it belongs to none of ours."""
        if isinstance(error, FieldErrors) and error.errors.keys() <= self.fields.keys():
            for name, words in error.errors.items():
                self.add_error(name, words)
            return True
        if error.field not in self.fields:
            return False
        self.add_error(error.field, error.message)
        return True


class OneClick(Decision):
    """A decision that asks nothing."""

    asks = False
