"""Where the engines of one data folder live, and as whom they run.

Everything follows from the data folder alone, so that any process that is given the same
folder meets the same engines.
"""

import hashlib
import os
import pwd
import shutil
import stat
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leadbridge.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]

# A socket's path may have about 107 bytes, which a checkout's path soon exceeds, and file
# systems shared with another machine often have no sockets at all.
SOCKETS = Path("/tmp")  # noqa: S108 - fixed, so that processes with another TMPDIR meet here

UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """One data folder."""

    var: Path

    @classmethod
    def default(cls) -> "Place":
        """`var/` beside manage.py, or what LEADBRIDGE_VAR names."""
        return cls(Path(os.environ.get("LEADBRIDGE_VAR") or PROJECT / "var").resolve())

    @cached_property
    def account(self) -> Account | None:
        """Whom the engines run as; None is whoever asks. PostgreSQL refuses to be root."""
        if os.geteuid() != 0:
            return None
        return self._owner() or _unprivileged()

    @property
    def sockets(self) -> Path:
        """The private folder of the sockets: short, and another one for every data folder."""
        uid = self.account.uid if self.account else os.geteuid()
        name = hashlib.sha256(f"{uid}:{self.var}".encode()).hexdigest()[:12]
        return SOCKETS / f"leadbridge-{name}"

    @property
    def data_argument(self) -> str:
        """How PostgreSQL, started inside its data folder, is told that folder.

        The unprivileged user may be unable to walk there from the root of the file system;
        Linux has a name for "where I am" that needs no walking.
        """
        return "/proc/self/cwd" if self.account and sys.platform == "linux" else "."

    def lock(self, name: str) -> Path:
        """The lock file of a name."""
        return self.var / "lock" / f"{name}.lock"

    def log(self, name: str) -> Path:
        """The log file of an engine."""
        return self.var / "log" / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders that every engine needs."""
        for folder in (self.var / "lock", self.var / "log"):
            folder.mkdir(parents=True, exist_ok=True)

    def prepare_sockets(self) -> None:
        """Make the private folder of the sockets; refuse one that somebody else has put there."""
        try:
            self.sockets.mkdir(mode=0o700)
        except FileExistsError:
            if not self._owns_sockets():
                raise EmbeddedError(
                    f"{self.sockets} exists and is not a private folder: remove it"
                ) from None
        else:
            self.give(self.sockets)

    def give(self, path: Path) -> None:
        """Give a folder and all in it to the user that the engines run as."""
        if self.account is None:
            return
        for parent, folders, files in os.walk(path):
            for name in ("", *folders, *files):
                found = os.path.join(parent, name)
                os.chown(found, self.account.uid, self.account.gid, follow_symlinks=False)

    def make_data(self, name: str) -> Path:
        """The folder of an engine's data, owned by whom the engine runs as."""
        data = self.var / name
        data.mkdir(mode=0o700, exist_ok=True)
        owner = data.stat().st_uid
        if self.account and owner != self.account.uid:
            self.give(data)
        if not self.account and owner != os.geteuid():
            raise EmbeddedError(
                f"{data} belongs to {_name_of(owner)}: run as that user, "
                "or set LEADBRIDGE_VAR to a folder of your own"
            )
        data.chmod(0o700)
        return data

    def discard_sockets(self) -> None:
        """Remove the private folder of the sockets."""
        if self.sockets.exists() and self._owns_sockets():
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _owner(self) -> Account | None:
        for name in ("postgres", "redis"):
            data = self.var / name
            if data.exists() and (found := data.stat()).st_uid != 0:
                return Account(found.st_uid, found.st_gid)
        return None

    def _owns_sockets(self) -> bool:
        found = self.sockets.lstat()
        private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        return private and found.st_uid == (self.account.uid if self.account else os.geteuid())


def _unprivileged() -> Account:
    for name in UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this machine has none of the users "
        f"{', '.join(UNPRIVILEGED)}: run as an ordinary user, or set DATABASE_URL"
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
