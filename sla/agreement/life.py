"""The agreement as a document: what `people.documents` asks to know of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from leadbridge.outbox.signatures import tell_who_confirms, tell_who_signs
from leadbridge.people.document_rules import Kind
from sla.agreement.models import AgreementConfirmation, AgreementVersion, Running
from sla.agreement.targets import Agreement


def _clean(content: object) -> dict[str, object]:
    agreement = Agreement.from_content(content)
    agreement.refuse_contradictions()
    return agreement.content()


def _review_on(content: Mapping[str, object]) -> date | None:
    return Agreement.from_content(dict(content)).review_on


Follower = Callable[[AgreementVersion, datetime], None]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Say what follows when a version comes into force, in the transaction in which it does: who
    knows clocks stands above this room. The last word counts."""
    _followers[:] = [follower]


def _follow(version: AgreementVersion, now: datetime) -> None:
    for follower in _followers:
        follower(version, now)


AGREEMENT = Kind(
    name="agreement",
    path="/agreement/",
    model=AgreementVersion,
    confirmation=AgreementConfirmation,
    clean=_clean,
    review_on=_review_on,
    tell=tell_who_signs,
    tell_other=tell_who_confirms,
    beside={"running": Running},
    follow=_follow,
)
