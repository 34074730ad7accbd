"""What has to be said of a draft before it is proposed.

What a draft would have done in the past is known in a room above this one, which registers itself.
"""

from collections.abc import Callable

from leads.definition.models import DefinitionVersion

Caution = Callable[[DefinitionVersion], str]
_known: list[Caution] = []


def register_caution(caution: Caution) -> None:
    """Ask this of every draft; it answers a sentence, or nothing where there is nothing to say."""
    _known.append(caution)


def caution_of(version: DefinitionVersion) -> str:
    """What is said of a draft; nothing of what is before the heads already."""
    if version.state != DefinitionVersion.State.DRAFT:
        return ""
    return " ".join(filter(None, (caution(version) for caution in _known)))
