"""Looking a host up, within a time of our own: the system waits for a dead resolver as long as it
likes, and cannot be told to stop. Knows no database, so that it may run in a thread."""

import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future

LOOKUP = 4.0  # seconds; the call that follows has what is left of its own time
MOST = 256  # lookups that nobody answers, before further ones are refused at once

_Numbers = list[str]
_asked: dict[tuple[str, int], Future[_Numbers]] = {}
_guard = threading.Lock()


class Unreachable(Exception):
    """An address to which nothing is sent, and why."""


def look_up(host: str, port: int, within: float = LOOKUP) -> Sequence[str]:
    """The numbers of a host as the system knows them, none where it knows none. Raises Unreachable
    where no answer came in time.

    A thread of its own asks for each host, once for all who want to know it meanwhile; one that is
    left behind ends when the system gives up, and keeps no process from ending.
    """
    try:
        return _asking(host, port).result(timeout=min(within, LOOKUP))
    except TimeoutError:
        raise Unreachable(f"Nobody said in time where {host} is.") from None
    except (OSError, UnicodeError, RuntimeError):
        return []


def _asking(host: str, port: int) -> Future[_Numbers]:
    """The question about this host that is under way, or a new one."""
    with _guard:
        if (known := _asked.get((host, port))) is not None:
            return known
        if len(_asked) >= MOST:
            raise Unreachable(f"Too many hosts are being looked up; {host} has to wait.")
        asked = _asked[host, port] = Future()
    try:
        threading.Thread(target=_ask, args=(host, port, asked), daemon=True, name="lookup").start()
    except RuntimeError as error:  # no thread is to be had; the next call asks anew
        _answer(host, port, asked, error)
    return asked


def _ask(host: str, port: int, asked: Future[_Numbers]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        _answer(host, port, asked, [str(info[4][0]) for info in found])
    except Exception as error:  # noqa: BLE001  # told to whoever waits, in their own thread
        _answer(host, port, asked, error)


def _answer(host: str, port: int, asked: Future[_Numbers], said: _Numbers | Exception) -> None:
    with _guard:
        del _asked[host, port]
    if isinstance(said, Exception):
        asked.set_exception(said)
    else:
        asked.set_result(said)
