"""PostgreSQL as we run it."""

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection

from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.place import Place
from leadbridge.embedded.programs import (
    engine_environment,
    find_postgres,
    identity,
    reachable,
)

NAME = "leadbridge"

# C.UTF-8 of PostgreSQL itself: knows upper and lower case of every script, sorts by code point,
# and is the same on every machine.
_INITDB = (
    f"--username={NAME}",
    "--auth=trust",  # whoever enters the private folder of the socket is its owner
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)

# Given on the command line, so that the data folder holds no path and no setting of ours.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # a part of the socket's name only
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """The PostgreSQL of one data folder."""

    place: Place
    name: str = "postgres"
    stop_signal: signal.Signals = signal.SIGINT  # "fast": ends open transactions, writes all

    @property
    def data(self) -> Path:
        return self.place.var / self.name

    @property
    def socket(self) -> Path:
        return self.place.sockets / ".s.PGSQL.5432"

    @property
    def url(self) -> str:
        """What DATABASE_URL says; psql understands it as well."""
        return self._url(NAME)

    def command(self) -> list[str]:
        """What to run inside `data`, which this makes and fills at the first time."""
        if not self.data.exists():
            self._initialise()
        self.place.make_data(self.name)
        # Nobody holds the lock of this engine, so whatever these say is out of date.
        for stale in (self.data / "postmaster.pid", self.socket, Path(f"{self.socket}.lock")):
            stale.unlink(missing_ok=True)
        program = reachable(find_postgres(self.data, "postgres"), self.place)
        settings = {**_SETTINGS, "unix_socket_directories": str(self.place.sockets)}
        options = [option for pair in settings.items() for option in ("-c", "=".join(pair))]
        return [str(program), "-D", self.place.data_argument, *options]

    def answers(self) -> bool:
        """Whether the engine takes commands."""
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def settle(self) -> None:
        """Make the database, once."""
        link = self._connect()
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            link.close()

    def _initialise(self) -> None:
        """Fill a new data folder; it takes its name only when it is whole."""
        half = f"{self.name}.new"
        shutil.rmtree(self.place.var / half, ignore_errors=True)
        folder = self.place.make_data(half)
        program = reachable(find_postgres(folder, "initdb"), self.place)
        done = subprocess.run(
            [program, "-D", self.place.data_argument, *_INITDB],
            cwd=folder,
            env=engine_environment(),
            umask=0o077,
            capture_output=True,
            text=True,
            check=False,
            **identity(self.place.account),
        )
        if done.returncode != 0:
            why = (done.stderr.strip().split("\n") or [""])[0]
            raise EmbeddedError(f"PostgreSQL cannot make its data folder: {why}")
        folder.rename(self.data)

    def _connect(self) -> connection:
        return psycopg2.connect(self._url("postgres"))

    def _url(self, database: str) -> str:
        return f"postgresql://{NAME}@/{database}?host={self.place.sockets}"
