"""The one error of this room."""


class EmbeddedError(Exception):
    """An engine cannot be found, started or stopped; the message is one line for a person."""
