"""What has to be said of a draft before it is proposed.

What a draft would have done in the past is known in a room above this one, which registers itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from leads.definition.models import DefinitionVersion


@dataclass(frozen=True)
class Caution:
    """A sentence about a draft. `counted`: it is a figure, which nobody may propose unread."""

    words: str
    counted: bool = False


Asking = Callable[[DefinitionVersion], Caution | None]
_known: list[Asking] = []


def register_caution(asking: Asking) -> None:
    """Ask this of every draft; None where there is nothing to say."""
    _known.append(asking)


def caution_of(version: DefinitionVersion) -> str:
    """What is said of a draft; nothing of what is before the heads already."""
    return " ".join(one.words for one in _cautions(version))


def figure_against(version: DefinitionVersion) -> str:
    """Of that, what was counted."""
    return " ".join(one.words for one in _cautions(version) if one.counted)


def _cautions(version: DefinitionVersion) -> list[Caution]:
    if version.state != DefinitionVersion.State.DRAFT:
        return []
    return [found for asking in _known if (found := asking(version)) is not None]
