"""How each kind of message is put into words: rooms that write a kind register its renderer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadbridge.outbox.models import Message


@dataclass(frozen=True)
class Letter:
    """A message in words."""

    subject: str
    body: str


Renderer = Callable[[Message], Letter | None]
Bundler = Callable[[Sequence[Message]], Letter | None]
_renderers: dict[str, Renderer] = {}
_bundlers: dict[str, Bundler] = {}


def register(kind: str, renderer: Renderer, *, bundle: Bundler | None = None) -> None:
    """Say how messages of a kind are put into words; None from a renderer: nothing is left to say.

    With `bundle`, those that wait for one receiver leave as one mail, together with all kinds that
    name the same function.
    """
    _renderers[kind] = renderer
    if bundle:
        _bundlers[kind] = bundle


def families() -> list[list[str]]:
    """The kinds that leave together, a list for each function that puts them into words."""
    together: dict[Bundler, list[str]] = {}
    for kind, bundler in _bundlers.items():
        together.setdefault(bundler, []).append(kind)
    return list(together.values())


def letter_of(messages: Sequence[Message]) -> Letter | None:
    """The words of one mail; KeyError for a kind that nobody registered."""
    first = messages[0]
    return _renderers[first.kind](first) if len(messages) == 1 else _bundlers[first.kind](messages)
