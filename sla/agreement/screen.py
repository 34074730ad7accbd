"""What a version of the agreement says otherwise than the one before."""

from leadbridge.people.document_queries import Standing
from leadbridge.people.document_screen import base_version
from sla.agreement.difference import changes
from sla.agreement.models import AgreementVersion
from sla.agreement.paper import grouped
from sla.agreement.targets import Agreement


def difference(version: AgreementVersion, standing: Standing) -> list[tuple[str, list[str]]]:
    """What a version says otherwise: one that is to come than the version in force, one that came
    than the version it followed; by part."""
    base = base_version(version, standing)
    if base is None:
        return []
    before, after = Agreement.from_content(base.content), Agreement.from_content(version.content)
    return grouped(changes(before, after))
