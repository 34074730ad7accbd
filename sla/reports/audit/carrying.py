"""A file that travels with its page, so that it need not be chosen again and nothing is stored
here: packed into a field of the form. Pure."""

import binascii
import zlib
from base64 import b64decode, b64encode

MOST_CARRIED = 700_000  # characters; a form may hold a million


def carry(content: bytes) -> str:
    """The content as the text of a field; empty where it is too large to travel."""
    text = b64encode(zlib.compress(content, 6)).decode()
    return text if len(text) <= MOST_CARRIED else ""


def carried(text: str, *, most: int) -> bytes | None:
    """The content back; None where there is none, or it is not ours, or unpacks to too much."""
    if not text or len(text) > MOST_CARRIED:
        return None
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(b64decode(text, validate=True), most)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return content if unpacker.eof else None
