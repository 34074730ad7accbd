"""The definition as a document whose examples are leads that there are."""

from dataclasses import replace

from leadbridge.kernel.errors import DomainError
from leads.definition.criteria import Definition
from leads.definition.life import DEFINITION as OF_CRITERIA
from leads.handoff.models import Lead
from leads.handoff.stages import Stage


def _clean(content: object) -> dict[str, object]:
    clean = OF_CRITERIA.clean(content)
    examples = Definition.from_content(clean).examples
    known = set(
        Lead.objects.filter(pk__in=[one.lead_id for one in examples])
        .exclude(stage=Stage.ERASED)
        .values_list("pk", flat=True)
    )
    for place, example in enumerate(examples, 1):
        if example.lead_id not in known:
            where = f"example {place}, lead"
            raise DomainError(
                "invalid_definition",
                f"{where}: there is no lead {example.lead}; name one by its reference.",
                field=where,
                data={"where": where},
            )
    return clean


DEFINITION = replace(OF_CRITERIA, clean=_clean)
