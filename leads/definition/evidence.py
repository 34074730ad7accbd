"""What a page of the definition shows of a version's trials on the past.

They are known in a room above this one, which registers itself.
"""

from collections.abc import Callable

from leadbridge.people.models import User
from leads.definition.models import DefinitionVersion

Evidence = Callable[[User, DefinitionVersion], dict[str, object]]
_known: list[Evidence] = []


def register_evidence(evidence: Evidence) -> None:
    """Have this add to what the template of every version is given."""
    _known[:] = [evidence]


def evidence_for(user: User, version: DefinitionVersion) -> dict[str, object]:
    """What this person may see of it, as context of the template."""
    return {name: shown for known in _known for name, shown in known(user, version).items()}
