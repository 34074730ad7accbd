"""The agreement as a document: what `people.documents` asks to know of it."""

from collections.abc import Mapping
from datetime import date

from leadbridge.outbox.signatures import tell_who_signs
from leadbridge.people.document_rules import Kind
from sla.agreement.models import AgreementConfirmation, AgreementVersion
from sla.agreement.targets import Agreement


def _clean(content: object) -> dict[str, object]:
    agreement = Agreement.from_content(content)
    agreement.refuse_contradictions()
    return agreement.content()


def _review_on(content: Mapping[str, object]) -> date | None:
    return Agreement.from_content(dict(content)).review_on


AGREEMENT = Kind(
    name="agreement",
    path="/agreement/",
    model=AgreementVersion,
    confirmation=AgreementConfirmation,
    clean=_clean,
    review_on=_review_on,
    tell=tell_who_signs,
)
