"""One mail for all that waits for somebody: promises that are late or near, and what is new."""

from collections.abc import Sequence

from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from sla.clocks import news, notices


def render_digest(messages: Sequence[Message]) -> Letter | None:
    """Both in one, what is late first; None where nothing is left to say."""
    late = [message for message in messages if message.kind in notices.RENDERERS]
    new = [message for message in messages if message.kind in news.WORDS]
    parts = (
        notices.render_digest(late) if late else None,
        news.render(new) if new else None,
    )
    letters = [part for part in parts if part is not None]
    if not letters:
        return None
    return Letter(
        "; ".join(letter.subject for letter in letters),
        "\n".join(letter.body for letter in letters),
    )
