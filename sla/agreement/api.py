"""Agreements in the API: the same life as every signed document, and what a version changes."""

from datetime import datetime
from typing import Any, ClassVar

from rest_framework import serializers

from leadbridge.people import document_calls as calls
from leadbridge.people import documents
from leadbridge.people.document_queries import standing_for
from leadbridge.people.document_rules import Kind
from leadbridge.people.models import User
from sla.agreement.life import AGREEMENT
from sla.agreement.models import Running
from sla.agreement.screen import difference

described = calls.described


RUNNING_HELP = (
    "For which clocks it counts when it comes into force: new ones only (keep), or running ones "
    "too (move). Fixed with the proposal."
)


class AgreementDetail(calls.DocumentDetail):
    """A version of the agreement. `changes`: against the version in force while it is not in
    force itself, else against the one it followed."""

    changes = calls.ChangeAnswer(many=True)
    running = serializers.ChoiceField(choices=Running.choices, help_text=RUNNING_HELP)


class ProposeAgreementBody(calls.ProposeBody):
    """As of any document; and what becomes of clocks that run."""

    running = serializers.ChoiceField(
        choices=Running.choices, default=Running.KEEP, help_text=RUNNING_HELP
    )


class Agreement:
    """What these views are about."""

    kind: ClassVar[Kind[Any]] = AGREEMENT


@described("agreements")
class AgreementList(Agreement, calls.DocumentList):
    """The versions of the agreement between marketing and sales."""


@described("agreements", detail=AgreementDetail)
class AgreementOne(Agreement, calls.DocumentOne):
    """One version of the agreement."""

    def detail(self, user: User, document: Any) -> dict[str, object]:
        parts = difference(document, standing_for(AGREEMENT, user))
        changes = [
            {"part": part, "sentence": sentence} for part, said in parts for sentence in said
        ]
        detail = super().detail(user, document)
        return {**detail, "changes": changes, "running": document.running}


@described("agreements")
class Propose(Agreement, calls.Propose):
    """Lay a draft before both heads."""

    body = ProposeAgreementBody

    def act(self, pk: int, user: User, now: datetime, told: dict[str, Any]) -> object:
        beside = {"running": told.pop("running")}
        return documents.propose(
            AGREEMENT, document_id=pk, actor=user, now=now, beside=beside, **told
        )


@described("agreements")
class Sign(Agreement, calls.Sign):
    """Sign for the side the caller heads."""


@described("agreements")
class Withdraw(Agreement, calls.Withdraw):
    """Take a proposal back to draft."""


@described("agreements")
class Retire(Agreement, calls.Retire):
    """Drop a version that is not in force."""


@described("agreements")
class Confirm(Agreement, calls.Confirm):
    """Confirm what is in force unchanged."""
