"""Who else needs an own field: rooms above this one say so of what they hold in force."""

from collections.abc import Callable

Use = Callable[[str], str]
_known: list[Use] = []


def register_use(use: Use) -> None:
    """Ask this before a field goes: given the name by which conditions know the field, it answers
    the sentence that says what needs it, or nothing."""
    _known.append(use)


def use_elsewhere(fact: str) -> str:
    """The first thing that needs the field, in a sentence; nothing where none does."""
    return next(filter(None, (use(fact) for use in _known)), "")
