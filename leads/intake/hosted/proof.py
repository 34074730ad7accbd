"""Proof of work without third parties: the browser looks for a number that, hashed with the mark of
its page, begins with enough zero bits. Cheap to check, dear for whoever sends by the thousand."""

import hashlib

BITS = 16  # about 65,000 hashes: half a second on a phone of today
LONGEST = 20


def is_proof(mark: str, number: str) -> bool:
    """Does this number prove that somebody worked for this very mark?"""
    if not (0 < len(number) <= LONGEST and number.isascii() and number.isdigit()):
        return False
    digest = hashlib.sha256(f"{mark}:{number}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0


def work(mark: str) -> str:
    """The number a browser would find; for programs of one's own, and tests."""
    number = 0
    while not is_proof(mark, str(number)):
        number += 1
    return str(number)
