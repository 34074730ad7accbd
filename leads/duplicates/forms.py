"""Confirming that a merge is taken back."""

from datetime import datetime
from typing import ClassVar

from leadbridge.people.models import User
from leads.duplicates.actions import separate_lead
from leads.handoff.decision import Decision
from leads.handoff.merging import merge_to_undo
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, Action, Stage


class Separate(Decision):
    """It asks nothing but whether that is meant, and says what will be."""

    action = Action.UNDO
    title = "Take the merge back"
    button: ClassVar[str] = "Take it back"

    def foresee(self, actor: User) -> None:
        """Say what it would do; DomainError where it would do nothing."""
        event = merge_to_undo(self.lead, self.lead.merged_into, actor)
        before = event.data["before"]
        stage = LABELS[Stage(before["stage"])]
        holder = User.objects.filter(pk=before["holder_id"]).first()
        with_whom = f", with {holder}" if holder else ""
        survivor = self.lead.merged_into.ref if self.lead.merged_into else ""
        self.hint = (  # type: ignore[misc]  # of this one lead
            f"{self.lead.ref} stands again where it stood: {stage}{with_whom}, its promises due "
            f"when they were. What {survivor} knew from it is taken from it again."
        )

    def decide(self, *, actor: User, now: datetime) -> str:
        """Take it back."""
        lead: Lead = separate_lead(lead_id=self.lead.pk, actor=actor, now=now)
        return f"Taken back. {lead.ref} stands where it stood."
