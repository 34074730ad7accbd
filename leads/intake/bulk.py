"""Many acts in one call, each taken in for itself and answered for itself."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.models import User
from leads.campaigns.words import Attribution
from leads.definition.own_fields import FieldSpec
from leads.intake.actions import take_in
from leads.intake.cleaning import read_packet
from leads.intake.quarantine.actions import Sent, set_aside
from leads.intake.quarantine.models import Origin

MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class Taking:
    """Who sends them and when, and what is the same for all of them and therefore read once."""

    user: User
    now: datetime
    own: Sequence[FieldSpec]
    counts: Attribution

    def take(self, act: object) -> dict[str, object]:
        """Take one in; what is refused is kept in the quarantine and answered with why."""
        try:
            packet = read_packet(act, now=self.now, own=self.own)
            taken = take_in(
                packet=packet, origin="api", marketer=self.user, actor=self.user, now=self.now,
                counts=self.counts,
            )  # fmt: skip
        except DomainError as refusal:
            return self._refused(act, refusal)
        lead = taken.lead
        return {
            "status": 200 if taken.joined else 201,
            "lead": lead.pk,
            "ref": lead.ref,
            "stage": lead.stage,
            "joined": taken.joined,
            "error": None,
        }

    def _refused(self, act: object, refusal: DomainError) -> dict[str, object]:
        error: dict[str, object] = {"code": refusal.code, "detail": refusal.message}
        if isinstance(refusal, FieldErrors):
            error["errors"] = refusal.errors
        elif refusal.field:
            error["errors"] = {refusal.field: [refusal.message]}
        if refusal.code != "already_known":  # a repetition has lost nothing
            error["quarantined"] = self._keep(act, refusal)
        error |= refusal.data
        return {
            "status": refusal.status, "lead": None, "ref": None, "stage": None, "joined": False,
            "error": error,
        }  # fmt: skip

    def _keep(self, act: object, refusal: DomainError) -> str:
        raw = json.dumps(act, ensure_ascii=False).encode("utf-8", "surrogatepass")
        sent = Sent(
            origin=Origin.API,
            place=f"API, as {self.user.username}",
            raw=raw,
            error=refusal,
            told=act if isinstance(act, Mapping) else {},
            content_type="application/json",
            key=f"api {self.user.pk} {hashlib.sha256(raw).hexdigest()}",
        )
        return set_aside(sent=sent, marketer=self.user, now=self.now).ref
