"""The definition as a document: what `people.documents` asks of it."""

from collections.abc import Mapping
from datetime import date

from leadbridge.outbox.signatures import tell_who_confirms, tell_who_signs
from leadbridge.people.document_rules import Kind
from leads.definition.cautions import figure_against
from leads.definition.criteria import Definition
from leads.definition.drafts import check_draft
from leads.definition.fields import live_facts
from leads.definition.models import DefinitionConfirmation, DefinitionVersion


def _clean(content: object) -> dict[str, object]:
    definition = Definition.from_content(content)
    check_draft(definition, live_facts())
    return definition.content()


def _review_on(content: Mapping[str, object]) -> date | None:
    return Definition.from_content(dict(content)).review_on


DEFINITION = Kind(
    name="definition",
    path="/definition/",
    model=DefinitionVersion,
    confirmation=DefinitionConfirmation,
    clean=_clean,
    review_on=_review_on,
    tell=tell_who_signs,
    tell_other=tell_who_confirms,
    caution=figure_against,
)
