"""File locks: the kernel releases them when a process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def take_shared(path: Path) -> int:
    """Hold the lock together with others; waits while somebody holds it alone."""
    handle = _open(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def try_alone(path: Path) -> int | None:
    """Hold the lock alone, or None at once if anybody else holds it."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock alone for the length of a block; waits for it."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether any process holds the lock now."""
    handle = try_alone(path)
    if handle is None:
        return True
    os.close(handle)
    return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
