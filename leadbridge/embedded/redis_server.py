"""Redis as we run it."""

import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from leadbridge.embedded.place import Place
from leadbridge.embedded.programs import find_redis, reachable

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "dir": ".",
    "appendonly": "yes",  # every write is on disk within a second
    "save": "",
    "logfile": "",
}


@dataclass(frozen=True)
class Redis:
    """The Redis of one data folder."""

    place: Place
    name: str = "redis"
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def data(self) -> Path:
        return self.place.var / self.name

    @property
    def socket(self) -> Path:
        return self.place.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """What REDIS_URL says."""
        return f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        """What to run inside `data`, which this makes."""
        self.place.make_data(self.name)
        self.socket.unlink(missing_ok=True)
        program = reachable(find_redis(), self.place)
        settings = {**_SETTINGS, "unixsocket": str(self.socket)}
        return [str(program), *(part for k, v in settings.items() for part in (f"--{k}", v))]

    def answers(self) -> bool:
        """Whether the engine takes commands."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(5)
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def settle(self) -> None:
        """Nothing is to be done after a start."""
