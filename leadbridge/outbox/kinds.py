"""How each kind of message is put into words: rooms that write a kind register its renderer."""

from collections.abc import Callable
from dataclasses import dataclass

from leadbridge.outbox.models import Message


@dataclass(frozen=True)
class Letter:
    """A message in words."""

    subject: str
    body: str


Renderer = Callable[[Message], Letter]
_renderers: dict[str, Renderer] = {}


def register(kind: str, renderer: Renderer) -> None:
    """Say how messages of a kind are put into words."""
    _renderers[kind] = renderer


def letter_of(message: Message) -> Letter:
    """The message in words; KeyError for a kind that nobody registered."""
    return _renderers[message.kind](message)
